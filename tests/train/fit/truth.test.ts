import assert from "node:assert/strict";
import test from "node:test";
import type { LayersModel } from "@tensorflow/tfjs-node-gpu";
import type { ArrayData, DataArray } from "../../../src/core/array";
import { tf } from "../../../src/engine";
import { compile } from "../../../src/train/fit/compile";
import { fit } from "../../../src/train/fit/fit";
import { binaryCrossEntropy, focal, loss, sumOfLosses } from "../../../src/train/losses/losses";
import { sgd } from "../../../src/train/optimizers";
import type { FitOptions } from "../../../src/train/types";

const samples = 6;
const x: ArrayData = {
  data: Float32Array.from({ length: samples * 2 }, (_, i) => Math.sin(i)),
  shape: [samples, 2],
};
const network = (units = 3, activation: "softmax" | "sigmoid" = "softmax"): LayersModel =>
  tf.sequential({ layers: [tf.layers.dense({ units, inputShape: [2], activation })] });

function run(model: LayersModel, data: DataArray, options: Partial<FitOptions> & { shape?: number[] }) {
  const { shape = [samples], ...others } = options;
  const y = { data, shape };
  return fit(
    model,
    { x, y },
    { optimizer: sgd(), loss: "sparseCategoricalCrossEntropy", batchSize: 3, ...others },
  );
}

const right = Int32Array.of(0, 1, 2, 0, 1, 2);

// tensorflow/tensorflow#8484, keras-team/keras#11786: labels outside the classes train without a word.
test("labels outside the classes are refused before the first step, with the sample's number", async () => {
  const model = network();
  const before = [...model.getWeights()[0].dataSync()];
  const cases: [DataArray, RegExp][] = [
    [
      Int32Array.of(0, 1, 2, 3, 1, 2),
      /labels must be whole numbers in \[0, 3\), got 3 for training sample 3$/,
    ],
    [Int32Array.of(0, -1, 2, 0, 1, 2), /got -1 for training sample 1$/],
    [Uint8Array.of(0, 1, 2, 0, 1, 255), /got 255 for training sample 5$/],
    [Float32Array.of(0, 1, 2, 0, 0.5, 2), /got 0.5 for training sample 4$/],
    [Float32Array.of(Number.NaN, 1, 2, 0, 1, 2), /got NaN for training sample 0$/],
    [Float32Array.of(0, 1, 2, 0, 1, Number.POSITIVE_INFINITY), /got Infinity for training sample 5$/],
  ];
  for (const [data, message] of cases) {
    await assert.rejects(run(model, data, {}), { name: "RangeError", message });
    const y = { data, shape: [samples, 1] };
    await assert.rejects(run(model, right, { validation: { x, y } }), /for validation sample \d$/);
    const summed = sumOfLosses([{ loss: "sparseCategoricalCrossEntropy" }]);
    await assert.rejects(run(model, data, { loss: summed }), message);
    const compiled = compile(model, {
      optimizer: sgd(),
      loss: "sparseCategoricalCrossEntropy",
      batchSize: samples,
      y: { shape: [], dtype: "float32" },
    });
    assert.throws(() => compiled.trainOnBatch({ x: x.data, y: data }), /the batch's sample \d$/);
    assert.throws(() => compiled.evaluate({ x, y: { data, shape: [samples] } }), /the data's sample \d$/);
    compiled.dispose();
  }
  assert.deepEqual([...model.getWeights()[0].dataSync()], before);
  await run(model, Float32Array.from(right), {});
  model.dispose();
});

test("labels that are made within the step end training as no loss of 0", async () => {
  const model = network();
  const arrange: FitOptions["arrange"] = ({ x: inputs, y }) => ({ x: inputs, y: tf.add(y, 1) });
  await assert.rejects(
    run(model, right, { arrange, shuffle: false }),
    /the loss must be finite, got NaN in epoch 1, step 1/,
  );
  const transform: FitOptions["transform"] = ({ x: inputs, y }) => ({
    x: inputs,
    y: tf.oneHot(tf.cast(y, "int32"), 3),
  });
  const options = { transform, loss: "categoricalCrossEntropy", shuffle: false };
  await run(model, right, options);
  await assert.rejects(run(model, Int32Array.of(0, 1, 2, 0, 3, 1), options), /epoch 1, step 2/);
  model.dispose();
});

test("shares sum to 1 and chances lie in [0, 1]", async () => {
  const model = network();
  const shape = [samples, 3];
  const rows = (fill: (row: number) => number[]) =>
    Float32Array.from({ length: samples }, (_, row) => row).reduce<number[]>(
      (all, row) => all.concat(fill(row)),
      [],
    );
  for (const by of ["categoricalCrossEntropy", focal()] as const) {
    const share = (fill: (row: number) => number[]) =>
      run(model, Float32Array.from(rows(fill)), { shape, loss: by });
    await share(() => [0.2, 0.3, 0.5]);
    await assert.rejects(
      share((row) => (row === 4 ? [0, 0, 0] : [1, 0, 0])),
      /shares of the classes must sum to 1, got 0 for training sample 4/,
    );
    await assert.rejects(
      share((row) => (row === 2 ? [1, 1, 0] : [1, 0, 0])),
      /sum to 1, got 2 for training sample 2/,
    );
    await assert.rejects(
      share((row) => (row === 2 ? [-1, 1, 1] : [1, 0, 0])),
      /in \[0, 1\], got -1 for training sample 2/,
    );
    await assert.rejects(
      share((row) => (row === 1 ? [Number.NaN, 1, 0] : [1, 0, 0])),
      /got NaN for training sample 1/,
    );
  }
  const chance = network(1, "sigmoid");
  const binary = { shape: [samples, 1], loss: binaryCrossEntropy() };
  await run(chance, Float32Array.of(0, 1, 0.5, 0, 1, 0), binary);
  await assert.rejects(
    run(chance, Int32Array.of(1, 2, 1, 2, 1, 2), binary),
    /in \[0, 1\], got 2 for training sample 1/,
  );
  await assert.rejects(run(chance, Int32Array.of(1, 1, -1, 1, 1, 1), binary), /got -1 for training sample 2/);
  model.dispose();
  chance.dispose();
});

test("a softmax of one unit is refused", async () => {
  const model = network(1);
  for (const by of ["sparseCategoricalCrossEntropy", "categoricalCrossEntropy", "focal"]) {
    const shape = by === "sparseCategoricalCrossEntropy" ? [samples] : [samples, 1];
    const data =
      by === "sparseCategoricalCrossEntropy" ? new Int32Array(samples) : new Float32Array(samples).fill(1);
    await assert.rejects(
      run(model, data, { loss: by, shape }),
      /a share for each of two or more classes, got 1/,
    );
  }
  model.dispose();
});

test("factors of the classes are one for each class, of labels or shares a sample, and of the loss alone", async () => {
  const model = network();
  const refused: [ArrayLike<number>, RegExp][] = [
    [[1, 2], /one factor for each class .* got 2 for \[any,3\]/],
    [[1, 2, 3, 4], /got 4 for/],
    [[1, Number.NaN, 1], /finite numbers from 0, got NaN for class 1/],
    [[1, 1, -1], /got -1 for class 2/],
  ];
  for (const [classWeight, message] of refused)
    await assert.rejects(run(model, right, { classWeight }), message);
  const pixels = tf.sequential({
    layers: [tf.layers.dense({ units: 2, inputShape: [2, 2], activation: "softmax" })],
  });
  const y = { data: new Int32Array(samples * 2), shape: [samples, 2] };
  const windows = { data: new Float32Array(samples * 4), shape: [samples, 2, 2] };
  await assert.rejects(
    fit(
      pixels,
      { x: windows, y },
      { optimizer: sgd(), loss: "sparseCategoricalCrossEntropy", classWeight: [1, 2] },
    ),
    /a model that gives \[samples, classes\], got 2 for \[any,2,2\]/,
  );
  const once = {
    optimizer: sgd({ learningRate: 1e-9 }),
    metrics: ["accuracy", "logCosh"],
    batchSize: samples,
  };
  const shares = Float32Array.from({ length: samples * 3 }, (_, i) =>
    right[Math.floor(i / 3)] === i % 3 ? 1 : 0,
  );
  const given = { loss: "categoricalCrossEntropy", shape: [samples, 3], ...once };
  const plain = await run(model, shares, {
    ...given,
    validation: { x, y: { data: shares, shape: [samples, 3] } },
  });
  const weighted = await run(model, shares, { ...given, classWeight: [0, 2, 5] });
  const byLabel = await run(model, right, { ...once, metrics: [], classWeight: [0, 2, 5] });
  assert.deepEqual(weighted.logs.accuracy, plain.logs.accuracy);
  assert.ok(Math.abs(weighted.logs.logCosh[0] - plain.logs.logCosh[0]) < 1e-6);
  assert.ok(Math.abs(weighted.logs.loss[0] - byLabel.logs.loss[0]) < 1e-6);
  const each = tf.tidy(() => [
    ...loss("categoricalCrossEntropy")(
      tf.tensor2d(shares, [samples, 3]),
      model.predict(tf.tensor2d(x.data, [samples, 2])) as never,
    ).dataSync(),
  ]);
  const expected = each.reduce((sum, value, i) => sum + value * [0, 2, 5][right[i]], 0) / samples;
  assert.ok(Math.abs(weighted.logs.loss[0] - expected) < 1e-5);
  assert.ok(Math.abs(plain.logs.val_loss[0] - plain.logs.loss[0]) < 1e-5);
  for (const made of [model, pixels]) made.dispose();
});
