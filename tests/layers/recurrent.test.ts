/** Public reports on recurrent layers, each in its smallest form, on our own ops and on TensorFlow's. */
import assert from "node:assert/strict";
import test from "node:test";
import type { layers as layerTypes, Scalar, Tensor, Tensor3D, Variable } from "@tensorflow/tfjs-node-gpu";
import { tf, usesOwnOps, variableGradients, withReferenceOps } from "../../src/engine";
import { gru, lstm } from "../../src/layers";
import type { RecurrentOptions } from "../../src/layers/recurrent";
import { fit, sgd } from "../../src/train";

type Make = (options: RecurrentOptions) => layerTypes.Layer;
const cells: Record<string, Make> = {
  lstm,
  gru,
  "gru, reset before": (options) => gru({ ...options, resetAfter: false }),
};
const ways: Record<string, <T>(f: () => T) => T> = {
  ...(usesOwnOps() ? { "our own ops": (f) => f() } : {}),
  "TensorFlow's ops": withReferenceOps,
};

const units = 20;
const drawn = (shape: [number, number, number], seed = 1): Tensor3D =>
  tf.randomNormal(shape, 0, 1, "float32", seed);

/** A layer with weights of every size, biases included. */
function layerOf(make: Make, options: Partial<RecurrentOptions> = {}): layerTypes.Layer {
  const layer = make({ units, ...options });
  layer.apply(tf.zeros([1, 2, 3]));
  for (const [index, weight] of layer.trainableWeights.entries()) {
    weight.write(tf.randomNormal(weight.shape as number[], 0, 0.3, "float32", index + 1));
  }
  return layer;
}

const run = (layer: layerTypes.Layer, x: Tensor, mask?: Tensor) =>
  layer.apply(x, { mask } as object) as Tensor;

function assertClose(actual: Tensor, expected: Tensor, tolerance = 1e-6): void {
  assert.deepEqual(actual.shape, expected.shape);
  const most = tf.max(tf.abs(tf.sub(actual, expected))).dataSync()[0];
  assert.ok(most <= tolerance, `differs by ${most}`);
}

for (const [cell, make] of Object.entries(cells)) {
  for (const [way, within] of Object.entries(ways)) {
    const report = (title: string, f: () => void) =>
      test(`${cell} by ${way}: ${title}`, () => within(() => tf.tidy(f)));

    report("read backwards, states come in the order of reading (keras-team/keras#1431)", () => {
      const x = drawn([3, 5, 3]);
      const [forwards, backwards] = [false, true].map((goBackwards) =>
        layerOf(make, { goBackwards, returnSequences: true }),
      );
      assertClose(run(backwards, x), run(forwards, tf.reverse(x, 1)));
    });

    report("padding changes nothing in either direction (keras-team/keras#7244, #17596)", () => {
      const x = drawn([2, 4, 3]);
      const padded = tf.concat([x, tf.fill([2, 3, 3], 9)], 1);
      const mask = tf.tensor2d([1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0], [2, 7], "bool");
      for (const goBackwards of [false, true]) {
        const layer = layerOf(make, { goBackwards });
        assertClose(run(layer, padded, mask), run(layer, x));
      }
    });

    report("a sample without any step gives zeros, and gradients of zero (lwtnn/lwtnn#80)", () => {
      const layer = layerOf(make, { returnSequences: true });
      const weights = layer.trainableWeights.map((weight) => weight.read() as Variable);
      const loss = () => tf.sum<Scalar>(run(layer, drawn([1, 4, 3]), tf.zeros([1, 4], "bool")));
      const { value, grads } = variableGradients(loss, weights);
      assert.equal(value.dataSync()[0], 0);
      for (const gradient of Object.values(grads)) assert.ok(gradient.dataSync().every((v) => v === 0));
    });

    report("a sample's states do not depend on those beside it (pytorch/pytorch#32023, #79501)", () => {
      const x = drawn([7, 6, 3]);
      const layer = layerOf(make);
      const together = run(layer, x);
      const alone = tf.concat(tf.split(x, 7).map((sample) => run(layer, sample)));
      assertClose(together, alone);
    });

    report("NaN stays in its sample, and is not lost (chainer/chainer#3955)", () => {
      const x = tf.concat([drawn([1, 4, 3]), tf.fill([1, 4, 3], Number.NaN), drawn([1, 4, 3], 2)]);
      const nans = Array.from(run(layerOf(make), x).dataSync(), Number.isNaN);
      assert.deepEqual(
        [0, 1, 2].map((sample) => nans.slice(sample * units, (sample + 1) * units).filter(Boolean).length),
        [0, units, 0],
      );
    });

    report(
      "huge inputs saturate the gates, without NaN in states or gradients (keras-team/keras#13221)",
      () => {
        const x = tf.variable(tf.mul(drawn([3, 6, 3]), 1e20));
        const layer = layerOf(make, { returnSequences: true, recurrentDropout: 0.2 });
        const loss = () => tf.sum<Scalar>(tf.square(layer.apply(x, { training: true }) as Tensor));
        const { value, grads } = variableGradients(loss, [x]);
        assert.ok(Number.isFinite(value.dataSync()[0]));
        assert.ok(grads[x.name].dataSync().every(Number.isFinite));
        x.dispose();
      },
    );

    report("the same call twice gives the same bytes (tensorflow/tensorflow#59281)", () => {
      const x = tf.variable(drawn([33, 9, 3]));
      const layer = layerOf(make, { returnSequences: true });
      const once = () => {
        const loss = () => tf.mean<Scalar>(tf.square(run(layer, x)));
        const { value, grads } = variableGradients(loss, [x]);
        return [value.dataSync(), grads[x.name].dataSync()];
      };
      assert.deepEqual(once(), once());
      x.dispose();
    });

    test(`${cell} by ${way}: calls leave no tensor behind (tensorflow/tfjs#858, #200)`, () => {
      within(() => {
        const x = drawn([2, 5, 3]);
        const layer = layerOf(make);
        const step = () =>
          tf.tidy(() => {
            const weights = layer.trainableWeights.map((weight) => weight.read() as Variable);
            variableGradients(() => tf.sum<Scalar>(run(layer, x)), weights);
          });
        step();
        const { numTensors, numBytes } = tf.memory();
        step();
        assert.deepEqual([tf.memory().numTensors, tf.memory().numBytes], [numTensors, numBytes]);
      });
    });
  }
}

const own = { skip: usesOwnOps() ? false : "set-up compiled no ops of our own" };

for (const [cell, make] of Object.entries(cells)) {
  test(`${cell}: no step and no sample give no states, not a failure (pytorch/pytorch#50192)`, own, () => {
    tf.tidy(() => {
      const layer = layerOf(make);
      assert.deepEqual(Array.from(run(layer, tf.zeros([2, 0, 3])).dataSync()), Array(2 * units).fill(0));
      assert.deepEqual(run(layer, tf.zeros([0, 4, 3])).shape, [0, units]);
    });
  });

  test(
    `${cell}: masked and unmasked batches train in one compiled fit (keras-team/keras#4468)`,
    own,
    async () => {
      const input = tf.input({ shape: [6, 3] });
      const masked = tf.layers.masking({ maskValue: 0 }).apply(input);
      const states = tf.layers
        .bidirectional({ layer: make({ units: 4 }) as layerTypes.RNN, mergeMode: "concat" })
        .apply(masked) as typeof input;
      const output = tf.layers.dense({ units: 2, activation: "softmax" }).apply(states) as typeof input;
      const model = tf.model({ inputs: input, outputs: output });
      const data = Float32Array.from({ length: 8 * 18 }, (_, i) => (i % 36 < 27 ? Math.sin(i) : 0));
      const set = {
        x: { data, shape: [8, 6, 3] },
        y: { data: Int32Array.of(0, 1, 0, 1, 0, 1, 0, 1), shape: [8] },
      };
      const loss = "sparseCategoricalCrossEntropy";
      const history = await fit(model, set, {
        optimizer: sgd({ learningRate: 0.1 }),
        loss,
        batchSize: 3,
        epochs: 8,
      });
      assert.equal(history.mode, "compiled");
      const losses = history.logs.loss;
      assert.ok(losses[7] < losses[0], String(losses));
    },
  );
}

test("inputs that do not fit an op are refused by name", own, () => {
  const { gruSequence, lstmSequence } = require("../../src/engine") as typeof import("../../src/engine");
  const options = { backwards: false, hard: false, returnSequences: true };
  const kernel = (rows: number, columns: number) => tf.zeros([rows, columns]) as never;
  assert.throws(
    () => lstmSequence(tf.zeros([2, 3, 8]), { recurrentKernel: kernel(2, 9) }, options),
    /gates must be \[samples, steps, 4 units\].*\[2,3,8\] and \[2,9\]/,
  );
  const counts = tf.zeros([3, 2]);
  assert.throws(
    () =>
      gruSequence(
        tf.zeros([2, 3, 6]),
        { recurrentKernel: kernel(2, 6) },
        { ...options, resetAfter: true, counts },
      ),
    /the mask must be \[2,3\], got \[3,2\]/,
  );
});
