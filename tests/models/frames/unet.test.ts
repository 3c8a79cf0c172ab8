import assert from "node:assert/strict";
import test from "node:test";
import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../../src/engine";
import { unet } from "../../../src/models";
import { assertEqualsKeras } from "../againstKeras";

test("the U-Net equals Keras on the same weights, also where a level has an odd size", () => {
  assertEqualsKeras("unet", (inputShape) => unet({ inputShape, filters: 8, depth: 3 }));
});

test("the U-Net grouped by time step equals Keras's grouped convolutions", () => {
  assertEqualsKeras("unet grouped", (inputShape) =>
    unet({ inputShape, filters: 8, depth: 2, groupByTime: true }),
  );
});

test("the U-Net with attention blocks, gates, mish and a 3 x 3 output equals Keras", () => {
  assertEqualsKeras("unet attention gates mish", (inputShape) =>
    unet({
      inputShape,
      filters: 16,
      depth: 2,
      attention: true,
      gates: true,
      activation: "mish",
      outputKernel: 3,
    }),
  );
});

test("a residual U-Net starts as persistence and can be trained away from it", () => {
  const model = unet({ inputShape: [8, 8, 3], filters: 4, depth: 1, residual: true, momentum: 0.9 });
  const x = tf.randomUniform([2, 8, 8, 3], 0, 1, "float32", 1);
  const y = model.predict(x) as tfTypes.Tensor;
  assert.deepEqual(y.dataSync(), tf.slice(x, [0, 0, 0, 2], [2, 8, 8, 1]).dataSync());
  const { grads } = tf.variableGrads(
    () => tf.mean(tf.square(model.apply(x, { training: true }) as tfTypes.Tensor)) as tfTypes.Scalar,
  );
  assert.ok(Object.values(grads).some((gradient) => tf.max(tf.abs(gradient)).dataSync()[0] > 0));
});
