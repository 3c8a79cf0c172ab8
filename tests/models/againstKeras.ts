/** Compares a network with what Keras computed for it (tests/golden/make_models.py) from formula-made weights. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../src/engine";

interface Golden {
  inputShape: number[];
  parameters: number;
  trainable: number;
  stride: number;
  forward: number[];
  forwardMean: number;
  loss: number;
  gradientNorms: number[];
}

const golden: Record<string, Golden> = JSON.parse(
  readFileSync(path.join(__dirname, "..", "golden", "models.json"), "utf8"),
);

/** Uniform numbers in [-1, 1) from the index and the stream, the same as the Python script's. */
export function hashed(size: number, stream: number): Float64Array {
  const seed = Math.imul(stream + 1, 0x85ebca6b);
  return Float64Array.from({ length: size }, (_, index) => {
    let hash = Math.imul(index + 1, 2654435761) ^ seed;
    hash ^= hash >>> 15;
    hash = Math.imul(hash, 0x2c1b3c6d);
    hash ^= hash >>> 12;
    hash = Math.imul(hash, 0x297a2d39);
    hash ^= hash >>> 15;
    return (hash >>> 0) / 2 ** 31 - 1;
  });
}

const product = (shape: readonly (number | null)[]): number =>
  shape.reduce<number>((total, size) => total * (size ?? 1), 1);

/** The layers with weights in order of their making, which is that of the Python script. */
function layersAsMade(model: tfTypes.LayersModel): tfTypes.layers.Layer[] {
  return model.layers.filter((layer) => layer.weights.length > 0).sort((a, b) => a.id - b.id);
}

/** Gives every weight its values by the formula. */
export function fillWeights(model: tfTypes.LayersModel): void {
  let stream = 0;
  for (const layer of layersAsMade(model)) {
    const normalization = layer.getClassName() === "BatchNormalization";
    const values = layer.getWeights().map((weight, position) => {
      const { shape } = weight;
      const u = hashed(weight.size, stream++);
      const scale = shape.length > 1 ? Math.sqrt(4 / product(shape.slice(0, -1))) : 0.1;
      if (normalization && position === 0)
        return tf.tensor(
          Float32Array.from(u, (x) => 1 + 0.1 * x),
          shape,
        );
      if (normalization && position === 3)
        return tf.tensor(
          Float32Array.from(u, (x) => 1 + 0.2 * x),
          shape,
        );
      return tf.tensor(
        Float32Array.from(u, (x) => scale * x),
        shape,
      );
    });
    layer.setWeights(values);
    tf.dispose(values);
  }
}

function assertClose(actual: number, expected: number, tolerance: number, message: string): void {
  assert.ok(
    Math.abs(actual - expected) <= tolerance,
    `${message}: expected ${expected}, got ${actual}, tolerance ${tolerance}`,
  );
}

/**
 * Asserts that a network has Keras's parameter counts and, with the same weights, its outputs, its loss in training
 * mode and its gradients, to 1e-4. The network is one without dropout.
 */
export function assertEqualsKeras(name: string, build: (inputShape: never) => tfTypes.LayersModel): void {
  const expected = golden[name];
  assert.ok(expected, `${name} is in the golden file`);
  const model = build(expected.inputShape as never);
  try {
    assert.equal(model.countParams(), expected.parameters, "parameters");
    const weights = layersAsMade(model).flatMap((layer) => layer.trainableWeights);
    assert.equal(
      weights.reduce((sum, weight) => sum + product(weight.shape), 0),
      expected.trainable,
      "trainable",
    );
    fillWeights(model);
    tf.tidy(() => compare(model, weights, expected));
  } finally {
    model.dispose();
  }
}

function compare(model: tfTypes.LayersModel, weights: tfTypes.LayerVariable[], expected: Golden): void {
  const shape = [2, ...expected.inputShape];
  const frames = model.outputs[0].shape.length === 4;
  const inputs = hashed(product(shape), 1000);
  const x = tf.tensor(
    Float32Array.from(inputs, (u) => (frames ? (u + 1) / 2 : u * Math.sqrt(3))),
    shape,
  );

  const forward = (model.predict(x, { batchSize: 2 }) as tfTypes.Tensor).dataSync();
  expected.forward.forEach((value, index) => {
    assertClose(
      forward[index * expected.stride],
      value,
      1e-4 * Math.max(1, Math.abs(value)),
      `output ${index}`,
    );
  });
  let sum = 0;
  for (const value of forward) sum += value;
  assertClose(sum / forward.length, expected.forwardMean, 1e-4, "mean of the output");

  const variables = weights.map((weight) => weight.read() as tfTypes.Variable);
  const { value, grads } = tf.variableGrads(() => {
    const prediction = model.apply(x, { training: true }) as tfTypes.Tensor;
    if (frames) {
      const truth = Float32Array.from(hashed(prediction.size, 2000), (u) => (u + 1) / 2);
      return tf.mean(tf.square(tf.sub(prediction, tf.tensor(truth, prediction.shape)))) as tfTypes.Scalar;
    }
    const [samples, classes] = prediction.shape as [number, number];
    const labels = tf.tensor1d(
      Int32Array.from({ length: samples }, (_, i) => (i * 7) % classes),
      "int32",
    );
    const right = tf.sum(tf.mul(prediction, tf.oneHot(labels, classes)), -1);
    return tf.neg(tf.mean(tf.log(right))) as tfTypes.Scalar;
  }, variables);
  assertClose(value.dataSync()[0], expected.loss, 1e-4 * Math.max(1, Math.abs(expected.loss)), "loss");

  const norms = variables.map((variable) => grads[variable.name].norm().dataSync()[0]);
  const whole = Math.hypot(...expected.gradientNorms);
  assert.equal(norms.length, expected.gradientNorms.length, "number of gradients");
  norms.forEach((norm, index) => {
    // A bias before a normalisation has no gradient but rounding, so what counts is the size beside the whole.
    const wanted = expected.gradientNorms[index];
    assertClose(
      norm,
      wanted,
      1e-4 * Math.max(wanted, 0.01 * whole),
      `gradient of weight ${index} (${weights[index].originalName})`,
    );
  });
}
