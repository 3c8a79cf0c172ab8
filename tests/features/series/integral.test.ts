import assert from "node:assert/strict";
import test from "node:test";
import { series } from "../../../src/core/series";
import { gradient } from "../../../src/features/series/gradient";
import { cumulativeIntegral, doubleIntegral } from "../../../src/features/series/integral";
import { assertClose, golden, raw } from "../golden";

test("the cumulative integral is SciPy's, from 0, in steps or seconds", () => {
  assert.deepEqual(cumulativeIntegral(raw).data, Float32Array.from(golden.integral));
  assertClose(cumulativeIntegral(raw, { spacing: 0.02 }).data, golden.integralSpaced);
});

test("the double integral is SciPy's integral of the integral without rounding between", () => {
  assertClose(doubleIntegral(raw, { spacing: 0.02 }).data, golden.doubleIntegral);
});

test("a long window is summed in float64", () => {
  const long = series(new Float32Array(1_000_000).fill(0.1), { steps: 1_000_000, channels: ["x"] });
  const last = cumulativeIntegral(long).data[999_999];
  assert.ok(Math.abs(last - Math.fround(0.1) * 999_999) < 0.01);
});

test("the gradient of the integral of a straight line is the line inside", () => {
  const line = series(
    Float32Array.from({ length: 10 }, (_, t) => 3 * t + 1),
    { steps: 10, channels: ["x"] },
  );
  assertClose(gradient(cumulativeIntegral(line)).data.slice(1, 9), line.data.slice(1, 9));
});

test("one step integrates to 0, and NaN spoils only what comes after it", () => {
  assert.deepEqual(cumulativeIntegral(series(Float32Array.of(7), { steps: 1, channels: ["x"] })).data[0], 0);
  const gap = series(Float32Array.of(1, 1, Number.NaN, 1, 2, 2, 2, 2), { steps: 4, channels: ["x"] });
  assert.deepEqual(Array.from(cumulativeIntegral(gap).data), [0, 1, Number.NaN, Number.NaN, 0, 2, 4, 6]);
  assert.throws(() => doubleIntegral(gap, { spacing: Number.NaN }), /got NaN/);
});
