import assert from "node:assert/strict";
import test from "node:test";
import * as arrays from "../../../src/augment/frames";
import { coarsenFrames } from "../../../src/augment/graph/coarsenFrames";
import {
  blurFrames,
  dropPatches,
  flipFrames,
  reverseFrames,
  shiftIntensity,
  turnFrames,
} from "../../../src/augment/graph/frames";
import { stretchIntensity } from "../../../src/augment/graph/stretchIntensity";
import { frames } from "../../../src/core/frames";
import { tf, withRandomState } from "../../../src/engine";
import type { BatchTransform } from "../../../src/engine/batchTransform";

const size = 6;
const times = 5;
const samples = 24;
const values = Float32Array.from(
  { length: samples * size * size * times },
  (_, i) => ((i * 7919) % 997) / 1000 + 0.001,
);

/** Runs an augmentation on the batch and returns x and y joined: `[samples][size * size * times]`. */
function run(augment: BatchTransform, options: { step?: number } = {}): Float32Array[] {
  return tf.tidy(() => {
    const all = tf.tensor4d(values, [samples, size, size, times]);
    const [x, y] = tf.split(all, [times - 1, 1], 3);
    const out = withRandomState({ seed: 3, step: options.step ?? 0 }, () => augment({ x, y }));
    assert.deepEqual(out.x.shape, x.shape);
    assert.deepEqual(out.y.shape, y.shape);
    return tf.unstack(tf.concat([out.x, out.y], 3)).map((sample) => sample.dataSync() as Float32Array);
  });
}

const one = (index: number): Float32Array =>
  values.slice(index * size * size * times, (index + 1) * size * size * times);
const asFrames = (sample: Float32Array) => frames(sample, { shape: [1, size, size, times], unit: "unit" });
const same = (a: Float32Array, b: Float32Array, tolerance = 0): boolean =>
  a.every((value, i) => Math.abs(value - b[i]) <= tolerance);

/** Asserts that each sample is one of its allowed images, and that every kind occurs. */
function assertOneOf(
  found: Float32Array[],
  kinds: ((sample: Float32Array) => Float32Array)[],
  tolerance = 0,
): void {
  const seen = new Set<number>();
  found.forEach((sample, index) => {
    const kind = kinds.findIndex((make) => same(sample, make(one(index)), tolerance));
    assert.ok(kind >= 0, `sample ${index} is none of the allowed images`);
    seen.add(kind);
  });
  assert.equal(seen.size, kinds.length);
}

const original = (sample: Float32Array): Float32Array => sample;
const flipped = (axis: "rows" | "columns") => (sample: Float32Array) =>
  arrays.flipFrames(asFrames(sample), { axis }).shards[0];
const turned = (turns: number) => (sample: Float32Array) =>
  arrays.turnFrames(asFrames(sample), { turns }).shards[0];

test("flips move inputs and target together and are the typed-array flips", () => {
  const both = (sample: Float32Array): Float32Array => flipped("rows")(flipped("columns")(sample));
  assertOneOf(run(flipFrames()), [original, flipped("rows"), flipped("columns"), both]);
});

test("turns are the typed-array turns, all four occurring", () => {
  assertOneOf(run(turnFrames()), [original, turned(1), turned(2), turned(3)]);
});

test("time reversal plays the target first", () => {
  const reversed = (sample: Float32Array): Float32Array =>
    sample.map((_, i) => sample[i - 2 * (i % times) + times - 1]);
  assertOneOf(run(reverseFrames()), [original, reversed]);
});

test("blur changes the inputs as the typed-array blur does and leaves the target", () => {
  const blurred = (sample: Float32Array): Float32Array => {
    const soft = arrays.blurFrames(asFrames(sample), { deviation: 0.8, probability: 1 }).shards[0];
    return sample.map((value, i) => (i % times === times - 1 ? value : soft[i]));
  };
  assertOneOf(run(blurFrames({ deviation: 0.8 })), [original, blurred], 1e-5);
});

test("patch dropout blanks squares of the inputs at all times and leaves the target", () => {
  const found = run(dropPatches({ count: 1, size: 2, probability: 1 }));
  found.forEach((sample, index) => {
    const source = one(index);
    const holes = [...sample.keys()].filter((i) => sample[i] !== source[i]);
    assert.equal(holes.length, 2 * 2 * (times - 1));
    assert.ok(holes.every((i) => sample[i] === 0 && i % times !== times - 1));
  });
});

test("the intensity shift is one number per sample and keeps no echo", () => {
  const found = run(shiftIntensity({ shift: 0.1, high: 2 }));
  let changed = 0;
  found.forEach((sample, index) => {
    const source = one(index);
    const by = sample[0] - source[0];
    if (by !== 0) changed++;
    sample.forEach((value, i) =>
      assert.ok(Math.abs(value - Math.max(0, source[i] + by)) < 1e-5 || source[i] < 0.1),
    );
  });
  assert.ok(changed > 4 && changed < samples - 4);
  const dark = tf.tidy(() => {
    const x = tf.zeros([4, 2, 2, 4]);
    const y = tf.zeros([4, 2, 2, 1]);
    return withRandomState({ seed: 1, step: 1 }, () =>
      shiftIntensity({ probability: 1 })({ x, y }).x.dataSync(),
    );
  });
  assert.ok(dark.every((value) => value === 0));
});

test("intensities shift within a range, images that are none stay", () => {
  const range = shiftIntensity({ shift: [-0.1, -0.05], skip: 1, low: -1, high: 2, probability: 1 });
  run(range).forEach((sample, index) => {
    const source = one(index);
    const by = sample[1] - source[1];
    assert.ok(by > -0.1001 && by < -0.0499);
    sample.forEach((value, i) =>
      assert.ok(Math.abs(value - source[i] - (i % times === 0 ? 0 : by)) < 1e-5, `pixel ${i}`),
    );
  });
  assert.throws(() => shiftIntensity({ shift: [1, 0] }), /largest shift/);
  assert.throws(() => shiftIntensity({ skip: -1 }), /skip/);
});

test("coarser frames hold the four images of every second row and column", () => {
  run(coarsenFrames({ probability: 1 })).forEach((sample, index) => {
    const source = one(index);
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        const from = 2 * (row % 3) + Math.floor(row / 3);
        const beside = 2 * (column % 3) + Math.floor(column / 3);
        for (let time = 0; time < times; time++) {
          assert.equal(
            sample[(row * size + column) * times + time],
            source[(from * size + beside) * times + time],
          );
        }
      }
    }
  });
  assert.ok(run(coarsenFrames()).some((sample, i) => same(sample, one(i))));
  const odd = { x: tf.zeros([1, 3, 4, 4]), y: tf.zeros([1, 3, 4, 1]) };
  assert.throws(() => coarsenFrames()(odd), /must be even, got 3 x 4/);
});

test("stretched intensities keep their order and what is no echo, and leave other images alone", () => {
  const stretch = stretchIntensity({ contrast: 3, skip: 1, low: 0, high: 0.9, level: 0.3, probability: 1 });
  run(stretch).forEach((sample, index) => {
    const source = one(index);
    const inside = [...sample.keys()].filter((i) => i % times > 0 && sample[i] > 0 && sample[i] < 0.899);
    const [a, b] = [inside[0], inside.find((i) => Math.abs(source[i] - source[inside[0]]) > 0.1)!];
    const factor = (sample[b] - sample[a]) / (source[b] - source[a]);
    assert.ok(factor >= 1 && factor <= 3, `${factor}`);
    sample.forEach((value, i) => {
      const moved = i % times ? (source[i] - source[a]) * factor + sample[a] : source[i];
      const expected = i % times ? Math.min(0.9, Math.max(0, moved)) : moved;
      assert.ok(Math.abs(value - expected) < 1e-4, `pixel ${i}`);
    });
  });
  const dark = tf.tidy(() => {
    const batch = { x: tf.zeros([2, 2, 2, 4]), y: tf.zeros([2, 2, 2, 1]) };
    return withRandomState({ seed: 1, step: 1 }, () => stretchIntensity()(batch).y.dataSync());
  });
  assert.ok(dark.every((value) => value === 0));
  assert.throws(() => stretchIntensity({ contrast: 0.5 }), /contrast/);
});

test("the same step draws the same, another step another", () => {
  assert.ok(run(flipFrames()).every((sample, i) => same(sample, run(flipFrames())[i])));
  assert.ok(!run(flipFrames()).every((sample, i) => same(sample, run(flipFrames(), { step: 1 })[i])));
});

test("what cannot be done is refused", () => {
  assert.throws(() => run(flipFrames({ probability: 2 })), /\[0, 1\], got 2/);
  assert.throws(() => blurFrames({ deviation: 0 }), /deviation must be a finite number above 0/);
  assert.throws(() => run(dropPatches({ size: 7 })), /from 1 to 6, got 7/);
  const oblong = { x: tf.zeros([1, 2, 3, 4]), y: tf.zeros([1, 2, 3, 1]) };
  assert.throws(() => turnFrames()(oblong), /square frames, got 2 x 3/);
});
