import assert from "node:assert/strict";
import test from "node:test";
import { randomSource } from "../../../src/core/random";
import { series } from "../../../src/core/series";
import { tf } from "../../../src/engine";
import { standardScaler } from "../../../src/features";
import { axesScaler } from "../../../src/features/series/axesScaler";
import { channels } from "../../../src/motion";
import { firstFeatures, firstFeaturesInGraph } from "../../../src/motion/recipes/firstFeatures";
import { secondFeatures } from "../../../src/motion/recipes/second";

const random = randomSource(3);
const windows = series(
  Float32Array.from({ length: 4 * 12 * 6 }, (_, i) => random.normal() * (i % 6 < 3 ? 1 : 80)),
  { steps: 12, channels: [...channels] },
);

function assertNear(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    const tolerance = 1e-4 * Math.max(1, Math.abs(expected[i]));
    assert.ok(Math.abs(actual[i] - expected[i]) <= tolerance, `${actual[i]} at ${i}, not ${expected[i]}`);
  }
}

test("the graph makes the first place's features as the typed arrays do", () => {
  const features = firstFeatures(windows);
  assert.deepEqual(features.shape, [4, 12, 18]);
  const graph = tf.tidy(() => firstFeaturesInGraph(tf.tensor(windows.data, [4, 12, 6])).dataSync());
  assertNear(graph, features.data);
});

test("the second place's channels are spectra, energies and changes", () => {
  const features = secondFeatures(windows);
  assert.deepEqual(features.shape, [4, 12, 18]);
  const row = windows.data.subarray(0, 6);
  assertNear(features.data.subarray(6, 9), [
    Math.cbrt(row[0] ** 2 + row[1] ** 2 + row[2] ** 2),
    Math.cbrt(row[3] ** 2 + row[4] ** 2 + row[5] ** 2),
    Math.cbrt((row[3] - row[0]) ** 2 + (row[4] - row[1]) ** 2 + (row[5] - row[2]) ** 2),
  ]);
  assert.ok(features.data.subarray(9, 18).every((value) => value === 0));
});

test("axes of a vector are scaled alike and not moved, other channels standardised", () => {
  const triples = [["acc_x", "acc_y", "acc_z"]];
  const fitted = axesScaler(triples).fit(windows, { indices: [0, 1] });
  const { centre, scale } = fitted.state;
  const values = windows.data.subarray(0, 2 * 12 * 6).filter((_, i) => i % 6 < 3);
  const size = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
  assertNear(scale.slice(0, 3), [size, size, size]);
  assert.deepEqual(centre.slice(0, 3), [0, 0, 0]);
  const standard = standardScaler().fit(windows, { indices: [0, 1] }).state;
  assert.deepEqual(scale.slice(3), standard.scale.slice(3));
  assert.deepEqual(centre.slice(3), standard.centre.slice(3));
  // An axis that never changes counts as it is.
  const data = Float32Array.of(3, 0, 5, 3, 0, 5);
  const still = series(data, { steps: 2, channels: ["a", "b", "c"] });
  const { state } = axesScaler([["a", "b"]]).fit(still);
  assert.deepEqual(
    [state.centre, state.scale],
    [
      [0, 0, 5],
      [Math.sqrt(4.5), Math.sqrt(4.5), 1],
    ],
  );
  assert.throws(() => axesScaler([["x", "y", "z"]]).fit(windows), /one of acc_x/);
});
