import assert from "node:assert/strict";
import test from "node:test";
import {
  blurFrames,
  dropPatches,
  flipFrames,
  reverseFrames,
  shiftIntensity,
  turnFrames,
} from "../../src/augment/frames";
import { frames, sampleOf } from "../../src/core/frames";

const source = frames(
  Uint8Array.from({ length: 40 * 4 * 4 * 3 }, (_, i) => (i * 31) % 251),
  { shape: [40, 4, 4, 3], unit: "pixel" },
);
const before = source.shards[0].slice();
const changedSamples = (other: typeof source): number[] =>
  Array.from({ length: 40 }, (_, i) => i).filter((i) =>
    sampleOf(source, i).some((value, k) => value !== sampleOf(other, i)[k]),
  );

test("two flips and four turns give the frames back", () => {
  for (const axis of ["rows", "columns"] as const) {
    const flipped = flipFrames(source, { axis });
    assert.notDeepEqual(flipped.shards[0], source.shards[0]);
    assert.deepEqual(flipFrames(flipped, { axis }).shards[0], source.shards[0]);
  }
  const turned = turnFrames(source, { turns: 1 });
  assert.deepEqual(turnFrames(turned, { turns: 3 }).shards[0], source.shards[0]);
  assert.deepEqual(turnFrames(turned, { turns: -1 }).shards[0], source.shards[0]);
});

test("a quarter turn is NumPy's rot90", () => {
  const square = frames(Uint8Array.of(1, 2, 3, 4), { shape: [1, 2, 2, 1], unit: "pixel" });
  assert.deepEqual([...turnFrames(square, { turns: 1 }).shards[0]], [2, 4, 1, 3]);
});

test("random changes touch about half of the samples, the same ones for the same seed, and never the input", () => {
  for (const change of [reverseFrames, blurFrames, dropPatches, shiftIntensity] as const) {
    const options = { seed: 5, size: 2 };
    const changed = changedSamples(change(source, options));
    assert.ok(changed.length > 8 && changed.length < 32, `${change.name} changed ${changed.length}`);
    assert.deepEqual(change(source, options).shards[0], change(source, options).shards[0]);
    assert.notDeepEqual(changedSamples(change(source, { ...options, seed: 6 })), changed);
  }
  assert.deepEqual(source.shards[0], before);
});

test("blur keeps a constant image and the mean stays near", () => {
  const flat = frames(new Float32Array(5 * 5).fill(7), { shape: [1, 5, 5, 1], unit: "rain" });
  const blurred = blurFrames(flat, { probability: 1, deviation: 1.3 });
  assert.ok(blurred.shards[0].every((value) => Math.abs(value - 7) < 1e-5));
});

test("the intensity shift stays on the scale and leaves no echo alone", () => {
  const dark = frames(Uint8Array.of(0, 250, 3, 100), { shape: [1, 2, 2, 1], unit: "pixel" });
  for (let seed = 0; seed < 20; seed++) {
    const shifted = shiftIntensity(dark, { probability: 1, shift: 40, seed }).shards[0];
    assert.equal(shifted[0], 0);
    const by = shifted[3] - 100;
    assert.equal(shifted[1], Math.min(255, 250 + by));
    assert.equal(shifted[2], Math.max(0, 3 + by));
  }
});

test("what cannot be done is refused", () => {
  const oblong = frames(new Uint8Array(6), { shape: [1, 2, 3, 1], unit: "pixel" });
  assert.throws(() => turnFrames(oblong, { turns: 1 }), /square frames, got 2 x 3/);
  assert.throws(() => turnFrames(oblong, { turns: 0.5 }), /whole number/);
  assert.throws(() => reverseFrames(source, { probability: -1 }), /\[0, 1\]/);
  assert.throws(() => blurFrames(source, { deviation: 0 }), /above 0 to 4, got 0/);
  assert.throws(() => dropPatches(source, { size: 9 }), /from 1 to 4, got 9/);
});
