import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import type { Tensor } from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../../src/engine";
import * as metrics from "../../../src/metrics";
import { accuracy, auc, lossMetric, mae, metric, mse, topK } from "../../../src/train/losses/metrics";
import type { Metric } from "../../../src/train/types";

const golden = JSON.parse(readFileSync(path.join(__dirname, "../../golden/losses.json"), "utf8")).metrics;
const samples: number = golden.weight.length;

/** The metric over the data in batches of 10, the last one shorter, sums added in float64. */
function measure(by: Metric, data: { truth: Tensor; prediction: Tensor; weight: number[] }): number {
  let sums: Float64Array | undefined;
  for (let start = 0; start < samples; start += 10) {
    const size = Math.min(10, samples - start);
    const cut = (tensor: Tensor) => tf.slice(tensor, [start], [size]);
    const part = tf.tidy(() => {
      const weight = tf.tensor1d(data.weight.slice(start, start + size));
      return by.update(cut(data.truth), cut(data.prediction), weight).dataSync();
    });
    sums ??= new Float64Array(part.length);
    for (let i = 0; i < part.length; i++) sums[i] += part[i];
  }
  return by.result(sums!);
}

const score = tf.tensor2d(golden.score, [samples, 1]);
const positive = tf.tensor2d(golden.positive, [samples, 1]);
const many = tf.tensor2d(golden.many, [samples, 8]);
const labels = tf.tensor1d(golden.labels, "int32");
const oneHot = tf.cast(tf.oneHot(labels, 8), "float32");
const real = tf.tensor2d(golden.real, [samples, 2]);
const guess = tf.tensor2d(golden.guess, [samples, 2]);

const ours: Record<string, { by: Metric; truth: Tensor; prediction: Tensor }> = {
  auc: { by: auc(), truth: positive, prediction: score },
  aucCoarse: { by: auc({ thresholds: 11 }), truth: positive, prediction: score },
  aucPr: { by: auc({ curve: "pr" }), truth: positive, prediction: score },
  aucClasses: { by: auc(), truth: oneHot, prediction: many },
  binaryAccuracy: { by: accuracy(), truth: positive, prediction: score },
  sparseAccuracy: { by: accuracy(), truth: labels, prediction: many },
  accuracy: { by: accuracy(), truth: oneHot, prediction: many },
  top3: { by: topK({ k: 3 }), truth: labels, prediction: many },
  mae: { by: mae(), truth: real, prediction: guess },
  mse: { by: mse(), truth: real, prediction: guess },
  logCosh: { by: lossMetric("logCosh", { name: "logCosh" }), truth: real, prediction: guess },
  crossEntropy: { by: metric("sparseCategoricalCrossEntropy"), truth: labels, prediction: many },
};

for (const [name, expected] of Object.entries<{ plain: number; weighted: number }>(golden.expected)) {
  test(`${name} summed over batches equals Keras's, plain and weighted`, () => {
    const { by, truth, prediction } = ours[name];
    const plain = measure(by, { truth, prediction, weight: Array(samples).fill(1) });
    const weighted = measure(by, { truth, prediction, weight: golden.weight });
    assert.ok(Math.abs(plain - expected.plain) < 1e-5, `${plain} is not ${expected.plain}`);
    assert.ok(Math.abs(weighted - expected.weighted) < 1e-5, `${weighted} is not ${expected.weighted}`);
  });
}

test("samples of weight 0 do not count, whatever their values", () => {
  const weight = tf.tensor1d([1, 0]);
  tf.tidy(() => {
    const truth = tf.tensor2d([0, 1, 0, 1], [2, 2]);
    const prediction = tf.tensor2d([0.2, 0.8, 0.9, 0.1], [2, 2]);
    for (const by of [accuracy(), topK({ k: 1 }), auc()]) {
      assert.ok(
        Math.abs(by.result(Float64Array.from(by.update(truth, prediction, weight).dataSync())) - 1) < 1e-9,
      );
    }
  });
});

test("a metric of nothing is not a number", () => {
  assert.ok(Number.isNaN(accuracy().result(new Float64Array(2))));
});

test("metrics are found by name, and an unknown one is answered with the known", () => {
  assert.equal(metric("acc").name, "acc");
  assert.equal(metric("top5").name, "top5");
  assert.throws(() => metric("f1"), {
    name: "RangeError",
    message:
      'Cannot find a metric: the name must be one of accuracy, acc, top5, auc, mae, mse or a loss, got "f1"',
  });
  assert.throws(() => topK({ k: 0 }), /k must be a whole number above 0, got 0/);
  assert.throws(() => auc({ thresholds: 1 }), /at least 2 thresholds, got 1/);
});

test("AUC of rain is Keras's, which takes any rain for a yes, and a cut moves that", () => {
  const edges = JSON.parse(readFileSync(path.join(__dirname, "../../golden/numbers.json"), "utf8"));
  const { truth, prediction, value } = edges.pixels;
  const batch = (values: number[]) => tf.tensor2d(values, [values.length, 1]);
  const of = (by: Metric, values: number[]) =>
    tf.tidy(() => {
      const sums = by.update(batch(truth), batch(values), tf.ones([truth.length]));
      return by.result(Float64Array.from(sums.dataSync()));
    });
  assert.ok(Math.abs(of(auc(), prediction) - value) < 1e-5);
  const exact = metrics.auc(truth, prediction, { cut: 0.5 });
  assert.ok(Math.abs(of(auc({ cut: 0.5 }), prediction) - exact) < 2e-3);
  // Outputs outside [0, 1] are not ranked by thresholds within it: tensorflow/tensorflow#14834, #37103.
  const outside = prediction.map((one: number) => one * 8 - 4);
  assert.throws(() => of(auc(), outside), /predictions must lie in \[0, 1\]/);
  assert.ok(Number.isNaN(of(auc(), prediction.with(3, Number.NaN))));
  assert.throws(() => auc({ cut: Number.NaN }), /cut must be finite, got NaN/);
});
