import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { randomSource } from "../../../src/core/random";
import { ridgeClassifier } from "../../../src/models/ridge/ridge";
import { compileWebAssembly } from "../../compileWebAssembly";

interface Golden {
  rows: number;
  columns: number;
  train: number[];
  test: number[];
  labels: number[];
  alpha: number;
  margins: number[];
}
const golden: Record<"wide" | "long", Golden> = JSON.parse(
  readFileSync(path.join(__dirname, "..", "..", "golden", "ridge.json"), "utf8"),
);

for (const [name, one] of Object.entries(golden)) {
  const model = ridgeClassifier({ data: one.train, shape: [one.rows, one.columns] }, one.labels);
  const rows = { data: one.test, shape: [10, one.columns] as const };

  test(`penalty and margins equal scikit-learn's RidgeClassifierCV on a ${name} table`, () => {
    assert.ok(Math.abs(model.alpha / one.alpha - 1) < 1e-12, `${model.alpha} ${one.alpha}`);
    const { data, shape } = model.margins(rows);
    assert.deepEqual(shape, [10, 3]);
    one.margins.forEach((value, i) =>
      assert.ok(Math.abs(data[i] - value) < 1e-9, `${i}: ${data[i]} ${value}`),
    );
  });

  test(`probabilities of a ${name} table sum to 1 and rank as the margins do`, () => {
    const { data } = model.predict(rows);
    for (let i = 0; i < 10; i++) {
      const shares = Array.from(data.slice(3 * i, 3 * i + 3));
      const margins = one.margins.slice(3 * i, 3 * i + 3);
      assert.ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-6);
      assert.equal(shares.indexOf(Math.max(...shares)), margins.indexOf(Math.max(...margins)));
    }
  });
}

test("labels that cannot be told from the features get probabilities near their frequency", () => {
  const rows = 40;
  const data = Float64Array.from({ length: rows * 3 }, (_, i) => Math.sin(i * i * 12.9));
  const labels = Array.from({ length: rows }, (_, i) => (i % 4 === 0 ? 1 : 0));
  const model = ridgeClassifier({ data, shape: [rows, 3] }, labels);
  const { data: shares } = model.predict({ data, shape: [rows, 3] });
  const mean = shares.filter((_, i) => i % 2 === 1).reduce((sum, share) => sum + share, 0) / rows;
  assert.ok(mean > 0.1 && mean < 0.45, `${mean}`);
});

test("labels, shapes and penalties that cannot be are errors", () => {
  const x = { data: [1, 2, 3, 4], shape: [2, 2] as const };
  assert.throws(() => ridgeClassifier(x, [0]), /got 1 labels/);
  assert.throws(() => ridgeClassifier(x, [0, 1.5], { classes: 2 }), /got 1.5 at row 1/);
  assert.throws(() => ridgeClassifier(x, [0, 1], { alphas: [0] }), /alphas\[0\] must be .* got 0/);
  for (const odd of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const data = [...Array.from(x.data)].with(3, odd);
    assert.throws(
      () => ridgeClassifier({ ...x, data }, [0, 1]),
      new RegExp(`finite, got ${odd} in row 1, column 1`),
    );
  }
  const model = ridgeClassifier(x, [0, 1]);
  assert.throws(() => model.predict({ data: [1, 2, 3], shape: [1, 3] }), /2 columns, got shape \[1,3\]/);
});

test("tables around the sizes of a block agree with a normal equation written out, by rows and by columns", () => {
  const random = randomSource(6);
  for (const [rows, columns] of [
    [5, 97],
    [48, 49],
    [49, 49],
    [97, 48],
    [250, 7],
  ]) {
    const data = Float64Array.from({ length: rows * columns }, () => random.normal() + 3);
    const labels = Array.from({ length: rows }, (_, i) => i % 2);
    const alpha = 0.7;
    const model = ridgeClassifier({ data, shape: [rows, columns] }, labels, { alphas: [alpha] });
    const { data: margins } = model.margins({ data, shape: [rows, columns] });
    // The residuals of a ridge regression are orthogonal to the columns but for the penalty: x^T (y - p) = alpha w,
    // so that what predictions add for a row is x x^T (y - p) / alpha.
    const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
    const means = Array.from({ length: columns }, (_, k) =>
      mean(Array.from({ length: rows }, (_, i) => data[i * columns + k])),
    );
    const offset = mean(labels.map((label) => 2 * label - 1));
    for (let i = 0; i < rows; i++) {
      let expected = offset;
      for (let j = 0; j < rows; j++) {
        let product = 0;
        for (let k = 0; k < columns; k++) {
          product += (data[i * columns + k] - means[k]) * (data[j * columns + k] - means[k]);
        }
        expected += (product * (2 * labels[j] - 1 - margins[2 * j + 1])) / alpha;
      }
      const found = margins[2 * i + 1];
      assert.ok(Math.abs(found - expected) < 1e-8, `${rows} x ${columns}, ${i}: ${found} ${expected}`);
    }
  }
});

test("an aborted signal stops the fit", () => {
  const data = Float64Array.from({ length: 12 }, (_, i) => Math.sin(i));
  for (const shape of [[3, 4] as const, [6, 2] as const]) {
    const labels = Array.from({ length: shape[0] }, (_, i) => i % 2);
    assert.throws(() => ridgeClassifier({ data, shape }, labels, { signal: AbortSignal.abort() }), /abort/i);
  }
});

test("the committed module is what its source compiles to", async () => {
  const { path, text } = await compileWebAssembly("models/ridge/ridgeSolver");
  assert.equal(readFileSync(path, "utf8"), text);
});

test("features that are not finite are refused in prediction, too, and one class is predicted for sure", () => {
  const x = { data: [1, 2, 3, 5, 4, 4], shape: [3, 2] as const };
  const model = ridgeClassifier(x, [0, 0, 0], { classes: 2 });
  assert.ok(model.predict(x).data.every((share, i) => (i % 2 === 0 ? share > 0.99 : share < 0.01)));
  for (const odd of [Number.NaN, Number.NEGATIVE_INFINITY]) {
    const rows = { data: [1, 2, odd, 4], shape: [2, 2] as const };
    assert.throws(() => model.predict(rows), new RegExp(`Cannot predict: .* got ${odd} in row 1, column 0`));
    assert.throws(() => model.margins(rows), new RegExp(`got ${odd} in row 1, column 0`));
  }
  assert.throws(
    () => ridgeClassifier(x, [0, 1, 0], { alphas: [Number.POSITIVE_INFINITY] }),
    /alphas\[0\] must be .* got Infinity/,
  );
});
