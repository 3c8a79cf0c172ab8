import assert from "node:assert/strict";
import test from "node:test";
import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { composeAugmentations } from "../../../src/augment/graph/compose";
import { cutmix, mixup, oneHotLabels } from "../../../src/augment/graph/mix";
import { randomUniform, tf, withRandomState } from "../../../src/engine";
import { assertNear, batch, draws, labels, mixed, one, rowsOf, run, state, steps } from "./support/batch";

test("mixup blends two windows and their labels by one share", () => {
  const { x, y, shape } = run(mixed(mixup({ alpha: 1 })));
  assert.deepEqual(shape, [batch, 3]);
  const partners = draws(() => {
    const keys = randomUniform([batch]).dataSync();
    return [...keys.keys()].sort((a, b) => keys[b] - keys[a]);
  });
  x.forEach((window, w) => {
    const [own, other] = [one(w), one(partners[w])];
    const share = partners[w] === w ? 1 : (window[0] - other[0]) / (own[0] - other[0]);
    assert.ok(share > -1e-4 && share < 1 + 1e-4);
    assertNear(
      window,
      own.map((value, i) => share * value + (1 - share) * other[i]),
      1e-3,
    );
    const expected = [0, 0, 0];
    expected[labels[w]] += share;
    expected[labels[partners[w]]] += 1 - share;
    assertNear(y.subarray(3 * w, 3 * w + 3), expected, 1e-3);
  });
});

test("mixup's shares follow the beta distribution", () => {
  const { mean, deviation } = tf.tidy(() => {
    const x = tf.concat([tf.zeros([4096, 1, 1]), tf.ones([4096, 1, 1])]);
    const y = tf.concat([tf.zeros([4096, 1]), tf.ones([4096, 1])]);
    const rows = tf.concat([y, tf.sub(1, y)], 1);
    const out = withRandomState(state(), () => mixup({ alpha: 0.4 })({ x, y: rows }));
    // Windows whose partner is of the other half show their share.
    const shares = [...out.y.dataSync()].filter((value, i) => i % 2 === 0 && value > 0 && value < 1);
    const average = shares.reduce((sum, value) => sum + value, 0) / shares.length;
    const variance = shares.reduce((sum, value) => sum + (value - average) ** 2, 0) / shares.length;
    return { mean: average, deviation: Math.sqrt(variance) };
  });
  assert.ok(Math.abs(mean - 0.5) < 0.02, `${mean}`);
  // Of the beta distribution with both parameters a: 1 / (4 (2 a + 1)).
  assert.ok(Math.abs(deviation - Math.sqrt(1 / (4 * 1.8))) < 0.01, `${deviation}`);
});

test("cutmix takes one stretch of another window, and labels count by length", () => {
  const { x, y } = run(mixed(cutmix()));
  let cut = 0;
  x.forEach((window, w) => {
    const own = rowsOf(one(w));
    const rows = rowsOf(window);
    const foreign = rows.flatMap((row, t) => (row === own[t] ? [] : [t]));
    assertNear([y.subarray(3 * w, 3 * w + 3).reduce((sum, value) => sum + value, 0)], [1], 1e-6);
    if (foreign.length === 0) return;
    cut++;
    assert.equal(foreign[foreign.length - 1] - foreign[0] + 1, foreign.length);
    const partner = labels.findIndex((_, i) => rowsOf(one(i))[foreign[0]] === rows[foreign[0]]);
    for (const t of foreign) assert.equal(rows[t], rowsOf(one(partner))[t]);
    const expected = [0, 0, 0];
    expected[labels[w]] += 1 - foreign.length / steps;
    expected[labels[partner]] += foreign.length / steps;
    assertNear(y.subarray(3 * w, 3 * w + 3), expected, 1e-6);
  });
  assert.ok(cut > batch / 2);
});

test("class numbers become rows, rows and images stay", () => {
  const arrange = oneHotLabels({ classes: 3 });
  const { y, shape } = run(arrange);
  assert.deepEqual(shape, [batch, 3]);
  assert.ok(y.every((value, i) => value === Number(labels[Math.floor(i / 3)] === i % 3)));
  const image = tf.zeros([2, 3, 4]);
  assert.equal(arrange({ x: image, y: image }).y, image);
});

test("what cannot be done is refused", () => {
  const wanted = /class shares \[batch, classes\], as oneHotLabels makes them as arrange, got \[24\]/;
  assert.throws(() => run(mixup()), wanted);
  assert.throws(() => mixup({ alpha: 0 }), /alpha must be a finite number above 0, got 0/);
  assert.throws(() => cutmix({ probability: 2 }), /\[0, 1\], got 2/);
  assert.throws(() => oneHotLabels({ classes: 1 }), /whole number from 2, got 1/);
});

// PyTorch and Keras leave the weights of mixed samples to their callers.
for (const [name, make] of Object.entries({ mixup, cutmix })) {
  test(`${name} mixes the weights of samples, and leaves those of weight 0 out`, () => {
    const size = 64;
    const weights = Float32Array.from({ length: size }, (_, i) => [0, 1, 3][i % 3]);
    // Each sample's label says its weight.
    const result = tf.tidy(() => {
      const rows = tf.oneHot(
        tf.tensor1d(
          [...weights].map((_, i) => i % 3),
          "int32",
        ),
        3,
      );
      const x = tf.mul(tf.ones([size, 40, 2]), tf.reshape(tf.tensor1d(weights), [size, 1, 1]));
      const batch = { x, y: tf.cast(rows, "float32"), weight: tf.tensor1d(weights) };
      const again = { apply: make({ alpha: 1 }), probability: 0.5 };
      // A second cut's share of a window that is cut already is one of lengths, not of what lies there.
      const augment = composeAugmentations([make({ alpha: 1 }), ...(name === "mixup" ? [again] : [])]);
      const mixed = withRandomState({ seed: 5, step: 2 }, () => augment(batch));
      const { x: values, y, weight } = mixed;
      return {
        x: values.arraySync() as number[][][],
        y: y.arraySync() as number[][],
        weight: (weight as tfTypes.Tensor).arraySync() as number[],
      };
    });
    let moved = 0;
    result.weight.forEach((weight, i) => {
      if (weights[i] === 0) return assert.equal(weight, 0);
      const [none, one, three] = result.y[i];
      assert.equal(none, 0, "no label of a sample that does not count");
      assert.ok(Math.abs(one + three - 1) < 1e-6);
      assert.ok(
        result.x[i].flat().every((value) => value >= 1),
        "no values of one either",
      );
      // Of lengths or values by share s of weight 3: s * 3 + (1 - s) * 1, and its part in the labels.
      const share = (result.x[i].flat().reduce((sum, value) => sum + value, 0) / 80 - 1) / 2;
      assert.ok(Math.abs(weight - (1 + 2 * share)) < 1e-5);
      assert.ok(Math.abs(three - (3 * share) / weight) < 1e-5);
      if (share > 0.01 && share < 0.99) moved++;
    });
    assert.ok(moved > 10);
  });
}
