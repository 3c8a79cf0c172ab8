import assert from "node:assert/strict";
import test from "node:test";
import { randomSource } from "../../../src/core/random";
import { series } from "../../../src/core/series";
import { kalmanSmooth } from "../../../src/features/series/kalman";
import { assertClose, golden, raw } from "../golden";

const noises = { processNoise: 0.05, measurementNoise: 0.5, spacing: 0.02 };

test("the smoother is the textbook's, computed with matrices", () => {
  assertClose(kalmanSmooth(raw, noises).data, golden.kalman, 1e-5);
  assertClose(kalmanSmooth(raw, { ...noises, output: "velocity" }).data, golden.kalmanVelocity, 1e-4);
});

test("both outputs come side by side, levels first", () => {
  const both = kalmanSmooth(raw, { ...noises, output: "both", channels: ["acc_x"] });
  assert.deepEqual(both.channels, ["acc_x.kalman", "acc_x.kalmanVelocity"]);
  assertClose(
    both.data.filter((_, i) => i % 2 === 0),
    golden.kalman.filter((_, i) => i % 3 === 0),
    1e-5,
  );
});

test("a noisy straight line comes out nearer to the line", () => {
  const random = randomSource(5);
  const line = Float32Array.from({ length: 200 }, (_, t) => 0.1 * t);
  const noisy = series(
    line.map((value) => value + random.normal()),
    { steps: 200, channels: ["x"] },
  );
  const off = (values: Float32Array): number =>
    values.reduce((sum, value, t) => sum + (value - line[t]) ** 2, 0);
  assert.ok(off(kalmanSmooth(noisy, { processNoise: 1e-5 }).data) < off(noisy.data) / 10);
});

test("one step stays as it is, and noises must be positive", () => {
  const one = series(Float32Array.of(3), { steps: 1, channels: ["x"] });
  assert.equal(kalmanSmooth(one).data[0], 3);
  assert.throws(() => kalmanSmooth(one, { processNoise: 0 }), /processNoise must be .*got 0/);
});
