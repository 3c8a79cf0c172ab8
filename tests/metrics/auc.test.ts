import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { auc } from "../../src/metrics/auc";

const golden = JSON.parse(readFileSync(path.join(__dirname, "../golden/numbers.json"), "utf8"));

test("AUC is scikit-learn's: of tiny, narrow and huge predictions, of ties and of rain", () => {
  // A gap of 1e-10 ranks: scikit-learn/scikit-learn#3864. Outputs outside [0, 1] rank: tensorflow/tensorflow#37103.
  for (const { truth, prediction, cut, value } of golden.ranks) {
    assert.ok(Math.abs(auc(truth, prediction, { cut }) - value) < 1e-12);
  }
});

test("infinite predictions rank first and last, and truth may be yes and no", () => {
  assert.equal(auc([false, true], [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]), 1);
  assert.equal(auc([true, false], [Number.NEGATIVE_INFINITY, 0]), 0);
});

test("what cannot be ranked is refused with its place", () => {
  assert.throws(() => auc([0, 1], [0.5, Number.NaN]), /got NaN at index 1/);
  assert.throws(() => auc([Number.NaN, 1], [0.5, 0.5]), /got NaN at index 0/);
  assert.throws(() => auc([1, 1], [0.5, 0.7]), /both sides of 0, got 2 of 2/);
  assert.throws(() => auc([], []), /both sides of 0, got 0 of 0/);
  assert.throws(() => auc([0, 1], [1]), /as long, got 2 and 1/);
  assert.throws(() => auc([0, 1], [1, 2], { cut: Number.NaN }), /cut must be a number, got NaN/);
});
