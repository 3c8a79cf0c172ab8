import assert from "node:assert/strict";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { frames } from "../../src/core/frames";
import { randomSource } from "../../src/core/random";
import { type SubmissionOptions, writeSubmission } from "../../src/radar";

const PIXELS = 14400;
const names = ["test_00000.npy", "test_00001.npy", "test_00002.npy"];
const pathOf = async () => join(await mkdtemp(join(tmpdir(), "podium-radar-submission-")), "submission.csv");

function predicted(): Float32Array {
  const random = randomSource(4);
  return Float32Array.from({ length: 3 * PIXELS }, () => 255 * random.uniform());
}

function expected(data: Float32Array, order: readonly number[], round: (value: number) => number): string {
  const header = `file_name,${Array.from({ length: PIXELS }, (_, pixel) => pixel).join(",")}`;
  const rows = order.map((row) => [
    names[row],
    ...Array.from(data.subarray(row * PIXELS, (row + 1) * PIXELS), round),
  ]);
  return `${[header, ...rows.map((row) => row.join(","))].join("\n")}\n`;
}

test("pixels are written row by row as whole numbers, cut off or rounded", async () => {
  const data = predicted();
  const path = await pathOf();
  await writeSubmission(path, { data, shape: [3, 120, 120] }, { names });
  assert.equal(await readFile(path, "utf8"), expected(data, [0, 1, 2], Math.trunc));
  const summary = await writeSubmission(path, { data, shape: [3, PIXELS] }, { names, rounding: "round" });
  assert.equal(await readFile(path, "utf8"), expected(data, [0, 1, 2], Math.round));
  assert.equal(summary.rows, 3);
});

test("rows go in the template's order, also from frames", async () => {
  const data = predicted();
  const path = await pathOf();
  const template = { names: [names[2], names[0], names[1]] };
  await writeSubmission(path, frames(data, { shape: [3, 120, 120, 1], unit: "pixel" }), { names, template });
  assert.equal(await readFile(path, "utf8"), expected(data, [2, 0, 1], Math.trunc));
});

test("a comparison with an earlier file counts what changed, and values outside can be clipped", async () => {
  const path = await pathOf();
  const data = new Float32Array(3 * PIXELS).fill(10);
  await writeSubmission(path, { data, shape: [3, 120, 120] }, { names });
  data[5] = 300;
  data[PIXELS] = -1;
  const options = { names, clip: true, previous: path };
  const summary = await writeSubmission(path, { data, shape: [3, 120, 120, 1] }, options);
  assert.equal(summary.clipped, 2);
  assert.deepEqual(summary.difference, { path, changed: 2 / 43200, mean: (245 + 10) / 43200, greatest: 245 });
});

const whole = { data: new Float32Array(3 * PIXELS), shape: [3, 120, 120] };
const withValue = (value: number) => ({
  ...whole,
  data: whole.data.map((_, index) => (index === PIXELS + 121 ? value : 0)),
});
const refusals: [what: string, pixels: typeof whole, options: Partial<SubmissionOptions>, message: RegExp][] =
  [
    ["NaN", withValue(Number.NaN), { clip: true }, /got NaN in test_00001\.npy at \[1, 1\]/],
    ["a value above 255", withValue(255.5), {}, /must lie in \[0, 255\], got 255\.5 in test_00001\.npy/],
    ["a negative value", withValue(-0.25), {}, /got -0\.25/],
    ["another shape", { ...whole, shape: [3, 120, 60] }, {}, /must be \[3, 120, 120\], got \[3, 120, 60\]/],
    [
      "another number of samples",
      whole,
      { names: names.slice(0, 2) },
      /must be \[2, 120, 120\], got \[3, 120, 120\]/,
    ],
    ["a repeated file", whole, { names: [names[0], names[0], names[1]] }, /got test_00000\.npy twice/],
    [
      "a file that the template lacks",
      whole,
      { template: { names: names.slice(1) } },
      /got test_00000\.npy, which it lacks/,
    ],
    [
      "a template file without pixels",
      whole,
      { template: { names: [...names, "test_00003.npy"] } },
      /got no test_00003\.npy/,
    ],
  ];
for (const [what, pixels, options, message] of refusals) {
  test(`${what} is refused, and the earlier file stays`, async () => {
    const path = await pathOf();
    await writeFile(path, "earlier");
    await assert.rejects(writeSubmission(path, pixels, { names, ...options }), {
      name: "RangeError",
      message,
    });
    assert.equal(await readFile(path, "utf8"), "earlier");
  });
}

test("frames in another unit than pixels are refused", async () => {
  const rain = frames(new Float32Array(3 * PIXELS), { shape: [3, 120, 120, 1], unit: "rain" });
  await assert.rejects(writeSubmission(await pathOf(), rain, { names }), {
    name: "TypeError",
    message: /got the unit rain/,
  });
});

test("an earlier file is read as strictly as a template, and refused with its line", async () => {
  const path = await pathOf();
  const header = `file_name,${Array.from({ length: PIXELS }, (_, pixel) => pixel).join(",")}`;
  const row = (name: string, first = "0") => `${name},${first}${",0".repeat(PIXELS - 1)}`;
  const rows = names.map((name) => row(name));
  const cases: [string, string[], RegExp][] = [
    ["another header", ["file_name,0", ...rows], /:1: the header must be file_name,0/],
    ["a row too short", [header, `${names[0]},1,2`], /:2: a row must have 14400 pixels, got 2/],
    ["a file twice", [header, ...rows, rows[0]], /:5: each row must be one of the submission, and come once/],
    [
      "a file too few",
      [header, ...rows.slice(1)],
      /must have every row of the submission, got no test_00000/,
    ],
    [
      "a pixel too large",
      [header, row(names[0], "256")],
      /:2: column 0 must be a whole number in \[0, 255\], got "256"/,
    ],
    ["a fraction", [header, row(names[0], "1.5")], /:2: column 0 must be .* got "1.5"/],
    ["a quote within a field", [header, row(names[0], '"1"5')], /:2: a quote must begin or end a field/],
    ["a quote that is open", [header, row(names[0], '"1')], /:2: a quote must be closed/],
  ];
  for (const [what, lines, message] of cases) {
    await writeFile(path, `${lines.join("\n")}\n`);
    const writing = writeSubmission(path, whole, { names, previous: path });
    await assert.rejects(writing, { name: "SyntaxError", message }, what);
    assert.equal((await readFile(path, "utf8")).split("\n")[0], lines[0]);
  }
  const reversed = names.map((name) => row(name, "201")).toReversed();
  await writeFile(path, [header, ...reversed].join("\r\n"));
  assert.ok((await writeSubmission(path, whole, { names, previous: path })).difference!.changed > 0);
});
