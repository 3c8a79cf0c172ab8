import assert from "node:assert/strict";
import test from "node:test";
import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../src/engine";
import { foldTime, unfoldTime } from "../../src/layers";

test("a layer between fold and unfold equals that layer distributed over time", () => {
  tf.tidy(() => {
    const x = tf.randomNormal([2, 3, 5, 4, 2], 0, 1, "float32", 1);
    const convolution = tf.layers.conv2d({ filters: 3, kernelSize: 3, padding: "same" });
    const folded = foldTime().apply(x) as tfTypes.Tensor;
    assert.deepEqual(folded.shape, [6, 5, 4, 2]);
    const out = unfoldTime({ times: 3 }).apply(convolution.apply(folded)) as tfTypes.Tensor;
    const slow = tf.layers.timeDistributed({
      layer: tf.layers.conv2d({ filters: 3, kernelSize: 3, padding: "same" }),
    });
    slow.apply(x); // builds it
    slow.setWeights(convolution.getWeights());
    const expected = slow.apply(x) as tfTypes.Tensor;
    assert.deepEqual(out.shape, expected.shape);
    assert.ok(tf.max(tf.abs(tf.sub(out, expected))).dataSync()[0] < 1e-6);
    convolution.dispose();
    slow.dispose();
  });
});

test("symbolic shapes follow", () => {
  const folded = foldTime().apply(tf.input({ shape: [4, 8, 8, 1] })) as tfTypes.SymbolicTensor;
  assert.deepEqual(folded.shape, [null, 8, 8, 1]);
  const unfolded = unfoldTime({ times: 4 }).apply(folded) as tfTypes.SymbolicTensor;
  assert.deepEqual(unfolded.shape, [null, 4, 8, 8, 1]);
});

test("times that are no whole number above 0 are refused", () => {
  assert.throws(() => unfoldTime({ times: 1.5 }), /times must be a whole number above 0, got 1.5/);
});
