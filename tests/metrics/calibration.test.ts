import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { calibration } from "../../src/metrics/calibration";
import { close, golden, probabilities } from "./golden";

const edges = JSON.parse(readFileSync(path.join(__dirname, "../golden/numbers.json"), "utf8"));

test("the calibration curve equals scikit-learn's in bins of equal width, of equal count and of one class", () => {
  for (const one of [golden.small, golden.imbalanced]) {
    const table = probabilities(one);
    const found = {
      uniform: calibration(one.truth, table),
      quantile: calibration(one.truth, table, { strategy: "quantile" }),
      label1: calibration(one.truth, table, { label: 1, bins: 5 }),
    };
    for (const [name, curve] of Object.entries(found)) {
      assert.ok(close(curve.confidence, one.calibration[name].confidence), name);
      assert.ok(close(curve.accuracy, one.calibration[name].accuracy), name);
      assert.equal(
        curve.counts.reduce((sum, count) => sum + count, 0),
        one.truth.length,
      );
    }
    assert.ok(close([found.uniform.error], [one.calibrationError]));
  }
});

test("a model that is as right as it says has no error, one that is sure and wrong has error 1", () => {
  const data = [0.75, 0.25, 0.75, 0.25, 0.75, 0.25, 0.75, 0.25];
  assert.equal(calibration([0, 0, 0, 1], { data, shape: [4, 2] }).error, 0);
  const sure = calibration([1], { data: [1, 0], shape: [1, 2] });
  assert.equal(sure.error, 1);
  assert.equal(sure.largestError, 1);
});

test("impossible bins and classes are an error", () => {
  const table = { data: [0.5, 0.5], shape: [1, 2] };
  assert.throws(() => calibration([0], table, { bins: 0 }), /got 0/);
  assert.throws(() => calibration([0], table, { label: 2 }), /\[0, 2\), got 2/);
});

test("probabilities on the edges of bins lie where scikit-learn puts them", () => {
  // Edges of linspace, searched from the left: scikit-learn/scikit-learn#14875.
  for (const { bins, strategy, probability, truth, share, mean } of edges.curves) {
    const data = probability.flatMap((value: number) => [1 - value, value]);
    const found = calibration(truth, { data, shape: [truth.length, 2] }, { bins, strategy, label: 1 });
    assert.equal(found.counts.length, share.length, `${bins} ${strategy}`);
    share.forEach((value: number, bin: number) => {
      assert.ok(Math.abs(found.accuracy[bin] - value) < 1e-12, `${bins} ${strategy}, bin ${bin}`);
      assert.ok(Math.abs(found.confidence[bin] - mean[bin]) < 1e-12);
    });
  }
});
