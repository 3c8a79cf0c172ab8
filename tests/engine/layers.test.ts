/** Every layer setting that tfjs-layers accepts, held to Keras 3 (golden/make_layers.py), saved and loaded twins included (tensorflow/tensorflow#56498, keras-team/keras#8146). */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import type { layers, Shape, SymbolicTensor, Tensor, Variable } from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../src/engine";

interface Case {
  layer: string;
  config: Record<string, unknown> & { layer?: [string, Record<string, unknown>] };
  shape: number[] | number[][];
  outputShape: number[];
  y: number[];
  gradients: number[][];
  moving?: number[][];
  inference?: number[];
}

const cases: Case[] = JSON.parse(readFileSync(path.join(__dirname, "..", "golden", "layers.json"), "utf8"));

function wave(shape: readonly number[], phase: number, scale = 1): Tensor {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const values = Float32Array.from({ length: size }, (_, index) => scale * Math.sin(index * 0.7 + phase));
  return tf.tensor(values, [...shape]);
}

function assertSums(tensor: Tensor, expected: readonly number[], what: string): void {
  const values = Array.from(tensor.dataSync());
  const size = values.reduce((sum, value) => sum + Math.abs(value), 1e-3);
  const sums = [0.9, 2.3, 3.7].map((k) =>
    values.reduce((sum, value, i) => sum + value * Math.sin(i * k + k), 0),
  );
  for (const [index, sum] of sums.entries()) {
    assert.ok(Math.abs(sum - expected[index]) <= 1e-4 * size, `${what}: ${sums} for Keras's ${expected}`);
  }
}

type Factory = (config: object) => layers.Layer;

function make(layer: string, config: Case["config"]): layers.Layer {
  const given = Object.entries(config).filter(([, value]) => value !== null);
  const inner = config.layer && { layer: make(...config.layer) };
  return (tf.layers as unknown as Record<string, Factory>)[layer]({ ...Object.fromEntries(given), ...inner });
}

for (const { layer: name, config, shape, ...expected } of cases) {
  test(`${name} ${JSON.stringify(config)} of [${shape}] is Keras's`, () => {
    const shapes = (Array.isArray(shape[0]) ? shape : [shape]) as number[][];
    const layer = make(name, config);
    const symbols = shapes.map(([, ...rest]) => tf.input({ shape: rest }));
    const declared = (layer.apply(symbols.length > 1 ? symbols : symbols[0]) as SymbolicTensor).shape;
    const whole = name === "embedding";
    const inputs = whole
      ? [
          tf.tensor2d(
            Array.from({ length: 10 }, (_, i) => (i * 3) % 7),
            [2, 5],
          ),
        ]
      : shapes.map((extents, i) => tf.variable(wave(extents, 0.3 + 2 * i)));
    const run = (module: layers.Layer, training = false) =>
      module.apply(inputs.length > 1 ? inputs : inputs[0], { training }) as Tensor;
    for (const [index, weight] of layer.trainableWeights.entries()) {
      weight.write(wave(weight.shape as number[], 1 + index, 0.5));
    }
    const training = expected.moving !== undefined;
    let y!: Tensor;
    const weights = layer.trainableWeights.map((weight) => weight.read() as Variable);
    const variables = whole ? weights : [...(inputs as Variable[]), ...weights];
    const loss = () => {
      y = tf.keep(run(layer, training));
      return tf.mean(tf.add(tf.mul(tf.square(y), wave(y.shape, 2)), tf.mul(y, wave(y.shape, 0.1)))) as never;
    };
    const grads = tf.variableGrads(loss, variables).grads;
    assert.deepEqual(y.shape, expected.outputShape, "shape");
    assert.deepEqual(declared, [null, ...expected.outputShape.slice(1)] as Shape, "declared shape");
    assertSums(y, expected.y, "output");
    for (const [index, { name: key }] of variables.entries()) {
      assertSums(grads[key], expected.gradients[index], `gradient ${index}`);
    }
    for (const [index, moving] of (expected.moving ?? []).entries()) {
      assertSums(layer.nonTrainableWeights[index].read(), moving, `moving ${index}`);
    }
    if (expected.inference) assertSums(run(layer), expected.inference, "inference");
    const Class = layer.constructor as unknown as { fromConfig(cls: unknown, config: object): layers.Layer };
    const twin = Class.fromConfig(Class, JSON.parse(JSON.stringify(layer.getConfig())));
    run(twin);
    twin.setWeights(layer.getWeights());
    assert.deepEqual(run(twin).dataSync(), run(layer).dataSync(), "saved and loaded twin");
  });
}

function momentsOf(x: Tensor): { mean: number; variance: number } {
  const { mean, variance } = tf.moments(x);
  return { mean: mean.dataSync()[0], variance: variance.dataSync()[0] };
}

test("noise and dropout layers keep the mean and the variance that their papers say, and rest in prediction", () => {
  const normal = tf.randomNormal([20000, 8], 0, 1, "float32", 1);
  const ones = tf.ones([20000, 8]);
  // Layer, input, variance of its output; means stay.
  const kinds: [layers.Layer, Tensor, number][] = [
    [tf.layers.alphaDropout({ rate: 0.2 }), normal, 1],
    [tf.layers.gaussianDropout({ rate: 0.2 }), ones, 0.25],
    [tf.layers.dropout({ rate: 0.2 }), ones, 0.25],
    [tf.layers.gaussianNoise({ stddev: 0.5 }), normal, 1.25],
  ];
  for (const [layer, x, variance] of kinds) {
    const noisy = momentsOf(layer.apply(x, { training: true }) as Tensor);
    assert.ok(Math.abs(noisy.mean - momentsOf(x).mean) < 0.02, `${layer.name}: mean ${noisy.mean}`);
    assert.ok(Math.abs(noisy.variance - variance) < 0.03, `${layer.name}: variance ${noisy.variance}`);
    assert.deepEqual((layer.apply(x, { training: false }) as Tensor).dataSync(), x.dataSync());
  }
});

test("normal initialisers have the deviation that their names say", () => {
  const deviations = { glorotNormal: 1 / 400, heNormal: 2 / 400, leCunNormal: 1 / 400 };
  for (const [name, variance] of Object.entries(deviations)) {
    const make = tf.initializers[name as keyof typeof deviations];
    const drawn = momentsOf(make({ seed: 1 }).apply([400, 400]));
    assert.ok(Math.abs(drawn.variance / variance - 1) < 0.02, `${name}: ${drawn.variance} for ${variance}`);
  }
});
