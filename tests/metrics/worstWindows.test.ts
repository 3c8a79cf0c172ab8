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
