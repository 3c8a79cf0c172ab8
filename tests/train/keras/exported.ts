/** Networks that `train.exportKeras` writes: every one of `models`, and others that hold each layer that it knows. */
import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../../src/engine";
import { gaussianNoise, gru, lstm, randomRoll } from "../../../src/layers";
import * as models from "../../../src/models";
import { fillWeights, hashed } from "../../models/againstKeras";
import { frames, networks, series } from "../../models/smallNetworks";

type Symbolic = tfTypes.SymbolicTensor;
const { layers } = tf;

function chain(input: Symbolic, parts: readonly tfTypes.layers.Layer[]): Symbolic {
  return parts.reduce<Symbolic>((x, layer) => layer.apply(x) as Symbolic, input);
}

function ofSeries(...parts: tfTypes.layers.Layer[]): tfTypes.LayersModel {
  const input = tf.input({ shape: series.inputShape });
  return tf.model({ inputs: input, outputs: chain(input, parts) });
}

function ofFrames(...parts: tfTypes.layers.Layer[]): tfTypes.LayersModel {
  const input = tf.input({ shape: [16, 16, 4] });
  return tf.model({ inputs: input, outputs: chain(input, parts) });
}

/** Variants of the networks, and layers that none of them has. */
const others: Record<string, () => tfTypes.LayersModel> = {
  "sequenceUnet input": () => models.sequenceUnet({ ...frames, depth: 1, recurrent: "input" }),
  "sequenceUnet none": () => models.sequenceUnet({ ...frames, depth: 1, recurrent: "none" }),
  "radarTwoPath intended": () =>
    models.radarTwoPath({ ...frames, variant: "intended", filters: 8, lstmFilters: 4 }),
  "unet of the change": () => models.unet({ ...frames, depth: 1, residual: true }),
  "dense and activations": () =>
    ofSeries(
      layers.flatten(),
      layers.dense({ units: 12, activation: "softplus" }),
      layers.leakyReLU({ alpha: 0.2 }),
      layers.layerNormalization(),
      layers.dense({ units: 12, activation: "hardSigmoid", name: "own/name" }),
      layers.elu(),
      layers.gaussianDropout({ rate: 0.1 }),
      layers.alphaDropout({ rate: 0.1 }),
      layers.dense({ units: 6, useBias: false }),
      layers.reLU({ maxValue: 0.5 }),
      layers.softmax(),
    ),
  "series layers": () =>
    ofSeries(
      gaussianNoise({ deviation: 0.1 }),
      layers.gaussianNoise({ stddev: 0.1 }),
      randomRoll({ mode: "batch" }),
      randomRoll({ mode: "fixed", seed: 3 }),
      layers.conv1d({ filters: 6, kernelSize: 3, padding: "causal", dilationRate: 2 }),
      layers.averagePooling1d({ poolSize: 2, strides: 3 }),
      layers.permute({ dims: [2, 1] }),
      layers.globalMaxPooling1d(),
      layers.repeatVector({ n: 4 }),
      layers.masking({ maskValue: -9 }),
    ),
  "frame layers": () =>
    ofFrames(
      layers.separableConv2d({ filters: 6, kernelSize: 3, depthMultiplier: 2, padding: "same" }),
      layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2 }),
      layers.averagePooling2d({ poolSize: 2 }),
      layers.cropping2D({
        cropping: [
          [1, 0],
          [0, 1],
        ],
      }),
      layers.zeroPadding2d({
        padding: [
          [2, 1],
          [0, 3],
        ],
      }),
      layers.upSampling2d({ size: [2, 3] }),
      layers.globalMaxPooling2d({}),
      layers.reshape({ targetShape: [4, 3] }),
    ),
  "mean of a frame": () => ofFrames(layers.globalAveragePooling2d({})),
  "recurrent layers of tfjs": () =>
    ofSeries(
      layers.lstm({ units: 5, returnSequences: true }),
      layers.gru({ units: 4, returnSequences: true, goBackwards: true }),
      layers.simpleRNN({ units: 3 }),
    ),
  "wrapped layers": () =>
    ofSeries(
      layers.timeDistributed({ layer: layers.dense({ units: 6, activation: "tanh" }) }),
      layers.bidirectional({
        layer: lstm({ units: 5, returnSequences: true }) as never,
        mergeMode: "concat",
      }),
      layers.bidirectional({ layer: gru({ units: 4, resetAfter: false }) as never, mergeMode: "sum" }),
    ),
  "hard sigmoids, backwards": () =>
    ofSeries(
      lstm({ units: 5, returnSequences: true, recurrentActivation: "hardSigmoid" }),
      gru({ units: 4, goBackwards: true, recurrentActivation: "hardSigmoid" }),
    ),
  sequential: () =>
    tf.sequential({
      layers: [
        layers.dense({ units: 8, inputShape: series.inputShape, activation: "relu" }),
        layers.globalAveragePooling1d(),
        layers.dense({ units: 3, activation: "softmax" }),
      ],
    }),
  "two inputs and outputs, a shared layer": () => {
    const [a, b] = [tf.input({ shape: [6] }), tf.input({ shape: [6] })];
    const shared = layers.dense({ units: 4, activation: "tanh" });
    const [left, right] = [shared.apply(a) as Symbolic, shared.apply(b) as Symbolic];
    const merged = [layers.multiply(), layers.average(), layers.maximum(), layers.minimum()].map(
      (layer) => layer.apply([left, right]) as Symbolic,
    );
    const joined = layers.concatenate().apply(merged) as Symbolic;
    const first = layers.dense({ units: 2, name: "first" }).apply(joined) as Symbolic;
    return tf.model({ inputs: [a, b], outputs: [first, layers.add().apply([left, right]) as Symbolic] });
  },
};

/** Every network by name, with weights by a formula. */
export const exported: Record<string, () => tfTypes.LayersModel> = Object.fromEntries(
  [
    ...Object.entries(networks).map(([name, build]) => [name, () => build(1)] as const),
    ...Object.entries(others),
  ].map(([name, build]) => [
    name,
    () => {
      const model = build();
      fillWeights(model);
      return model;
    },
  ]),
);

/** What a network is given here, by a formula: three samples. */
export function inputsOf(model: tfTypes.LayersModel): tfTypes.Tensor[] {
  return model.inputs.map(({ shape }, index) => {
    const whole = [3, ...(shape.slice(1) as number[])];
    const size = whole.reduce((product, extent) => product * extent, 1);
    return tf.tensor(Float32Array.from(hashed(size, 1000 + index)), whole);
  });
}

/** A name as a file's. */
export const fileNameOf = (name: string): string => name.replace(/[^a-zA-Z0-9]+/g, "-");
