/** Penalties and freezing as Keras has them; keras-team/keras#7514, #15909, #8700 and #6570 had them otherwise. */
import assert from "node:assert/strict";
import test from "node:test";
import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../../src/engine";
import { fit, sgd } from "../../../src/train";
import { penaltyOf } from "../../../src/train/step/penalties";

type Symbolic = tfTypes.SymbolicTensor;

const l2 = () => tf.regularizers.l2({ l2: 0.1 });

/** 0.1 times the sum of squares of all kernels, which is what Keras adds to the loss. */
function squares(model: tfTypes.LayersModel, isPenalised = (name: string) => /kernel/.test(name)): number {
  const weights = model.weights.filter(({ originalName }) => isPenalised(originalName));
  return weights.reduce((sum, weight) => sum + 0.1 * tf.sum(tf.square(weight.read())).dataSync()[0], 0);
}

function chain(shape: number[], layers: readonly tfTypes.layers.Layer[]): tfTypes.LayersModel {
  const input = tf.input({ shape });
  return tf.model({ inputs: input, outputs: layers.reduce((x, layer) => layer.apply(x) as Symbolic, input) });
}

const both = { kernelRegularizer: l2(), recurrentRegularizer: l2() };
const dense = (units = 3) => tf.layers.dense({ units, kernelRegularizer: l2() });
const models: Record<string, () => tfTypes.LayersModel> = {
  "a layer": () => chain([4], [dense()]),
  "a layer used twice": () => {
    const [a, b, shared] = [tf.input({ shape: [4] }), tf.input({ shape: [4] }), dense()];
    const outputs = tf.layers.add().apply([a, b].map((x) => shared.apply(x) as Symbolic)) as Symbolic;
    return tf.model({ inputs: [a, b], outputs });
  },
  "a nested model": () => chain([4], [chain([4], [dense(5), chain([5], [dense(2)])]), dense()]),
  "a nested sequential model": () =>
    chain(
      [4],
      [tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [4], kernelRegularizer: l2() })] })],
    ),
  "a recurrent layer": () => chain([3, 4], [tf.layers.lstm({ units: 2, ...both })]),
  "stacked cells": () => {
    const cell = tf.layers.stackedRNNCells({
      cells: [1, 2].map((units) => tf.layers.gruCell({ units, ...both })),
    });
    return chain([3, 4], [tf.layers.rnn({ cell: cell as never })]);
  },
  "a bidirectional layer": () =>
    chain(
      [3, 4],
      [
        tf.layers.bidirectional({
          layer: tf.layers.simpleRNN({ units: 2, ...both }) as never,
          mergeMode: "sum",
        }),
      ],
    ),
  "a layer over time": () => chain([3, 4], [tf.layers.timeDistributed({ layer: dense() })]),
};

for (const [name, make] of Object.entries(models)) {
  test(`the penalty of ${name} counts once`, () => {
    const model = make();
    const penalty = penaltyOf(model).dataSync()[0];
    assert.ok(Math.abs(penalty - squares(model)) < 1e-5 * penalty, `${penalty} is not ${squares(model)}`);
    assert.ok(penalty > 0);
  });
}

test("a frozen layer's penalty does not count, as in Keras", () => {
  const [frozen, inner] = [dense(5), chain([5], [dense(2)])];
  const model = chain([4], [frozen, inner, dense()]);
  frozen.trainable = false;
  inner.trainable = false;
  const last = model.layers[3].weights[0].read();
  assert.ok(Math.abs(penaltyOf(model).dataSync()[0] - 0.1 * tf.sum(tf.square(last)).dataSync()[0]) < 1e-6);
});

test("the penalty counts in loss and in val_loss, a last short batch included", async () => {
  const model = chain([4], [dense()]);
  const x = { data: new Float32Array(28).fill(0.5), shape: [7, 4] };
  const y = { data: new Float32Array(21), shape: [7, 3] };
  for (const mode of ["compiled", "eager"] as const) {
    const bare = tf.mean(tf.square(model.apply(tf.fill([7, 4], 0.5)) as tfTypes.Tensor)).dataSync()[0];
    const { logs } = await fit(
      model,
      { x, y },
      {
        optimizer: sgd({ learningRate: 0 }),
        loss: "meanSquaredError",
        batchSize: 4,
        mode,
        validation: { x, y },
      },
    );
    for (const value of [logs.loss[0], logs.val_loss[0]]) {
      assert.ok(Math.abs(value - bare - squares(model)) < 1e-5, `${value} is not ${bare + squares(model)}`);
    }
  }
});

test("a batch normalisation in a frozen model neither uses the batch nor moves", async () => {
  const normal = () => tf.layers.batchNormalization({});
  const makers = [
    () => chain([4], [dense(), normal()]),
    () => chain([4], [chain([4], [normal()])]),
    () => tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [4] }), normal()] }),
  ];
  for (const make of makers) {
    const inner = make();
    const model = chain([4], [inner, dense()]);
    inner.trainable = false;
    const before = inner.weights.map((weight) => [...weight.read().dataSync()]);
    const x = tf.randomNormal([8, 4], 3, 2, "float32", 1);
    const [training, inference] = [true, false].map((flag) =>
      (model.apply(x, { training: flag }) as tfTypes.Tensor).dataSync(),
    );
    assert.deepEqual(training, inference);
    await fit(
      model,
      { x, y: tf.zeros([8, 3]) },
      { optimizer: sgd(), loss: "meanSquaredError", batchSize: 4 },
    );
    assert.deepEqual(
      inner.weights.map((weight) => [...weight.read().dataSync()]),
      before,
    );
    inner.trainable = true;
    assert.notDeepEqual((model.apply(x, { training: true }) as tfTypes.Tensor).dataSync(), inference);
  }
});

test("layers that were frozen one by one stay so in a sequential model", () => {
  const first = tf.layers.dense({ units: 3, inputShape: [4] });
  first.trainable = false;
  const model = tf.sequential({ layers: [first, tf.layers.dense({ units: 2 })] });
  model.predict(tf.zeros([1, 4]));
  assert.equal(first.trainable, false);
  assert.equal(model.trainableWeights.length, 2);
});
