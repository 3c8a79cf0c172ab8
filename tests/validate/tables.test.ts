import assert from "node:assert/strict";
import test from "node:test";
import type { ArrayData } from "../../src/core/array";
import type { Fitted, FoldContext } from "../../src/core/estimator";
import { randomSource } from "../../src/core/random";
import type { FeatureTable } from "../../src/features";
import { logLoss } from "../../src/metrics";
import { ridge } from "../../src/models";
import {
  adversarialValidation,
  crossValidate,
  kFold,
  permutationImportance,
  prepareTable,
  stratifiedKFold,
} from "../../src/validate";

const rows = 120;

/** Many towns of few rows each, whose labels are chance: means of the target say something only by a leak. */
function chance() {
  const random = randomSource(3);
  const town = Array.from({ length: rows }, (_, row) => `town ${row >> 1}`);
  const y = Int32Array.from({ length: rows }, () => random.integer(0, 2));
  return { town, y };
}

function contextOf(fold: { train: Int32Array; validation: Int32Array }): FoldContext {
  return { fold: 0, seed: 0, foldSeed: 5, trainIndices: fold.train, validationIndices: fold.validation };
}

/** Correlation of an encoded column with labels. */
function correlation(values: ArrayLike<number>, y: ArrayLike<number>): number {
  const mean = (of: ArrayLike<number>) => Array.from(of).reduce((sum, v) => sum + v, 0) / of.length;
  const [a, b] = [mean(values), mean(y)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    ab += (values[i] - a) * (y[i] - b);
    aa += (values[i] - a) ** 2;
    bb += (y[i] - b) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

test("means of the target of the train part's own rows do not know their labels", () => {
  const { town, y } = chance();
  const [fold] = kFold(rows, { folds: 3, shuffle: true });
  const encode = { town: { kind: "target" as const, smooth: 1 } };
  const prepared = prepareTable({ town }, { y, encode })(contextOf(fold)) as {
    train: { x: FeatureTable; y: Int32Array };
  };
  assert.ok(correlation(prepared.train.x.data, prepared.train.y) < 0.3, "not from their own labels");
  assert.deepEqual(prepared.train.x.columns, ["town.target"]);
});

test("a fold's data do not change with the labels of its validation", () => {
  const { town, y } = chance();
  const [fold] = stratifiedKFold(y, { folds: 3 });
  const other = y.slice();
  for (const row of fold.validation) other[row] = 1 - other[row];
  const make = (labels: Int32Array) =>
    prepareTable({ town }, { y: labels, encode: { town: ["target", "count"] } })(contextOf(fold)) as {
      train: { x: FeatureTable };
      validation: { x: FeatureTable };
    };
  assert.deepEqual(make(other).train.x, make(y).train.x);
  assert.deepEqual(make(other).validation.x, make(y).validation.x);
});

test("groups stay together in the inner folds", () => {
  const { town, y } = chance();
  const [fold] = kFold(rows, { folds: 2 });
  const encode = { town: { kind: "target" as const, smooth: 0 } };
  const { train } = prepareTable({ town }, { y, encode, groups: town })(contextOf(fold)) as {
    train: { x: FeatureTable };
  };
  // No row of a town is in another inner fold, so each has the mean of all others.
  assert.ok(new Set(train.x.data).size <= 5, `one number a fold, got ${new Set(train.x.data).size}`);
});

test("truth and rows that disagree, and a truth that is missing, are refused", () => {
  const { town, y } = chance();
  assert.throws(() => prepareTable({ town }, { y: y.slice(1) }), /need one truth per row \(120\), got 119/);
  assert.throws(
    () => prepareTable({ a: [1, 2] }, { y: Float32Array.of(1, Number.NaN) }),
    /the truth must be finite, got NaN in row 1/,
  );
});

/** Rows of three columns: the first tells the label, the others do not. */
function learnable(shift = 0): { x: FeatureTable; y: Int32Array } {
  const random = randomSource(11);
  const y = Int32Array.from({ length: rows }, () => random.integer(0, 2));
  const data = Float32Array.from({ length: rows * 3 }, (_, i) =>
    i % 3 === 0 ? y[(i / 3) | 0] * 2 + random.normal() : random.normal() + (i % 3 === 1 ? shift : 0),
  );
  return { x: { data, shape: [rows, 3], columns: ["signal", "drift", "noise"] }, y };
}

test("training and test rows are told apart where a column drifts, and not where none does", async () => {
  const estimator = ridge({ classes: 2 });
  const { x } = learnable();
  const half = (first: number): FeatureTable => ({
    ...x,
    data: x.data.slice(first * 3, (first + 60) * 3),
    shape: [60, 3],
  });
  const alike = await adversarialValidation(half(0), { test: half(60), estimator, progress: false });
  assert.ok(alike.auc < 0.65, `nothing to tell by, got ${alike.auc}`);
  const drifting = await adversarialValidation(x, { test: learnable(4).x, estimator, progress: false });
  assert.ok(drifting.auc > 0.95, `told apart, got ${drifting.auc}`);
  assert.equal(drifting.probabilities.length, rows);
  const others = { ...x, columns: ["signal", "noise", "drift"] };
  await assert.rejects(
    adversarialValidation(x, { test: others, estimator }),
    /columns must be the same, got 3 \(signal, drift, noise\) and 3 \(signal, noise, drift\)/,
  );
});

test("a shuffled column costs what the estimator makes of it", async () => {
  const { x, y } = learnable();
  const folds = stratifiedKFold(y, { folds: 2 });
  const run = await crossValidate({
    estimator: ridge({ classes: 2 }),
    data: { x, y },
    folds,
    progress: false,
  });
  const score = (p: ArrayData): number => logLoss(y, p as { data: Float32Array; shape: [number, number] });
  const options = { x, score, mode: "min" as const, repeats: 3 };
  const found = await permutationImportance(run.runs[0].load(), options);
  assert.deepEqual(found.columns, ["signal", "drift", "noise"]);
  assert.ok(found.means[0] > 5 * Math.max(...found.means.slice(1).map(Math.abs)));
  const again = await permutationImportance(run.runs[0].load(), options);
  assert.deepEqual(again.means, found.means);
});

test("the importance of a column that a linear score is made of is its share of the variance", async () => {
  // E[(w x - w x')^2] over shuffles is twice the variance of w x.
  const { x } = learnable();
  const weights = [2, 1, 0];
  const predict = (t: ArrayData): Float32Array =>
    Float32Array.from({ length: rows }, (_, row) =>
      weights.reduce((sum, w, c) => sum + w * t.data[row * 3 + c], 0),
    );
  const fitted = {
    predict: async (t: ArrayData) => ({ data: predict(t), shape: [rows] }),
  } as unknown as Fitted;
  const truth = predict(x);
  const score = (p: ArrayData): number => truth.reduce((sum, v, i) => sum + (v - p.data[i]) ** 2, 0) / rows;
  const { means } = await permutationImportance(fitted, { x, score, mode: "min", repeats: 60 });
  weights.forEach((w, c) => {
    const values = Array.from({ length: rows }, (_, row) => w * x.data[row * 3 + c]);
    const mean = values.reduce((sum, v) => sum + v, 0) / rows;
    const expected = (2 * values.reduce((sum, v) => sum + (v - mean) ** 2, 0)) / rows;
    assert.ok(Math.abs(means[c] - expected) <= 0.05 * expected + 1e-9, `${means[c]} is ${expected}`);
  });
});
