/** What every augmentation of series keeps to, and the windows that it is tried on. */
import assert from "node:assert/strict";
import test from "node:test";
import type { SeriesAugmentOptions } from "../../src/augment/windows";
import { randomSource } from "../../src/core/random";
import { type Series, series } from "../../src/core/series";

const random = randomSource(3);
export const [windows, steps, channels] = [40, 60, 6];
const names = ["acc_x", "acc_y", "acc_z", "gy_x", "gy_y", "gy_z"];
export const size = steps * channels;
export const data = Float32Array.from({ length: windows * size }, () => random.normal());
export const raw = series(data, { steps, channels: names, rate: 50 });

/** The values of one window. */
export const window = (source: Series, w: number): Float32Array =>
  source.data.subarray(w * size, (w + 1) * size);

/** Tests an augmentation against what all keep to. */
export function testSeriesContract(
  name: string,
  augment: (source: Series, options: SeriesAugmentOptions) => Series,
): void {
  test(`${name} keeps the shape and its input, repeats with its seed and changes with another`, () => {
    const before = data.slice();
    const once = augment(raw, { seed: 1 });
    assert.deepEqual(once.shape, raw.shape);
    assert.deepEqual(once.channels, raw.channels);
    assert.ok(once.data.every(Number.isFinite));
    assert.deepEqual(augment(raw, { seed: 1 }).data, once.data);
    assert.notDeepEqual(augment(raw, { seed: 2 }).data, once.data);
    assert.deepEqual(data, before);
  });

  test(`${name} leaves windows alone that the probability spares`, () => {
    assert.deepEqual(augment(raw, { probability: 0 }).data, data);
    const half = augment(raw, { probability: 0.5, seed: 4 });
    const spared = Array.from({ length: windows }, (_, w) => w).filter(
      (w) => window(half, w).join() === window(raw, w).join(),
    );
    assert.ok(spared.length > 8 && spared.length < 32, `${spared.length}`);
    assert.throws(() => augment(raw, { probability: 2 }), /\[0, 1\], got 2/);
  });
}
