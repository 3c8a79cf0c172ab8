import assert from "node:assert/strict";
import test from "node:test";
import type { LayersModel } from "@tensorflow/tfjs-node-gpu";
import type { ArrayData } from "../../../src/core/array";
import { tf } from "../../../src/engine";
import {
  earlyStopping,
  learningRateSchedule,
  reduceLROnPlateau,
  timeBudget,
} from "../../../src/train/callbacks";
import { findLearningRate } from "../../../src/train/fit/findLearningRate";
import { fit } from "../../../src/train/fit/fit";
import { adam, sgd } from "../../../src/train/optimizers";
import { cosine } from "../../../src/train/schedules";
import type { Callback, FitOptions, Loss } from "../../../src/train/types";

const samples = 40;
const wave = (length: number, phase = 0) =>
  Float32Array.from({ length }, (_, i) => Math.sin(i * 0.7 + phase));
const x: ArrayData = { data: wave(samples * 3), shape: [samples, 3] };
const y: ArrayData = { data: wave(samples, 1), shape: [samples, 1] };
const validation = { x: { data: wave(30, 2), shape: [10, 3] }, y: { data: wave(10, 3), shape: [10, 1] } };

function network(): LayersModel {
  const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
  return tf.sequential({
    layers: [
      tf.layers.dense({ units: 6, inputShape: [3], activation: "tanh", kernelInitializer }),
      tf.layers.batchNormalization(),
      tf.layers.dropout({ rate: 0.2 }),
      tf.layers.dense({ units: 1, kernelInitializer }),
    ],
  });
}

const weightsOf = (model: LayersModel) => model.getWeights().map((weight) => [...weight.dataSync()]);
const options = (): FitOptions => ({
  optimizer: adam({ learningRate: 0.03 }),
  loss: "mse",
  batchSize: 8,
  seed: 3,
});

/** Aborts after an update. */
function stopAt(step: number): { callback: Callback; signal: AbortSignal } {
  const controller = new AbortController();
  const onBatchEnd: Callback["onBatchEnd"] = (context) => {
    if (context.step === step) controller.abort();
  };
  return { callback: { name: "stop", onBatchEnd }, signal: controller.signal };
}

for (const mode of ["compiled", "eager"] as const) {
  // Lightning-AI/pytorch-lightning#4111, #5325: what is interrupted within an epoch goes on at another place.
  test(`a ${mode} training that is interrupted within an epoch gives its history and goes on from that very update`, async () => {
    const whole = network();
    const { logs } = await fit(whole, { x, y }, { ...options(), mode, epochs: 4, validation });
    for (const step of [5, 7, 13]) {
      const { callback, signal } = stopAt(step);
      const model = network();
      const first = await fit(
        model,
        { x, y },
        { ...options(), mode, epochs: 4, validation, callbacks: [callback], signal },
      );
      assert.equal(first.epochs, Math.floor((step - 1) / 5));
      assert.equal(first.logs.loss?.length ?? 0, first.epochs);
      assert.equal(first.state.progress.step, step);
      const again = network();
      const rest = await fit(
        again,
        { x, y },
        { ...options(), mode, epochs: 4, validation, initial: first.state },
      );
      assert.deepEqual(rest.logs, logs);
      assert.deepEqual(weightsOf(again), weightsOf(whole));
      model.dispose();
      again.dispose();
    }
    whole.dispose();
  });
}

test("data that stream through go on from within an epoch too, and another batch size there is refused", async () => {
  const budget = { memoryBudget: 8 * 20 * 2 };
  const whole = network();
  await fit(whole, { x, y }, { ...options(), ...budget, epochs: 2 });
  const { callback, signal } = stopAt(8);
  const { state } = await fit(
    network(),
    { x, y },
    { ...options(), ...budget, epochs: 2, callbacks: [callback], signal },
  );
  const again = network();
  await fit(again, { x, y }, { ...options(), ...budget, epochs: 2, initial: structuredClone(state) });
  assert.deepEqual(weightsOf(again), weightsOf(whole));
  await assert.rejects(
    fit(network(), { x, y }, { ...options(), batchSize: 10, epochs: 2, initial: state }),
    /within an epoch: the batch size must be 8 as it began with, got 10/,
  );
});

// tensorflow/tensorflow#35634, keras-team/keras#12511: the best weights are lost unless early stopping itself stops.
test("an interrupt leaves the best epoch's weights where there is validation, else the last update's", async () => {
  const best = network();
  const watched = { ...options(), optimizer: adam({ learningRate: 0.1 }), epochs: 6 };
  const keep = earlyStopping({ patience: 99, restoreBestWeights: true });
  const kept = await fit(best, { x, y }, { ...watched, validation, callbacks: [keep] });
  const epoch = kept.logs.val_loss.indexOf(Math.min(...kept.logs.val_loss));
  assert.ok(epoch < 5, "the last epoch is not the best");
  const stopped = network();
  const { callback, signal } = stopAt(29);
  const history = await fit(stopped, { x, y }, { ...watched, validation, callbacks: [callback], signal });
  assert.deepEqual(weightsOf(stopped), weightsOf(best));
  const value = kept.logs.val_loss[epoch].toPrecision(5);
  assert.equal(
    history.stopReason,
    `interrupted in epoch 6; the weights are those of epoch ${epoch + 1} (val_loss ${value}), the best`,
  );
  const last = network();
  const second = stopAt(12);
  const plain = await fit(
    last,
    { x, y },
    { ...watched, callbacks: [second.callback], signal: second.signal },
  );
  assert.match(
    plain.stopReason as string,
    /^interrupted in epoch 3; the weights are those of the last update$/,
  );
  assert.deepEqual(weightsOf(last)[0], [...plain.state.tensors["weights/dense#1/kernel"].data]);
});

for (const mode of ["compiled", "eager"] as const) {
  test(`a ${mode} training stops at the update that a value spoilt, names it and keeps the weights before it`, async () => {
    const spoilt: ArrayData = { data: wave(samples * 3), shape: [samples, 3] };
    spoilt.data[3 * 27 + 1] = Number.NaN;
    const model = network();
    const calm = { ...options(), mode, shuffle: false, epochs: 9 };
    await assert.rejects(fit(model, { x: spoilt, y }, calm), {
      name: "RangeError",
      message:
        "Cannot go on training: the loss must be finite, got NaN in epoch 1, step 4: the input of sample 27 holds NaN; the weights before that step are kept",
    });
    const good = network();
    const { callback, signal } = stopAt(3);
    await fit(good, { x, y }, { ...calm, callbacks: [callback], signal });
    assert.deepEqual(weightsOf(model), weightsOf(good));
    const target: ArrayData = { data: wave(samples, 1), shape: [samples, 1] };
    target.data[9] = Number.NEGATIVE_INFINITY;
    await assert.rejects(
      fit(model, { x, y: target }, calm),
      /step 2: the target of sample 9 holds -Infinity/,
    );
    const sampleWeight = new Float32Array(samples).fill(1);
    sampleWeight[39] = Number.NaN;
    await assert.rejects(
      fit(model, { x, y, sampleWeight }, calm),
      /sampleWeight must be finite, got NaN for sample 39/,
    );
    await assert.rejects(
      fit(model, { x, y }, { ...calm, validation: { x: spoilt, y } }),
      /the validation loss must be finite, got NaN in epoch 1: the input of sample 27 holds NaN/,
    );
    model.dispose();
    good.dispose();
  });

  test(`a ${mode} training tells a loss that explodes from a gradient that does`, async () => {
    const calm = { mode, shuffle: false, batchSize: 8, epochs: 9 };
    const exploding = fit(
      network(),
      { x, y },
      { ...calm, optimizer: sgd({ learningRate: 1e30 }), loss: "mse" },
    );
    await assert.rejects(
      exploding,
      /the loss must be finite, got (Infinity|NaN) in epoch 1, step \d: inputs and targets are finite/,
    );
    // The square root's gradient is infinite at 0, its value is not.
    const root: Loss = (truth, prediction) =>
      tf.tidy(() => tf.mean(tf.sqrt(tf.relu(tf.sub(prediction, tf.mul(prediction, tf.onesLike(truth))))), 1));
    for (const samplesGiven of [40, 8]) {
      const some = {
        x: { data: x.data.slice(0, samplesGiven * 3), shape: [samplesGiven, 3] },
        y: { data: y.data.slice(0, samplesGiven), shape: [samplesGiven, 1] },
      };
      const model = network();
      const before = weightsOf(model);
      await assert.rejects(fit(model, some, { ...calm, optimizer: sgd(), loss: root }), {
        message:
          "Cannot go on training: the gradient must be finite, got weights that are not in epoch 1, step 1; the weights before that step are kept",
      });
      assert.deepEqual(weightsOf(model), before);
    }
  });
}

test("weights that are not finite are refused before the first step", async () => {
  const model = network();
  tf.tidy(() => model.layers[0].setWeights([tf.fill([3, 6], Number.NaN), tf.zeros([6])]));
  await assert.rejects(fit(model, { x, y }, options()), /its weights must be finite before the first step/);
});

// tensorflow/tensorflow#36612: a plateau beside a schedule changes nothing, or crashes.
test("one alone sets the learning rate", async () => {
  const plateau = () => reduceLROnPlateau({ monitor: "loss" });
  const schedule = cosine(0.1, { steps: 9 });
  const refused: [Partial<FitOptions>, RegExp][] = [
    [
      { optimizer: adam({ learningRate: schedule }), callbacks: [plateau()] },
      /the optimizer's schedule and reduceLROnPlateau/,
    ],
    [
      { callbacks: [plateau(), learningRateSchedule(schedule)] },
      /learningRateSchedule and reduceLROnPlateau/,
    ],
    [{ callbacks: [timeBudget({ schedule }), plateau()] }, /timeBudget and reduceLROnPlateau/],
    [
      { callbacks: [timeBudget({ schedule }), learningRateSchedule(schedule)] },
      /timeBudget and learningRateSchedule/,
    ],
    [{ callbacks: [plateau(), plateau()] }, /reduceLROnPlateau and reduceLROnPlateau/],
  ];
  for (const [changes, message] of refused) {
    await assert.rejects(fit(network(), { x, y }, { ...options(), ...changes }), message);
  }
  const own: Callback = {
    name: "own",
    onEpochEnd(context) {
      context.learningRate = 1;
    },
  };
  await assert.rejects(
    fit(network(), { x, y }, { ...options(), callbacks: [own, learningRateSchedule(schedule)] }),
    /nothing else may set it, got 1 beside learningRateSchedule/,
  );
  await fit(network(), { x, y }, { ...options(), callbacks: [own, timeBudget({ seconds: 99 }), plateau()] });
});

test("what is changed on resuming is done", async () => {
  const { state } = await fit(network(), { x, y }, { ...options(), epochs: 2 });
  const goOn = (changes: Partial<FitOptions>) =>
    fit(network(), { x, y }, { ...options(), epochs: 3, initial: structuredClone(state), ...changes });
  assert.equal((await goOn({})).logs.learningRate[2], 0.03);
  assert.equal((await goOn({ optimizer: adam({ learningRate: 0.5 }) })).logs.learningRate[2], 0.5);
  const byEpoch = learningRateSchedule((epoch) => [1e-3, 1e-4, 1e-5][epoch], { by: "epoch" });
  for (const batchSize of [8, 40, 3]) {
    const { logs } = await goOn({ batchSize, callbacks: [byEpoch] });
    assert.equal(logs.learningRate[2], 1e-5, `${batchSize}`);
  }
  const other = await goOn({ seed: 9 });
  assert.equal(other.state.progress.seed, 9);
  assert.notEqual(other.logs.loss[2], (await goOn({})).logs.loss[2]);
  assert.equal((await goOn({ seed: undefined })).state.progress.seed, 3);
});

test("a search for a learning rate ends where the loss explodes, and listens to its signal", async () => {
  const model = network();
  const before = weightsOf(model);
  const search = { ...options(), optimizer: sgd(), low: 1e-3, high: 1e30, steps: 12 };
  const { rates, losses } = await findLearningRate(model, { x, y }, { ...search, smoothing: 0 });
  assert.ok(rates.length >= 1 && rates.length < 12);
  assert.ok(losses.every(Number.isFinite));
  assert.deepEqual(weightsOf(model), before);
  const spoilt = { data: x.data.slice(), shape: x.shape };
  spoilt.data[0] = Number.NaN;
  await assert.rejects(findLearningRate(model, { x: spoilt, y }, search), /the input of sample 0 holds NaN/);
  await assert.rejects(findLearningRate(model, { x, y }, { ...search, signal: AbortSignal.abort() }), {
    name: "AbortError",
  });
  model.dispose();
});
