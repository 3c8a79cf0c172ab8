import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import type { Tensor, Tensor1D } from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../../src/engine";
import * as losses from "../../../src/train/losses/losses";
import { ssimLoss, structuralSimilarity } from "../../../src/train/losses/ssim";

interface Case {
  truth: number[];
  truthShape: number[];
  prediction: number[];
  predictionShape: number[];
  values: number[];
  gradient: number[];
}
const cases: Record<string, Case> = JSON.parse(
  readFileSync(path.join(__dirname, "../../golden/losses.json"), "utf8"),
).cases;

type Function = (truth: Tensor, prediction: Tensor) => Tensor1D;
const smoothed = losses.categoricalCrossEntropy({ labelSmoothing: 0.2 });
const ours: Record<string, Function> = {
  categoricalCrossEntropy: losses.categoricalCrossEntropy(),
  categoricalCrossEntropyUnnormalised: losses.categoricalCrossEntropy(),
  categoricalCrossEntropySmoothed: losses.categoricalCrossEntropy({ labelSmoothing: 0.1 }),
  categoricalCrossEntropyLogits: losses.categoricalCrossEntropy().fromLogits,
  categoricalCrossEntropySmoothedLogits: smoothed.fromLogits,
  sparseCategoricalCrossEntropy: losses.sparseCategoricalCrossEntropy(),
  sparseCategoricalCrossEntropyColumn: losses.sparseCategoricalCrossEntropy(),
  sparseCategoricalCrossEntropyLogits: losses.sparseCategoricalCrossEntropy().fromLogits,
  sparseCategoricalCrossEntropySequenceLogits: losses.sparseCategoricalCrossEntropy().fromLogits,
  binaryCrossEntropy: losses.binaryCrossEntropy(),
  binaryCrossEntropySmoothed: losses.binaryCrossEntropy({ labelSmoothing: 0.1 }),
  binaryCrossEntropyLogits: losses.binaryCrossEntropy().fromLogits,
  focal: losses.focal(),
  focalSettings: losses.focal({ alpha: 0.7, gamma: 1.5, labelSmoothing: 0.1 }),
  meanAbsoluteError: losses.meanAbsoluteError,
  meanSquaredError: losses.meanSquaredError,
  logCosh: losses.logCosh,
  huber: losses.huber(),
  huberHalf: losses.huber({ delta: 0.5 }),
  ssim: ssimLoss(),
  ssimPixels: ssimLoss({ range: 255, size: 7, deviation: 1 }),
};

function close(actual: ArrayLike<number>, expected: readonly number[], label: string): void {
  assert.equal(actual.length, expected.length, label);
  // Relative to the largest of the values, since a gradient's small entries are differences of large terms.
  const scale = Math.max(...expected.map(Math.abs), 1e-3);
  expected.forEach((value, i) => {
    assert.ok(Math.abs(actual[i] - value) <= 1e-5 * scale, `${label}[${i}]: ${actual[i]} is not ${value}`);
  });
}

for (const [name, golden] of Object.entries(cases)) {
  test(`${name} gives Keras's values and gradients`, () => {
    tf.tidy(() => {
      const truth = tf.tensor(golden.truth, golden.truthShape);
      const prediction = tf.tensor(golden.prediction, golden.predictionShape);
      const values = ours[name](truth, prediction);
      assert.deepEqual(values.shape, [golden.predictionShape[0]]);
      close(values.dataSync(), golden.values, "value");
      const slope = tf.grad((p: Tensor) => tf.mean(ours[name](truth, p)))(prediction);
      assert.deepEqual(slope.shape, golden.predictionShape);
      close(slope.dataSync(), golden.gradient, "gradient");
    });
  });
}

test("smoothing sparse labels equals smoothing their one-hot rows", () => {
  tf.tidy(() => {
    const logits = tf.tensor2d([0.1, 2, -1, 0.5, 0.4, 0.3], [2, 3]);
    const rows = tf.tensor2d([0, 1, 0, 1, 0, 0], [2, 3]);
    const sparse = losses.sparseCategoricalCrossEntropy({ labelSmoothing: 0.2 });
    const labels = tf.tensor1d([1, 0], "int32");
    close(
      sparse.fromLogits(labels, logits).dataSync(),
      [...smoothed.fromLogits(rows, logits).dataSync()],
      "loss",
    );
  });
});

test("a sum of losses adds values by weight", () => {
  tf.tidy(() => {
    const truth = tf.tensor2d([0, 1, 2, 3], [2, 2]);
    const prediction = tf.tensor2d([1, 1, 2, 0], [2, 2]);
    const sum = losses.sumOfLosses([{ loss: "mae" }, { loss: losses.meanSquaredError, weight: 0.5 }]);
    close(sum(truth, prediction).dataSync(), [0.5 + 0.25, 1.5 + 2.25], "sum");
  });
  assert.throws(() => losses.sumOfLosses([]), /needs a part/);
});

test("truth may lack or have an axis of one at the end, and other shapes are refused", () => {
  tf.tidy(() => {
    const column = tf.tensor2d([1, 2], [2, 1]);
    close(losses.meanAbsoluteError(tf.tensor1d([0, 0]), column).dataSync(), [1, 2], "column");
    close(losses.meanAbsoluteError(column, tf.tensor1d([0, 0])).dataSync(), [1, 2], "row");
    assert.throws(
      () => losses.meanAbsoluteError(tf.tensor1d([1, 2, 3]), column),
      /Cannot compare truth and prediction: the shapes must agree, got \[3\] and \[2,1\]/,
    );
  });
});

test("losses leave no tensors behind", () => {
  for (const [name, golden] of Object.entries(cases)) {
    const truth = tf.tensor(golden.truth, golden.truthShape);
    const prediction = tf.tensor(golden.prediction, golden.predictionShape);
    const before = tf.memory().numTensors;
    const values = ours[name](truth, prediction);
    assert.equal(tf.memory().numTensors, before + 1, name);
    tf.dispose([truth, prediction, values]);
  }
});

test("equal images have similarity 1, and images smaller than the window are refused", () => {
  tf.tidy(() => {
    const image = tf.reshape(tf.range(0, 144).div(144), [1, 12, 12, 1]);
    close(structuralSimilarity(image, image).dataSync(), [1], "similarity");
    const small = tf.zeros([1, 12, 10, 1]);
    assert.throws(() => structuralSimilarity(small, small), /sides from 11, got \[1,12,10,1\]/);
  });
});

test("losses are found by Keras's names and ours", () => {
  assert.equal(losses.loss("mean_absolute_error"), losses.meanAbsoluteError);
  assert.equal(losses.loss("mse"), losses.meanSquaredError);
  assert.equal(losses.loss("categorical_crossentropy").lossName, "categoricalCrossEntropy");
  assert.equal(losses.loss(losses.logCosh), losses.logCosh);
  assert.throws(() => losses.loss("hinge"), /the name must be one of categoricalCrossEntropy, .*got "hinge"/);
  assert.throws(() => losses.focal({ labelSmoothing: 1 }), /labelSmoothing must lie in \[0, 1\), got 1/);
});
