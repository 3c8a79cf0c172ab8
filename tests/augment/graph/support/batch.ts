/** One batch of series for the tests of augmentations, and what an augmentation makes of it. */
import assert from "node:assert/strict";
import { oneHotLabels } from "../../../../src/augment/graph/mix";
import { randomSource } from "../../../../src/core/random";
import { type Series, series } from "../../../../src/core/series";
import { tf, withRandomState } from "../../../../src/engine";
import type { BatchTransform } from "../../../../src/engine/batchTransform";

export const batch = 24;
export const steps = 20;
export const channels = 6;
export const size = steps * channels;
const source = randomSource(5);
export const values = Float32Array.from({ length: batch * size }, () => source.normal());
export const labels = Int32Array.from({ length: batch }, (_, i) => i % 3);
export const state = (step = 0) => ({ seed: 3, step });

/** Runs an augmentation on the batch and returns x, one array per window, and y as rows. */
export function run(
  augment: BatchTransform,
  step = 0,
): { x: Float32Array[]; y: Float32Array; shape: number[] } {
  return tf.tidy(() => {
    const x = tf.tensor3d(values, [batch, steps, channels]);
    const y = tf.tensor1d(labels, "int32");
    const out = withRandomState(state(step), () => augment({ x, y }));
    assert.deepEqual(out.x.shape, x.shape);
    const data = out.x.dataSync() as Float32Array;
    return {
      x: Array.from({ length: batch }, (_, w) => data.slice(w * size, (w + 1) * size)),
      y: Float32Array.from(out.y.dataSync()),
      shape: out.y.shape,
    };
  });
}

/** An augmentation of class shares, for class numbers. */
export const mixed =
  (augment: BatchTransform): BatchTransform =>
  (given) =>
    augment(oneHotLabels({ classes: 3 })(given));

/** What an augmentation draws, by the same calls in the same state. */
export function draws<T>(f: () => T): T {
  return withRandomState(state(), f);
}

export const one = (window: number): Float32Array => values.slice(window * size, (window + 1) * size);
export const asSeries = (window: Float32Array): Series => series(window, { steps, channels: [..."abcdef"] });

export function assertNear(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    assert.ok(Math.abs(actual[i] - expected[i]) <= tolerance, `${actual[i]} at ${i}, not ${expected[i]}`);
  }
}

export const rowsOf = (window: Float32Array): string[] =>
  Array.from({ length: steps }, (_, t) => window.subarray(t * channels, (t + 1) * channels).join());
