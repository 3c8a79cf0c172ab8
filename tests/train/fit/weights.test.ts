import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after } from "node:test";
import type { LayersModel } from "@tensorflow/tfjs-node-gpu";
import { readSafetensors } from "../../../src/data/safetensors";
import { tf } from "../../../src/engine";
import { loadCheckpoint, loadWeights, saveCheckpoint, saveWeights } from "../../../src/train/fit/checkpoint";
import { fit } from "../../../src/train/fit/fit";
import { adam } from "../../../src/train/optimizers";

const directory = mkdtempSync(path.join(tmpdir(), "podium-weights-"));
after(() => rmSync(directory, { recursive: true }));
const at = (name: string) => path.join(directory, name);

const x = { data: Float32Array.from({ length: 40 }, (_, i) => Math.sin(i)), shape: [10, 4] };
const y = { data: Float32Array.from({ length: 40 }, (_, i) => Math.cos(i)), shape: [10, 4] };

/** Layers of one shape, inside each other too, so that weights in a wrong order are no error of shapes. */
function network(): LayersModel {
  const dense = () => tf.layers.dense({ units: 4, biasInitializer: "glorotUniform" });
  const inner = tf.sequential({
    layers: [tf.layers.dense({ units: 4, inputShape: [4] }), tf.layers.batchNormalization(), dense()],
  });
  return tf.sequential({
    layers: [
      tf.layers.dense({ units: 4, inputShape: [4] }),
      inner,
      dense(),
      tf.layers.batchNormalization(),
      dense(),
    ],
  });
}

function freezeLayers(model: LayersModel, places: readonly number[]): void {
  for (const place of places) model.layers[place].trainable = false;
}

function predictionOf(model: LayersModel): number[] {
  return [
    ...tf.tidy(() =>
      (model.predict(tf.tensor2d(x.data, [10, 4])) as ReturnType<typeof tf.tensor>).dataSync(),
    ),
  ];
}

// keras-team/keras#6607, keras-team/keras#11748: freezing reorders the weights.
test("weights find their layers whatever is frozen, nested models included", async () => {
  const freezers: ((model: LayersModel) => void)[] = [
    () => {},
    (model) => freezeLayers(model, [0]),
    (model) => freezeLayers(model, [2]),
    (model) => {
      freezeLayers(model, [4]);
      (model.layers[1] as LayersModel).layers[2].trainable = false;
    },
  ];
  for (const [from, freeze] of freezers.entries()) {
    const model = network();
    freeze(model);
    const { state } = await fit(model, { x, y }, { optimizer: adam(), loss: "mse" });
    saveWeights(at("model.safetensors"), model);
    saveCheckpoint(at("last.safetensors"), state);
    for (const [to, refreeze] of freezers.entries()) {
      for (const source of [at("model.safetensors"), at("last.safetensors"), state]) {
        const other = network();
        refreeze(other);
        loadWeights(source, other);
        assert.deepEqual(predictionOf(other), predictionOf(model), `${from} to ${to}`);
        other.dispose();
      }
    }
    model.dispose();
  }
});

test("a file's names and bytes do not depend on the layers made before it", () => {
  const first = network();
  saveWeights(at("first.safetensors"), first);
  tf.layers.dense({ units: 1 });
  const second = network();
  loadWeights(at("first.safetensors"), second);
  saveWeights(at("second.safetensors"), second);
  assert.ok(readFileSync(at("first.safetensors")).equals(readFileSync(at("second.safetensors"))));
  const names = Object.keys(readSafetensors(at("first.safetensors")).tensors).sort();
  assert.equal(names.length, 18);
  assert.deepEqual(
    names.filter((name) => name.endsWith("kernel") || name.endsWith("moving_mean")),
    [
      "weights/batch_normalization#1/moving_mean",
      "weights/dense#1/kernel",
      "weights/dense#2/kernel",
      "weights/dense#3/kernel",
      "weights/sequential#1/batch_normalization#1/moving_mean",
      "weights/sequential#1/dense#1/kernel",
      "weights/sequential#1/dense#2/kernel",
    ],
  );
  first.dispose();
  second.dispose();
});

test("names that a person gave are compared to the last digit", () => {
  const named = (names: readonly string[]) =>
    tf.sequential({ layers: names.map((name) => tf.layers.dense({ units: 4, inputShape: [4], name })) });
  const model = named(["block1", "block2"]);
  saveWeights(at("named.safetensors"), model);
  const swapped = named(["block2", "block1"]);
  loadWeights(at("named.safetensors"), swapped);
  const kernel = (of: LayersModel, name: string) => [...of.getLayer(name).getWeights()[0].dataSync()];
  assert.deepEqual(kernel(swapped, "block1"), kernel(model, "block1"));
  const other = named(["block1", "block3"]);
  assert.throws(() => loadWeights(at("named.safetensors"), other), {
    name: "RangeError",
    message:
      /the model has "block3\/kernel", "block3\/bias", got "block2\/kernel", "block2\/bias"; it was saved from another model$/,
  });
  for (const made of [model, swapped, other]) made.dispose();
});

test("recurrent, wrapped and bidirectional layers and a thousand weights come back", () => {
  const wrapped = () => {
    const input = tf.input({ shape: [5, 4] });
    const lstm = tf.layers.lstm({ units: 3, returnSequences: true, biasInitializer: "glorotUniform" });
    const both = tf.layers.bidirectional({ layer: lstm as never, mergeMode: "concat" }).apply(input);
    const each = tf.layers.timeDistributed({ layer: tf.layers.dense({ units: 4 }) }).apply(both);
    const cells = tf.layers.rnn({
      cell: [tf.layers.gruCell({ units: 4 }), tf.layers.lstmCell({ units: 4 })] as never,
    });
    return tf.model({ inputs: input, outputs: cells.apply(each) as never });
  };
  const many = () =>
    tf.sequential({
      layers: Array.from({ length: 505 }, () =>
        tf.layers.dense({ units: 1, inputShape: [1], biasInitializer: "glorotUniform" }),
      ),
    });
  for (const make of [wrapped, many]) {
    const model = make();
    saveWeights(at("kinds.safetensors"), model);
    const other = make();
    loadWeights(at("kinds.safetensors"), other);
    const values = (of: LayersModel) => of.getWeights().map((weight) => [...weight.dataSync()]);
    assert.deepEqual(values(other), values(model));
    model.dispose();
    other.dispose();
  }
});

test("a training does not go on where other layers are frozen", async () => {
  const model = network();
  const { state } = await fit(model, { x, y }, { optimizer: adam(), loss: "mse" });
  saveCheckpoint(at("free.safetensors"), state);
  const frozen = network();
  frozen.layers[0].trainable = false;
  const initial = loadCheckpoint(at("free.safetensors"), { model: frozen });
  await assert.rejects(fit(frozen, { x, y }, { optimizer: adam(), loss: "mse", epochs: 2, initial }), {
    name: "RangeError",
    message: /the same layers must be frozen as in the state, where "dense#1\/kernel" trained was/,
  });
  model.dispose();
  frozen.dispose();
});
