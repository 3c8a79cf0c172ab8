import assert from "node:assert/strict";
import test from "node:test";
import {
  dropChannels,
  jitterSeries,
  permuteSegments,
  rollSeries,
  stretchAmplitude,
  warpTime,
} from "../../../src/augment/graph/series";
import * as arrays from "../../../src/augment/series";
import { linear, smoothCurve } from "../../../src/augment/windows";
import type { RandomSource } from "../../../src/core/random";
import { randomInteger, randomNormal } from "../../../src/engine";
import {
  asSeries,
  assertNear,
  batch,
  channels,
  draws,
  one,
  rowsOf,
  run,
  steps,
  values,
} from "./support/batch";

test("rolls are the typed-array rolls by the drawn shifts, one per window or one per batch", () => {
  const shifts = draws(() => randomInteger([batch, 1], { min: 2, max: 9 }).dataSync());
  assert.ok(new Set(shifts).size > 2);
  run(rollSeries({ range: [2, 9] })).x.forEach((window, w) => {
    assert.deepEqual(window, arrays.rollSeries(asSeries(one(w)), { shift: shifts[w] }).data);
  });
  const [shift] = draws(() => randomInteger([1, 1], { min: 0, max: steps }).dataSync());
  run(rollSeries({ per: "batch" })).x.forEach((window, w) => {
    assert.deepEqual(window, arrays.rollSeries(asSeries(one(w)), { shift }).data);
  });
});

test("jitter adds the drawn noise and amplitudes multiply whole channels", () => {
  const noise = draws(() => randomNormal([batch, steps, channels], { deviation: 0.2 }).dataSync());
  assertNear(
    run(jitterSeries({ deviation: 0.2 })).x.flatMap((window) => [...window]),
    values.map((value, i) => value + noise[i]),
    1e-6,
  );
  const factors = draws(() => randomNormal([batch, 1, channels], { mean: 1, deviation: 0.2 }).dataSync());
  run(stretchAmplitude({ deviation: 0.2 })).x.forEach((window, w) => {
    assertNear(
      window,
      one(w).map((value, i) => value * factors[w * channels + (i % channels)]),
      1e-6,
    );
  });
});

test("channel dropout blanks whole channels and keeps the others", () => {
  let dropped = 0;
  run(dropChannels({ rate: 0.3 })).x.forEach((window, w) => {
    for (let c = 0; c < channels; c++) {
      const own = [...window].filter((_, i) => i % channels === c);
      if (own.every((value) => value === 0)) dropped++;
      else
        assert.deepEqual(
          own,
          [...one(w)].filter((_, i) => i % channels === c),
        );
    }
  });
  assert.ok(dropped > 0.15 * batch * channels && dropped < 0.45 * batch * channels);
});

test("time warp is the typed-array warp of the drawn knots", () => {
  const heights = draws(() => randomNormal([batch, 5], { mean: 0, deviation: 1 }).dataSync());
  run(warpTime({ deviation: 0.3, knots: 3 })).x.forEach((window, w) => {
    let at = 5 * w;
    const random = { normal: () => heights[at++] } as RandomSource;
    const speed = smoothCurve(random, { steps, knots: 3, deviation: 0.3 });
    const time = [0];
    for (let t = 1; t < steps; t++) time.push(time[t - 1] + Math.max(0.05, speed[t]));
    const before = one(w);
    const expected = before.map((_, i) => {
      const place = (time[Math.floor(i / channels)] * (steps - 1)) / time[steps - 1];
      return linear(before, { at: place, channels, channel: i % channels });
    });
    assertNear(window, expected, 1e-4);
    assertNear(window.subarray(0, channels), before.subarray(0, channels), 0);
  });
});

test("segment order keeps every row, in at most so many pieces of the least length", () => {
  let changed = 0;
  run(permuteSegments({ segments: 3, least: 5 })).x.forEach((window, w) => {
    const before = rowsOf(one(w));
    const places = rowsOf(window).map((row) => before.indexOf(row));
    assert.deepEqual(
      [...places].sort((a, b) => a - b),
      Array.from({ length: steps }, (_, t) => t),
    );
    const starts = places.flatMap((place, t) => (t > 0 && place === places[t - 1] + 1 ? [] : [t]));
    assert.ok(starts.length <= 3);
    for (const [i, start] of starts.entries()) assert.ok((starts[i + 1] ?? steps) - start >= 5);
    if (starts.length > 1) changed++;
  });
  assert.ok(changed > batch / 2);
});

test("what cannot be done is refused", () => {
  assert.throws(() => jitterSeries({ probability: 2 }), /\[0, 1\], got 2/);
  assert.throws(() => jitterSeries({ deviation: -1 }), /from 0, got -1/);
  assert.throws(() => rollSeries({ range: [4, 4] }), /low < high, got \[4,4\]/);
  assert.throws(() => dropChannels({ rate: 1.5 }), /got 1.5/);
  assert.throws(() => warpTime({ knots: -1 }), /whole number from 0 to 1000, got -1/);
  assert.throws(() => run(permuteSegments({ segments: 4 })), /must fit 20 steps, got 4/);
});
