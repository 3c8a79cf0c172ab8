/** Padded steps in recurrent layers, pooling, losses and metrics, held to Keras (golden/make_masks.py); tensorflow/tfjs#2279. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../../src/engine";
import { convLstm2d, gru, lstm } from "../../../src/layers";
import { compile, fit, predict, sgd } from "../../../src/train";

interface Golden {
  output: number[];
  before: [number, number];
  loss: number[];
  accuracy: number[];
}

const file = path.join(__dirname, "..", "..", "golden", "masks.json");
const { x: values, ...golden } = JSON.parse(readFileSync(file, "utf8")) as { x: number[] } & Record<
  string,
  Golden
>;
const x = { data: Float32Array.from(values), shape: [4, 6, 3] };
const steps = { data: Int32Array.from({ length: 24 }, (_, i) => (i * 5) % 3), shape: [4, 6] };
const classes = { data: Int32Array.from({ length: 4 }, (_, i) => (i * 5) % 3), shape: [4] };
const sampleWeight = [1, 0.5, 2, 1];

function chain(layers: readonly tfTypes.layers.Layer[], shape = [6, 3]): tfTypes.LayersModel {
  const input = tf.input({ shape });
  const output = layers.reduce((values, layer) => layer.apply(values) as tfTypes.SymbolicTensor, input);
  const model = tf.model({ inputs: input, outputs: output });
  for (const [index, weight] of model.trainableWeights.entries()) {
    const size = weight.shape.reduce<number>((product, extent) => product * (extent as number), 1);
    const data = Float32Array.from({ length: size }, (_, i) => 0.5 * Math.sin(i * 0.7 + 1 + index));
    weight.write(tf.tensor(data, weight.shape as number[]));
  }
  return model;
}

const head = () => tf.layers.dense({ units: 3, activation: "softmax" });
const dense = (units: number) => tf.layers.dense({ units });
const recurrentActivation = "sigmoid";
const ours: Record<string, () => tfTypes.layers.Layer[]> = {
  lstm: () => [lstm({ units: 4 }), head()],
  lstmSequence: () => [lstm({ units: 4, returnSequences: true }), head()],
  gru: () => [gru({ units: 4, returnSequences: true }), gru({ units: 3 }), head()],
  gruBackwards: () => [gru({ units: 4, returnSequences: true, goBackwards: true }), head()],
  gruBefore: () => [gru({ units: 4, resetAfter: false }), head()],
  bidirectional: () => [
    tf.layers.bidirectional({ layer: lstm({ units: 3 }) as never, mergeMode: "concat" }),
    head(),
  ],
  pool: () => [dense(4), tf.layers.globalAveragePooling1d(), head()],
  sequenceThenRepeat: () => [
    lstm({ units: 4 }),
    dense(3),
    tf.layers.repeatVector({ n: 6 }),
    lstm({ units: 3, returnSequences: true }),
    head(),
  ],
  dense: () => [head()],
  "lstm, tfjs's own": () => [tf.layers.lstm({ units: 4, recurrentActivation }), head()],
  "lstmSequence, tfjs's own": () => [
    tf.layers.lstm({ units: 4, recurrentActivation, returnSequences: true }),
    head(),
  ],
  "lstm, nested": () => {
    const input = tf.input({ shape: [6, 3] });
    const inner = tf.model({
      inputs: input,
      outputs: lstm({ units: 4 }).apply(input) as tfTypes.SymbolicTensor,
    });
    return [inner, head()];
  },
};

for (const [name, make] of Object.entries(ours)) {
  test(`${name}: padded steps count in output, loss, metric and training as in Keras`, async () => {
    const expected = golden[name.split(",")[0]];
    const close = (actual: number, wanted: number, what: string) =>
      assert.ok(Math.abs(actual - wanted) < 2e-5, `${what}: ${actual}, Keras ${wanted}`);
    for (const mode of ["compiled", "eager"] as const) {
      const model = chain([tf.layers.masking(), ...make()]);
      const isSequence = model.outputs[0].shape.length === 3;
      const data = { x, y: isSequence ? steps : classes, sampleWeight };
      const { data: output } = await predict(model, x);
      for (const [index, value] of output.entries()) close(value, expected.output[index], `output ${index}`);
      const options = {
        optimizer: sgd({ learningRate: 0.5 }),
        loss: "sparseCategoricalCrossEntropy",
        metrics: ["accuracy"],
      };
      if (mode === "compiled") {
        const compiled = compile(model, {
          ...options,
          batchSize: 4,
          y: { shape: data.y.shape.slice(1), dtype: "int32" },
        });
        const logs = compiled.evaluate(data);
        close(logs.loss, expected.before[0], "evaluated loss");
        close(logs.accuracy, expected.before[1], "evaluated accuracy");
        compiled.dispose();
      }
      const history = await fit(model, data, { ...options, mode, batchSize: 4, epochs: 2, shuffle: false });
      assert.equal(history.mode, mode);
      for (const epoch of [0, 1]) {
        close(history.logs.loss[epoch], expected.loss[epoch], `${mode} loss ${epoch}`);
        close(history.logs.accuracy[epoch], expected.accuracy[epoch], `${mode} accuracy ${epoch}`);
      }
    }
  });
}

test("a layer that knows no masks says so once, and one that would count padded steps in training is refused", async () => {
  const warnings: string[] = [];
  const { warn } = console;
  console.warn = (text: string) => void warnings.push(text);
  const model = chain([
    tf.layers.masking(),
    tf.layers.conv1d({ name: "kernels", filters: 2, kernelSize: 2 }),
    lstm({ units: 3 }),
  ]);
  await predict(model, x);
  await predict(model, x);
  console.warn = warn;
  assert.deepEqual(warnings, [
    'Layer "kernels" does not know masks: from here on, padded steps count like others.',
  ]);
  const normal = chain([
    tf.layers.masking(),
    tf.layers.batchNormalization({}),
    tf.layers.globalAveragePooling1d(),
    head(),
  ]);
  const options = { optimizer: sgd(), loss: "sparseCategoricalCrossEntropy" };
  await assert.rejects(fit(normal, { x, y: classes }, options), /behind a mask: it would count padded steps/);
  const frames = chain([tf.layers.masking(), convLstm2d({ filters: 1 })], [2, 3, 3, 1]);
  assert.throws(() => frames.apply(tf.ones([1, 2, 3, 3, 1])), /must see every frame, got a mask/);
});

test("our recurrent layers are penalised as tfjs's, and keep their regularisers when saved", () => {
  const l2 = tf.regularizers.l2({ l2: 0.1 });
  const layer = lstm({ units: 2, kernelRegularizer: l2, recurrentRegularizer: l2, biasRegularizer: l2 });
  layer.apply(tf.input({ shape: [6, 3] }));
  const penalty = () => layer.calculateLosses().reduce((sum, value) => sum + value.dataSync()[0], 0);
  const squares = layer.weights.reduce(
    (sum, weight) => sum + 0.1 * tf.sum(tf.square(weight.read())).dataSync()[0],
    0,
  );
  assert.ok(Math.abs(penalty() - squares) < 1e-6);
  const Class = layer.constructor as unknown as {
    fromConfig(cls: unknown, config: object): tfTypes.layers.Layer;
  };
  const twin = Class.fromConfig(Class, JSON.parse(JSON.stringify(layer.getConfig())));
  twin.apply(tf.input({ shape: [6, 3] }));
  twin.setWeights(layer.getWeights());
  assert.ok(
    Math.abs(twin.calculateLosses().reduce((sum, value) => sum + value.dataSync()[0], 0) - squares) < 1e-6,
  );
});
