/**
 * Milliseconds a training step: compiled and eager `fit`, Keras's `fit`, a PyTorch loop and tfjs-node as it comes,
 * round by round in turn.
 */
import path from "node:path";
import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import type { ArrayData } from "../../src/core/array";
import { randomSource } from "../../src/core/random";
import { tf } from "../../src/engine";
import { lstm } from "../../src/layers/lstm";
import { motionConv1d, radarTwoPath } from "../../src/models";
import { fit } from "../../src/train/fit/fit";
import { adam, nadam, type Optimizer } from "../../src/train/optimizers";
import { Peer, pythonPeer } from "./support/peer";
import { type Row, rowOf } from "./support/row";

/** Python packages that the peers need. */
export const peers = ["numpy", "keras", "tensorflow", "torch"];

interface Network {
  readonly steps: number;
  readonly batch: number;
  readonly sample: readonly number[];
  readonly model: () => tfTypes.LayersModel;
  readonly optimizer: () => Optimizer;
  readonly loss: string;
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

function recurrent(): tfTypes.LayersModel {
  const input = tf.input({ shape: [100, 18] });
  const h = lstm({ units: 64 }).apply(lstm({ units: 64, returnSequences: true }).apply(input));
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
    model: recurrent,
    optimizer: () => adam({ learningRate: 0.001 }),
    loss: classes,
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

type PeerName = "keras" | "torch" | "tfjs";

/** A peer's process; each has its own, as two TensorFlows and PyTorch do not share one. */
function startPeer(name: PeerName): Peer {
  // TensorFlow says much on standard error.
  const quiet = true;
  if (name !== "tfjs") return pythonPeer(path.join(__dirname, `training_${name}.py`), { quiet });
  return new Peer([process.execPath, "--import", "tsx", path.join(__dirname, "training.tfjs.ts")], { quiet });
}

/** Measures every network; one row a peer. */
export default async function training(report: (row: Row) => void): Promise<void> {
  const asked = { keras: startPeer("keras"), torch: startPeer("torch"), tfjs: startPeer("tfjs") };
  const wanted = process.env.PODIUM_BENCH_ROWS?.split(",") ?? Object.keys(networks);
  try {
    for (const [name, network] of Object.entries(networks)) {
      if (wanted.includes(name)) await measure(name, { network, asked, report });
    }
  } finally {
    for (const peer of Object.values(asked)) peer.stop();
  }
}

async function measure(
  name: string,
  options: { network: Network; asked: Readonly<Record<PeerName, Peer>>; report: (row: Row) => void },
): Promise<void> {
  const { network, asked, report } = options;
  const times: Record<string, number[]> = { ours: [], eager: [], keras: [], torch: [], tfjs: [] };
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
          begin = performance.now();
        },
        async onEpochEnd(context) {
          const time = (performance.now() - begin) / steps;
          // The first epoch plans the graph.
          if (context.epoch === 1) return;
          times.ours.push(time);
          for (const [peer, process] of Object.entries(asked))
            times[peer].push(Number(await process.ask(name)));
          times.eager.push(await eagerTime(few, { ...network, steps: eagerSteps }));
        },
      },
    ],
  });
  for (const [peer, peerName] of [
    ["keras", "Keras fit"],
    ["torch", "PyTorch"],
    ["eager", "Podium eager"],
    ["tfjs", "tfjs eager"],
  ]) {
    report(rowOf({ name, unit: "ms/step", peerName }, { ours: times.ours, peer: times[peer] }));
  }
}

async function eagerTime(set: { x: ArrayData; y: ArrayData }, network: Network): Promise<number> {
  const { optimizer, loss, batch } = network;
  const model = network.model();
  const { stepTime } = await fit(model, set, {
    optimizer: optimizer(),
    loss,
    batchSize: batch,
    mode: "eager",
  });
  model.dispose();
  return stepTime;
}
