import assert from "node:assert/strict";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { checkSubmission, readTemplate, type Template, writeSubmission } from "../../src/motion";

async function setting(): Promise<{ directory: string; template: Template }> {
  const directory = await mkdtemp(join(tmpdir(), "podium-submission-"));
  const path = join(directory, "sample_submission.csv");
  await writeFile(path, "id,0,1,2\n9,0,0,0\n7,0,0,0\n");
  return { directory, template: await readTemplate(path) };
}

const probabilities = { data: Float32Array.of(0.5, 0.25, 0.25, 0.125, 0, 0.875), shape: [2, 3] };
const ids = [7, 9];

test("rows are written by id in the template's order", async () => {
  const { directory, template } = await setting();
  const path = join(directory, "runs/submission.csv");
  const summary = await writeSubmission(path, probabilities, { ids, template });
  assert.equal(await readFile(path, "utf8"), "id,0,1,2\n9,0.125,0,0.875\n7,0.5,0.25,0.25\n");
  assert.deepEqual(summary.predicted, [1, 0, 1]);
  assert.equal(summary.smallest, 0);
  assert.equal(summary.path, path);
});

test("a comparison with an earlier file says what changed", async () => {
  const { directory, template } = await setting();
  const path = join(directory, "submission.csv");
  await writeSubmission(path, probabilities, { ids, template });
  const other = { data: [0.25, 0.5, 0.25, 0.125, 0, 0.875], shape: [2, 3] };
  const { difference } = await writeSubmission(path, other, { ids, template, previous: path });
  assert.deepEqual(difference, { path, changedRows: 1, mean: 0.5 / 6, greatest: 0.25 });
  assert.match(await readFile(path, "utf8"), /7,0\.25,0\.5,0\.25\n$/);
});

test("an earlier file is read as strictly as a template, and refused with its line", async () => {
  const { directory, template } = await setting();
  const path = join(directory, "submission.csv");
  const cases: [string, RegExp][] = [
    ["id,0,1\n9,0,1\n7,0,1\n", /:1: the header must name the column "2"/],
    ["id,0,1,2\n9,0,0,1\n7,0,0,1\n9,1,0,0\n", /:4: each id must come once, got 9 again/],
    ["id,0,1,2\n9,0,0,1\n8,0,0,1\n", /:3: each id must be one of the template, got 8/],
    ["id,0,1,2\n9,0,0,1\n", /must have the template's ids, got no 7/],
    ["id,0,1,2\n9,0,0,1\n7,0,-0.5,1.5\n", /:3: probabilities must lie in \[0, 1\], got -0\.5 for class 1/],
    ['id,0,1,2\n9,"1"5,0,1\n7,0,0,1\n', /:2: a quote must begin or end a field/],
    ['id,0,1,2\n9,"0,0,1\n7,0,0,1\n', /:2: a quote must be closed/],
  ];
  for (const [text, message] of cases) {
    await writeFile(path, text);
    const writing = writeSubmission(path, probabilities, { ids, template, previous: path });
    await assert.rejects(writing, { name: "SyntaxError", message });
    assert.equal(await readFile(path, "utf8"), text);
  }
});

const refusals: [what: string, data: number[], ids: number[], message: RegExp][] = [
  ["NaN", [Number.NaN, 0, 1, 1, 0, 0], [7, 9], /must lie in \[0, 1\], got NaN for id 7, class 0/],
  ["a negative value", [1, 0, 0, -0.1, 0.1, 1], [7, 9], /got -0\.1 for id 9, class 0/],
  [
    "a row that does not sum to 1",
    [1, 0, 0, 0.5, 0.25, 0.2],
    [7, 9],
    /each row must sum to 1 within 0\.001, got 0\.95 for id 9/,
  ],
  ["an unknown id", [1, 0, 0, 1, 0, 0], [7, 8], /every id of the template must be there, got no 9/],
  ["a repeated id", [1, 0, 0, 1, 0, 0], [7, 7], /each id must come once, got 7 twice/],
  ["an id too many", [1, 0, 0, 1, 0, 0, 1, 0, 0], [7, 8, 9], /the template must have every id, got 8/],
  ["another number of classes", [0.5, 0.5, 0.5, 0.5], [7, 9], /must have the shape \[2, 3\].*got \[2, 2\]/],
];
for (const [what, data, rowIds, message] of refusals) {
  test(`${what} is refused`, async () => {
    const { template } = await setting();
    const shape = [rowIds.length, data.length / rowIds.length];
    assert.throws(() => checkSubmission({ data, shape }, { ids: rowIds, template }), {
      name: "RangeError",
      message,
    });
  });
}

test("a refused submission leaves the earlier file as it was", async () => {
  const { directory, template } = await setting();
  const path = join(directory, "submission.csv");
  await writeFile(path, "earlier");
  await assert.rejects(writeSubmission(path, { data: [2, 0, 0, 1, 0, 0], shape: [2, 3] }, { ids, template }));
  assert.equal(await readFile(path, "utf8"), "earlier");
});
