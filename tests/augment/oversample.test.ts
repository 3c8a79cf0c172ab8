import assert from "node:assert/strict";
import test from "node:test";
import { oversample } from "../../src/augment/oversample";
import { randomSource } from "../../src/core/random";
import { series } from "../../src/core/series";

const random = randomSource(11);
const steps = 600;
const windows = 12;
const data = Float32Array.from({ length: windows * steps * 2 }, () => random.normal());
const raw = series(data, { steps, channels: ["x", "y"] });
const labels = Int32Array.of(26, 0, 26, 1, 26, 26, 2, 26, 3, 26, 26, 0);
const author = { skip: 26, roll: [50, 550], seed: 2021 } as const;

/** The roll that turns window `from` into the copy, found by trying all. */
function rollOf(copy: Float32Array, from: Float32Array): number {
  for (let shift = 0; shift < steps; shift++) {
    if (from.every((value, i) => value === copy[(i + 2 * shift) % copy.length])) return shift;
  }
  return Number.NaN;
}

test("every window but those of the skipped label gets one copy, after the given windows and in their order", () => {
  const more = oversample(raw, labels, author);
  assert.deepEqual(more.series.shape, [17, 600, 2]);
  assert.deepEqual(more.series.data.subarray(0, data.length), data);
  assert.deepEqual(Array.from(more.origins.slice(12)), [1, 3, 6, 8, 11]);
  assert.deepEqual(Array.from(more.labels), [...labels, 0, 1, 2, 3, 0]);
});

test("a copy is its window rolled by 50 to 549 steps, all channels together", () => {
  const more = oversample(raw, labels, { ...author, noise: 0, copies: 40 });
  const size = steps * 2;
  const shifts = [];
  for (let w = 12; w < more.origins.length; w++) {
    const from = data.subarray(more.origins[w] * size, (more.origins[w] + 1) * size);
    shifts.push(rollOf(more.series.data.subarray(w * size, (w + 1) * size), from));
  }
  assert.equal(shifts.length, 200);
  assert.ok(shifts.every((shift) => shift >= 50 && shift < 550));
  assert.ok(new Set(shifts).size > 100);
});

test("the noise has the deviation asked for", () => {
  const flat = { ...raw, data: new Float32Array(data.length) };
  const more = oversample(flat, labels, author);
  const noise = more.series.data.subarray(data.length);
  const mean = noise.reduce((sum, value) => sum + value, 0) / noise.length;
  const deviation = Math.sqrt(noise.reduce((sum, value) => sum + (value - mean) ** 2, 0) / noise.length);
  assert.ok(Math.abs(mean) < 0.002 && Math.abs(deviation - 0.03) < 0.001, `${mean} ${deviation}`);
});

test("the same seed gives the same copies, another one others, and the input stays as it was", () => {
  const before = data.slice();
  const once = oversample(raw, labels, author).series.data;
  assert.deepEqual(oversample(raw, labels, author).series.data, once);
  assert.notDeepEqual(oversample(raw, labels, { ...author, seed: 1 }).series.data, once);
  assert.deepEqual(data, before);
});

test("the most frequent label is skipped where none is named, several can be", () => {
  assert.equal(oversample(raw, labels).origins.length, 17);
  assert.equal(oversample(raw, labels, { skip: [26, 0] }).origins.length, 15);
  assert.equal(oversample(raw, labels, { skip: [] }).origins.length, 24);
});

test("labels and options that cannot be are errors", () => {
  assert.throws(() => oversample(raw, [1, 2]), /one label per window \(12\), got 2/);
  assert.throws(() => oversample(raw, labels, { roll: [5, 5] }), /got \[5,5\]/);
  assert.throws(() => oversample(raw, labels, { noise: -1 }), /noise must be a finite number from 0, got -1/);
});
