import assert from "node:assert/strict";
import test from "node:test";
import {
  dropChannels,
  jitterSeries,
  permuteSegments,
  rollSeries,
  rotateSeries,
  sliceSeries,
  stretchAmplitude,
  warpMagnitude,
  warpTime,
} from "../../src/augment/series";
import type { SeriesAugmentOptions } from "../../src/augment/windows";
import { randomSource } from "../../src/data/random";
import { type Series, series } from "../../src/data/series";

const random = randomSource(3);
const [windows, steps, channels] = [40, 60, 6];
const names = ["acc_x", "acc_y", "acc_z", "gy_x", "gy_y", "gy_z"];
const size = steps * channels;
const data = Float32Array.from({ length: windows * size }, () => random.normal());
const raw = series(data, { steps, channels: names, rate: 50 });
const window = (source: Series, w: number): Float32Array => source.data.subarray(w * size, (w + 1) * size);
const row = (values: Float32Array, t: number): string =>
  values.subarray(t * channels, (t + 1) * channels).join();

const all: Record<string, (source: Series, options: SeriesAugmentOptions) => Series> = {
  rollSeries,
  jitterSeries,
  stretchAmplitude,
  rotateSeries,
  permuteSegments,
  warpMagnitude,
  warpTime,
  sliceSeries,
  dropChannels: (source, options) => dropChannels(source, { rate: 0.5, ...options }),
};

for (const [name, augment] of Object.entries(all)) {
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

test("a fixed roll is NumPy's, also backwards and around", () => {
  const one = series(Float32Array.of(1, 2, 3, 4), { steps: 4, channels: ["x"] });
  assert.deepEqual(Array.from(rollSeries(one, { shift: 1 }).data), [4, 1, 2, 3]);
  assert.deepEqual(Array.from(rollSeries(one, { shift: -5 }).data), [2, 3, 4, 1]);
  assert.throws(() => rollSeries(one, { shift: 0.5 }), /got 0.5/);
});

test("jitter has the deviation asked for, amplitudes one factor a channel", () => {
  const noise = jitterSeries(raw, { deviation: 0.5 }).data.map((value, i) => value - data[i]);
  const mean = noise.reduce((sum, value) => sum + value, 0) / noise.length;
  const deviation = Math.sqrt(noise.reduce((sum, value) => sum + value * value, 0) / noise.length);
  assert.ok(Math.abs(mean) < 0.02 && Math.abs(deviation - 0.5) < 0.02);
  const scaled = stretchAmplitude(raw, { deviation: 0.3 });
  for (let i = channels; i < size; i++) {
    const first = scaled.data[i % channels] / data[i % channels];
    assert.ok(Math.abs(scaled.data[i] - first * data[i]) < 1e-5);
  }
});

test("rotation keeps the lengths of triples and the angles between rows, each triple apart or all together", () => {
  const dot = (values: Float32Array, a: number, b: number): number =>
    values[a] * values[b] + values[a + 1] * values[b + 1] + values[a + 2] * values[b + 2];
  for (const together of [true, false]) {
    const turned = rotateSeries(raw, { together, seed: 9 });
    for (const first of [0, 3]) {
      for (let t = 1; t < steps; t++) {
        const at = first + t * channels;
        assert.ok(Math.abs(dot(turned.data, at, at) - dot(data, at, at)) < 1e-4);
        assert.ok(Math.abs(dot(turned.data, at, first) - dot(data, at, first)) < 1e-4);
      }
    }
    // between the triples angles are kept only where both turn alike
    const off = Math.abs(dot(turned.data, 0, 3) - dot(data, 0, 3));
    assert.equal(off < 1e-4, together);
  }
});

test("rotation touches only the named triples, and a right-handed system stays right-handed", () => {
  const axes = series(Float32Array.of(1, 0, 0, 7, 0, 1, 0, 7, 0, 0, 1, 7), {
    steps: 3,
    channels: ["x", "y", "z", "w"],
  });
  const m = rotateSeries(axes, { triples: [["x", "y", "z"]], seed: 5 }).data;
  assert.deepEqual([m[3], m[7], m[11]], [7, 7, 7]);
  const determinant =
    m[0] * (m[5] * m[10] - m[6] * m[9]) -
    m[1] * (m[4] * m[10] - m[6] * m[8]) +
    m[2] * (m[4] * m[9] - m[5] * m[8]);
  assert.ok(Math.abs(determinant - 1) < 1e-5);
  assert.throws(() => rotateSeries(axes), /multiple of three .*got 4/);
});

test("permutation keeps every row, in at most as many pieces as asked for and none shorter than the least", () => {
  const shuffled = permuteSegments(raw, { segments: 4, least: 10, seed: 2 });
  for (let w = 0; w < windows; w++) {
    const [from, to] = [window(raw, w), window(shuffled, w)];
    const places = new Map(Array.from({ length: steps }, (_, t) => [row(from, t), t]));
    const order = Array.from({ length: steps }, (_, t) => places.get(row(to, t)) ?? Number.NaN);
    assert.deepEqual(
      [...order].sort((a, b) => a - b),
      Array.from({ length: steps }, (_, t) => t),
    );
    const starts = [
      0,
      ...order.map((_, t) => t).filter((t) => t > 0 && order[t] !== order[t - 1] + 1),
      steps,
    ];
    assert.ok(starts.length <= 5);
    for (let i = 1; i < starts.length; i++) assert.ok(starts[i] - starts[i - 1] >= 10);
  }
  assert.throws(() => permuteSegments(raw, { segments: 7 }), /must fit 60 steps, got 7/);
});

test("warps without deviation and slices of everything change nothing", () => {
  const same = (found: Series): void =>
    found.data.forEach((value, i) => assert.ok(Math.abs(value - data[i]) < 1e-5));
  same(warpMagnitude(raw, { deviation: 0 }));
  same(warpTime(raw, { deviation: 0 }));
  same(sliceSeries(raw, { keep: 1 }));
});

test("a time warp keeps both ends and runs only forwards", () => {
  const ramp = series(
    Float32Array.from({ length: 100 }, (_, t) => t),
    { steps: 100, channels: ["x"] },
  );
  const warped = warpTime(ramp, { deviation: 0.5, seed: 7 }).data;
  assert.equal(warped[0], 0);
  assert.ok(Math.abs(warped[99] - 99) < 1e-4);
  for (let t = 1; t < 100; t++) assert.ok(warped[t] > warped[t - 1]);
});

test("a slice of a ramp is a flatter ramp inside it", () => {
  const ramp = series(
    Float32Array.from({ length: 100 }, (_, t) => t),
    { steps: 100, channels: ["x"] },
  );
  const slice = sliceSeries(ramp, { keep: 0.5, seed: 7 }).data;
  for (let t = 1; t < 100; t++) assert.ok(Math.abs(slice[t] - slice[t - 1] - 0.5) < 1e-4);
  assert.ok(slice[0] >= 0 && slice[99] <= 99);
});

test("dropped channels are 0 throughout, the others untouched", () => {
  const fewer = dropChannels(raw, { rate: 0.5, seed: 1 });
  let dropped = 0;
  for (let w = 0; w < windows; w++) {
    for (let c = 0; c < channels; c++) {
      const values = window(fewer, w).filter((_, i) => i % channels === c);
      const zero = values.every((value) => value === 0);
      dropped += zero ? 1 : 0;
      if (!zero)
        assert.deepEqual(
          values,
          window(raw, w).filter((_, i) => i % channels === c),
        );
    }
  }
  assert.ok(dropped > 80 && dropped < 160, `${dropped}`);
});
