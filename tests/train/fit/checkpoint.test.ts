import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after } from "node:test";
import type { LayersModel } from "@tensorflow/tfjs-node-gpu";
import { randomSource } from "../../../src/core/random";
import { writeSafetensors } from "../../../src/data/safetensors";
import { tf } from "../../../src/engine";
import { averageWeights, earlyStopping, modelCheckpoint, swa } from "../../../src/train/callbacks";
import { loadCheckpoint, loadWeights, saveCheckpoint } from "../../../src/train/fit/checkpoint";
import { fit } from "../../../src/train/fit/fit";
import { adam, nadam, withEma } from "../../../src/train/optimizers";
import { cosine } from "../../../src/train/schedules";
import type { FitState } from "../../../src/train/types";

const directory = mkdtempSync(path.join(tmpdir(), "podium-checkpoint-"));
after(() => rmSync(directory, { recursive: true }));
const at = (name: string) => path.join(directory, name);

/** A small network with dropout and batch normalisation; its layers are named by the process's counters. */
function network(units = 8): LayersModel {
  const initializer = (seed: number) => tf.initializers.glorotUniform({ seed });
  return tf.sequential({
    layers: [
      tf.layers.dense({ units, inputShape: [5], activation: "relu", kernelInitializer: initializer(1) }),
      tf.layers.batchNormalization(),
      tf.layers.dropout({ rate: 0.3, seed: 3 }),
      tf.layers.dense({ units: 3, activation: "softmax", kernelInitializer: initializer(2) }),
    ],
  });
}

function problem(samples: number) {
  const random = randomSource(4);
  const x = Float32Array.from({ length: samples * 5 }, () => random.normal());
  const y = Int32Array.from({ length: samples }, (_, i) => (x[i * 5] > 0.5 ? 2 : x[i * 5 + 1] > 0 ? 1 : 0));
  return { x: { data: x, shape: [samples, 5] }, y: { data: y, shape: [samples] } };
}

const data = problem(50);
const validation = problem(23);

function bytes(model: LayersModel): string {
  return tf
    .tidy(() => model.getWeights().map((w) => Buffer.from(w.dataSync().buffer).toString("hex")))
    .join();
}

const options = () => ({
  optimizer: nadam({ learningRate: cosine(0.02, { steps: 28 }) }),
  loss: "sparseCategoricalCrossEntropy",
  batchSize: 16,
  seed: 5,
  validation,
});

test("a training that goes on from a checkpoint in another model ends as the uninterrupted one, byte for byte", async () => {
  const whole = network();
  await fit(whole, data, {
    ...options(),
    epochs: 6,
    callbacks: [earlyStopping({ patience: 9, restoreBestWeights: true })],
  });
  const first = network();
  const callbacks = () => [
    earlyStopping({ patience: 9, restoreBestWeights: true }),
    modelCheckpoint(at("run")),
  ];
  await fit(first, data, { ...options(), epochs: 3, callbacks: callbacks() });
  const second = network();
  const initial = loadCheckpoint(at("run/last.safetensors"), { model: second });
  assert.equal(initial.progress.epoch, 3);
  const history = await fit(second, data, { ...options(), epochs: 6, callbacks: callbacks(), initial });
  assert.equal(history.logs.val_loss.length, 6);
  assert.equal(bytes(second), bytes(whole));
  for (const model of [whole, first, second]) model.dispose();
});

test("weights come back from a checkpoint into a model of the same kind", async () => {
  const trained = network();
  const { state } = await fit(trained, data, { optimizer: adam(), loss: "sparseCategoricalCrossEntropy" });
  saveCheckpoint(at("weights.safetensors"), state);
  const fresh = network();
  const before = tf.memory().numTensors;
  loadWeights(at("weights.safetensors"), fresh);
  assert.equal(tf.memory().numTensors, before);
  assert.equal(bytes(fresh), bytes(trained));
  trained.dispose();
  fresh.dispose();
});

test("a checkpoint of another model is refused with both names and shapes", async () => {
  const model = network(9);
  assert.throws(() => loadCheckpoint(at("weights.safetensors"), { model }), {
    name: "RangeError",
    message:
      /^Cannot load .*weights\.safetensors: weight "dense#1\/kernel" must have shape \[5,9\], got \[5,8\]; it was saved from another model$/,
  });
  const short = tf.sequential({ layers: [tf.layers.dense({ units: 8, inputShape: [5] })] });
  assert.throws(
    () => loadWeights(at("weights.safetensors"), short),
    /the model has all others, got "batch_normalization#1\/gamma", .* and 3 more/,
  );
  model.dispose();
  short.dispose();
});

test("a state is kept as it is, numbers that are not finite included", () => {
  const state: FitState = {
    tensors: { "weights/w": { data: Float32Array.of(1, Number.NaN), shape: [2] } },
    progress: {
      epoch: 2,
      step: 9,
      seed: 7,
      learningRate: 0.1,
      firstLearningRate: 0.1,
      optimizer: "adam",
      batch: 8,
      trainable: ["w"],
      history: { loss: [1, Number.NaN], val_loss: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] },
      callbacks: { earlyStopping: { best: undefined, wait: 1 } },
    },
  };
  saveCheckpoint(at("odd.safetensors"), state);
  const { earlyStopping: memory } = loadCheckpoint(at("odd.safetensors")).progress.callbacks as Record<
    string,
    { wait: number }
  >;
  assert.equal(memory.wait, 1);
  const { tensors, progress } = loadCheckpoint(at("odd.safetensors"));
  assert.deepEqual(tensors, state.tensors);
  assert.deepEqual(progress.history, state.progress.history);
});

test("a cut off file and one without a training state are named", () => {
  saveCheckpoint(at("cut.safetensors"), {
    tensors: { "weights/w": { data: new Float32Array(100), shape: [100] } },
    progress: {
      ...{ epoch: 0, step: 0, seed: 0, learningRate: 0, firstLearningRate: 0, optimizer: "sgd", batch: 1 },
      ...{ trainable: ["w"], history: {}, callbacks: {} },
    },
  });
  truncateSync(at("cut.safetensors"), readFileSync(at("cut.safetensors")).length - 50);
  assert.throws(() => loadCheckpoint(at("cut.safetensors")), {
    name: "SyntaxError",
    message: /cut\.safetensors: .*cut off/,
  });
  writeSafetensors(at("plain.safetensors"), { tensors: {} });
  assert.throws(
    () => loadCheckpoint(at("plain.safetensors")),
    /plain\.safetensors: it must be a checkpoint of version 2/,
  );
  writeFileSync(at("empty.safetensors"), "");
  assert.throws(() => loadCheckpoint(at("empty.safetensors")), /at least 8 bytes, got 0/);
});

test("the exponential average ends in the model, and so does the mean of the last epochs", async () => {
  const train = { loss: "sparseCategoricalCrossEntropy", epochs: 4, batchSize: 16, validation, seed: 5 };
  const model = network();
  const logs: Record<string, number>[] = [];
  const { state } = await fit(model, data, {
    ...train,
    optimizer: withEma(adam(), { momentum: 0.8 }),
    callbacks: [averageWeights(), { name: "record", onEpochEnd: (_, log) => void logs.push({ ...log }) }],
  });
  const plain = network();
  const { logs: raw } = await fit(plain, data, { ...train, optimizer: adam() });
  logs.forEach((log, epoch) => {
    assert.equal(log.loss, raw.loss[epoch], "training goes on from its own weights");
    assert.ok(Number.isFinite(log.val_loss) && log.val_loss !== raw.val_loss[epoch]);
  });
  plain.dispose();
  const flat = tf.tidy(() => tf.concat1d(model.trainableWeights.map((w) => w.read().flatten())).dataSync());
  assert.deepEqual([...flat], [...state.tensors["slots/weightAverage"].data]);

  const mean = network();
  const seen: Float32Array[] = [];
  await fit(mean, data, {
    ...train,
    optimizer: adam(),
    callbacks: [
      swa({ startEpoch: 2 }),
      {
        name: "record",
        onEpochEnd: (context) => {
          seen.push(
            Object.entries(context.state().tensors).find(([name]) => name === "weights/dense#1/kernel")?.[1]
              .data as Float32Array,
          );
        },
      },
    ],
  });
  const [kernel] = mean.getWeights();
  kernel.dataSync().forEach((value, i) => {
    assert.ok(Math.abs(value - (seen[2][i] + seen[3][i]) / 2) < 1e-6);
  });
  await assert.rejects(
    fit(mean, data, { ...train, optimizer: adam(), callbacks: [averageWeights()] }),
    /made by withEma, got "adam"/,
  );
  model.dispose();
  mean.dispose();
});
