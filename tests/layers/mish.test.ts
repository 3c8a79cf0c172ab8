import assert from "node:assert/strict";
import test from "node:test";
import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../src/engine";
import { mish } from "../../src/layers";

const points = [-100, -20, -3, -1, -0.25, 0, 0.5, 1, 4, 30, 100];

/** In double precision: x tanh(ln(1 + e^x)). */
const exact = (x: number): number => x * Math.tanh(Math.log1p(Math.exp(x)));

test("values and slopes equal the definition, also far from zero", () => {
  tf.tidy(() => {
    const layer = mish();
    const f = (x: tfTypes.Tensor): tfTypes.Tensor => layer.apply(x) as tfTypes.Tensor;
    const x = tf.tensor1d(points);
    const values = f(x).dataSync();
    const slopes = tf
      .grad((input) => tf.sum(f(input)))(x)
      .dataSync();
    points.forEach((point, index) => {
      assert.ok(
        Math.abs(values[index] - exact(point)) <= 1e-5 * Math.max(1, Math.abs(point)),
        `mish(${point})`,
      );
      const step = 1e-5;
      const slope = (exact(point + step) - exact(point - step)) / (2 * step);
      assert.ok(Math.abs(slopes[index] - slope) < 1e-4, `slope at ${point}: ${slopes[index]} for ${slope}`);
    });
  });
});
