import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { randomSource } from "../../src/core/random";
import { labelCounts, labelNames, load } from "../../src/motion";

const header = "id,time,acc_x,acc_y,acc_z,gy_x,gy_y,gy_z";
const steps = 600;

function rowsOf(ids: readonly number[]): string[] {
  return ids.flatMap((id) =>
    Array.from({ length: steps }, (_, time) => `${id},${time},${id}.5,${time},0.25,-${id},-0.5,${time}.125`),
  );
}

/** A small folder in the competition's layout; each file can be replaced. */
async function folderOf(replaced: Record<string, string | Buffer | undefined> = {}): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "podium-motion-"));
  const files: Record<string, string | Buffer | undefined> = {
    "train_features.csv": `${header}\n${rowsOf([3, 5, 8]).join("\n")}\n`,
    "test_features.csv": `${header}\n${rowsOf([20, 21]).join("\n")}\n`,
    "train_labels.csv": 'id,label,label_desc\n3,1,"Curl, left"\n5,0,Rest\n8,1,"Curl, left"\n',
    "sample_submission.csv": "id,0,1,2\n21,0,0,0\n20,0,0,0\n",
    ...replaced,
  };
  for (const [name, content] of Object.entries(files)) {
    if (content !== undefined) await writeFile(join(directory, name), content);
  }
  return directory;
}

test("windows, labels, names and the template come as the files say", async () => {
  const data = await load(await folderOf());
  assert.deepEqual(data.train.shape, [3, 600, 6]);
  assert.deepEqual(data.test.shape, [2, 600, 6]);
  assert.equal(data.train.rate, 50);
  assert.deepEqual(data.train.channels, ["acc_x", "acc_y", "acc_z", "gy_x", "gy_y", "gy_z"]);
  const at = (1 * 600 + 7) * 6;
  assert.deepEqual(data.train.data.slice(at, at + 6), Float32Array.of(5.5, 7, 0.25, -5, -0.5, 7.125));
  assert.deepEqual(data.trainIds, Int32Array.of(3, 5, 8));
  assert.deepEqual(data.testIds, Int32Array.of(20, 21));
  assert.deepEqual(data.labels, Int32Array.of(1, 0, 1));
  assert.deepEqual(data.labelNames, ["Rest", "Curl, left", "class 2"]);
  assert.deepEqual(data.template.ids, Int32Array.of(21, 20));
  assert.deepEqual(data.template.columns, ["0", "1", "2"]);
  assert.equal(data.subjects, undefined);
  const display = (data as unknown as Record<symbol, () => Record<string, string>>)[
    Symbol.for("Jupyter.display")
  ];
  assert.match(display()["text/plain"], /train +\[3, 600, 6\] float32/);
});

test("rows, labels and columns in any order, CRLF, byte order marks and gzip give the same", async () => {
  const expected = await load(await folderOf());
  const rows = randomSource(1).shuffle(rowsOf([3, 5, 8]));
  const turned = rows.map((row) => row.split(",").reverse().join(","));
  const text = `\uFEFF${header.split(",").reverse().join(",")}\r\n${turned.join("\r\n")}\r\n`;
  const directory = await folderOf({
    "train_features.csv": undefined,
    "train_features.csv.gz": gzipSync(text),
    "train_labels.csv": '\uFEFFid,label,label_desc\r\n8,1,"Curl, left"\r\n3,1,"Curl, left"\r\n5,0,Rest\r\n',
  });
  const data = await load(directory);
  assert.deepEqual(data.train, expected.train);
  assert.deepEqual(data.labels, expected.labels);
  assert.deepEqual(data.trainIds, expected.trainIds);
});

test("the second load is the same, and a changed file is read anew", async () => {
  const directory = await folderOf();
  const first = await load(directory);
  const second = await load(directory);
  assert.deepEqual(second.train, first.train);
  assert.deepEqual(second.testIds, first.testIds);
  const path = join(directory, "train_features.csv");
  await writeFile(path, (await readFile(path, "utf8")).replace("5,7,5.5,", "5,7,9.75,"));
  assert.equal((await load(directory)).train.data[(600 + 7) * 6], 9.75);
});

test("subjects come in the order of the windows", async () => {
  const data = await load(await folderOf({ "train_subjects.csv": "id,subject\n8,2\n5,1\n3,2\n" }));
  assert.deepEqual(data.subjects, Int32Array.of(2, 1, 2));
});

const features = (change: (rows: string[]) => string[]) =>
  `${header}\n${change(rowsOf([3, 5, 8])).join("\n")}\n`;
const refusals: [what: string, replaced: Record<string, string | undefined>, message: RegExp][] = [
  [
    "a missing time step",
    { "train_features.csv": features((rows) => rows.filter((_, row) => row !== 607)) },
    /train_features\.csv:1200: id 5 must have 600 steps, got 599 \(time 7 is missing/,
  ],
  [
    "a file cut off between lines",
    { "train_features.csv": features((rows) => rows.slice(0, 1700)) },
    /train_features\.csv:1701: id 8 must have 600 steps, got 500 .*may be cut off/,
  ],
  [
    "a repeated time step",
    { "train_features.csv": features((rows) => [...rows, rows[3]]) },
    /train_features\.csv:1802: each time of an id must come once, got id 3 time 3 again \(first in line 5\)/,
  ],
  [
    "a time step out of range",
    { "train_features.csv": features((rows) => [...rows, "3,600,0,0,0,0,0,0"]) },
    /train_features\.csv:1802: time must lie in \[0, 600\), got 600 for id 3/,
  ],
  [
    "NaN",
    { "test_features.csv": `${header}\n20,0,NaN,0,0,0,0,0\n` },
    /test_features\.csv:2: column acc_x must be a finite/,
  ],
  [
    "an unknown column",
    { "test_features.csv": `${header},mag\n20,0,0,0,0,0,0,0,0\n` },
    /test_features\.csv:1: .*"mag" is unknown/,
  ],
  ["an empty file", { "train_features.csv": "" }, /train_features\.csv: .*empty file/],
  ["an empty label file", { "train_labels.csv": "" }, /train_labels\.csv: .*empty file/],
  [
    "an id without label",
    { "train_labels.csv": "id,label,label_desc\n3,1,C\n8,1,C\n" },
    /train_labels\.csv: every id of .*train_features\.csv must have a row, got none for 1 ids, the first 5/,
  ],
  [
    "a label without id",
    { "train_labels.csv": "id,label,label_desc\n3,1,C\n5,0,R\n8,1,C\n9,0,R\n" },
    /train_labels\.csv:5: every id must have rows in .*, got 9/,
  ],
  [
    "an id labelled twice",
    { "train_labels.csv": "id,label,label_desc\n3,1,C\n3,1,C\n" },
    /train_labels\.csv:3: each id must come once, got 3/,
  ],
  [
    "a label beyond the classes",
    { "train_labels.csv": "id,label\n3,1\n5,0\n8,3\n" },
    /train_labels\.csv:4: label must lie in \[0, 3\).*got 3/,
  ],
  [
    "a label with two names",
    { "train_labels.csv": "id,label,label_desc\n3,1,C\n5,0,R\n8,1,D\n" },
    /train_labels\.csv:4: label 1 must have one name, got "D" after "C"/,
  ],
  [
    "text for a label",
    { "train_labels.csv": "id,label\n3,one\n5,0\n8,1\n" },
    /train_labels\.csv:2: column label must be a whole number, got "one"/,
  ],
  [
    "a template with other classes",
    { "sample_submission.csv": "id,0,2\n20,0,0\n" },
    /sample_submission\.csv:1: the header must be id,0,1,2.*got "2" as column 3/,
  ],
  [
    "a template id without window",
    { "sample_submission.csv": "id,0,1\n20,0,0\n21,0,0\n22,0,0\n" },
    /sample_submission\.csv:4: every id must have rows.*got 22/,
  ],
  [
    "a test window that the template lacks",
    { "sample_submission.csv": "id,0,1\n20,0,0\n" },
    /every id of .*test_features\.csv must have a row, got none for 21/,
  ],
];
for (const [what, replaced, message] of refusals) {
  test(`${what} is refused with file and line`, async () => {
    await assert.rejects(load(await folderOf(replaced)), { name: "SyntaxError", message });
  });
}

test("a missing file and a half-written sample are named", async () => {
  const directory = await folderOf();
  await rm(join(directory, "train_labels.csv"));
  await assert.rejects(load(directory), /must hold train_labels\.csv or train_labels\.csv\.gz, got /);
  await assert.rejects(load(await folderOf({ "sample.part.json": "{}" })), /cut off while it was written/);
});

test("an aborted signal stops the loading", async () => {
  await assert.rejects(load(await folderOf(), { signal: AbortSignal.abort() }), { name: "AbortError" });
});

test("the competition has 61 labels in the order of their names, 3,125 windows in all", () => {
  assert.equal(labelNames.length, 61);
  assert.deepEqual([...labelNames].sort(), [...labelNames]);
  assert.equal(labelCounts.length, 61);
  assert.equal(
    labelCounts.reduce((sum, count) => sum + count, 0),
    3125,
  );
});

const real = join(__dirname, "../../../shared/data/motion");
test("real recordings load as they are packed", { skip: !existsSync(real) }, async () => {
  const data = await load(real, { cache: false });
  assert.deepEqual(data.train.shape, [1039, 600, 6]);
  assert.deepEqual(data.test.shape, [363, 600, 6]);
  assert.equal(data.labelNames.length, 14);
  assert.equal(data.labelNames[7], "Non-Exercise");
  assert.equal(data.labels.filter((label) => label === 7).length, 600);
  assert.equal(new Set(data.subjects).size, 6);
  assert.deepEqual(
    data.train.data.slice(0, 6),
    Float32Array.of(0.905579, 0.415545, 0.077937, 2.427966, 0.07162, 0.888142),
  );
});
