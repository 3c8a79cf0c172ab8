/**
 * Milliseconds a training step: compiled and eager `fit`, Keras's `fit` on TensorFlow and on JAX, a PyTorch loop, plain
 * and compiled, and tfjs-node as it comes, round by round in turn. `PODIUM_BENCH_ROWS` and `PODIUM_BENCH_PEERS` choose
 * among them, by names with commas.
 */
import path from "node:path";
import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import type { ArrayData } from "../../src/core/array";
import { randomSource } from "../../src/core/random";
import { tf } from "../../src/engine";
import { gru, lstm } from "../../src/layers";
import { gruPoolGru, motionConv1d, radarTwoPath } from "../../src/models";
import { fit } from "../../src/train/fit/fit";
import { adam, nadam, type Optimizer } from "../../src/train/optimizers";
import { clock, clockUnit } from "./support/clock";
import { Peer, pythonPeer } from "./support/peer";
import { type Row, rowOf } from "./support/row";

/** Python packages that the peers need. */
export const peers = ["numpy", "keras", "tensorflow", "torch", "jax"];

interface Network {
  readonly steps: number;
  readonly batch: number;
  readonly sample: readonly number[];
  readonly model: () => tfTypes.LayersModel;
  readonly optimizer: () => Optimizer;
  readonly loss: string;
  /** Whether tfjs as it comes is measured too; op by op, long series take it minutes. Default true. */
  readonly tfjs?: boolean;
}

const rounds = 5;

function dense(): tfTypes.LayersModel {
  const input = tf.input({ shape: [18] });
  const hidden = (x: tfTypes.SymbolicTensor) =>
    tf.layers.dense({ units: 64, activation: "relu", kernelInitializer: "glorotUniform" }).apply(x);
  const h = hidden(hidden(input) as tfTypes.SymbolicTensor);
  const output = tf.layers.dense({ units: 61, activation: "softmax" }).apply(h);
  return tf.model({ inputs: input, outputs: output as tfTypes.SymbolicTensor });
}

function recurrent(layer: typeof lstm | typeof gru): tfTypes.LayersModel {
  const input = tf.input({ shape: [100, 18] });
  const h = layer({ units: 64 }).apply(layer({ units: 64, returnSequences: true }).apply(input));
  const output = tf.layers.dense({ units: 61, activation: "softmax" }).apply(h);
  return tf.model({ inputs: input, outputs: output as tfTypes.SymbolicTensor });
}

const classes = "sparseCategoricalCrossEntropy";
const networks: Readonly<Record<string, Network>> = {
  motion: {
    steps: 8,
    batch: 16,
    sample: [600, 18],
    model: () => motionConv1d({ inputShape: [600, 18], classes: 61, roll: "none" }),
    optimizer: () => nadam({ learningRate: 0.001 }),
    loss: classes,
  },
  lstm: {
    steps: 15,
    batch: 32,
    sample: [100, 18],
    model: () => recurrent(lstm),
    optimizer: () => adam({ learningRate: 0.001 }),
    loss: classes,
  },
  gru: {
    steps: 15,
    batch: 32,
    sample: [100, 18],
    model: () => recurrent(gru),
    optimizer: () => adam({ learningRate: 0.001 }),
    loss: classes,
    tfjs: false,
  },
  gru600: {
    steps: 3,
    batch: 16,
    sample: [600, 18],
    model: () => gruPoolGru({ inputShape: [600, 18], classes: 61 }),
    optimizer: () => adam({ learningRate: 0.001 }),
    loss: classes,
    tfjs: false,
  },
  radar: {
    steps: 3,
    batch: 4,
    sample: [120, 120, 4],
    model: () => radarTwoPath({ inputShape: [120, 120, 4], filters: 16 }),
    optimizer: () => nadam({ learningRate: 0.0003 }),
    loss: "mae",
  },
  dense: {
    steps: 400,
    batch: 32,
    sample: [18],
    model: dense,
    optimizer: () => adam({ learningRate: 0.001 }),
    loss: classes,
  },
};

function data(network: Network): { x: ArrayData; y: ArrayData } {
  const random = randomSource(0);
  const samples = network.steps * network.batch;
  const make = (shape: readonly number[]): ArrayData => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    return { data: Float32Array.from({ length: size }, () => random.uniform()), shape };
  };
  const x = make([samples, ...network.sample]);
  if (network.loss === "mae") return { x, y: make([samples, ...network.sample.slice(0, 2), 1]) };
  const labels = Int32Array.from({ length: samples }, (_, index) => index % 61);
  return { x, y: { data: labels, shape: [samples] } };
}

// TensorFlow says much on standard error.
const quiet = true;
const python = (name: string, ...args: string[]) =>
  pythonPeer(path.join(__dirname, `training_${name}.py`), { quiet, arguments: args });

/** The peers, each in a process of its own, as two TensorFlows and PyTorch do not share one. */
const kinds: Readonly<Record<string, { title: string; start?: () => Peer }>> = {
  keras: { title: "Keras fit", start: () => python("keras") },
  jax: { title: "Keras fit on JAX", start: () => python("keras", "jax") },
  torch: { title: "PyTorch", start: () => python("torch") },
  inductor: { title: "PyTorch compiled", start: () => python("torch", "compiled") },
  eager: { title: "Podium eager" },
  tfjs: {
    title: "tfjs eager",
    start: () =>
      new Peer([process.execPath, "--import", "tsx", path.join(__dirname, "training.tfjs.ts")], { quiet }),
  },
};

/** Measures every network; one row a peer. */
export default async function training(report: (row: Row) => void): Promise<void> {
  const wanted = process.env.PODIUM_BENCH_ROWS?.split(",") ?? Object.keys(networks);
  const beside = process.env.PODIUM_BENCH_PEERS?.split(",") ?? Object.keys(kinds);
  const asked = Object.fromEntries(beside.map((name) => [name, kinds[name].start?.()]));
  try {
    for (const [name, network] of Object.entries(networks)) {
      if (wanted.includes(name)) await measure(name, { network, asked, report });
    }
  } finally {
    for (const peer of Object.values(asked)) peer?.stop();
  }
}

async function measure(
  name: string,
  options: {
    network: Network;
    asked: Readonly<Record<string, Peer | undefined>>;
    report: (row: Row) => void;
  },
): Promise<void> {
  const { network, report } = options;
  const asked = Object.entries(options.asked).filter(([peer]) => peer !== "tfjs" || network.tfjs !== false);
  const ours: number[] = [];
  const times: Record<string, number[]> = Object.fromEntries(asked.map(([peer]) => [peer, []]));
  const { steps, batch, optimizer, loss } = network;
  const set = data(network);
  // An eager step takes long: a few are enough.
  const eagerSteps = Math.min(steps, 4);
  const few = {
    x: {
      data: set.x.data.subarray(0, (set.x.data.length / steps) * eagerSteps),
      shape: [eagerSteps * batch, ...network.sample],
    },
    y: {
      data: set.y.data.subarray(0, (set.y.data.length / steps) * eagerSteps),
      shape: [eagerSteps * batch, ...set.y.shape.slice(1)],
    },
  };
  let begin = 0;
  await fit(network.model(), set, {
    optimizer: optimizer(),
    loss,
    epochs: rounds + 1,
    batchSize: batch,
    callbacks: [
      {
        name: "stopwatch",
        onEpochBegin() {
          begin = clock();
        },
        async onEpochEnd(context) {
          const time = (clock() - begin) / steps;
          // The first epoch plans the graph.
          if (context.epoch === 1) return;
          ours.push(time);
          for (const [peer, process] of asked) {
            const answer = process
              ? Number(await process.ask(name))
              : await eagerTime(few, { ...network, steps: eagerSteps });
            times[peer].push(answer);
          }
        },
      },
    ],
  });
  for (const [peer] of asked) {
    const row = { name, unit: `${clockUnit}/step`, peerName: kinds[peer].title };
    report(rowOf(row, { ours, peer: times[peer] }));
  }
}

async function eagerTime(set: { x: ArrayData; y: ArrayData }, network: Network): Promise<number> {
  const { optimizer, loss, batch } = network;
  const model = network.model();
  let begin = 0;
  let time = 0;
  await fit(model, set, {
    optimizer: optimizer(),
    loss,
    batchSize: batch,
    mode: "eager",
    callbacks: [
      {
        name: "stopwatch",
        onEpochBegin() {
          begin = clock();
        },
        onEpochEnd() {
          time = (clock() - begin) / network.steps;
        },
      },
    ],
  });
  model.dispose();
  return time;
}
