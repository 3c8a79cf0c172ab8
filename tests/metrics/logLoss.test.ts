import assert from "node:assert/strict";
import test from "node:test";
import { logLoss, logLosses } from "../../src/metrics/logLoss";
import { golden, goldenZeroRow, probabilities } from "./golden";

const near = (a: number, b: number): void =>
  assert.ok(Math.abs(a - b) <= 1e-12 * (1 + b), `${a} is not ${b}`);

test("log loss equals scikit-learn's, also for 61 imbalanced classes of which some never occur", () => {
  for (const one of [golden.small, golden.imbalanced]) {
    near(logLoss(one.truth, probabilities(one)), one.logLoss);
  }
});

test("log loss of float32 probabilities is computed in float64", () => {
  const one = golden.imbalanced;
  const data = Float32Array.from(one.table);
  near(logLoss(one.truth, { ...probabilities(one), data }), one.logLossFloat32);
});

test("sample weights weigh the losses as scikit-learn's do", () => {
  for (const one of [golden.small, golden.imbalanced]) {
    const sampleWeight = one.truth.map((_, i) => 1 + (i % 3));
    near(logLoss(one.truth, probabilities(one), { sampleWeight }), one.weighted);
  }
});

test("a probability of 0 for the truth is clipped to the machine precision, as in scikit-learn", () => {
  near(logLoss(golden.certain.truth, probabilities(golden.certain)), golden.certain.logLoss);
});

test("epsilon can be chosen, and float32 clips at its own precision", () => {
  assert.equal(logLoss([1], { data: [1, 0], shape: [1, 2] }, { epsilon: 1e-15 }), -Math.log(1e-15));
  assert.equal(logLoss([1], { data: Float32Array.of(1, 0), shape: [1, 2] }), 23 * Math.LN2);
});

test("a row of zeros is an error unless kept or normalized, both as in scikit-learn", () => {
  const { truth, kept, normalized } = goldenZeroRow;
  const table = probabilities(goldenZeroRow);
  assert.throws(() => logLoss(truth, table), /must sum to 1 .*got 0 at row 0/);
  near(logLoss(truth, table, { rows: "keep" }), kept);
  near(logLoss(truth, table, { rows: "normalize", epsilon: 1e-15 }), normalized);
});

test("labels, shapes, NaN and probabilities outside [0, 1] are named in the error", () => {
  const table = { data: [0.5, 0.5], shape: [1, 2] };
  assert.throws(() => logLoss([2], table), /labels must be whole numbers in \[0, 2\), got 2 at row 0/);
  assert.throws(() => logLoss([0.5], table), /got 0.5 at row 0/);
  assert.throws(() => logLoss([0, 1], table), /got 2 labels and 1 rows/);
  assert.throws(() => logLoss([], { data: [], shape: [0, 2] }), /at least one/);
  assert.throws(() => logLoss([0], { data: [Number.NaN, 1], shape: [1, 2] }), /got NaN at row 0, class 0/);
  assert.throws(() => logLoss([0], { data: [0, 1.5], shape: [1, 2] }), /got 1.5 at row 0, class 1/);
  assert.throws(() => logLoss([0], { data: [0.5, 0.5], shape: [2, 2] }), /shape \[2,2\] with 2 values/);
  assert.throws(() => logLoss([0], table, { sampleWeight: [1, 2] }), /one weight per row/);
  assert.throws(() => logLoss([0], table, { sampleWeight: [0] }), /positive sum/);
});

test("losses are given row by row", () => {
  assert.deepEqual(
    logLosses([0, 1], { data: [0.5, 0.5, 0.75, 0.25], shape: [2, 2] }),
    Float64Array.of(Math.LN2, -Math.log(0.25)),
  );
});

test("one class alone is scored as it is, and a sure float32 gives no NaN", () => {
  // scikit-learn/scikit-learn#6703 and #4546 (one class), #24315 (1 - 1e-15 is 1 in float32).
  const wrong = { data: [1, 0, 1, 0, 1, 0], shape: [3, 2] };
  assert.ok(Math.abs(logLoss([1, 1, 1], wrong) - 52 * Math.LN2) < 1e-9);
  assert.equal(logLoss([0, 0, 0], wrong), -Math.log(1 - 2 ** -52));
  const single = { data: Float32Array.of(1, 0, 0, 1), shape: [2, 2] };
  assert.ok(Math.abs(logLoss([1, 0], single) - 23 * Math.LN2) < 1e-6);
  assert.ok(logLoss([0, 1], single) < 1e-6);
});
