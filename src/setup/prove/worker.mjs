/*
 * One part of `npm run doctor -- --prove`, in a process of its own: `node worker.mjs PART FOLDER NETWORK…`. Prints what it found as
 * one line of JSON; arrays go into FOLDER.
 */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { networks } from "./networks.mjs";

const podium = createRequire(import.meta.url)(
  path.join(import.meta.dirname, "..", "..", "..", "dist", "index.js"),
);
const { models, train } = podium;
const [, , part, folder, ...names] = process.argv;

/** Values without a pattern that repeats, in [0, 1]. */
const wave = (length) => Float32Array.from({ length }, (_, i) => Math.abs(Math.sin(i * i)));
const sizeOf = (shape) => shape.reduce((product, extent) => product * extent, 1);

/** Samples and truth that a network takes. */
function dataFor(model, samples) {
  const inner = model.inputs[0].shape.slice(1);
  const x = { data: wave(samples * sizeOf(inner)), shape: [samples, ...inner] };
  const out = model.outputs[0].shape.slice(1);
  const isClassifier = out.length === 1;
  const y = isClassifier
    ? { data: Int32Array.from({ length: samples }, (_, i) => i % out[0]), shape: [samples] }
    : { data: wave(samples * sizeOf(out)).reverse(), shape: [samples, ...out] };
  return { data: { x, y }, loss: isClassifier ? "sparseCategoricalCrossEntropy" : "meanSquaredError" };
}

const valuesOf = (model) => model.getWeights().map((weight) => Float32Array.from(weight.dataSync()));

/** So large that a weight's own digits do not round a gradient. */
const learningRate = 2 ** 12;

/** Outputs, and what one step of plain gradient descent shows: the gradients, and the changes of averages. */
async function stepOf(name) {
  const model = networks[name](models);
  const { data, loss } = dataFor(model, 4);
  const outputs = (await train.predict(model, data.x)).data;
  const before = valuesOf(model);
  const history = await train.fit(model, data, {
    optimizer: train.sgd({ learningRate }),
    loss,
    batchSize: 4,
    seed: 3,
  });
  const rates = model.weights.map(({ trainable }) => (trainable ? learningRate : 1));
  const changes = valuesOf(model).map((after, w) =>
    after.map((value, i) => (before[w][i] - value) / rates[w]),
  );
  model.dispose();
  const arrays = [outputs, ...changes];
  const sizes = arrays.map(({ length }) => length);
  const joined = new Float32Array(sizes.reduce((a, b) => a + b));
  let at = 0;
  for (const array of arrays) {
    joined.set(array, at);
    at += array.length;
  }
  writeFileSync(path.join(folder, `${name}.bin`), joined);
  return { sizes, loss: history.logs.loss[0], mode: history.mode };
}

/** A small network with everything that draws random numbers, and its data. */
function small() {
  const model = models.motionConv1d({ inputShape: [60, 6], classes: 5, filters: 8, units: 8, seed: 1 });
  return { model, ...dataFor(model, 64) };
}
const smallFit = { optimizer: "adam", batchSize: 8, seed: 5 };
const hashOf = (model) => {
  const hash = createHash("sha256");
  for (const values of valuesOf(model)) hash.update(values);
  return hash.digest("hex");
};

const parts = {
  async ready() {
    const { device, cards, cpu, threads, tensorflow, cuda, cudnn, node } = await podium.engine.ready();
    return { device, cards, cpu, threads, tensorflow, cuda, cudnn, node };
  },
  async networks() {
    const found = {};
    for (const name of names) found[name] = await stepOf(name);
    return found;
  },
  /** The same weights, byte for byte, from the same seed, and from a training that was continued half-way. */
  async resume() {
    const whole = async () => {
      const { model, data, loss } = small();
      await train.fit(model, data, { ...smallFit, loss, epochs: 4 });
      return hashOf(model);
    };
    const [once, again] = [await whole(), await whole()];
    const first = small();
    const { state } = await train.fit(first.model, first.data, { ...smallFit, loss: first.loss, epochs: 2 });
    const second = small();
    await train.fit(second.model, second.data, { ...smallFit, loss: second.loss, epochs: 4, initial: state });
    return { once, again, continued: hashOf(second.model) };
  },
  /** Memory of the process after each of twelve trainings, in bytes, and tensors that are left over. */
  async memory() {
    const bytes = [];
    const tensors = [];
    for (let round = 0; round < 12; round++) {
      const { model, data, loss } = small();
      await train.fit(model, data, { ...smallFit, loss, epochs: 2 });
      model.dispose();
      globalThis.gc?.();
      bytes.push(process.memoryUsage.rss());
      tensors.push(podium.engine.tf.memory().numTensors);
    }
    return { bytes, tensors };
  },
  /** Milliseconds from an interrupt to the end of the training, and what it says. */
  async interrupt() {
    const { model, data, loss } = small();
    const controller = new AbortController();
    let asked = 0;
    const timer = setTimeout(() => {
      asked = performance.now();
      controller.abort();
    }, 1500);
    const { stopReason, epochs } = await train.fit(model, data, {
      ...smallFit,
      loss,
      epochs: 1e6,
      signal: controller.signal,
    });
    clearTimeout(timer);
    return { milliseconds: performance.now() - asked, stopReason, epochs };
  },
  /** Milliseconds a training step of both competitions' networks, without and with XLA. */
  async speed() {
    const asked = {
      motion: [() => models.motionConv1d({ inputShape: [600, 18], classes: 61, seed: 1 }), 16],
      radar: [() => models.radarTwoPath({ inputShape: [120, 120, 4], filters: 16, seed: 1 }), 4],
    };
    const found = {};
    for (const [name, [make, batchSize]] of Object.entries(asked)) {
      found[name] = {};
      for (const [kind, options] of Object.entries({ plain: {}, xla: { xla: true } })) {
        const model = make();
        const { data, loss } = dataFor(model, 4 * batchSize);
        const { stepTime } = await train.fit(model, data, {
          optimizer: "adam",
          loss,
          batchSize,
          epochs: 4,
          seed: 1,
          ...options,
        });
        found[name][kind] = stepTime;
        model.dispose();
      }
    }
    return found;
  },
};

console.log(`PODIUM ${JSON.stringify(await parts[part]())}`);
process.exit(0);
