import assert from "node:assert/strict";
import test from "node:test";
import * as graph from "../../src/augment/graph";
import { joinSeries } from "../../src/augment/joinSeries";
import type { ArrayData } from "../../src/core/array";
import { series } from "../../src/core/series";
import { tf, withRandomState } from "../../src/engine";
import { cumulativeIntegral } from "../../src/features";
import { armPairs, labelNames } from "../../src/motion";
import { prepareSeries } from "../../src/validate";
import { state } from "./graph/support/batch";

const steps = 20;
const labels = Int32Array.of(0, 0, 1, 2, 2, 2, 3, 1);
/** Each window holds its own number alone. */
const windows = series(
  Float32Array.from({ length: labels.length * steps }, (_, i) => Math.floor(i / steps)),
  { steps, channels: ["x"] },
);
const pairs = [{ first: 0, second: 1, joined: 2 }];

/** The window that one begins as, the one that it goes on as, and where. */
function partsOf(window: Float32Array): { first: number; second: number; cut: number } {
  const cut = window.findIndex((value) => value !== window[0]);
  assert.ok(
    window.subarray(cut).every((value) => value === window[cut]),
    "one cut",
  );
  return { first: window[0], second: window[cut], cut };
}

test("windows of two labels are joined to as many as there are of the third, cut in the middle half, in both orders", () => {
  const more = joinSeries(windows, labels, { pairs, copies: 20, seed: 7 });
  assert.equal(more.labels.length, labels.length + 60);
  assert.deepEqual(more.series.data.subarray(0, windows.data.length), windows.data);
  assert.ok(more.labels.subarray(labels.length).every((label) => label === 2));
  const orders = new Set<string>();
  for (let w = labels.length; w < more.labels.length; w++) {
    const { first, second, cut } = partsOf(more.series.data.subarray(w * steps, (w + 1) * steps));
    assert.ok(cut >= 5 && cut <= 15, `cut at ${cut}`);
    orders.add(`${labels[first]} ${labels[second]}`);
    assert.equal(more.origins[w], first);
  }
  assert.deepEqual([...orders].sort(), ["0 1", "1 0"]);
  assert.deepEqual(joinSeries(windows, labels, { pairs, copies: 20, seed: 7 }), more);
});

test("a pair without windows is left out, one of the joined label is made where there is none", () => {
  assert.equal(joinSeries(windows, labels, { pairs: [{ first: 0, second: 9, joined: 2 }] }).labels.length, 8);
  const made = joinSeries(windows, labels, { pairs: [{ first: 0, second: 1, joined: 5 }] });
  assert.deepEqual([...made.labels.subarray(8)], [5]);
  assert.equal(joinSeries(windows, labels, { pairs, copies: 0 }).labels.length, 8);
});

test("what says nothing is refused", () => {
  const refused: [options: object, message: RegExp][] = [
    [{}, /pairs must be given, got none/],
    [{ pairs: [{ first: 0, second: 1 }] }, /joined must be given, got none/],
    [{ pairs: [{ first: 0.5, second: 1, joined: 2 }] }, /first must be a whole number from 0, got 0.5/],
    [{ pairs, cut: [0.7, 0.2] }, /cut must be low <= high, got \[0.7, 0.2\]/],
    [{ pairs, copys: 2 }, /no option copys; did you mean copies\?/],
  ];
  for (const [options, message] of refused) {
    assert.throws(() => joinSeries(windows, labels, options as Parameters<typeof joinSeries>[2]), message);
  }
  assert.throws(
    () => joinSeries(windows, labels.subarray(1), { pairs }),
    /one label per window \(8\), got 7/,
  );
});

test("in the training step windows go on as their counterparts of the batch, class numbers and shares alike", () => {
  for (const isShares of [false, true]) {
    tf.tidy(() => {
      const x = tf.tensor3d(windows.data, [labels.length, steps, 1]);
      const numbers = tf.tensor1d(labels, "int32");
      const y = isShares
        ? tf.cast(tf.oneHot(numbers, 4), "float32")
        : tf.reshape(numbers, [labels.length, 1]);
      const out = withRandomState(state(), () => graph.joinSeries({ pairs })({ x, y }));
      assert.deepEqual(out.y.shape, y.shape);
      const found = isShares ? tf.argMax(out.y, -1).dataSync() : out.y.dataSync();
      // Those of labels 0 and 1 have counterparts.
      assert.deepEqual([...found], [2, 2, 2, 2, 2, 2, 3, 2]);
      const values = out.x.dataSync() as Float32Array;
      labels.forEach((label, w) => {
        const own = values.subarray(w * steps, (w + 1) * steps);
        if (label > 1) {
          assert.ok(own.every((value) => value === w));
          return;
        }
        const { first, second } = partsOf(own);
        assert.ok(first === w || second === w);
        assert.deepEqual([labels[first], labels[second]].sort(), [0, 1]);
      });
      const spared = withRandomState(state(), () => graph.joinSeries({ pairs, probability: 0 })({ x, y }));
      assert.deepEqual(spared.x.dataSync(), windows.data);
      assert.deepEqual([...spared.y.dataSync()], [...y.dataSync()]);
    });
  }
  const shares = tf.tidy(() => tf.oneHot(tf.tensor1d([0, 1], "int32"), 2));
  const x = tf.zeros([2, steps, 1]);
  assert.throws(
    () => withRandomState(state(), () => graph.joinSeries({ pairs })({ x, y: shares })),
    /classes of the shares, in \[0, 2\), got 0, 1 and 2/,
  );
  tf.dispose([shares, x]);
});

test("a fold joins its train part as it was recorded, and makes features of what was joined", () => {
  const context = {
    ...{ fold: 0, seed: 0, foldSeed: 5 },
    trainIndices: Int32Array.of(0, 2, 3, 4),
    validationIndices: Int32Array.of(1, 5, 6, 7),
  };
  const features = cumulativeIntegral(windows);
  const join = { pairs, recorded: windows, features: cumulativeIntegral };
  const { train, validation } = prepareSeries(features, { labels, scaler: false, join })(context);
  assert.deepEqual([...(train.y as Int32Array)], [0, 1, 2, 2, 2, 2]);
  assert.deepEqual(validation!.y, Int32Array.of(0, 2, 3, 1));
  const { data } = train.x as ArrayData & { data: Float32Array };
  const last = data.subarray(5 * steps, 6 * steps);
  // Its slope is the recorded value: 0 in one part and 2 in the other, of windows 0 and 2, and no jump between.
  const slopes = last.subarray(1).map((value, i) => value - last[i]);
  assert.ok(slopes.every((slope) => slope >= 0 && slope <= 2) && slopes.includes(0) && slopes.includes(2));
  const plain = {
    labels,
    scaler: false as const,
    join: { pairs, recorded: series(new Float32Array(20), { steps, channels: ["x"] }) },
  };
  assert.throws(() => prepareSeries(features, plain)(context), /must be as many as the windows \(8\), got 1/);
});

test("the competition's pairs are of one exercise each", () => {
  assert.deepEqual(armPairs, [
    { first: 12, second: 13, joined: 11 },
    { first: 52, second: 53, joined: 51 },
  ]);
  for (const { first, second, joined } of armPairs) {
    assert.match(labelNames[first], /left arm/);
    assert.match(labelNames[second], /right arm/);
    assert.match(labelNames[joined], /spans both arms/);
  }
});
