import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { sampleOf } from "../../src/core/frames";
import { encodeNpy } from "../../src/data/npy";
import { load } from "../../src/radar";

const pixels = (times: number, seed: number) =>
  Uint8Array.from({ length: 120 * 120 * times }, (_, index) => (index * 31 + seed * 7) % 256);

/** A folder of three training and two test samples. */
async function folderOf(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "podium-radar-"));
  for (const [part, count, times] of [
    ["train", 3, 5],
    ["test", 2, 4],
  ] as const) {
    await mkdir(join(directory, part));
    for (let index = 0; index < count; index++) {
      const bytes = encodeNpy(pixels(times, index), [120, 120, times]);
      await writeFile(join(directory, part, `${part}_0000${index}.npy`), bytes);
    }
  }
  return directory;
}

function templateOf(names: readonly string[]): string {
  const columns = Array.from({ length: 14400 }, (_, pixel) => pixel).join(",");
  return `file_name,${columns}\n${names.map((name) => `${name}${",0".repeat(14400)}\n`).join("")}`;
}

test("files come as frames in the order of their numbers, with their names", async () => {
  const directory = await folderOf();
  await writeFile(join(directory, "sample_submission.csv"), templateOf(["test_00001.npy", "test_00000.npy"]));
  const data = await load(directory);
  assert.deepEqual(data.train.shape, [3, 120, 120, 5]);
  assert.deepEqual(data.test.shape, [2, 120, 120, 4]);
  assert.equal(data.train.unit, "pixel");
  assert.deepEqual(data.trainNames, ["train_00000.npy", "train_00001.npy", "train_00002.npy"]);
  for (let index = 0; index < 3; index++) assert.deepEqual(sampleOf(data.train, index), pixels(5, index));
  for (let index = 0; index < 2; index++) assert.deepEqual(sampleOf(data.test, index), pixels(4, index));
  assert.deepEqual(data.template?.names, ["test_00001.npy", "test_00000.npy"]);
  const display = (data as unknown as Record<symbol, () => Record<string, string>>)[
    Symbol.for("Jupyter.display")
  ];
  assert.match(display()["text/plain"], /train +\[3, 120, 120, 5\] uint8, minutes -30, -20, -10, 0, 10/);
});

test("of several folders training samples lie behind each other, and the event of each is told", async () => {
  const [first, second] = [await folderOf(), await folderOf()];
  await rm(join(second, "test"), { recursive: true });
  await writeFile(join(second, "train", "train_00003.npy"), encodeNpy(pixels(5, 9), [120, 120, 5]));
  const data = await load([first, second]);
  assert.deepEqual(data.train.shape, [7, 120, 120, 5]);
  assert.deepEqual([...data.events!], [0, 0, 0, 1, 1, 1, 1]);
  assert.deepEqual(sampleOf(data.train, 1), pixels(5, 1));
  assert.deepEqual(sampleOf(data.train, 6), pixels(5, 9));
  assert.equal(data.trainNames[6], "train_00003.npy");
  assert.equal(data.test.shape[0], 2);
  assert.equal((await load([first])).events, undefined);
  const display = (data as unknown as Record<symbol, () => Record<string, string>>)[
    Symbol.for("Jupyter.display")
  ];
  assert.match(display()["text/plain"], /events +2 in the training samples/);
  await assert.rejects(load([]), /a folder at least, got none/);
  await assert.rejects(load([first, join(second, "none")]), /none/);
});

test("a nested folder and packed parts give the same frames", async () => {
  const directory = await folderOf();
  const plain = await load(directory);
  await mkdir(join(directory, "outer"));
  await rename(join(directory, "train"), join(directory, "outer/train"));
  await rename(join(directory, "outer"), join(directory, "train"));
  execFileSync("tar", ["-czf", join(directory, "test.tar.gz"), "-C", directory, "test"]);
  await rm(join(directory, "test"), { recursive: true });
  const packed = await load(directory);
  assert.deepEqual(packed.train, plain.train);
  assert.deepEqual(packed.test, plain.test);
});

test("other number types and column-major order are converted", async () => {
  const directory = await folderOf();
  const values = pixels(5, 1);
  await writeFile(
    join(directory, "train/train_00000.npy"),
    encodeNpy(Float32Array.from(values), [120, 120, 5]),
  );
  await writeFile(
    join(directory, "train/train_00001.npy"),
    encodeNpy(Int32Array.from(values), [120, 120, 5]),
  );
  // Column-major by hand: the first axis runs fastest.
  const turned = new Uint8Array(values.length);
  for (let r = 0; r < 120; r++)
    for (let c = 0; c < 120; c++)
      for (let t = 0; t < 5; t++) turned[r + 120 * (c + 120 * t)] = values[(r * 120 + c) * 5 + t];
  const bytes = Buffer.from(encodeNpy(turned, [120, 120, 5]));
  const head = bytes.toString("latin1", 0, 128).replace("'fortran_order': False", "'fortran_order': True ");
  bytes.write(head, 0, "latin1");
  await writeFile(join(directory, "train/train_00002.npy"), bytes);
  const data = await load(directory);
  for (let index = 0; index < 3; index++)
    assert.deepEqual(sampleOf(data.train, index), values, `sample ${index}`);
});

test("entries that macOS packs beside the files are passed over, as in folders", async () => {
  // mvt-project/mvt#922.
  const directory = await folderOf();
  await writeFile(join(directory, "train/._train_00000.npy"), "Mac OS X");
  execFileSync("tar", ["-cf", join(directory, "train.tar"), "-C", directory, "train"]);
  await rm(join(directory, "train"), { recursive: true });
  assert.deepEqual((await load(directory)).trainNames.length, 3);
});

test("a part of the samples can be chosen, by number or one by one", async () => {
  const directory = await folderOf();
  const some = await load(directory, { train: 2, test: [1, 0, 1] });
  assert.deepEqual(some.trainNames, ["train_00000.npy", "train_00001.npy"]);
  assert.deepEqual(some.testNames, ["test_00001.npy", "test_00000.npy", "test_00001.npy"]);
  assert.deepEqual(sampleOf(some.test, 2), pixels(4, 1));
  execFileSync("tar", ["-cf", join(directory, "train.tar"), "-C", directory, "train"]);
  await rm(join(directory, "train"), { recursive: true });
  const packed = await load(directory, { train: [2, 0] });
  assert.deepEqual(sampleOf(packed.train, 0), pixels(5, 2));
  await assert.rejects(load(directory, { train: [3] }), {
    name: "RangeError",
    message: /in \[0, 3\), got 3/,
  });
  await assert.rejects(load(directory, { test: 0 }), {
    name: "RangeError",
    message: /whole and positive, got 0/,
  });
});

const first = "train/train_00000.npy";
const refusals: [
  what: string,
  spoil: (directory: string) => Promise<unknown>,
  name: string,
  message: RegExp,
][] = [
  [
    "a missing file",
    (d) => rm(join(d, "train/train_00001.npy")),
    "Error",
    /got no train_00001\.npy before train_00002\.npy/,
  ],
  ["an extra file", (d) => writeFile(join(d, "train/notes.txt"), ""), "Error", /got notes\.txt/],
  [
    "a missing folder",
    (d) => rm(join(d, "test"), { recursive: true }),
    "Error",
    /must hold test or test\.tar\.gz/,
  ],
  [
    "another shape",
    (d) => writeFile(join(d, first), encodeNpy(pixels(4, 0), [120, 120, 4])),
    "SyntaxError",
    /train_00000\.npy: its shape must be \(120, 120, 5\), got \(120, 120, 4\)/,
  ],
  [
    "a file cut off",
    async (d) => writeFile(join(d, first), (await readFile(join(d, first))).subarray(0, 5000)),
    "SyntaxError",
    /train_00000\.npy: the file is cut off/,
  ],
  [
    "a file with bytes too many",
    async (d) => writeFile(join(d, first), Buffer.concat([await readFile(join(d, first)), Buffer.of(0)])),
    "SyntaxError",
    /train_00000\.npy: the file is too long/,
  ],
  ["an empty file", (d) => writeFile(join(d, first), ""), "SyntaxError", /train_00000\.npy: .*empty file/],
  [
    "a file of Python objects",
    async (d) => {
      const bytes = Buffer.from(await readFile(join(d, first)));
      bytes.write(bytes.toString("latin1", 0, 128).replace("'|u1'", "'|O' "), 0, "latin1");
      await writeFile(join(d, first), bytes);
    },
    "SyntaxError",
    /train_00000\.npy: .*pickled Python objects/,
  ],
  [
    "a value above 255",
    (d) => writeFile(join(d, first), encodeNpy(new Float32Array(72000).fill(256, 6, 7), [120, 120, 5])),
    "RangeError",
    /train_00000\.npy: pixels must be whole numbers in \[0, 255\], got 256 at \[0, 1, 1\]/,
  ],
  [
    "NaN",
    (d) => writeFile(join(d, first), encodeNpy(new Float64Array(72000).fill(Number.NaN), [120, 120, 5])),
    "RangeError",
    /got NaN at \[0, 0, 0\]/,
  ],
  [
    "a test file that the template lacks",
    (d) => writeFile(join(d, "sample_submission.csv"), templateOf(["test_00000.npy"])),
    "Error",
    /only files that .*sample_submission\.csv names, got test_00001\.npy/,
  ],
  [
    "a template row without file",
    (d) =>
      writeFile(
        join(d, "sample_submission.csv"),
        templateOf(["test_00000.npy", "test_00001.npy", "test_00002.npy"]),
      ),
    "Error",
    /got no test_00002\.npy/,
  ],
  [
    "a template row that is cut off",
    async (d) => writeFile(join(d, "sample_submission.csv"), templateOf(["test_00000.npy"]).slice(0, -10)),
    "SyntaxError",
    /sample_submission\.csv:2: the header names 14401 columns, got/,
  ],
  [
    "a half-written sample",
    (d) => writeFile(join(d, "sample.part.json"), "{}"),
    "Error",
    /cut off while it was written/,
  ],
];
for (const [what, spoil, name, message] of refusals) {
  test(`${what} is refused by name`, async () => {
    const directory = await folderOf();
    await spoil(directory);
    await assert.rejects(load(directory), { name, message });
  });
}

test("an aborted signal stops the loading", async () => {
  await assert.rejects(load(await folderOf(), { signal: AbortSignal.abort() }), { name: "AbortError" });
});

const real = join(__dirname, "../../../shared/data/radar");
test("real composites load as they are packed", { skip: !existsSync(real) }, async () => {
  const data = await load(real, { train: 5 });
  assert.deepEqual(data.train.shape, [5, 120, 120, 5]);
  assert.deepEqual(data.test.shape, [200, 120, 120, 4]);
  assert.equal(data.template?.names.length, 200);
});
