import assert from "node:assert/strict";
import test from "node:test";
import { confusionMatrix, mostConfused } from "../../src/metrics/confusion";
import { predictedLabels } from "../../src/metrics/probabilities";
import { close, golden, probabilities } from "./golden";

test("the confusion matrix equals scikit-learn's, counted and normalized each way", () => {
  for (const one of [golden.small, golden.imbalanced]) {
    const predicted = predictedLabels(probabilities(one));
    const { classes } = one;
    const counts = confusionMatrix(one.truth, predicted, { classes });
    assert.deepEqual(Array.from(counts.data), one.confusion);
    assert.deepEqual(counts.shape, [classes, classes]);
    for (const normalize of ["truth", "prediction", "all"] as const) {
      const shares = confusionMatrix(one.truth, predicted, { classes, normalize });
      assert.ok(close(shares.data, one.normalized[normalize]), normalize);
    }
  }
});

test("sample weights are counted instead of samples", () => {
  assert.deepEqual(
    Array.from(confusionMatrix([0, 1, 1], [0, 0, 0], { sampleWeight: [0.5, 2, 3] }).data),
    [0.5, 0, 5, 0],
  );
});

test("the most frequent mistakes come first, without the right predictions", () => {
  const matrix = confusionMatrix([0, 0, 0, 1, 2, 2], [1, 1, 0, 1, 0, 2]);
  assert.deepEqual(mostConfused(matrix), [
    { truth: 0, predicted: 1, count: 2 },
    { truth: 2, predicted: 0, count: 1 },
  ]);
  assert.equal(mostConfused(matrix, { count: 1 }).length, 1);
});

test("labels that are no class are an error", () => {
  assert.throws(() => confusionMatrix([0], [3], { classes: 3 }), /\[0, 3\), got 3 at row 0/);
  assert.throws(() => confusionMatrix([0, -1], [0, 0]), /got -1 at row 1/);
  assert.throws(() => confusionMatrix([Number.NaN], [0]), /got NaN at row 0/);
  assert.throws(() => confusionMatrix([0], [0, 1]), /got 1 and 2/);
  assert.throws(() => confusionMatrix([], []), /not empty/);
});

test("what is no label or weight is refused as what it is", () => {
  assert.throws(() => confusionMatrix([0, 5, Number.NaN], [0, 5, 1]), /got NaN at row 2/);
  assert.throws(() => confusionMatrix([0, 2e9], [0, 0]), /at most 10000 classes, got 2000000001/);
  const sampleWeight = [1, Number.NaN];
  assert.throws(() => confusionMatrix([0, 1], [0, 1], { sampleWeight }), /weights .* got NaN at row 1/);
});
