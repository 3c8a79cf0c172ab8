import assert from "node:assert/strict";
import test from "node:test";
import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { CaptureError, tf } from "../../../src/engine";
import { compile } from "../../../src/train/fit/compile";
import { fit } from "../../../src/train/fit/fit";
import { predict } from "../../../src/train/fit/predict";
import { adam } from "../../../src/train/optimizers";

const loss = "sparseCategoricalCrossEntropy";
const x = { data: Float32Array.from({ length: 50 }, (_, i) => Math.sin(i * 0.7)), shape: [10, 5] };
const y = { data: Int32Array.from({ length: 10 }, (_, i) => i % 3), shape: [10] };

function classifier(): tfTypes.LayersModel {
  const input = tf.input({ shape: [5] });
  const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
  const hidden = tf.layers.dense({ units: 8, activation: "relu", kernelInitializer }).apply(input);
  const output = tf.layers.dense({ units: 3, activation: "softmax", kernelInitializer }).apply(hidden);
  return tf.model({ inputs: input, outputs: output as tfTypes.SymbolicTensor });
}

test("a loop over a compiled model's batches trains as fit does", async () => {
  const [own, theirs] = [classifier(), classifier()];
  const compiled = compile(own, { optimizer: adam(), loss, batchSize: 5, metrics: ["accuracy"] });
  const logs: Record<string, number>[] = [];
  for (const from of [0, 5]) {
    const batch = { x: x.data.subarray(from * 5, (from + 5) * 5), y: y.data.subarray(from, from + 5) };
    logs.push(compiled.trainOnBatch(batch));
  }
  compiled.dispose();
  const history = await fit(theirs, { x, y }, { optimizer: adam(), loss, batchSize: 5, shuffle: false });
  assert.ok(Math.abs((logs[0].loss + logs[1].loss) / 2 - history.logs.loss[0]) < 1e-6);
  assert.ok(logs.every((log) => log.accuracy >= 0 && log.accuracy <= 1));
  for (const [index, weight] of own.weights.entries()) {
    assert.deepEqual(weight.read().dataSync(), theirs.weights[index].read().dataSync());
  }
});

test("a compiled model evaluates and predicts with the session's weights, also a last short batch", async () => {
  const model = classifier();
  const compiled = compile(model, { optimizer: adam({ learningRate: 0.1 }), loss, batchSize: 4 });
  compiled.trainOnBatch({ x: x.data.subarray(0, 20), y: y.data.subarray(0, 4) });
  const stale = await predict(model, x);
  const own = compiled.predict(x);
  assert.notDeepEqual(own, stale.data);
  compiled.pull();
  const fresh = await predict(model, x);
  assert.equal(own.length, 30);
  for (const [index, value] of fresh.data.entries()) assert.ok(Math.abs(value - own[index]) < 1e-6);
  const mean = [...y.data].reduce((sum, label, i) => sum - Math.log(fresh.data[i * 3 + label]), 0) / 10;
  assert.ok(Math.abs(compiled.evaluate({ x, y }).loss - mean) < 1e-5);
  compiled.dispose();
});

test("a batch of another size is refused with both sizes", () => {
  const compiled = compile(classifier(), { optimizer: adam(), loss, batchSize: 4 });
  const batch = { x: x.data.subarray(0, 15), y: y.data.subarray(0, 3) };
  assert.throws(() => compiled.trainOnBatch(batch), /must have 4 samples, got 3/);
  compiled.dispose();
});

test("a model that cannot be captured is refused by compile, with the layer's name", () => {
  class Reader extends tf.layers.Layer {
    static readonly className = "Reader";
    override call(inputs: tfTypes.Tensor | tfTypes.Tensor[]): tfTypes.Tensor {
      const values = Array.isArray(inputs) ? inputs[0] : inputs;
      return tf.mul(values, tf.max(values).dataSync()[0]);
    }
  }
  const input = tf.input({ shape: [5] });
  const read = new Reader({ name: "reader" }).apply(input);
  const output = tf.layers.dense({ units: 3, activation: "softmax" }).apply(read);
  const model = tf.model({ inputs: input, outputs: output as tfTypes.SymbolicTensor });
  assert.throws(
    () => compile(model, { optimizer: adam(), loss }),
    (error: Error) => {
      return (
        error instanceof CaptureError && /layer "reader": it reads a tensor's values/.test(error.message)
      );
    },
  );
});

test("arrays of another dtype than the programs' are converted, or refused where values would change", async () => {
  const wide = { data: Int32Array.from({ length: 50 }, (_, i) => (i * 7) % 11), shape: [10, 5] };
  const floats = { data: Float32Array.from(wide.data), shape: wide.shape };
  const bytes = { data: Uint8Array.from(wide.data), shape: wide.shape };
  const results = (
    [["float32", wide] as const, ["uint8", floats] as const, ["int32", bytes] as const] as const
  ).map(([dtype, data]) => {
    const compiled = compile(classifier(), {
      optimizer: adam(),
      loss,
      batchSize: 5,
      x: { shape: [5], dtype },
    });
    const logs = [
      compiled.trainOnBatch({ x: data.data.subarray(0, 25), y: Float32Array.from(y.data.subarray(0, 5)) })
        .loss,
      compiled.evaluate({ x: data, y }).loss,
      ...compiled.predict(data),
    ];
    compiled.dispose();
    return logs;
  });
  const plain = compile(classifier(), { optimizer: adam(), loss, batchSize: 5 });
  const expected = [
    plain.trainOnBatch({ x: floats.data.subarray(0, 25), y: y.data.subarray(0, 5) }).loss,
    plain.evaluate({ x: floats, y }).loss,
    ...plain.predict(floats),
  ];
  plain.dispose();
  for (const result of results) assert.deepEqual(result, expected);
  const whole = compile(classifier(), {
    optimizer: adam(),
    loss,
    batchSize: 5,
    x: { shape: [5], dtype: "uint8" },
  });
  assert.throws(
    () => whole.trainOnBatch({ x: x.data.subarray(0, 25), y: y.data.subarray(0, 5) }),
    /Cannot use the data: the program takes uint8 values, got 0\.64\d+ at place 1/,
  );
  assert.throws(() => whole.evaluate({ x, y }), TypeError);
  assert.throws(() => whole.predict(x), TypeError);
  assert.throws(
    () => whole.predict({ data: bytes.data, shape: [25, 2] }),
    /the programs take samples \[5\], got \[2\]/,
  );
  whole.dispose();
});

test("a batch whose labels or weights are too few is refused, and a data set whose parts disagree", () => {
  const compiled = compile(classifier(), { optimizer: adam(), loss, batchSize: 4 });
  const batch = { x: x.data.subarray(0, 20), y: y.data.subarray(0, 3) };
  assert.throws(() => compiled.trainOnBatch(batch), /y must have 4 samples, got 3/);
  const weighted = { ...batch, y: y.data.subarray(0, 4), sampleWeight: new Float32Array(5) };
  assert.throws(() => compiled.trainOnBatch(weighted), /sampleWeight must have 4 samples, got 5/);
  assert.throws(
    () => compiled.evaluate({ x, y: { data: y.data.subarray(0, 5), shape: [5] } }),
    /got 10 and 5/,
  );
  assert.throws(
    () => compiled.evaluate({ x, y, sampleWeight: [1, 1] }),
    /one value per sample \(10\), got 2/,
  );
  compiled.dispose();
});
