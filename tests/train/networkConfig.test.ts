import assert from "node:assert/strict";
import test from "node:test";
import { graph } from "../../src/augment";
import { tf } from "../../src/engine";
import {
  accuracy,
  adam,
  auc,
  binaryCrossEntropy,
  categoricalCrossEntropy,
  cosine,
  focal,
  huber,
  learningRateSchedule,
  lossMetric,
  type NetworkFitOptions,
  network,
  oneCycle,
  smoothCsi,
  ssimLoss,
  sumOfLosses,
  topK,
} from "../../src/train";

const model = () => tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
const context = {
  fold: 0,
  seed: 0,
  foldSeed: 0,
  trainIndices: new Int32Array(0),
  validationIndices: new Int32Array(0),
};
const told = (change: Partial<NetworkFitOptions>): string =>
  JSON.stringify(network({ model, fit: { optimizer: "adam", loss: "mse", ...change } }).config(context));

/** Made twice alike, and once with another setting: closures, of which the source text tells nothing. */
const pairs: Record<string, (other: boolean) => Partial<NetworkFitOptions>> = {
  rollSeries: (o) => ({ augment: graph.rollSeries({ range: [0, o ? 9 : 5] }) }),
  jitterSeries: (o) => ({ augment: graph.jitterSeries({ deviation: o ? 0.2 : 0.1 }) }),
  stretchAmplitude: (o) => ({ augment: graph.stretchAmplitude({ deviation: o ? 0.2 : 0.1 }) }),
  dropChannels: (o) => ({ augment: graph.dropChannels({ rate: o ? 0.2 : 0.1 }) }),
  warpTime: (o) => ({ augment: graph.warpTime({ knots: o ? 5 : 4 }) }),
  permuteSegments: (o) => ({ augment: graph.permuteSegments({ segments: o ? 5 : 4 }) }),
  rotateSeries: (o) => ({ augment: graph.rotateSeries({ groups: [[[0, 1, 2]]], angle: o ? 20 : 10 }) }),
  mixup: (o) => ({ augment: graph.mixup({ alpha: o ? 0.3 : 0.2 }) }),
  cutmix: (o) => ({ augment: graph.cutmix({ probability: o ? 0.3 : 0.2 }) }),
  "mixup or cutmix": (o) => ({ augment: o ? graph.mixup({ alpha: 1 }) : graph.cutmix({ alpha: 1 }) }),
  oneHotLabels: (o) => ({ arrange: graph.oneHotLabels({ classes: o ? 4 : 3 }) }),
  flipFrames: (o) => ({ augment: graph.flipFrames({ probability: o ? 0.4 : 0.5 }) }),
  reverseFrames: (o) => ({ augment: graph.reverseFrames({ probability: o ? 0.4 : 0.5 }) }),
  blurFrames: (o) => ({ augment: graph.blurFrames({ deviation: o ? 2 : 1 }) }),
  dropPatches: (o) => ({ augment: graph.dropPatches({ size: o ? 4 : 8 }) }),
  shiftIntensity: (o) => ({ augment: graph.shiftIntensity({ shift: o ? 0.2 : 0.1 }) }),
  composeAugmentations: (o) => ({
    augment: graph.composeAugmentations([{ apply: graph.rollSeries(), probability: o ? 0.4 : 0.5 }]),
  }),
  "composed of others": (o) => ({
    augment: graph.composeAugmentations([graph.jitterSeries({ deviation: o ? 0.2 : 0.1 })]),
  }),
  oneOfAugmentations: (o) => ({
    augment: graph.oneOfAugmentations([graph.jitterSeries({ deviation: o ? 0.2 : 0.1 })]),
  }),
  categoricalCrossEntropy: (o) => ({ loss: categoricalCrossEntropy({ labelSmoothing: o ? 0.2 : 0.1 }) }),
  binaryCrossEntropy: (o) => ({ loss: binaryCrossEntropy({ labelSmoothing: o ? 0.2 : 0.1 }) }),
  focal: (o) => ({ loss: focal({ gamma: o ? 3 : 2 }) }),
  sumOfLosses: (o) => ({ loss: sumOfLosses([{ loss: "mae", weight: o ? 2 : 1 }]) }),
  "sum of others": (o) => ({ loss: sumOfLosses([{ loss: smoothCsi({ threshold: o ? 0.2 : 0.1 }) }]) }),
  huber: (o) => ({ loss: huber({ delta: o ? 2 : 1 }) }),
  ssimLoss: (o) => ({ loss: ssimLoss({ range: o ? 2 : 1 }) }),
  accuracy: (o) => ({ metrics: [accuracy({ threshold: o ? 0.4 : 0.5 })] }),
  topK: (o) => ({ metrics: [topK({ k: o ? 4 : 3, name: "top" })] }),
  auc: (o) => ({ metrics: [auc({ cut: o ? 0.5 : 0 })] }),
  lossMetric: (o) => ({ metrics: [lossMetric(huber({ delta: o ? 2 : 1 }), { name: "huber" })] }),
  schedule: (o) => ({ schedule: cosine(0.1, { steps: 1, minimum: o ? 0.01 : 0 }) }),
  "an optimizer's schedule": (o) => ({
    optimizer: adam({ learningRate: cosine(0.1, { steps: o ? 200 : 100 }) }),
  }),
  learningRateSchedule: (o) => ({
    callbacks: [learningRateSchedule(oneCycle(0.1, { steps: o ? 200 : 100 }))],
  }),
};

for (const [name, make] of Object.entries(pairs)) {
  test(`a run is told apart by the settings of ${name}`, () => {
    assert.equal(told(make(false)), told(make(false)), "made again with the same it is the same");
    assert.notEqual(told(make(true)), told(make(false)));
  });
}
