/**
 * What a GPU would be given, held without one against what TensorFlow's CUDA wheel has kernels for
 * (golden/make_gpuKernels.py). tests/train/networks.test.ts does so for the networks of both competitions.
 */
import assert from "node:assert/strict";
import test from "node:test";
import type { layers as layerTypes } from "@tensorflow/tfjs-node-gpu";
import { graph } from "../../src/augment";
import { tf, withReferenceOps } from "../../src/engine";
import * as ourLayers from "../../src/layers";
import type { FitOptions } from "../../src/train";
import * as train from "../../src/train";
import { load } from "../setup/support";
import {
  type GraphNode,
  kernels,
  nodesOf,
  refusedOps,
  tensorflow,
  withoutDeterministicKernel,
  withoutGpuKernel,
} from "./support/gpuAudit";

type Layer = layerTypes.Layer;

const samples = 4;
const windows = [40, 6];
const images = [8, 8, 4];
const values = (length: number) => Float32Array.from({ length }, (_, i) => Math.abs(Math.sin(i * i)));

/** Fits a network of given layers for two batches, as on a GPU, and returns the nodes of its programs. */
function nodesOfFit(
  shape: readonly number[],
  layers: readonly Layer[],
  { truth, ...options }: Partial<FitOptions> & { truth?: "classes" | "one" | "same" },
): Promise<GraphNode[]> {
  const fitOnce = async () => {
    const input = tf.input({ shape: [...shape] });
    const output = layers.reduce((x, layer) => layer.apply(x) as typeof input, input);
    const model = tf.model({ inputs: input, outputs: output });
    const x = { data: values(samples * shape.reduce((a, b) => a * b)), shape: [samples, ...shape] };
    const size = output.shape.slice(1).reduce((a, b) => (a ?? 1) * (b ?? 1), 1) ?? 1;
    const y =
      truth === "classes"
        ? { data: Int32Array.of(0, 1, 2, 1), shape: [samples] }
        : {
            data: values(samples * size).map(Math.round),
            shape: [samples, ...(output.shape.slice(1) as number[])],
          };
    const history = await train.fit(
      model,
      { x, y },
      { optimizer: "sgd", loss: "mse", batchSize: 2, seed: 1, validation: { x, y }, ...options },
    );
    assert.equal(history.mode, "compiled");
    model.dispose();
  };
  return withReferenceOps(() => nodesOf(fitOnce));
}

function assertRuns(nodes: readonly GraphNode[]): void {
  assert.ok(nodes.length > 20, "programs were recorded");
  assert.deepEqual(withoutGpuKernel(nodes), [], "every node has a kernel for a GPU");
  assert.deepEqual(withoutDeterministicKernel(nodes), [], "none is refused where results are deterministic");
}

const { dense, flatten, conv2d, conv1d } = tf.layers;
const classifier = (rank = 2) => [
  ...(rank > 1 ? [flatten({})] : []),
  dense({ units: 3, activation: "softmax" }),
];

test("the list of kernels is that of the TensorFlow in use", async () => {
  assert.equal(tensorflow, (await load("steps/tensorflow")).tensorflowVersion);
  assert.ok(Object.keys(kernels).length > 700);
});

test("the audit tells an op without a GPU kernel, a wrong dtype and an op that is not deterministic", () => {
  const node = (op: string, types: Record<string, string>, rest = {}): GraphNode => ({
    op,
    types,
    flags: {},
    onHost: false,
    ...rest,
  });
  assert.equal(withoutGpuKernel([node("Unique", { T: "string" })]).length, 1);
  assert.equal(withoutGpuKernel([node("Conv2D", { T: "string" })]).length, 1);
  assert.equal(withoutGpuKernel([node("Conv2D", { T: "float32" })]).length, 0);
  assert.equal(withoutGpuKernel([node("DecodePng", {})]).length, 1);
  assert.equal(withoutGpuKernel([node("DecodePng", {}, { onHost: true })]).length, 0);
  assert.equal(withoutDeterministicKernel([node("ResizeNearestNeighborGrad", { T: "float32" })]).length, 1);
  const frozen = node("FusedBatchNormGradV3", { T: "float32" }, { flags: { is_training: false } });
  assert.equal(withoutDeterministicKernel([frozen]).length, 1);
  for (const op of ["CropAndResizeBackpropImage", "DenseBincount", "AdjustContrastv2"])
    assert.ok(refusedOps.has(op), op);
});

const optimizers: Record<string, FitOptions["optimizer"]> = {
  sgd: train.sgd({ momentum: 0.9, nesterov: true, clipValue: 1 }),
  rmsprop: train.rmsprop({ centered: true, momentum: 0.5 }),
  adam: train.adam({ amsgrad: true, clipNorm: 1 }),
  adamw: train.adamw(),
  nadam: train.nadam(),
  withEma: train.withEma(train.adam()),
};
for (const [name, optimizer] of Object.entries(optimizers)) {
  test(`a GPU runs the steps of ${name}`, async () => {
    assertRuns(await nodesOfFit([6], [dense({ units: 2 })], { optimizer }));
  });
}

const ofShares = { activation: "sigmoid" as const };
const forecast = () => [conv2d({ filters: 1, kernelSize: 3, padding: "same", ...ofShares })];
test("a GPU runs every loss and metric", async () => {
  const nodes = [
    ...(await nodesOfFit([6], classifier(1), {
      truth: "classes",
      loss: "sparseCategoricalCrossEntropy",
      metrics: ["accuracy", train.topK({ k: 2 })],
    })),
    ...(await nodesOfFit([6], classifier(1), {
      truth: "classes",
      arrange: graph.oneHotLabels({ classes: 3 }),
      loss: train.sumOfLosses([
        { loss: train.categoricalCrossEntropy({ labelSmoothing: 0.1 }) },
        { loss: train.focal() },
      ]),
    })),
    ...(await nodesOfFit([6], [dense({ units: 1, ...ofShares })], {
      loss: train.binaryCrossEntropy({ labelSmoothing: 0.1 }),
      metrics: ["auc", "mae", "mse"],
    })),
    ...(await nodesOfFit([16, 16, 4], forecast(), {
      loss: train.sumOfLosses(
        [
          "mae",
          "logCosh",
          "huber",
          train.ssimLoss({ range: 1 }),
          train.rainWeightedAbsoluteError(),
          train.rainWeightedSquaredError(),
          train.smoothCsi(),
          train.smoothMaeOverCsi(),
          train.scaledMeanAbsoluteError(),
        ].map((loss) => ({ loss })),
      ),
    })),
  ];
  assertRuns(nodes);
});

const { oneHotLabels, preview: _, ...augmentations } = graph;
const ofImages = /Frames$|Intensity$|^dropPatches$/;
const settings: Record<string, object> = {
  rotateSeries: { groups: [[[0, 1, 2]]] },
  dropPatches: { size: 3 },
  joinSeries: { pairs: [{ first: 0, second: 1, joined: 2 }] },
};
test("a GPU runs every augmentation", async () => {
  const made = Object.entries(augmentations).filter(([name]) => !/compose|oneOf/.test(name));
  assert.ok(made.length >= 14);
  const make = ([name, maker]: [string, unknown]) =>
    (maker as (options: object) => NonNullable<FitOptions["augment"]>)(settings[name] ?? {});
  const [series, frames] = [false, true].map((images) =>
    made.filter(([name]) => ofImages.test(name) === images).map(make),
  );
  const shares = {
    truth: "classes" as const,
    arrange: oneHotLabels({ classes: 3 }),
    loss: "categoricalCrossEntropy",
  };
  assertRuns(
    await nodesOfFit(windows, classifier(), {
      ...shares,
      augment: graph.composeAugmentations([
        ...series.map((apply) => ({ apply, probability: 0.5 })),
        graph.oneOfAugmentations(series.slice(0, 2)),
      ]),
    }),
  );
  assertRuns(
    await nodesOfFit(images, forecast(), {
      augment: graph.composeAugmentations(frames.map((apply) => ({ apply, probability: 0.5 }))),
    }),
  );
});

const frozen = () => {
  const layer = tf.layers.batchNormalization({});
  layer.trainable = false;
  return layer;
};
const layers: Record<string, { shape: readonly number[]; layers: () => Layer[] }> = {
  "frozen batch normalization": {
    shape: windows,
    layers: () => [conv1d({ filters: 4, kernelSize: 3 }), frozen()],
  },
  embedding: { shape: [5], layers: () => [tf.layers.embedding({ inputDim: 4, outputDim: 3 })] },
  "depthwise, separable and transposed convolutions": {
    shape: images,
    layers: () => [
      tf.layers.depthwiseConv2d({ kernelSize: 3 }),
      tf.layers.separableConv2d({ filters: 3, kernelSize: 3 }),
      tf.layers.conv2dTranspose({ filters: 2, kernelSize: 2, strides: 2 }),
    ],
  },
  "dilated and grouped convolutions": {
    shape: images,
    layers: () => [
      conv2d({ filters: 4, kernelSize: 3, dilationRate: 2 }),
      ourLayers.groupedConv2d({ filters: 4, kernelSize: 1, groups: 2 }),
      tf.layers.averagePooling2d({ poolSize: 2 }),
    ],
  },
  "bilinear upsampling": {
    shape: images,
    layers: () => [
      conv2d({ filters: 2, kernelSize: 3 }),
      tf.layers.upSampling2d({ interpolation: "bilinear" }),
    ],
  },
  "layer normalization, dropout, noise and pooling of series": {
    shape: windows,
    layers: () => [
      dense({ units: 4, activation: "selu" }),
      tf.layers.layerNormalization({}),
      tf.layers.dropout({ rate: 0.2, seed: 1 }),
      ourLayers.spatialDropout1d({ rate: 0.2 }),
      ourLayers.gaussianNoise({ deviation: 0.1 }),
      ourLayers.mish({}),
      tf.layers.maxPooling1d({ poolSize: 2 }),
    ],
  },
  "recurrent layers both ways, with dropout": {
    shape: [5, 3],
    layers: () => [
      tf.layers.bidirectional({
        layer: ourLayers.gru({ units: 2, returnSequences: true, dropout: 0.1, seed: 1 }) as layerTypes.RNN,
      }),
      ourLayers.lstm({ units: 2, returnSequences: true, recurrentDropout: 0.1, seed: 1 }),
    ],
  },
};
for (const [name, { shape, layers: make }] of Object.entries(layers)) {
  test(`a GPU runs ${name}`, async () => {
    assertRuns(await nodesOfFit(shape, [...make(), flatten({}), dense({ units: 1 })], {}));
  });
}
