import assert from "node:assert/strict";
import test from "node:test";
import {
  dropChannels,
  jitterSeries,
  permuteSegments,
  rollSeries,
  stretchAmplitude,
} from "../../src/augment/series";
import { series } from "../../src/core/series";
import { channels, data, raw, size, steps, testSeriesContract, window, windows } from "./seriesContract";

const row = (values: Float32Array, t: number): string =>
  values.subarray(t * channels, (t + 1) * channels).join();

testSeriesContract("rollSeries", rollSeries);
testSeriesContract("jitterSeries", jitterSeries);
testSeriesContract("stretchAmplitude", stretchAmplitude);
testSeriesContract("permuteSegments", permuteSegments);
testSeriesContract("dropChannels", (source, options) => dropChannels(source, { rate: 0.5, ...options }));

test("a fixed roll is NumPy's, also backwards and around", () => {
  const one = series(Float32Array.of(1, 2, 3, 4), { steps: 4, channels: ["x"] });
  assert.deepEqual(Array.from(rollSeries(one, { shift: 1 }).data), [4, 1, 2, 3]);
  assert.deepEqual(Array.from(rollSeries(one, { shift: -5 }).data), [2, 3, 4, 1]);
  assert.throws(() => rollSeries(one, { shift: 0.5 }), /got 0.5/);
});

test("jitter has the deviation asked for, amplitudes one factor per channel", () => {
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
