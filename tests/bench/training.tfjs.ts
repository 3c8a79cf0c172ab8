/**
 * tfjs-node as it comes, op by op, on the networks of training.ts: nothing of Podium is loaded. Its optimizers lack
 * Nadam, which takes more ops a step than the Adam that stands in for it. Each line on standard input, a network's
 * name, is answered with the milliseconds that a step took.
 */
import { createInterface } from "node:readline";
import util from "node:util";
import type * as tfTypes from "@tensorflow/tfjs-node-gpu";

// tfjs-node 4.22 calls a helper that Node 23 removed.
const legacyUtil = util as unknown as { isNullOrUndefined?: (value: unknown) => boolean };
legacyUtil.isNullOrUndefined ??= (value) => value === null || value === undefined;
const tf: typeof tfTypes = require("@tensorflow/tfjs-node-gpu");

type Symbolic = tfTypes.SymbolicTensor;
const { layers } = tf;

function apply(layer: { apply(x: Symbolic | Symbolic[]): unknown }, x: Symbolic | Symbolic[]): Symbolic {
  return layer.apply(x) as Symbolic;
}

const add = (a: Symbolic, b: Symbolic) => apply(layers.add(), [a, b]);
const join = (a: Symbolic, b: Symbolic) => apply(layers.concatenate(), [a, b]);
const normalize = (x: Symbolic) => apply(layers.batchNormalization(), x);
const elu = (x: Symbolic) => apply(layers.elu(), x);
const pool2d = (x: Symbolic) => apply(layers.maxPooling2d({ poolSize: 2 }), x);

function motion(): tfTypes.LayersModel {
  const kernelInitializer = "heUniform";
  const activate = (x: Symbolic) => elu(normalize(x));
  const convolve = (x: Symbolic) =>
    apply(layers.conv1d({ filters: 128, kernelSize: 9, padding: "same", kernelInitializer }), x);
  const drop = (x: Symbolic) => {
    const [, , channels] = x.shape;
    return apply(
      layers.dropout({ rate: 0.1, noiseShape: [null as unknown as number, 1, channels as number] }),
      x,
    );
  };
  const block = (x: Symbolic) => {
    const first = convolve(x);
    return activate(add(convolve(activate(convolve(activate(first)))), first));
  };
  const inputs = tf.input({ shape: [600, 18] });
  let x = block(drop(inputs));
  x = block(drop(apply(layers.maxPooling1d({ poolSize: 3 }), x)));
  x = apply(layers.globalAveragePooling1d({}), x);
  x = activate(apply(layers.dense({ units: 64, kernelInitializer }), x));
  x = apply(layers.dropout({ rate: 0.4 }), x);
  return tf.model({ inputs, outputs: apply(layers.dense({ units: 61, activation: "softmax" }), x) });
}

function lstm(): tfTypes.LayersModel {
  const recurrent = (returnSequences: boolean) =>
    layers.lstm({
      units: 64,
      returnSequences,
      recurrentActivation: "sigmoid",
      // tfjs takes seconds to draw an orthogonal kernel; it costs nothing in a step.
      recurrentInitializer: "glorotUniform",
    });
  const inputs = tf.input({ shape: [100, 18] });
  const x = apply(recurrent(false), apply(recurrent(true), inputs));
  return tf.model({ inputs, outputs: apply(layers.dense({ units: 61, activation: "softmax" }), x) });
}

function dense(): tfTypes.LayersModel {
  const hidden = (x: Symbolic) => apply(layers.dense({ units: 64, activation: "relu" }), x);
  const inputs = tf.input({ shape: [18] });
  const outputs = apply(layers.dense({ units: 61, activation: "softmax" }), hidden(hidden(inputs)));
  return tf.model({ inputs, outputs });
}

/** How a block of the radar network is wired; see src/models/radarTwoPath.ts. */
interface Wiring {
  readonly bottleneck?: boolean;
  readonly early?: boolean;
  readonly skip?: boolean;
}

function radarBlock(x: Symbolic, filters: number, { bottleneck, early, skip }: Wiring = {}): Symbolic {
  const conv = (from: Symbolic, channels: number, kernelSize: number) => {
    const options = {
      filters: channels,
      kernelSize,
      padding: "same",
      kernelInitializer: "heNormal",
    } as const;
    return apply(layers.conv2d(options), from);
  };
  const quarter = filters / 4;
  const convolve = (from: Symbolic) =>
    bottleneck ? conv(conv(conv(from, quarter, 1), quarter, 3), filters, 1) : conv(from, filters, 3);
  const first = convolve(x);
  const shortcut = normalize(first);
  const path = skip ? x : elu(normalize(convolve(elu(early ? first : shortcut))));
  return elu(add(normalize(convolve(path)), shortcut));
}

function radar(filters = 16): tfTypes.LayersModel {
  const drop = (x: Symbolic) => {
    const noiseShape = [null as unknown as number, 1, 1, x.shape[3] as number];
    return apply(layers.dropout({ rate: 0.25, noiseShape }), x);
  };
  const up = (x: Symbolic, other: Symbolic, channels: number, wiring: Wiring) => {
    const options = { filters: channels, kernelSize: 3, strides: 2, padding: "same" } as const;
    return radarBlock(join(apply(layers.conv2dTranspose(options), x), other), channels, wiring);
  };
  const inputs = tf.input({ shape: [120, 120, 4] });
  const one = radarBlock(inputs, filters);
  const two = radarBlock(pool2d(one), 2 * filters);
  const three = radarBlock(pool2d(two), 4 * filters, { bottleneck: true });
  let x = drop(pool2d(three));
  x = drop(radarBlock(x, 8 * filters, { bottleneck: true, skip: true }));
  x = up(x, three, 4 * filters, { bottleneck: true });
  x = up(x, two, 2 * filters, { early: true });
  x = up(x, one, filters, { early: true });
  const turned = apply(layers.permute({ dims: [3, 1, 2] }), inputs);
  const sequence = apply(layers.reshape({ targetShape: [4, 120, 120, 1] }), turned);
  const recurrent = layers.convLstm2d({
    filters: 16,
    kernelSize: 3,
    padding: "same",
    recurrentInitializer: "glorotUniform",
  });
  x = radarBlock(join(x, normalize(apply(recurrent, sequence))), filters);
  const last = layers.conv2d({ filters: 1, kernelSize: 3, padding: "same", activation: "sigmoid" });
  return tf.model({ inputs, outputs: apply(last, x) });
}

const networks = {
  motion: { make: motion, steps: 4, batch: 16, rate: 0.001 },
  lstm: { make: lstm, steps: 2, batch: 32, rate: 0.001 },
  radar: { make: radar, steps: 2, batch: 4, rate: 0.0003 },
  dense: { make: dense, steps: 100, batch: 32, rate: 0.001 },
};

async function main(): Promise<void> {
  let name: string | undefined;
  let step = async () => {};
  for await (const line of createInterface({ input: process.stdin })) {
    const { make, steps, batch, rate } = networks[line as keyof typeof networks];
    if (line !== name) {
      name = line;
      const model = make();
      const shape = model.inputs[0].shape.slice(1) as number[];
      const loss = line === "radar" ? "meanAbsoluteError" : "sparseCategoricalCrossentropy";
      model.compile({ optimizer: tf.train.adam(rate), loss });
      const x = tf.randomUniform([batch, ...shape], 0, 1, "float32", 0);
      const y =
        line === "radar" ? tf.randomUniform([batch, 120, 120, 1], 0, 1, "float32", 1) : tf.range(0, batch);
      step = async () => {
        await model.trainOnBatch(x, y);
      };
      await step();
    }
    const begin = performance.now();
    for (let done = 0; done < steps; done++) await step();
    process.stdout.write(`${(performance.now() - begin) / steps}\n`);
  }
}

void main();
