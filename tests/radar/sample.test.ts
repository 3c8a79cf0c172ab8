import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { sampleOf } from "../../src/core/frames";
import { dams, load, writeSample } from "../../src/radar";
import { coverageMask } from "../../src/radar/simulate";

const folder = () => mkdtemp(join(tmpdir(), "podium-radar-sample-"));

/** What a competition holds, less its methods. */
async function loaded(directory: string) {
  const { table: _, ...values } = await load(directory);
  return values;
}

test("the same options give the same frames, another seed others", async () => {
  const options = { samples: 6, testSamples: 3 };
  const [a, b, c] = [await folder(), await folder(), await folder()];
  await writeSample(a, options);
  await writeSample(b, options);
  await writeSample(c, { ...options, seed: 1 });
  const first = await loaded(a);
  assert.deepEqual(await loaded(b), first);
  assert.notDeepEqual((await load(c)).train.shards, first.train.shards);
  assert.deepEqual(first.template?.names, first.testNames);
  assert.deepEqual(first.train.shape, [6, 120, 120, 5]);
});

test("frames are dark where no radar sees and change slowly enough that persistence beats nothing", async () => {
  const directory = await folder();
  await writeSample(directory, { samples: 40, testSamples: 1 });
  const { train } = await load(directory);
  const mask = coverageMask("train");
  let still = 0;
  let none = 0;
  let wet = 0;
  for (let index = 0; index < 40; index++) {
    const sample = sampleOf(train, index);
    for (let pixel = 0; pixel < 14400; pixel++) {
      const next = sample[pixel * 5 + 4];
      if (mask[pixel] === 0) assert.equal(next, 0);
      still += Math.abs(next - sample[pixel * 5 + 3]);
      none += next;
      if (next >= 63) wet++;
    }
  }
  assert.ok(still > 0 && still < 0.5 * none, `${still} ${none}`);
  assert.ok(wet / (40 * 14400) > 0.02 && wet / (40 * 14400) < 0.3, `${wet}`);
});

test("the radars see every dam", () => {
  for (const part of ["train", "test"] as const) {
    const mask = coverageMask(part);
    for (const { row, column } of dams) assert.equal(mask[row * 120 + column], 1, `${row}, ${column}`);
  }
});

test("a sample cut off while it was written does not load, and goes on where it stopped", async () => {
  const directory = await folder();
  const options = { samples: 5, testSamples: 2 };
  await writeSample(directory, options);
  const whole = await loaded(directory);
  await rename(join(directory, "sample.json"), join(directory, "sample.part.json"));
  await rm(join(directory, "train/train_00004.npy"));
  await truncate(join(directory, "train/train_00003.npy"), 1000);
  await assert.rejects(load(directory), /cut off while it was written/);
  await writeSample(directory, options);
  assert.deepEqual(await loaded(directory), whole);
});

test("sizes out of range are refused, as is a folder of other files", async () => {
  const directory = await folder();
  await assert.rejects(writeSample(directory, { samples: 0 }), {
    name: "RangeError",
    message: /samples must be a whole number/,
  });
  assert.deepEqual(await readdir(directory), []);
  await writeFile(join(directory, "thesis.txt"), "mine");
  await assert.rejects(writeSample(directory), /must be empty or hold sample data, got thesis\.txt/);
  assert.equal(await readFile(join(directory, "thesis.txt"), "utf8"), "mine");
});
