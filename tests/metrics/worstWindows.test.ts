import assert from "node:assert/strict";
import test from "node:test";
import { worstWindows } from "../../src/metrics/worstWindows";
import { golden, probabilities } from "./golden";

test("the worst windows are those with the least probability for their class, worst first", () => {
  const one = golden.imbalanced;
  const table = probabilities(one);
  const own = one.truth.map((label, row) => table.data[row * one.classes + label]);
  const worst = worstWindows(one.truth, table, { count: 5 });
  const expected = [...own].sort((a, b) => a - b).slice(0, 5);
  assert.deepEqual(
    worst.map((row) => row.probability),
    expected,
  );
  for (const row of worst) {
    assert.equal(own[row.index], row.probability);
    assert.equal(one.truth[row.index], row.truth);
  }
});

test("a notebook shows them with the classes' names, escaped", () => {
  const worst = worstWindows([1], { data: [0.75, 0.25], shape: [1, 2] }, { names: ["A & B", "C"] });
  const bundle = (worst as unknown as Record<symbol, () => Record<string, string>>)[
    Symbol.for("Jupyter.display")
  ]();
  assert.match(bundle["text/html"], /A &amp; B/);
  assert.match(bundle["text/plain"], /0 +C +A & B +0\.2500 +1\.3863/);
});

test("200,000 windows are listed at once, and a notebook shows the first thousand of them", () => {
  const rows = 200_000;
  const truth = new Uint8Array(rows);
  const data = Float32Array.from({ length: 2 * rows }, (_, i) => (i % 2 === 0 ? 0.75 : 0.25));
  const worst = worstWindows(truth, { data, shape: [rows, 2] }, { count: rows });
  assert.equal(worst.length, rows);
  const bundle = (worst as unknown as Record<symbol, () => Record<string, string>>)[
    Symbol.for("Jupyter.display")
  ]();
  assert.match(bundle["text/plain"], /\n +999 .*\n… and 199000 more rows$/);
  assert.match(bundle["text/html"], /… and 199000 more rows/);
  assert.ok(bundle["text/html"].length < 500_000);
  for (const count of [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => worstWindows([0], { data: [1, 0], shape: [1, 2] }, { count }), RangeError);
  }
});
