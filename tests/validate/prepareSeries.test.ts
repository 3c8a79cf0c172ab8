import assert from "node:assert/strict";
import test from "node:test";
import type { ArrayData } from "../../src/core/array";
import { series } from "../../src/core/series";
import { basicFeatures } from "../../src/motion/basicFeatures";
import { prepareSeries } from "../../src/validate/prepareSeries";

const windows = series(
  Float32Array.from({ length: 6 * 8 * 2 }, (_, i) => Math.sin(i) * 10 + (i >= 4 * 16 ? 1000 : 0)),
  { steps: 8, channels: ["a", "b"] },
);
const labels = Int32Array.of(0, 0, 1, 0, 1, 1);
const context = {
  fold: 0,
  seed: 1,
  foldSeed: 11,
  trainIndices: Int32Array.of(0, 1, 2, 3),
  validationIndices: Int32Array.of(4, 5),
};

test("the scaler knows nothing of the windows outside the fold's train part", () => {
  const { train, validation } = prepareSeries(windows, { labels })(context);
  const x = (train.x as ArrayData).data as Float32Array;
  for (const channel of [0, 1]) {
    const values = x.filter((_, i) => i % 2 === channel);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    assert.ok(Math.abs(mean) < 1e-5);
  }
  assert.ok(((validation!.x as ArrayData).data as Float32Array).every((value) => value > 50));
  assert.deepEqual(train.y, Int32Array.of(0, 0, 1, 0));
});

test("changing a validation window changes nothing of the train part", () => {
  const changed = { ...windows, data: windows.data.map((value, i) => (i >= 4 * 16 ? -value : value)) };
  const options = { labels, oversample: { skip: 0, roll: [1, 4] as const, noise: 0.1 } };
  assert.deepEqual(
    prepareSeries(changed, options)(context).train,
    prepareSeries(windows, options)(context).train,
  );
});

test("oversampling grows the train part only, by the fold's seed", () => {
  const options = { labels, oversample: { skip: 0, roll: [1, 4] as const, noise: 0.1 } };
  const first = prepareSeries(windows, options)(context);
  assert.deepEqual(first.train.x.shape, [5, 8, 2]);
  assert.deepEqual(first.train.y, Int32Array.of(0, 0, 1, 0, 1));
  assert.deepEqual(first.validation!.x.shape, [2, 8, 2]);
  const other = prepareSeries(windows, options)({ ...context, foldSeed: 12 });
  assert.notDeepEqual((other.train.x as ArrayData).data, (first.train.x as ArrayData).data);
});

test("all samples are prepared without validation, and test windows with the same scaler", () => {
  const all = {
    ...context,
    fold: undefined,
    trainIndices: Int32Array.of(0, 1, 2, 3, 4, 5),
    validationIndices: new Int32Array(0),
  };
  const prepared = prepareSeries(windows, { labels, test: windows })(all);
  assert.equal(prepared.validation, undefined);
  assert.deepEqual((prepared.test as ArrayData).data, (prepared.train.x as ArrayData).data);
});

test("labels must be as many as windows", () => {
  assert.throws(
    () => prepareSeries(windows, { labels: Int32Array.of(1) }),
    /one label per window \(6\), got 1/,
  );
});

test("the basic features are the recorded channels, their gradients and integrals", () => {
  const features = basicFeatures(windows);
  assert.deepEqual(features.channels, ["a", "b", "a.gradient", "b.gradient", "a.integral", "b.integral"]);
  assert.equal(features.data[0], windows.data[0]);
  assert.ok(Math.abs(features.data[2] - (windows.data[2] - windows.data[0])) < 1e-5);
  assert.equal(features.data[4], 0);
});
