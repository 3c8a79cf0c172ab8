import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { labelNames, load, type MotionData, writeSample } from "../../src/motion";

const folder = () => mkdtemp(join(tmpdir(), "podium-sample-"));

async function digest(directory: string): Promise<string> {
  const hash = createHash("sha256");
  for (const name of (await readdir(directory)).filter((name) => name.endsWith(".csv")).sort()) {
    hash.update(await readFile(join(directory, name)));
  }
  return hash.digest("hex");
}

/** Mean and deviation of each channel, and the share of movement at a few rates: what a simple classifier may see. */
function describe(data: MotionData, window: number): number[] {
  const values = data.train.data.subarray(window * 3600, (window + 1) * 3600);
  const result: number[] = [];
  for (let channel = 0; channel < 6; channel++) {
    let sum = 0;
    let squares = 0;
    for (let step = 0; step < 600; step++) {
      sum += values[step * 6 + channel];
      squares += values[step * 6 + channel] ** 2;
    }
    const mean = sum / 600;
    result.push(channel < 3 ? 3 * mean : 0, Math.log(Math.sqrt(squares / 600 - mean * mean) + 0.01));
  }
  return result;
}

test("the same options give the same files, another seed others", async () => {
  const options = { windows: 24, testWindows: 4, classes: 4 };
  const [a, b, c] = [await folder(), await folder(), await folder()];
  await writeSample(a, options);
  await writeSample(b, options);
  await writeSample(c, { ...options, seed: 1 });
  assert.equal(await digest(a), await digest(b));
  assert.notEqual(await digest(a), await digest(c));
});

test("a sample loads, with real names, the competition's imbalance and test people of their own", async () => {
  const directory = await folder();
  await writeSample(directory, { windows: 120, testWindows: 14, classes: 12 });
  const data = await load(directory);
  assert.deepEqual(data.train.shape, [120, 600, 6]);
  assert.deepEqual(data.test.shape, [14, 600, 6]);
  assert.equal(data.labelNames.length, 12);
  assert.ok(data.labelNames.every((name) => labelNames.includes(name)));
  const counts = new Array<number>(12).fill(0);
  for (const label of data.labels) counts[label]++;
  assert.equal(data.labelNames[counts.indexOf(Math.max(...counts))], "Non-Exercise");
  assert.ok(Math.max(...counts) > 50 && Math.min(...counts) >= 3);
  assert.equal(data.subjects!.length, 120);
  // The means of the acceleration make a vector of about 1 g.
  let length = 0;
  for (let window = 0; window < 120; window++) {
    const [x, , y, , z] = describe(data, window);
    length += Math.hypot(x, y, z) / 3 / 120;
  }
  assert.ok(length > 0.8 && length < 1.3, `${length}`);
});

test("the exercises of a sample can be told apart: a neighbour's label beats the majority class", async () => {
  const directory = await folder();
  await writeSample(directory, { windows: 160, testWindows: 12, classes: 12 });
  const data = await load(directory);
  const described = Array.from({ length: 160 }, (_, window) => describe(data, window));
  let right = 0;
  for (let window = 0; window < 160; window++) {
    const distances = described.map((other, index) =>
      index === window
        ? Number.POSITIVE_INFINITY
        : other.reduce((sum, value, k) => sum + (value - described[window][k]) ** 2, 0),
    );
    if (data.labels[distances.indexOf(Math.min(...distances))] === data.labels[window]) right++;
  }
  const majority = data.labels.filter((label) => data.labelNames[label] === "Non-Exercise").length;
  assert.ok(right > 1.2 * majority, `${right} right, majority ${majority}`);
});

test("sizes out of range are refused", async () => {
  const directory = await folder();
  await assert.rejects(writeSample(directory, { classes: 62 }), {
    name: "RangeError",
    message: /classes must be a whole number from 2 to 61, got 62/,
  });
  await assert.rejects(writeSample(directory, { windows: 10 }), {
    name: "RangeError",
    message: /windows must be/,
  });
});

test("a sample whose writing is stopped does not load, and is whole once written again", async () => {
  const directory = await folder();
  const options = { windows: 24, testWindows: 4, classes: 4 };
  await assert.rejects(writeSample(directory, { ...options, signal: AbortSignal.abort() }), {
    name: "AbortError",
  });
  await assert.rejects(load(directory), /cut off while it was written/);
  await writeSample(directory, options);
  assert.equal((await load(directory)).train.shape[0], 24);
});
