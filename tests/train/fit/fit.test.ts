import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import test from "node:test";
import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { oneHotLabels } from "../../../src/augment/graph";
import type { ArrayData } from "../../../src/core/array";
import { randomUniform, tf } from "../../../src/engine";
import { convLstm2d, mish, randomRoll } from "../../../src/layers";
import { gru } from "../../../src/layers/gru";
import { lstm } from "../../../src/layers/lstm";
import { motionConv1d, radarTwoPath } from "../../../src/models";
import { fit } from "../../../src/train/fit/fit";
import { predict } from "../../../src/train/fit/predict";
import { adam, sgd } from "../../../src/train/optimizers";
import type { Callback, FitOptions, History } from "../../../src/train/types";

type Symbolic = tfTypes.SymbolicTensor;

function wave(shape: readonly number[], phase = 0): ArrayData {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return { data: Float32Array.from({ length: size }, (_, i) => Math.sin(i * 0.7 + phase)), shape };
}

function labels(samples: number, classes: number): ArrayData {
  return { data: Int32Array.from({ length: samples }, (_, i) => (i * 7) % classes), shape: [samples] };
}

function chain(inputShape: number[], layers: readonly tfTypes.layers.Layer[]): tfTypes.LayersModel {
  const input = tf.input({ shape: inputShape });
  const output = layers.reduce<Symbolic>((x, layer) => layer.apply(x) as Symbolic, input);
  return tf.model({ inputs: input, outputs: output });
}

const glorot = (seed: number) => tf.initializers.glorotUniform({ seed });
const head = (units = 3) => tf.layers.dense({ units, activation: "softmax", kernelInitializer: glorot(9) });

function classifier(extra: tfTypes.layers.Layer[] = []): tfTypes.LayersModel {
  const first = tf.layers.dense({ units: 8, activation: "relu", kernelInitializer: glorot(1) });
  return chain([5], [first, ...extra, head()]);
}

const cross = "sparseCategoricalCrossEntropy";
const small = { x: wave([22, 5]), y: labels(22, 3) };

function train(model: tfTypes.LayersModel, options: Partial<FitOptions> = {}): Promise<History> {
  return fit(model, small, {
    optimizer: adam({ learningRate: 0.01 }),
    loss: cross,
    batchSize: 4,
    ...options,
  });
}

function flat(history: History): Float32Array {
  const weights = Object.entries(history.state.tensors).filter(([name]) => name.startsWith("weights/"));
  return Float32Array.from(weights.flatMap(([, array]) => [...array.data]));
}

function assertClose(actual: Float32Array, expected: Float32Array, tolerance = 1e-5): void {
  assert.equal(actual.length, expected.length);
  const scale = Math.max(...expected.map((value) => Math.abs(value)));
  for (let i = 0; i < expected.length; i++) {
    assert.ok(
      Math.abs(actual[i] - expected[i]) <= tolerance * scale,
      `[${i}] ${actual[i]} and ${expected[i]}`,
    );
  }
}

const { batchNormalization, conv1d, conv2d, flatten } = tf.layers;
const kernelInitializer = () => glorot(3);
const networks: Record<string, { input: number[]; layers: () => tfTypes.layers.Layer[] }> = {
  dense: {
    input: [5],
    layers: () => [tf.layers.dense({ units: 6, activation: "elu", kernelInitializer: glorot(1) })],
  },
  "batch normalisation": {
    input: [5],
    layers: () => [
      tf.layers.dense({ units: 6, useBias: false, kernelInitializer: glorot(1) }),
      batchNormalization({}),
    ],
  },
  conv1d: {
    input: [12, 3],
    layers: () => [
      conv1d({
        filters: 4,
        kernelSize: 3,
        padding: "same",
        dilationRate: 2,
        kernelInitializer: kernelInitializer(),
      }),
      tf.layers.maxPooling1d({ poolSize: 2 }),
      tf.layers.globalAveragePooling1d(),
    ],
  },
  "grouped conv2d": {
    input: [6, 6, 4],
    layers: () => [
      conv2d({ filters: 4, kernelSize: 3, groups: 2, kernelInitializer: kernelInitializer() } as never),
      flatten(),
    ],
  },
  conv2d: {
    input: [6, 6, 2],
    layers: () => [
      conv2d({ filters: 4, kernelSize: 3, padding: "same", kernelInitializer: kernelInitializer() }),
      batchNormalization({ scale: false }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.conv2dTranspose({
        filters: 2,
        kernelSize: 3,
        strides: 2,
        padding: "same",
        kernelInitializer: kernelInitializer(),
      }),
      flatten(),
    ],
  },
  lstm: {
    input: [6, 3],
    layers: () => [lstm({ units: 4, returnSequences: true }), lstm({ units: 4, seed: 2 })],
  },
  "lstm with a piecewise sigmoid": {
    input: [5, 3],
    layers: () => [lstm({ units: 4, recurrentActivation: "hardSigmoid" })],
  },
  gru: {
    input: [5, 3],
    layers: () => [gru({ units: 4, returnSequences: true }), gru({ units: 4, resetAfter: false })],
  },
  convLstm2d: { input: [3, 4, 4, 1], layers: () => [convLstm2d({ filters: 2 }), flatten()] },
  "mish and random roll": {
    input: [8, 3],
    layers: () => [randomRoll({ mode: "window" }), mish(), flatten()],
  },
  dropout: {
    input: [8, 3],
    layers: () => [tf.layers.spatialDropout1d({ rate: 0.3 }), flatten(), tf.layers.dropout({ rate: 0.4 })],
  },
  "tfjs's own recurrent layers": {
    input: [4, 3],
    layers: () => [
      tf.layers.lstm({ units: 3, kernelInitializer: kernelInitializer(), recurrentInitializer: glorot(4) }),
    ],
  },
};

for (const [name, { input, layers }] of Object.entries(networks)) {
  test(`compiled equals eager over 10 steps: ${name}`, async () => {
    const data = { x: wave([22, ...input]), y: labels(22, 3) };
    const options = { loss: cross, batchSize: 4, epochs: 2, seed: 3 };
    const optimizer = () => sgd({ learningRate: 0.05, momentum: 0.9 });
    const eager = await fit(chain(input, [...layers(), head()]), data, {
      ...options,
      optimizer: optimizer(),
      mode: "eager",
    });
    const compiled = await fit(chain(input, [...layers(), head()]), data, {
      ...options,
      optimizer: optimizer(),
    });
    assert.equal(compiled.mode, "compiled");
    assertClose(flat(compiled), flat(eager));
    assertClose(Float32Array.from(compiled.logs.loss), Float32Array.from(eager.logs.loss));
  });
}

for (const [name, build, data] of [
  [
    "motion",
    () =>
      motionConv1d({
        inputShape: [24, 3],
        classes: 4,
        filters: 8,
        kernelSize: 3,
        units: 8,
        dropout: { channels: 0, units: 0 },
      }),
    { x: wave([8, 24, 3]), y: labels(8, 4) },
  ],
  [
    "radar",
    () => radarTwoPath({ inputShape: [16, 16, 4], filters: 4, lstmFilters: 2, dropout: 0 }),
    {
      x: wave([8, 16, 16, 4]),
      y: { ...wave([8, 16, 16, 1]), data: wave([8, 16, 16, 1]).data.map(Math.abs) },
    },
  ],
] as const) {
  test(`compiled equals eager over 10 steps: the ${name} network, small`, async () => {
    const loss = name === "motion" ? cross : "mse";
    const options = { loss, batchSize: 4, epochs: 5 };
    const optimizer = () => sgd({ learningRate: 0.01, momentum: 0.9 });
    const eager = await fit(build(), data, { ...options, optimizer: optimizer(), mode: "eager" });
    const compiled = await fit(build(), data, { ...options, optimizer: optimizer() });
    assert.equal(compiled.mode, "compiled");
    assertClose(flat(compiled), flat(eager), 1e-5);
  });
}

test("XLA changes how a step is computed, not what it gives", async () => {
  const weights: Float32Array[] = [];
  for (const xla of [false, true]) {
    const history = await train(classifier([batchNormalization({})]), { epochs: 2, xla });
    assert.equal(history.mode, "compiled");
    weights.push(flat(history));
  }
  assertClose(weights[1], weights[0], 1e-4);
  await assert.rejects(
    train(classifier(), { xla: true, mode: "eager" }),
    /mode must be "compiled", got "eager"/,
  );
});

test("each step draws new dropout masks: none is part of the graph", async () => {
  // The output is the mask itself; its mean over a batch is the loss that comes back for each step.
  const model = () =>
    chain(
      [64],
      [
        tf.layers.dropout({ rate: 0.5 }),
        tf.layers.dense({ units: 1, useBias: false, kernelInitializer: "ones" }),
      ],
    );
  const losses: number[] = [];
  const watch: Callback = { name: "watch", onBatchEnd: (_, logs) => void losses.push(logs.loss) };
  const data = {
    x: { data: Float32Array.from({ length: 64 * 12 }, (_, i) => 0.5 + (i % 64) / 63), shape: [12, 64] },
    y: { data: new Float32Array(12), shape: [12, 1] },
  };
  await fit(model(), data, {
    optimizer: sgd({ learningRate: 0 }),
    loss: (_, y) => tf.reshape(y, [-1]),
    batchSize: 4,
    epochs: 2,
    callbacks: [watch],
  });
  assert.equal(new Set(losses).size, losses.length, `${losses}`);
  const mean = losses[2] / 64;
  assert.ok(mean > 0.8 && mean < 1.2, `kept units are scaled up: ${mean}`);
});

test("the same seed gives the same bytes twice and in another process, another seed gives others", async () => {
  const model = () => classifier([tf.layers.dropout({ rate: 0.3 })]);
  const one = flat(await train(model(), { epochs: 3, seed: 4 }));
  const two = flat(await train(model(), { epochs: 3, seed: 4 }));
  assert.deepEqual(one, two);
  assert.notDeepEqual(flat(await train(model(), { epochs: 3, seed: 5 })), one);
  const inProcess = () =>
    execFileSync(process.execPath, ["--import", "tsx", path.join(__dirname, "support", "fitOnce.ts")], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  const child = inProcess();
  const again = inProcess();
  assert.ok(child.length > 100);
  assert.equal(child, again);
});

test("a run that goes on from a state ends where the uninterrupted one does, byte for byte", async () => {
  const model = () => classifier([batchNormalization({}), tf.layers.dropout({ rate: 0.3 })]);
  const whole = await train(model(), { epochs: 5, seed: 6 });
  const first = await train(model(), { epochs: 2, seed: 6 });
  const rest = await train(model(), { epochs: 5, initial: structuredClone(first.state) });
  assert.deepEqual(flat(rest), flat(whole));
  assert.deepEqual(rest.logs, whole.logs);
  // Names of weights count the layers of a process.
  assert.deepEqual(Object.values(rest.state.tensors), Object.values(whole.state.tensors));
});

test("a state of another network or optimizer is refused with both shapes", async () => {
  const { state } = await train(classifier());
  const other = chain([5], [tf.layers.dense({ units: 9 }), head()]);
  await assert.rejects(train(other, { initial: state, epochs: 2 }), /shape \[5,9\], got \[5,8\]/);
  await assert.rejects(
    train(classifier(), { initial: state, epochs: 2, optimizer: sgd() }),
    /"adam", got "sgd"/,
  );
});

test("data larger than the budget streams through to the same weights", async () => {
  const resident = await train(classifier(), { epochs: 2 });
  const streamed = await train(classifier(), { epochs: 2, memoryBudget: 8 * 24 * 2 });
  assert.deepEqual(flat(streamed), flat(resident));
});

test("bytes are scaled in the graph as floats are outside", async () => {
  const bytes = Uint8Array.from({ length: 22 * 5 }, (_, i) => (i * 37) % 256);
  const floats = Float32Array.from(bytes, (value) => Math.fround(value * Math.fround(1 / 255)));
  const options = { optimizer: adam(), loss: cross, batchSize: 4 };
  const raw = await fit(
    classifier(),
    { x: { data: bytes, shape: [22, 5] }, y: small.y },
    { ...options, scaleX: 1 / 255 },
  );
  const scaled = await fit(
    classifier(),
    { x: { data: floats, shape: [22, 5] }, y: small.y },
    { ...options, optimizer: adam() },
  );
  assertClose(flat(raw), flat(scaled), 1e-6);
});

test("input and target may both be made of one array on the device", async () => {
  const frames = wave([12, 4, 4, 3]);
  const model = () =>
    chain([4, 4, 2], [conv2d({ filters: 1, kernelSize: 3, padding: "same", kernelInitializer: glorot(5) })]);
  const arrange = ({ x }: { x: tfTypes.Tensor }) => ({
    x: tf.slice(x, [0, 0, 0, 0], [-1, 4, 4, 2]),
    y: tf.slice(x, [0, 0, 0, 2], [-1, 4, 4, 1]),
  });
  const options = { loss: "mse", batchSize: 4, epochs: 2 };
  const together = await fit(
    model(),
    { x: frames },
    { ...options, optimizer: adam(), arrange, validation: { x: frames } },
  );
  const pick = (from: number, count: number): ArrayData => ({
    data: Float32Array.from(
      { length: 192 * count },
      (_, i) => frames.data[Math.floor(i / count) * 3 + from + (i % count)],
    ),
    shape: [12, 4, 4, count],
  });
  const apart = await fit(model(), { x: pick(0, 2), y: pick(2, 1) }, { ...options, optimizer: adam() });
  assertClose(flat(together), flat(apart), 1e-6);
  assert.ok(together.logs.val_loss.every((value) => value > 0));
});

test("an augmentation may make class shares of the truth, without validation too", async () => {
  const x = { data: Float32Array.from({ length: 48 }, (_, i) => Math.sin(i)), shape: [12, 4] };
  const y = Int32Array.from({ length: 12 }, (_, i) => i % 3);
  const losses: number[] = [];
  for (const mode of ["compiled", "eager"] as const) {
    const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 3, inputShape: [4], activation: "softmax", kernelInitializer })],
    });
    const augment = oneHotLabels({ classes: 3 });
    const chosen = { optimizer: "adam", loss: "categoricalCrossEntropy", augment, batchSize: 4, mode };
    const history = await fit(model, { x, y }, chosen);
    assert.equal(history.mode, mode);
    losses.push(history.logs.loss[0]);
    model.dispose();
  }
  assert.ok(Math.abs(losses[0] - losses[1]) < 1e-6, `${losses}`);
});

for (const mode of ["compiled", "eager"] as const) {
  test(`${mode}: features are made of augmented samples, in validation and predictions of the samples as they are`, async () => {
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 1, inputShape: [2], kernelInitializer: "ones", useBias: false })],
    });
    const x = { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] };
    const y = { data: new Float32Array(2), shape: [2, 1] };
    const transform = (batch: { x: tfTypes.Tensor; y: tfTypes.Tensor }) => ({
      ...batch,
      x: tf.add(batch.x, 1),
    });
    const { logs } = await fit(
      model,
      { x, y },
      {
        optimizer: adam({ learningRate: 0 }),
        loss: "meanAbsoluteError",
        batchSize: 2,
        mode,
        augment: (batch) => ({ ...batch, x: tf.mul(batch.x, 2) }),
        transform,
        validation: { x, y },
      },
    );
    assert.deepEqual([logs.loss, logs.val_loss], [[(8 + 16) / 2], [(5 + 9) / 2]]);
    assert.deepEqual((await predict(model, x, { transform })).data, Float32Array.of(5, 9));
    model.dispose();
  });
}

test("augmentation runs on training batches only and follows the seed", async () => {
  const augment: FitOptions["augment"] = ({ x, y }) => ({
    x: tf.add(x, randomUniform(x.shape, { min: -1, max: 1 })),
    y,
  });
  const options = { augment, validation: small, epochs: 2 };
  const compiled = await train(classifier(), options);
  const eager = await train(classifier(), { ...options, mode: "eager" });
  assertClose(flat(compiled), flat(eager));
  assert.notDeepEqual(flat(compiled), flat(await train(classifier(), { epochs: 2 })));
});

test("class and sample weights scale each sample's share of the loss", async () => {
  const weights = small.y.data as Int32Array;
  const sampleWeight = Float32Array.from(weights, (label) => [1, 0.5, 3][label]);
  const optimizer = () => sgd({ learningRate: 0.1 });
  const bySample = await fit(
    classifier(),
    { ...small, sampleWeight },
    { optimizer: optimizer(), loss: cross, batchSize: 4 },
  );
  const byClass = await train(classifier(), { optimizer: optimizer(), classWeight: [1, 0.5, 3] });
  assertClose(flat(byClass), flat(bySample), 1e-6);
  assert.notDeepEqual(flat(byClass), flat(await train(classifier(), { optimizer: optimizer() })));
});

test("constraints hold after every update", async () => {
  const kernelConstraint = tf.constraints.nonNeg();
  const model = chain(
    [5],
    [tf.layers.dense({ units: 8, kernelConstraint, kernelInitializer: glorot(1) }), head()],
  );
  await train(model, { epochs: 3 });
  assert.ok(
    model.weights[0]
      .read()
      .dataSync()
      .every((value) => value >= 0),
  );
});

/** A layer that does in its call what a graph cannot hold. */
class Awkward extends tf.layers.Layer {
  static readonly className = "Awkward";
  constructor(private readonly act: (x: tfTypes.Tensor) => tfTypes.Tensor) {
    super({ name: "awkward" });
  }
  override call(inputs: tfTypes.Tensor | tfTypes.Tensor[]): tfTypes.Tensor {
    return this.act(Array.isArray(inputs) ? inputs[0] : inputs);
  }
}

for (const [reason, act] of [
  ["reads a tensor's values", (x: tfTypes.Tensor) => tf.mul(x, 1 + 0 * tf.sum(x).dataSync()[0])],
  [
    "draws unseeded random numbers",
    (x: tfTypes.Tensor) => tf.mul(x, 1 + 0 * (Math as { random(): number }).random()),
  ],
  [
    "makes an array of 8000 values",
    (x: tfTypes.Tensor) =>
      tf.add(x, tf.sum(tf.tensor(Float32Array.from({ length: 8000 }, (_, i) => Math.sin(i))).mul(0))),
  ],
] as const) {
  test(`a layer that ${reason} trains eagerly, and the warning names it`, async (context) => {
    const warn = context.mock.method(console, "warn", () => undefined);
    const history = await train(classifier([new Awkward(act)]));
    assert.equal(history.mode, "eager");
    const message = String(warn.mock.calls[0].arguments[0]);
    assert.match(message, /layer "awkward"/);
    assert.ok(message.includes(reason), message);
    assertClose(flat(history), flat(await train(classifier(), { mode: "eager" })), 1e-5);
  });
}

test("an abort stops at the next batch and is told to the callbacks", async () => {
  const controller = new AbortController();
  const model = classifier();
  const before = [...model.weights[0].read().dataSync()];
  let steps = 0;
  let told: unknown;
  const callback: Callback = {
    name: "abort",
    onBatchEnd(context) {
      steps = context.step;
      if (context.step === 3) controller.abort();
    },
    onTrainEnd(_, error) {
      told = error;
    },
  };
  await train(model, { epochs: 9, signal: controller.signal, callbacks: [callback] });
  assert.equal(steps, 3);
  assert.equal((told as Error).name, "AbortError");
  assert.notDeepEqual([...model.weights[0].read().dataSync()], before);
  await assert.rejects(train(model, { signal: controller.signal }), { name: "AbortError" });
});

test("callbacks see the epoch's logs, and learning rates come from them step by step", async () => {
  const seen: string[] = [];
  const rates: number[] = [];
  const callback: Callback = {
    name: "watch",
    learningRateAt: (step) => {
      rates.push(step);
      return 0;
    },
    onTrainBegin: () => void seen.push("begin"),
    onEpochEnd: (context, logs) => {
      seen.push(`${context.epoch} ${Object.keys(logs).join(" ")}`);
      if (context.epoch === 2) context.stop("enough");
    },
    onTrainEnd: () => void seen.push("end"),
  };
  const model = classifier();
  const before = [...model.weights[0].read().dataSync()];
  const history = await train(model, {
    epochs: 9,
    callbacks: [callback],
    validation: small,
    metrics: ["accuracy"],
  });
  const logs = "loss accuracy val_loss val_accuracy learningRate";
  assert.deepEqual(seen, ["begin", `1 ${logs}`, `2 ${logs}`, "end"]);
  assert.equal(history.stopReason, "enough");
  assert.deepEqual([...model.weights[0].read().dataSync()], before);
  assert.deepEqual(
    [...new Set(rates)],
    Array.from({ length: 12 }, (_, step) => step),
  );
});

test("a compiled run learns", async () => {
  const x = wave([120, 5]);
  const y = { data: Int32Array.from({ length: 120 }, (_, i) => (x.data[i * 5] > 0 ? 1 : 0)), shape: [120] };
  const history = await fit(
    classifier(),
    { x, y },
    {
      optimizer: adam({ learningRate: 0.02 }),
      loss: cross,
      metrics: ["accuracy"],
      epochs: 15,
      batchSize: 16,
    },
  );
  assert.ok(history.logs.accuracy.at(-1)! > 0.95, `${history.logs.accuracy}`);
});

test("500 steps leave as many tensors and bytes as before", async () => {
  const model = classifier([batchNormalization({})]);
  const options = { epochs: 84, optimizer: adam() };
  await train(model, { epochs: 1 });
  const before = tf.memory();
  const natives = (tf.backend() as unknown as { getNumOfTFTensors(): number }).getNumOfTFTensors();
  await train(model, options);
  assert.equal(tf.memory().numTensors, before.numTensors);
  assert.equal(tf.memory().numBytes, before.numBytes);
  assert.equal((tf.backend() as unknown as { getNumOfTFTensors(): number }).getNumOfTFTensors(), natives);
});

test("wrong shapes and options are refused", async () => {
  await assert.rejects(
    fit(classifier(), { x: wave([22, 4]), y: small.y }, { optimizer: adam(), loss: cross }),
    /takes samples \[5\], got \[4\]/,
  );
  await assert.rejects(
    fit(classifier(), { x: small.x, y: labels(21, 3) }, { optimizer: adam(), loss: cross }),
    /22 and 21/,
  );
  await assert.rejects(train(classifier(), { batchSize: 0 }), /batchSize/);
  await assert.rejects(
    fit(classifier(), { ...small, sampleWeight: [1] }, { optimizer: adam(), loss: cross }),
    /got 1/,
  );
});

test("validation data of another dtype than the training data are read as what they are", async () => {
  const bytes = {
    x: { data: Uint8Array.from({ length: 110 }, (_, i) => (i * 37) % 9), shape: [22, 5] },
    y: labels(22, 3),
  };
  const halves = { x: wave([9, 5]), y: { data: Float32Array.from(labels(9, 3).data), shape: [9] } };
  const losses = await Promise.all(
    (["compiled", "eager"] as const).map(async (mode) => {
      const options = { optimizer: adam(), loss: cross, batchSize: 4, epochs: 2, mode, validation: halves };
      return (await fit(classifier(), bytes, options)).logs.val_loss;
    }),
  );
  for (const [epoch, loss] of losses[0].entries()) assert.ok(Math.abs(loss - losses[1][epoch]) < 1e-5);
  const narrow = { x: wave([9, 4]), y: labels(9, 3) };
  await assert.rejects(
    fit(classifier(), bytes, { optimizer: adam(), loss: cross, validation: narrow }),
    /takes samples \[5\], got \[4\]/,
  );
});
