import assert from "node:assert/strict";
import test from "node:test";
import type { LayersModel, SymbolicTensor } from "@tensorflow/tfjs-node-gpu";
import { several } from "../../src/core/array";
import { randomSource } from "../../src/core/random";
import { takeSamples } from "../../src/core/samples";
import { tf } from "../../src/engine";
import { adam, compile, evaluate, fit, network, predict } from "../../src/train";
import { crossValidate, kFold } from "../../src/validate";

const samples = 48;
const random = randomSource(8);
const window = {
  data: Float32Array.from({ length: samples * 6 }, () => random.normal()),
  shape: [samples, 3, 2],
};
const row = { data: Float32Array.from({ length: samples * 2 }, () => random.normal()), shape: [samples, 2] };
const labels = Int32Array.from({ length: samples }, (_, i) =>
  window.data[i * 6] + row.data[i * 2] > 0 ? 1 : 0,
);
const size = {
  data: Float32Array.from({ length: samples }, (_, i) => row.data[i * 2] ** 2),
  shape: [samples, 1],
};
const x = several([window, row]);
const y = several([{ data: labels, shape: [samples] }, size]);

const dense = (units: number, seed: number, activation?: "softmax" | "relu") =>
  tf.layers.dense({ units, activation, kernelInitializer: tf.initializers.glorotUniform({ seed }) });

/** A window and a row to a class and a size. */
function joint(seed: number): LayersModel {
  const [series, numbers] = [tf.input({ shape: [3, 2] }), tf.input({ shape: [2] })];
  const flat = tf.layers.flatten().apply(series) as SymbolicTensor;
  const both = tf.layers.concatenate().apply([flat, numbers]) as SymbolicTensor;
  const hidden = dense(8, seed, "relu").apply(both) as SymbolicTensor;
  const outputs = [dense(2, seed + 1, "softmax"), dense(1, seed + 2)].map(
    (layer) => layer.apply(hidden) as SymbolicTensor,
  );
  return tf.model({ inputs: [series, numbers], outputs });
}

/** The same of one row of all values, its outputs beside each other. */
function single(seed: number): LayersModel {
  const input = tf.input({ shape: [8] });
  const hidden = dense(8, seed, "relu").apply(input) as SymbolicTensor;
  const outputs = [dense(2, seed + 1, "softmax"), dense(1, seed + 2)].map(
    (layer) => layer.apply(hidden) as SymbolicTensor,
  );
  return tf.model({ inputs: input, outputs: tf.layers.concatenate().apply(outputs) as SymbolicTensor });
}

const options = {
  optimizer: "adam",
  loss: ["sparseCategoricalCrossEntropy", "mse"],
  lossWeights: [1, 0.5],
  metrics: ["accuracy"],
  epochs: 3,
  batchSize: 16,
  seed: 4,
};

test("a network of two inputs and two outputs learns what one of all values beside each other does", async () => {
  const rows = tf.tidy(() =>
    tf.concat([tf.reshape(tf.tensor(window.data), [samples, 6]), tf.tensor(row.data, [samples, 2])], 1),
  );
  const joined = { data: rows.dataSync() as Float32Array, shape: [samples, 8] };
  rows.dispose();
  const truths = Float32Array.from({ length: 2 * samples }, (_, i) =>
    i % 2 === 0 ? labels[i / 2] : size.data[(i - 1) / 2],
  );
  const [several, one] = [joint(1), single(1)];
  const { logs } = await fit(several, { x, y }, { ...options, mode: "eager", validation: { x, y } });
  const alone = await fit(
    one,
    { x: joined, y: { data: truths, shape: [samples, 2] } },
    {
      ...options,
      metrics: [],
      lossWeights: undefined,
      mode: "eager",
      loss(truth, prediction) {
        const [label, wanted] = tf.split(truth, 2, 1);
        const [shares, found] = tf.split(prediction, [2, 1], 1);
        const chosen = tf.sum(tf.mul(shares, tf.oneHot(tf.cast(tf.squeeze(label, [1]), "int32"), 2)), 1);
        return tf.add(
          tf.neg(tf.log(chosen)),
          tf.mul(tf.squeeze(tf.squaredDifference(wanted, found), [1]), 0.5),
        );
      },
    },
  );
  logs.loss.forEach((loss, i) => assert.ok(Math.abs(loss - alone.logs.loss[i]) < 1e-5, `${loss}`));
  assert.ok(logs.val_accuracy[2] > 0.4);
  const both = await Promise.all([0, 1].map((output) => predict(several, x, { output })));
  const { data } = await predict(one, joined);
  assert.deepEqual(
    [both[0].shape, both[1].shape],
    [
      [samples, 2],
      [samples, 1],
    ],
  );
  for (let i = 0; i < samples; i++) {
    assert.ok(Math.abs(both[0].data[2 * i + 1] - data[3 * i + 1]) < 1e-5);
    assert.ok(Math.abs(both[1].data[i] - data[3 * i + 2]) < 1e-5);
  }
  const { loss, accuracy } = await evaluate(several, { x, y }, options);
  assert.ok(Math.abs(loss - logs.val_loss[2]) < 1e-5);
  assert.equal(accuracy, logs.val_accuracy[2]);
  tf.dispose([several.getWeights(), one.getWeights()]);
});

test("compiled steps of several inputs and outputs are those op by op", async () => {
  const before = tf.memory().numTensors;
  const augment = ({ x, y }: { x: ReturnType<typeof tf.zeros>; y: ReturnType<typeof tf.zeros> }) => ({
    x: tf.mul(x, 2),
    y,
  });
  const logs: number[][] = [];
  for (const mode of ["compiled", "eager"] as const) {
    const model = joint(2);
    const changed = { ...options, mode, scaleX: 0.5, augment, validation: { x, y } };
    const history = await fit(model, { x, y }, changed);
    assert.equal(history.mode, mode);
    logs.push([...history.logs.loss, ...history.logs.val_loss]);
    model.dispose();
  }
  logs[0].forEach((loss, i) => assert.ok(Math.abs(loss - logs[1][i]) < 1e-5, `${loss}, ${logs[1][i]}`));
  const model = joint(2);
  const program = compile(model, {
    ...options,
    y: { shape: [2], dtype: "float32", parts: [[], [1]] },
    batchSize: samples,
  });
  const found = program.predict(x);
  const plain = await predict(model, x);
  found.forEach((value, i) => assert.ok(Math.abs(value - plain.data[i]) < 1e-5));
  program.dispose();
  model.dispose();
  assert.equal(tf.memory().numTensors, before);
});

test("a cross-validation predicts the output asked for, of samples of several parts", async () => {
  const folds = kFold(samples, { folds: 2, shuffle: true, seed: 1 });
  const { epochs, batchSize, ...rest } = options;
  const fitOptions = {
    ...rest,
    optimizer: adam({ learningRate: 0.02 }),
    epochs: 20,
    batchSize,
    mode: "eager" as const,
  };
  for (const [output, width] of [
    [0, 2],
    [1, 1],
  ]) {
    const result = await crossValidate({
      folds,
      data: { x, y },
      test: takeSamples(x, [0, 1, 2]),
      estimator: network({ model: joint, fit: fitOptions, output }),
      progress: false,
    });
    assert.deepEqual(result.predictions.shape, [samples, width]);
    assert.deepEqual(result.test?.shape, [3, width]);
    const { data } = result.predictions;
    if (output === 0) {
      const right = labels.filter((label, i) => (data[2 * i + 1] > 0.5 ? 1 : 0) === label).length;
      assert.ok(right > 0.6 * samples, `${right} of ${samples}`);
    }
  }
});

test("parts, losses and shapes that do not fit are refused", async () => {
  const short = takeSamples(row, [0, 1]);
  assert.throws(() => several([window, short]), /equally many samples, got \[48,2\]/);
  const model = joint(3);
  await assert.rejects(fit(model, { x: window, y }, options), /takes samples \[3,2\] and \[2\], got \[3,2\]/);
  await assert.rejects(
    fit(model, { x, y }, { ...options, loss: "mse" }),
    /one loss, .* each of 2 outputs, got 1/,
  );
  await assert.rejects(
    fit(model, { x, y: labels }, options),
    /several truths, one for each of 2 outputs, got 1/,
  );
  await assert.rejects(predict(model, x, { output: 2 }), /output must be a whole number from 0 to 1, got 2/);
  model.dispose();
});
