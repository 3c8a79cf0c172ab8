import assert from "node:assert/strict";
import test from "node:test";
import { sliceSeries, warpMagnitude, warpTime } from "../../src/augment/warps";
import { type Series, series } from "../../src/core/series";
import { data, raw, testSeriesContract } from "./seriesContract";

testSeriesContract("warpMagnitude", warpMagnitude);
testSeriesContract("warpTime", warpTime);
testSeriesContract("sliceSeries", sliceSeries);

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
