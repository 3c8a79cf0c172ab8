import assert from "node:assert/strict";
import test from "node:test";
import type { Tensor, Tensor4D } from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../src/engine";

function wave(shape: readonly number[], phase: number): Tensor4D {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const values = Float32Array.from({ length: size }, (_, index) => Math.sin(index * 0.7 + phase));
  return tf.tensor4d(values, shape as [number, number, number, number]);
}

function difference(a: Tensor, b: Tensor): number {
  return tf.max(tf.abs(tf.sub(a, b))).dataSync()[0];
}

// oneDNN's gradient of a filter of one pixel and a stride above 1 writes outside its memory: about every second of
// these ended the process (in Python's TensorFlow too); uxlfoundation/oneDNN#6035.
const strides: [number, number][] = [
  [2, 2],
  [1, 2],
  [2, 1],
  [3, 3],
  [4, 4],
];

for (const stride of strides) {
  test(`a filter of one pixel with stride ${stride} has the gradient of the pixels that it sees`, () => {
    for (const padding of ["same", "valid"] as const) {
      const [x, filter] = [wave([4, 120, 120, 8], 0.1), wave([1, 1, 8, 16], 0.5)];
      const skipping = (values: Tensor, kernel: Tensor) =>
        tf.sum(tf.square(tf.conv2d(values as Tensor4D, kernel as Tensor4D, stride, padding)));
      const every = (step: number) => tf.range(0, 120, step, "int32");
      const seeing = (values: Tensor, kernel: Tensor) => {
        const seen = tf.gather(tf.gather(values, every(stride[0]), 1), every(stride[1]), 2) as Tensor4D;
        return tf.sum(tf.square(tf.conv2d(seen, kernel as Tensor4D, 1, padding)));
      };
      const [dx, dFilter] = tf.grads(skipping)([x, filter]);
      const [wantedX, wantedFilter] = tf.grads(seeing)([x, filter]);
      assert.ok(difference(dx, wantedX) < 1e-4);
      assert.ok(difference(dFilter, wantedFilter) < 1e-4 * tf.max(tf.abs(wantedFilter)).dataSync()[0]);
    }
  });
}

test("transposed and fused convolutions of one pixel and stride 2 train too", () => {
  const [small, filter] = [wave([4, 60, 60, 8], 0.1), wave([1, 1, 4, 8], 0.5)];
  const spread = (kernel: Tensor) =>
    tf.sum(tf.square(tf.conv2dTranspose(small, kernel as Tensor4D, [4, 120, 120, 4], 2, "same")));
  const alone = (kernel: Tensor) =>
    tf.sum(tf.square(tf.conv2dTranspose(small, kernel as Tensor4D, [4, 60, 60, 4], 1, "same")));
  const [gradient, wanted] = [spread, alone].map((f) => tf.grad(f)(filter));
  assert.ok(difference(gradient, wanted) < 1e-4 * tf.max(tf.abs(wanted)).dataSync()[0]);
  const fused = (kernel: Tensor) => {
    const options = { x: wave([4, 120, 120, 8], 0.3), filter: kernel as Tensor4D, pad: "same" } as const;
    return tf.sum(tf.fused.conv2d({ ...options, strides: 2, activation: "relu" }));
  };
  const [slope] = tf.grads(fused)([wave([1, 1, 8, 16], 0.5)]);
  assert.ok(Number.isFinite(tf.sum(slope).dataSync()[0]));
});

// uxlfoundation/oneDNN#542: wrong values and a crash in the gradient of the input.
test("a large filter with stride 3 has a gradient of the input that is its output's adjoint", () => {
  const [x, filter] = [wave([1, 32, 32, 9], 0.1), wave([5, 5, 9, 3], 0.5)];
  const y = tf.conv2d(x, filter, 3, "valid");
  const dx = tf.grad((values: Tensor) => tf.mul(tf.conv2d(values as Tensor4D, filter, 3, "valid"), y))(x);
  const [left, right] = [tf.sum(tf.mul(dx, x)), tf.sum(tf.square(y))].map((sum) => sum.dataSync()[0]);
  assert.ok(Math.abs(left - right) < 1e-4 * right);
});
