import assert from "node:assert/strict";
import test from "node:test";
import { series } from "../../../src/core/series";
import { gradient } from "../../../src/features/series/gradient";
import { golden, raw } from "../golden";

const asFloat32 = (values: number[]): Float32Array => Float32Array.from(values);

test("the gradient is NumPy's, bit for bit", () => {
  const found = gradient(raw);
  assert.deepEqual(found.data, asFloat32(golden.gradient));
  assert.deepEqual(found.channels, ["acc_x.gradient", "acc_y.gradient", "acc_z.gradient"]);
});

test("spacing and second-order ends are NumPy's", () => {
  const found = gradient(raw, { spacing: 0.02, edgeOrder: 2 }).data;
  golden.gradientSpaced.forEach((value, i) =>
    assert.ok(Math.abs(found[i] - value) <= 1e-6 * (1 + Math.abs(value))),
  );
});

test("only the chosen channels are derived, and the input stays as it was", () => {
  const before = raw.data.slice();
  const one = gradient(raw, { channels: ["acc_y"] });
  assert.deepEqual(one.shape, [3, 24, 1]);
  assert.deepEqual(
    Array.from(one.data),
    golden.gradient.filter((_, i) => i % 3 === 1),
  );
  assert.deepEqual(raw.data, before);
});

test("windows that are too short and spacings that are no length are errors", () => {
  const one = series(Float32Array.of(1), { steps: 1, channels: ["x"] });
  assert.throws(() => gradient(one), /at least 2 steps, got 1/);
  assert.throws(() => gradient(raw, { spacing: 0 }), /got 0/);
  assert.throws(() => gradient(raw, { channels: ["y"] }), /got y/);
});
