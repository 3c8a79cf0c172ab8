import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import type { layers, Scalar, SymbolicTensor, Tensor, Variable } from "@tensorflow/tfjs-node-gpu";
import { tf, withReferenceOps } from "../../src/engine";
import { gru } from "../../src/layers/gru";
import { lstm } from "../../src/layers/lstm";

interface Golden {
  y: number[];
  loss: number;
  gradients: number[][];
  moving: number[][];
  inference?: number[];
}

const golden: Record<string, Golden> = JSON.parse(
  readFileSync(path.join(__dirname, "..", "golden", "engine.json"), "utf8"),
);

function wave(shape: readonly number[], phase: number, scale = 0.5): Tensor {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, (_, index) => scale * Math.sin(index * 0.7 + phase)),
    [...shape],
  );
}

function close(actual: ArrayLike<number>, expected: readonly number[], what: string): void {
  assert.equal(actual.length, expected.length, `${what}: values`);
  const scale = Math.max(1e-3, ...expected.map((value) => Math.abs(value)));
  for (let i = 0; i < expected.length; i++) {
    assert.ok(
      Math.abs(actual[i] - expected[i]) <= 1e-4 * scale,
      `${what}[${i}]: ${actual[i]}, Keras ${expected[i]}`,
    );
  }
}

const { batchNormalization: norm, conv1d, conv2d, dense } = tf.layers;
const cases: Record<string, [layers.Layer, number[]]> = {
  lstm: [lstm({ units: 5, returnSequences: true }), [3, 7, 4]],
  lstmLast: [lstm({ units: 5 }), [3, 7, 4]],
  lstmBackwards: [lstm({ units: 5, returnSequences: true, goBackwards: true }), [3, 7, 4]],
  gru: [gru({ units: 5, returnSequences: true }), [3, 6, 4]],
  gruBefore: [gru({ units: 5, resetAfter: false }), [3, 6, 4]],
  lstmHard: [lstm({ units: 5, recurrentActivation: "hardSigmoid" }), [3, 7, 4]],
  lstmWide: [lstm({ units: 19, returnSequences: true }), [9, 4, 3]],
  gruLast: [gru({ units: 5 }), [3, 6, 4]],
  gruBackwards: [gru({ units: 5, returnSequences: true, goBackwards: true }), [3, 6, 4]],
  gruBeforeBackwards: [
    gru({ units: 5, returnSequences: true, goBackwards: true, resetAfter: false }),
    [3, 6, 4],
  ],
  gruHard: [gru({ units: 5, returnSequences: true, recurrentActivation: "hardSigmoid" }), [3, 6, 4]],
  gruWide: [gru({ units: 19, returnSequences: true }), [9, 4, 3]],
  gruBeforeWide: [gru({ units: 19, returnSequences: true, resetAfter: false }), [9, 4, 3]],
  bidirectional: [
    tf.layers.bidirectional({
      layer: lstm({ units: 3, returnSequences: true }) as layers.RNN,
      mergeMode: "concat",
    }),
    [2, 5, 4],
  ],
  norm2: [norm({}), [6, 4]],
  norm3: [norm({}), [3, 5, 4]],
  norm4: [norm({ momentum: 0.9 }), [2, 3, 4, 3]],
  norm5: [norm({}), [2, 2, 3, 2, 3]],
  normNoScale: [norm({ scale: false }), [3, 5, 4]],
  normNoCenter: [norm({ center: false }), [3, 5, 4]],
  dense: [dense({ units: 3, activation: "elu" }), [4, 5]],
  denseSeries: [dense({ units: 3, activation: "tanh" }), [2, 4, 5]],
  conv1d: [conv1d({ filters: 4, kernelSize: 3, padding: "same", activation: "relu" }), [2, 8, 3]],
  conv1dWide: [conv1d({ filters: 4, kernelSize: 5, padding: "same" }), [2, 9, 33]],
  conv1dCausal: [conv1d({ filters: 4, kernelSize: 3, padding: "causal", dilationRate: 2 }), [2, 8, 3]],
  conv1dDilated: [conv1d({ filters: 4, kernelSize: 3, padding: "same", dilationRate: 2 }), [2, 8, 3]],
  conv1dGroups: [conv1d({ filters: 6, kernelSize: 3, padding: "causal", groups: 2 } as never), [2, 8, 4]],
  conv2dGroups: [
    conv2d({ filters: 6, kernelSize: 3, padding: "same", groups: 3, activation: "elu" } as never),
    [2, 5, 6, 6],
  ],
  conv2dGroupsStrided: [conv2d({ filters: 4, kernelSize: 3, strides: 2, groups: 2 } as never), [2, 7, 6, 4]],
  conv2d: [conv2d({ filters: 2, kernelSize: 3, padding: "same", activation: "sigmoid" }), [2, 5, 6, 3]],
  conv2dWide: [conv2d({ filters: 6, kernelSize: 3, padding: "same" }), [2, 5, 6, 2]],
  conv2dPoint: [conv2d({ filters: 2, kernelSize: 1, activation: "softplus" }), [2, 4, 5, 3]],
  conv2dStrided: [conv2d({ filters: 3, kernelSize: 3, strides: 2, padding: "valid" }), [2, 7, 6, 2]],
  conv2dDilated: [conv2d({ filters: 3, kernelSize: 3, dilationRate: 2, padding: "same" }), [2, 7, 6, 2]],
};

/** Recurrent layers are run with our own ops, where set-up compiled them, and with TensorFlow's. */
const recurrent = /^(lstm|gru|bidirectional)/;
const runs = Object.entries(cases).flatMap(([name, [layer, shape]]) => [
  { name, layer, shape, run: <T>(f: () => T) => f(), title: name },
  ...(recurrent.test(name)
    ? [{ name, layer, shape, run: withReferenceOps, title: `${name}, TensorFlow's ops` }]
    : []),
]);

for (const { name, layer, shape, run, title } of runs) {
  test(`${title} gives Keras's output, loss and gradients on the same weights`, () => {
    const expected = golden[name];
    const training = name.startsWith("norm");
    const x = tf.variable(wave(shape, 0.3, 1));
    layer.apply(tf.zeros(shape));
    const weights = layer.trainableWeights.map((weight) => weight.read() as Variable);
    for (const [index, weight] of weights.entries()) weight.assign(wave(weight.shape, 1 + index));
    for (const [index, weight] of layer.nonTrainableWeights.entries()) {
      weight.write(index === 0 ? tf.zeros(weight.shape as number[]) : tf.ones(weight.shape as number[]));
    }
    let y!: Tensor;
    const loss = () => {
      y = tf.keep(layer.apply(x, { training }) as Tensor);
      const shaped = tf.add(tf.mul(tf.square(y), wave(y.shape, 2, 1)), tf.mul(y, wave(y.shape, 0.1, 1)));
      return tf.mean<Scalar>(shaped);
    };
    const { value, grads } = run(() => tf.variableGrads(loss, [x, ...weights]));
    close(y.dataSync(), expected.y, "output");
    close(value.dataSync(), [expected.loss], "loss");
    for (const [index, variable] of [x, ...weights].entries()) {
      close(grads[variable.name].dataSync(), expected.gradients[index], `gradient ${index}`);
    }
    if (!training) return;
    for (const [index, weight] of layer.nonTrainableWeights.entries()) {
      close(weight.read().dataSync(), expected.moving[index], `moving ${index}`);
    }
    const inference = layer.apply(x, { training: false }) as Tensor;
    close(inference.dataSync(), expected.inference as number[], "inference");
  });
}

test("a grouped convolution is saved with its groups and read back with the same outputs", async () => {
  const input = tf.input({ shape: [4, 5, 6] });
  const layer = conv2d({ filters: 9, kernelSize: 3, groups: 3 } as never);
  const model = tf.model({ inputs: input, outputs: layer.apply(input) as SymbolicTensor });
  assert.deepEqual(layer.weights[0].shape, [3, 3, 2, 9]);
  let saved: Parameters<Parameters<typeof tf.io.withSaveHandler>[0]>[0] | undefined;
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: "JSON" } };
    }),
  );
  const again = await tf.loadLayersModel(tf.io.fromMemory(saved as NonNullable<typeof saved>));
  const x = wave([2, 4, 5, 6], 0.4);
  const [theirs, ours] = [again, model].map((one) => (one.predict(x) as Tensor).dataSync());
  assert.deepEqual(theirs, ours);
});

test("groups that do not divide filters or channels, or that tfjs cannot lay out, are refused", () => {
  const make = (options: object) => conv2d({ filters: 6, kernelSize: 3, ...options } as never);
  assert.throws(() => make({ groups: 4 }), /multiple of groups, got 6 filters in 4 groups/);
  assert.throws(() => make({ groups: 3 }).apply(tf.zeros([1, 4, 4, 4])), /multiple of 3 groups, got 4/);
  assert.throws(
    () => make({ groups: 2, dataFormat: "channelsFirst" }),
    /with channels last, got Conv2D, channelsFirst/,
  );
  assert.throws(
    () => tf.layers.conv3d({ filters: 6, kernelSize: 3, groups: 2 } as never),
    /must be conv1d or conv2d with channels last, got Conv3D/,
  );
});

test("batch normalisation over another axis than the last is the last axis's, turned", () => {
  const x = wave([3, 4, 5], 0.2);
  const first = norm({ axis: 1 }).apply(x, { training: true }) as Tensor;
  const last = norm({}).apply(tf.transpose(x, [0, 2, 1]), { training: true }) as Tensor;
  close(tf.transpose(first, [0, 2, 1]).dataSync(), [...last.dataSync()], "turned");
});

test("a batch normalisation that is not trainable keeps its moving averages, as Keras does", () => {
  const layer = norm({});
  const x = wave([6, 4], 0.2);
  layer.apply(x);
  layer.trainable = false;
  const y = layer.apply(x, { training: true }) as Tensor;
  close(y.dataSync(), [...(layer.apply(x, { training: false }) as Tensor).dataSync()], "output");
  assert.deepEqual([...layer.weights[2].read().dataSync()], [0, 0, 0, 0]);
});

test("the gradient of an absolute value is 0 at 0", () => {
  const gradient = tf.grad((x) => tf.sum(tf.abs(x)))(tf.tensor1d([-2, 0, 3]));
  assert.deepEqual([...gradient.dataSync()], [-1, 0, 1]);
});

for (const activation of [
  "relu",
  "relu6",
  "elu",
  "selu",
  "softplus",
  "leakyRelu",
  "sigmoid",
  "tanh",
] as const) {
  test(`the gradient of ${activation} is the slope of its values`, () => {
    const f = (x: Tensor) => tf[activation](x) as Tensor;
    const x = tf.tensor1d([-2.5, -0.7, 0.4, 1.9]);
    const step = 1e-2;
    const slope = tf.div(tf.sub(f(tf.add(x, step)), f(tf.sub(x, step))), 2 * step).dataSync();
    const gradient = tf
      .grad((values) => tf.sum(f(values)))(x)
      .dataSync();
    for (let i = 0; i < 4; i++) assert.ok(Math.abs(gradient[i] - slope[i]) < 2e-3, `${i}: ${gradient[i]}`);
  });
}
