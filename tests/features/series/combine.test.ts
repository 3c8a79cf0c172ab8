import assert from "node:assert/strict";
import test from "node:test";
import { series } from "../../../src/core/series";
import { energy, magnitude, product } from "../../../src/features/series/combine";
import { assertClose, golden, raw } from "../golden";

test("magnitude, energy, its cube root and the product are NumPy's", () => {
  assertClose(magnitude(raw).data, golden.magnitude);
  assertClose(energy(raw).data, golden.energy);
  assertClose(energy(raw, { power: 1 / 3 }).data, golden.energyCubeRoot);
  assertClose(product(raw).data, golden.product);
});

test("the new channel is named after what its channels share", () => {
  assert.deepEqual(magnitude(raw).channels, ["acc.magnitude"]);
  assert.deepEqual(energy(raw, { name: "force" }).channels, ["force"]);
  const mixed = series(Float32Array.of(1, 2), { steps: 1, channels: ["a", "b"] });
  assert.deepEqual(product(mixed).channels, ["product"]);
});

test("the energy of a difference of channels subtracts one by one", () => {
  const pair = series(Float32Array.of(1, 2, 4, 8), { steps: 1, channels: ["a_x", "a_y", "b_x", "b_y"] });
  const found = energy(pair, { channels: ["b_x", "b_y"], minus: ["a_x", "a_y"], power: 0.5 });
  assertClose(found.data, [Math.sqrt(9 + 36)]);
  assert.throws(() => energy(pair, { channels: ["b_x"], minus: ["a_x", "a_y"] }), /\(1\), got 2/);
  assert.throws(() => energy(pair, { power: 0 }), /got 0/);
  assert.throws(() => magnitude(pair, { channels: [] }), /got none/);
});
