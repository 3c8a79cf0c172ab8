import assert from "node:assert/strict";
import test from "node:test";
import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { tf, usesOwnOps, variableGradients, withReferenceOps } from "../../src/engine";
import { convLstm2d } from "../../src/layers";

const shape: [number, number, number, number, number] = [2, 4, 7, 6, 3];

for (const returnSequences of [false, true]) {
  for (const recurrentActivation of ["sigmoid", "hardSigmoid"] as const) {
    test(`equals tfjs's own layer, ${recurrentActivation}, ${returnSequences ? "all states" : "the last state"}`, () => {
      tf.tidy(() => {
        const x = tf.randomNormal(shape, 0, 1, "float32", 1);
        const fast = convLstm2d({ filters: 5, recurrentActivation, returnSequences, seed: 4 });
        const slow = tf.layers.convLstm2d({
          filters: 5,
          kernelSize: 3,
          padding: "same",
          recurrentActivation,
          returnSequences,
        });
        const out = fast.apply(x) as tfTypes.Tensor;
        slow.apply(x); // builds it
        slow.setWeights(fast.getWeights());
        const expected = slow.apply(x) as tfTypes.Tensor;
        assert.deepEqual(out.shape, expected.shape);
        assert.deepEqual(fast.computeOutputShape(shape), expected.shape);
        assert.ok(tf.max(tf.abs(tf.sub(out, expected))).dataSync()[0] < 1e-5);
        fast.dispose();
        slow.dispose();
      });
    });
  }
}

const own = { skip: usesOwnOps() ? false : "set-up compiled no ops of our own" };

for (const recurrentActivation of ["sigmoid", "hardSigmoid"] as const) {
  test(`our own ops give the outputs and gradients of TensorFlow's, ${recurrentActivation}`, own, () => {
    // Fewer filters than a vector holds, a vector of them, more.
    for (const [filters, returnSequences] of [
      [3, false],
      [16, true],
      [21, false],
    ] as const) {
      tf.tidy(() => {
        const x = tf.variable(tf.randomNormal(shape, 0, 2, "float32", 1));
        const layer = convLstm2d({ filters, recurrentActivation, returnSequences, seed: 4 });
        layer.apply(x);
        const weights = layer.trainableWeights.map((weight) => weight.read() as tfTypes.Variable);
        const results = () => {
          const loss = () => {
            const y = layer.apply(x) as tfTypes.Tensor;
            return tf.mean<tfTypes.Scalar>(tf.mul(tf.square(y), tf.reshape(tf.range(0, y.size), y.shape)));
          };
          const { value, grads } = variableGradients(loss, [x, ...weights]);
          return [value, ...[x, ...weights].map(({ name }) => grads[name])];
        };
        const expected = withReferenceOps(results);
        for (const [index, actual] of results().entries()) {
          const size = tf.max(tf.abs(expected[index])).dataSync()[0];
          const most = tf.max(tf.abs(tf.sub(actual, expected[index]))).dataSync()[0];
          assert.ok(
            size > 0 && most <= 1e-5 * size,
            `${filters} filters, result ${index}: ${most} of ${size}`,
          );
        }
        layer.dispose();
        x.dispose();
      });
    }
  });
}

test("one time step alone works, and its forget gate is open at the start", () => {
  tf.tidy(() => {
    const layer = convLstm2d({ filters: 2 });
    const out = layer.apply(tf.ones([1, 1, 4, 4, 1])) as tfTypes.Tensor;
    assert.deepEqual(out.shape, [1, 4, 4, 2]);
    assert.deepEqual([...layer.getWeights()[2].dataSync()], [0, 0, 1, 1, 0, 0, 0, 0]);
    layer.dispose();
  });
});

test("the same seed gives the same weights, another seed others", () => {
  tf.tidy(() => {
    const weights = (seed: number): Float32Array[] => {
      const layer = convLstm2d({ filters: 3, seed });
      layer.apply(tf.zeros(shape));
      const values = layer.getWeights().map((weight) => weight.dataSync() as Float32Array);
      layer.dispose();
      return values;
    };
    assert.deepEqual(weights(1), weights(1));
    assert.notDeepEqual(weights(1)[0], weights(2)[0]);
    assert.notDeepEqual(weights(1)[1], weights(2)[1]);
  });
});

test("filters that are no whole number above 0 are refused", () => {
  assert.throws(() => convLstm2d({ filters: 0 }), /filters must be a whole number above 0, got 0/);
});
