import assert from "node:assert/strict";
import test from "node:test";
import {
  accuracy,
  balancedAccuracy,
  classReport,
  macroF1,
  topKAccuracy,
} from "../../src/metrics/classification";
import { predictedLabels } from "../../src/metrics/probabilities";
import { close, golden, probabilities } from "./golden";

test("accuracy, balanced accuracy and macro F1 equal scikit-learn's", () => {
  for (const one of [golden.small, golden.imbalanced]) {
    const predicted = predictedLabels(probabilities(one));
    assert.equal(accuracy(one.truth, predicted), one.accuracy);
    assert.ok(close([balancedAccuracy(one.truth, predicted)], [one.balancedAccuracy]));
    assert.ok(close([macroF1(one.truth, predicted)], [one.macroF1]));
  }
});

test("the table of classes equals scikit-learn's scores of the classes that occur", () => {
  for (const one of [golden.small, golden.imbalanced]) {
    const report = classReport(one.truth, predictedLabels(probabilities(one)));
    const rows = [...report];
    for (const key of ["precision", "recall", "f1", "support"] as const) {
      assert.ok(
        close(
          rows.map((row) => row[key]),
          one[key],
        ),
        key,
      );
    }
    assert.equal(report.accuracy, one.accuracy);
  }
});

test("a notebook shows the table of classes with names escaped", () => {
  const report = classReport([0, 1, 1], [0, 1, 0], { names: ["<b>Plank</b>", "Walk"] });
  const show = (report as unknown as Record<symbol, () => Record<string, string>>)[
    Symbol.for("Jupyter.display")
  ];
  const bundle = show();
  assert.match(bundle["text/html"], /&lt;b&gt;Plank&lt;\/b&gt;/);
  assert.doesNotMatch(bundle["text/html"], /<b>/);
  assert.match(bundle["text/plain"], /Walk +1\.000 +0\.500 +0\.667 +2/);
});

test("a class without a name is an error", () => {
  assert.throws(() => classReport([0, 2], [0, 0], { names: ["a", "b"] }), /\[0, 2\), got 2 at row 1/);
});

test("top-k accuracy equals scikit-learn's", () => {
  for (const one of [golden.small, golden.imbalanced]) {
    for (const [k, value] of Object.entries(one.topK)) {
      assert.equal(topKAccuracy(one.truth, probabilities(one), { k: Number(k) }), value, `k = ${k}`);
    }
    assert.equal(topKAccuracy(one.truth, probabilities(one), { k: one.classes }), 1);
  }
  assert.throws(() => topKAccuracy([0], { data: [1, 0], shape: [1, 2] }, { k: 0 }), /got 0/);
});

test("the predicted label is the first of equal ones, and NaN is an error", () => {
  assert.deepEqual(predictedLabels({ data: [0.5, 0.5, 0.1, 0.9], shape: [2, 2] }), Int32Array.of(0, 1));
  assert.throws(() => predictedLabels({ data: [Number.NaN, 1], shape: [1, 2] }), /got NaN at row 0/);
  assert.throws(() => predictedLabels({ data: [1], shape: [1, 2] }), /shape \[1,2\] with 1 values/);
});
