import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { type Series, series } from "../../src/core/series";

/** What NumPy, SciPy, pandas and scikit-learn make of the series `x`. */
export const golden: Record<string, number[]> & {
  moving: Record<string, number[]>;
  gap: Record<string, (number | null)[]>;
  waves: Record<string, { x: number[]; fft: number[] }>;
} = JSON.parse(readFileSync(path.join(__dirname, "..", "golden", "features.json"), "utf8"));

/** Three windows of 24 steps; channel `acc_z` of window 1 is constant. */
export const raw: Series = series(Float32Array.from(golden.x), {
  steps: golden.shape[1],
  channels: ["acc_x", "acc_y", "acc_z"],
  rate: 50,
});

/** Asserts that two lists agree within `tolerance` times (1 + |value|); default the rounding of float32. */
export function assertClose(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1.2e-7): void {
  assert.equal(found.length, expected.length);
  for (let i = 0; i < expected.length; i++) {
    const bound = tolerance * (1 + Math.abs(expected[i]));
    assert.ok(Math.abs(found[i] - expected[i]) <= bound, `value ${i} is ${found[i]}, not ${expected[i]}`);
  }
}
