/** Gradients where values tie, vanish, saturate or lie on an edge: TensorFlow's own (golden/make_ties.py; tensorflow/tensorflow#51681). */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import type { Tensor, Tensor2D, Tensor4D, Tensor5D } from "@tensorflow/tfjs-node-gpu";
import { nativeOp, tf } from "../../src/engine";

type Values = readonly (number | "nan" | "inf" | "-inf")[];

interface Golden {
  inputs: { shape: number[]; data: number[] }[];
  y: Values;
  gradients: (Values | null)[];
}

const golden: Record<string, Golden> = JSON.parse(
  readFileSync(path.join(__dirname, "..", "golden", "ties.json"), "utf8"),
);

const special = { nan: Number.NaN, inf: Number.POSITIVE_INFINITY, "-inf": Number.NEGATIVE_INFINITY };

function close(actual: ArrayLike<number>, expected: Values, what: string): void {
  assert.equal(actual.length, expected.length, `${what}: values`);
  for (const [i, text] of expected.entries()) {
    const value = typeof text === "string" ? special[text] : text;
    const same =
      Object.is(actual[i], value) || Math.abs(actual[i] - value) <= 1e-5 * Math.max(1, Math.abs(value));
    assert.ok(
      same,
      `${what}[${i}]: ${actual[i]}, TensorFlow ${value}; all: ${[...Array.from(actual)]} for ${expected}`,
    );
  }
}

const resize = (size: [number, number]) => (x: Tensor) =>
  tf.image.resizeBilinear(x as Tensor4D, size, false, true);
const cases: Record<string, (x: Tensor, other: Tensor) => Tensor> = {
  max: (x) => tf.max(x, 1),
  maxAll: (x) => tf.max(x),
  maxKept: (x) => tf.max(x, [0], true),
  min: (x) => tf.min(x, 1),
  minAll: (x) => tf.min(x),
  maximum: tf.maximum,
  minimum: tf.minimum,
  maximumScalar: (x) => tf.maximum(x, 0),
  minimumScalar: (x) => tf.minimum(x, 1),
  abs: tf.abs,
  clip: (x) => tf.clipByValue(x, -1, 1),
  clipEdges: (x) => tf.clipByValue(x, 0, 2.5),
  relu: tf.relu,
  relu6: tf.relu6,
  leakyRelu: (x) => tf.leakyRelu(x, 0.3),
  elu: tf.elu,
  selu: tf.selu,
  softplus: tf.softplus,
  sigmoid: tf.sigmoid,
  tanh: tf.tanh,
  softmax: (x) => tf.softmax(x),
  logSoftmax: (x) => tf.logSoftmax(x),
  prelu: (x) => tf.prelu(x, tf.scalar(0.2)),
  sign: tf.sign,
  round: tf.round,
  sqrt: tf.sqrt,
  square: tf.square,
  log1p: tf.log1p,
  expm1: tf.expm1,
  erf: tf.erf,
  squaredDifference: tf.squaredDifference,
  pow2: (x) => tf.pow(x, 2),
  pow3: (x) => tf.pow(x, 3),
  powHalf: (x) => tf.pow(x, 0.5),
  powBoth: tf.pow,
  prod: (x) => tf.prod(x, 1),
  prodAll: (x) => tf.prod(x),
  norm: (x) => tf.norm(x, "euclidean", 1),
  norm1: (x) => tf.norm(x, 1, 1),
  normInf: (x) => tf.norm(x, Number.POSITIVE_INFINITY, 1),
  atan2: tf.atan2,
  mod: tf.mod,
  divide: tf.div,
  logSumExp: (x) => tf.logSumExp(x, 1),
  cumsum: (x) => tf.cumsum(x, 1),
  topk: (x) => tf.topk(x, 2).values,
  sort: (x) => tf.topk(x, 4).values,
  gatherTwice: (x) => tf.gather(x, [0, 0, 2], 1),
  where: (x) => tf.where(tf.greater(x, 0), tf.mul(x, x), tf.neg(x)),
  stridedSlice: (x) => tf.stridedSlice(x, [0, 0], [3, 4], [1, 2]),
  maxPool: (x) => tf.maxPool(x as Tensor4D, 2, 1, "same"),
  maxPoolApart: (x) => tf.maxPool(x as Tensor4D, 2, 2, "valid"),
  averagePool: (x) => tf.avgPool(x as Tensor4D, 3, 2, "same"),
  maxPool3d: (x) => tf.maxPool3d(x as Tensor5D, 2, 1, "same"),
  averagePool3d: (x) => tf.avgPool3d(x as Tensor5D, 2, 1, "same"),
  bilinear: resize([7, 5]),
  nearest: (x) => tf.image.resizeNearestNeighbor(x as Tensor4D, [8, 8], false, true),
  mirror: (x) =>
    tf.mirrorPad(
      x as Tensor2D,
      [
        [0, 0],
        [2, 1],
        [1, 2],
        [0, 0],
      ] as never,
      "reflect",
    ),
  symmetric: (x) =>
    tf.mirrorPad(
      x as Tensor2D,
      [
        [0, 0],
        [2, 1],
        [1, 2],
        [0, 0],
      ] as never,
      "symmetric",
    ),
};

test("every golden case is held", () =>
  assert.deepEqual(Object.keys(cases).sort(), Object.keys(golden).sort()));

for (const [name, f] of Object.entries(cases)) {
  test(`${name} has TensorFlow's values and gradients at ties and edges`, () => {
    const { inputs, y: values, gradients } = golden[name];
    const tensors = inputs.map(({ data, shape }) => tf.tensor(data, shape));
    close(f(tensors[0], tensors[1]).dataSync(), values, "value");
    const loss = (...given: Tensor[]) => {
      const y = f(given[0], given[1]);
      const weights = Float32Array.from({ length: y.size }, (_, i) => Math.sin(i * 0.7 + 2) + 1.5);
      return tf.sum(tf.mul(y, tf.tensor(weights, y.shape)));
    };
    const results = tf.grads(loss as (...given: Tensor[]) => Tensor)(tensors);
    for (const [index, gradient] of gradients.entries()) {
      const expected = gradient ?? new Array<number>(tensors[index].size).fill(0);
      close(results[index].dataSync(), expected, `gradient ${index}`);
    }
  });
}

test("the gradient of whole blocks of pixels is that of TensorFlow's own op, of other sizes too", () => {
  for (const [size, alignCorners, halfPixels] of [
    [[6, 9], false, true],
    [[6, 9], false, false],
    [[6, 9], true, false],
    [[7, 5], false, true],
    [[3, 3], false, true],
  ] as const) {
    const x = tf.randomNormal([2, 3, 3, 2], 0, 1, "float32", 1) as Tensor4D;
    const dy = tf.randomNormal([2, ...size, 2], 0, 1, "float32", 2);
    const grow = (images: Tensor) =>
      tf.image.resizeNearestNeighbor(images as Tensor4D, [...size], alignCorners, halfPixels);
    const ours = tf.grad(grow)(x, dy);
    const [theirs] = nativeOp("ResizeNearestNeighborGrad", [dy, tf.tensor1d([3, 3], "int32")], {
      attributes: {
        T: { type: "float32" },
        align_corners: { bool: alignCorners },
        half_pixel_centers: { bool: halfPixels },
      },
    });
    close(ours.dataSync(), Array.from(theirs.dataSync()), `${size} ${alignCorners} ${halfPixels}`);
  }
});
