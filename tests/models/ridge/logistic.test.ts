import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { tf } from "../../../src/engine";
import { logisticClassifier } from "../../../src/models/ridge/logistic";

interface Golden {
  rows: number;
  columns: number;
  penalty: number;
  train: number[];
  test: number[];
  labels: number[];
  probabilities: number[];
}

const golden: Record<"wide" | "long", Golden> = JSON.parse(
  readFileSync(path.join(__dirname, "..", "..", "golden", "logistic.json"), "utf8"),
);

for (const [name, one] of Object.entries(golden)) {
  test(`${name} features give scikit-learn's probabilities`, () => {
    const held = tf.memory().numTensors;
    const { rows, columns, penalty, labels } = one;
    const x = { data: Float32Array.from(one.train), shape: [rows, columns] as const };
    const model = logisticClassifier(x, labels, { penalty, iterations: 1000 });
    const unseen = {
      data: Float32Array.from(one.test),
      shape: [one.test.length / columns, columns] as const,
    };
    const { data, shape } = model.predict(unseen);
    assert.deepEqual(shape, [10, 3]);
    const gap = Math.max(...one.probabilities.map((value, i) => Math.abs(value - data[i])));
    assert.ok(gap < 2e-3, `off by ${gap}`);
    assert.equal(tf.memory().numTensors, held, "no tensors stay behind");
  });
}

test("a class that is absent gets hardly any probability, columns that are constant or alike do no harm", () => {
  const x = { data: Float32Array.of(0, 7, 1, 7, 2, 7, 2, 7, 3, 7), shape: [5, 2] as const };
  const { data } = logisticClassifier(x, [0, 0, 2, 2, 2], { classes: 4 }).predict(x);
  assert.ok(data.every(Number.isFinite));
  for (let row = 0; row < 5; row++) {
    const [first, second, third, fourth] = data.subarray(row * 4, row * 4 + 4);
    assert.ok(Math.abs(first + second + third + fourth - 1) < 1e-5);
    assert.ok(second < 0.05 && fourth < 0.05);
    assert.equal(first > third, row < 2);
  }
});

test("what cannot be learned from is refused, and an aborted fit stops", () => {
  const x = { data: Float32Array.of(0, 1, 2, Number.NaN), shape: [4, 1] as const };
  assert.throws(() => logisticClassifier(x, [0, 1, 0, 1]), /must be finite, got NaN in row 3, column 0/);
  const sound = { data: Float32Array.of(0, 1, 2, 3), shape: [4, 1] as const };
  assert.throws(() => logisticClassifier(sound, [0, 1]), /one label for each .* got 2 labels/);
  assert.throws(() => logisticClassifier(sound, [0, 1, 0.5, 1]), /got 0.5 at row 2/);
  assert.throws(() => logisticClassifier(sound, [0, 1, 2, 1], { classes: 2 }), /in \[0, 2\), got 2 at row 2/);
  assert.throws(() => logisticClassifier(sound, [0, 1, 0, 1], { penalty: 0 }), /penalty/);
  assert.throws(() => logisticClassifier({ data: [1], shape: [1, 1] }, [0]), /two or more rows/);
  const signal = AbortSignal.abort();
  assert.throws(() => logisticClassifier(sound, [0, 1, 0, 1], { signal }), { name: "AbortError" });
});
