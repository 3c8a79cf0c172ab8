import assert from "node:assert/strict";
import test from "node:test";
import { rollSeries } from "../../../src/augment/series";
import { linear, smoothCurve } from "../../../src/augment/windows";
import { type RandomSource, randomSource } from "../../../src/data/random";
import { series } from "../../../src/data/series";
import { randomInteger, randomNormal, randomUniform, tf, withRandomState } from "../../../src/engine";
import { composeGraphAugmentations, oneOfGraphAugmentations } from "../../../src/train/augment/compose";
import { oneHotLabels, randomCutmix, randomMixup } from "../../../src/train/augment/mix";
import { randomRotations } from "../../../src/train/augment/rotations";
import {
  randomAmplitudes,
  randomChannelDropout,
  randomJitter,
  randomRolls,
  randomSegmentOrder,
  randomTimeWarp,
} from "../../../src/train/augment/series";
import { fit } from "../../../src/train/fit";
import { adam } from "../../../src/train/optimizers";
import type { GraphAugmentation } from "../../../src/train/types";

const batch = 24;
const steps = 20;
const channels = 6;
const size = steps * channels;
const source = randomSource(5);
const values = Float32Array.from({ length: batch * size }, () => source.normal());
const labels = Int32Array.from({ length: batch }, (_, i) => i % 3);
const state = (step = 0) => ({ seed: 3, step });

/** Runs an augmentation on the batch and returns x, one array a window, and y as rows. */
function run(augment: GraphAugmentation, step = 0): { x: Float32Array[]; y: Float32Array; shape: number[] } {
  return tf.tidy(() => {
    const x = tf.tensor3d(values, [batch, steps, channels]);
    const y = tf.tensor1d(labels, "int32");
    const out = withRandomState(state(step), () => augment({ x, y }));
    assert.deepEqual(out.x.shape, x.shape);
    const data = out.x.dataSync() as Float32Array;
    return {
      x: Array.from({ length: batch }, (_, w) => data.slice(w * size, (w + 1) * size)),
      y: Float32Array.from(out.y.dataSync()),
      shape: out.y.shape,
    };
  });
}

/** An augmentation of class shares, for class numbers. */
const mixed =
  (augment: GraphAugmentation): GraphAugmentation =>
  (given) =>
    augment(oneHotLabels({ classes: 3 })(given));

/** What an augmentation draws, by the same calls in the same state. */
function draws<T>(f: () => T): T {
  return withRandomState(state(), f);
}

const one = (window: number): Float32Array => values.slice(window * size, (window + 1) * size);
const asSeries = (window: Float32Array) => series(window, { steps, channels: [..."abcdef"] });

function assertNear(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    assert.ok(Math.abs(actual[i] - expected[i]) <= tolerance, `${actual[i]} at ${i}, not ${expected[i]}`);
  }
}

const rowsOf = (window: Float32Array): string[] =>
  Array.from({ length: steps }, (_, t) => window.subarray(t * channels, (t + 1) * channels).join());

test("rolls are the typed-array rolls by the drawn shifts, one a window or one a batch", () => {
  const shifts = draws(() => randomInteger([batch, 1], { min: 2, max: 9 }).dataSync());
  assert.ok(new Set(shifts).size > 2);
  run(randomRolls({ range: [2, 9] })).x.forEach((window, w) => {
    assert.deepEqual(window, rollSeries(asSeries(one(w)), { shift: shifts[w] }).data);
  });
  const [shift] = draws(() => randomInteger([1, 1], { min: 0, max: steps }).dataSync());
  run(randomRolls({ per: "batch" })).x.forEach((window, w) => {
    assert.deepEqual(window, rollSeries(asSeries(one(w)), { shift }).data);
  });
});

test("jitter adds the drawn noise and amplitudes multiply whole channels", () => {
  const noise = draws(() => randomNormal([batch, steps, channels], { deviation: 0.2 }).dataSync());
  assertNear(
    run(randomJitter({ deviation: 0.2 })).x.flatMap((window) => [...window]),
    values.map((value, i) => value + noise[i]),
    1e-6,
  );
  const factors = draws(() => randomNormal([batch, 1, channels], { mean: 1, deviation: 0.2 }).dataSync());
  run(randomAmplitudes({ deviation: 0.2 })).x.forEach((window, w) => {
    assertNear(
      window,
      one(w).map((value, i) => value * factors[w * channels + (i % channels)]),
      1e-6,
    );
  });
});

/** One triple of a window's step. */
const triple = (window: Float32Array, t: number, first: number): number[] =>
  Array.from(window.subarray(t * channels + first, t * channels + first + 3));
const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * b[i], 0);

test("rotations keep lengths and angles of each triple and turn its axes right-handed", () => {
  run(randomRotations()).x.forEach((window, w) => {
    const before = one(w);
    for (const first of [0, 3]) {
      for (let t = 1; t < steps; t++) {
        const [a, b] = [triple(before, t - 1, first), triple(before, t, first)];
        const [c, d] = [triple(window, t - 1, first), triple(window, t, first)];
        assert.ok(Math.abs(dot(a, b) - dot(c, d)) < 1e-4);
        assert.ok(Math.abs(dot(a, a) - dot(c, c)) < 1e-4);
      }
      const volume = (of: Float32Array): number => {
        const [a, b, c] = [0, 1, 2].map((t) => triple(of, t, first));
        return dot(a, [b[1] * c[2] - b[2] * c[1], b[2] * c[0] - b[0] * c[2], b[0] * c[1] - b[1] * c[0]]);
      };
      assert.ok(Math.abs(volume(window) - volume(before)) < 1e-3);
    }
  });
});

test("a rotation turns by Rodrigues' formula, and triples of a group turn together", () => {
  const { axes, angles } = draws(() => {
    const drawn = randomNormal([batch, 1, 3]).dataSync();
    const turned = randomUniform([batch, 1, 1], { min: -Math.PI / 2, max: Math.PI / 2 }).dataSync();
    return { axes: drawn, angles: turned };
  });
  const groups = [
    [
      [0, 1, 2],
      [3, 4, 5],
    ],
  ] as const;
  run(randomRotations({ groups, angle: 90 })).x.forEach((window, w) => {
    const length = Math.hypot(...axes.slice(3 * w, 3 * w + 3));
    const k = Array.from(axes.slice(3 * w, 3 * w + 3), (value) => value / length);
    for (const first of [0, 3]) {
      for (let t = 0; t < steps; t++) {
        const v = triple(one(w), t, first);
        const cross = [k[1] * v[2] - k[2] * v[1], k[2] * v[0] - k[0] * v[2], k[0] * v[1] - k[1] * v[0]];
        const [c, s] = [Math.cos(angles[w]), Math.sin(angles[w])];
        const expected = v.map((value, i) => value * c + cross[i] * s + k[i] * dot(k, v) * (1 - c));
        assertNear(triple(window, t, first), expected, 1e-4);
      }
    }
  });
});

test("a rotation leaves channels outside its triples alone", () => {
  run(randomRotations({ groups: [[[5, 0, 2]]] })).x.forEach((window, w) => {
    const kept = (of: Float32Array): number[] => [...of].filter((_, i) => [1, 3, 4].includes(i % channels));
    assert.deepEqual(kept(window), kept(one(w)));
    assert.notDeepEqual(window, one(w));
  });
});

test("channel dropout blanks whole channels and keeps the others", () => {
  let dropped = 0;
  run(randomChannelDropout({ rate: 0.3 })).x.forEach((window, w) => {
    for (let c = 0; c < channels; c++) {
      const own = [...window].filter((_, i) => i % channels === c);
      if (own.every((value) => value === 0)) dropped++;
      else
        assert.deepEqual(
          own,
          [...one(w)].filter((_, i) => i % channels === c),
        );
    }
  });
  assert.ok(dropped > 0.15 * batch * channels && dropped < 0.45 * batch * channels);
});

test("time warp is the typed-array warp of the drawn knots", () => {
  const heights = draws(() => randomNormal([batch, 5], { mean: 0, deviation: 1 }).dataSync());
  run(randomTimeWarp({ deviation: 0.3, knots: 3 })).x.forEach((window, w) => {
    let at = 5 * w;
    const random = { normal: () => heights[at++] } as RandomSource;
    const speed = smoothCurve(random, { steps, knots: 3, deviation: 0.3 });
    const time = [0];
    for (let t = 1; t < steps; t++) time.push(time[t - 1] + Math.max(0.05, speed[t]));
    const before = one(w);
    const expected = before.map((_, i) => {
      const place = (time[Math.floor(i / channels)] * (steps - 1)) / time[steps - 1];
      return linear(before, { at: place, channels, channel: i % channels });
    });
    assertNear(window, expected, 1e-4);
    assertNear(window.subarray(0, channels), before.subarray(0, channels), 0);
  });
});

test("segment order keeps every row, in at most so many pieces of the least length", () => {
  let changed = 0;
  run(randomSegmentOrder({ segments: 3, least: 5 })).x.forEach((window, w) => {
    const before = rowsOf(one(w));
    const places = rowsOf(window).map((row) => before.indexOf(row));
    assert.deepEqual(
      [...places].sort((a, b) => a - b),
      Array.from({ length: steps }, (_, t) => t),
    );
    const starts = places.flatMap((place, t) => (t > 0 && place === places[t - 1] + 1 ? [] : [t]));
    assert.ok(starts.length <= 3);
    for (const [i, start] of starts.entries()) assert.ok((starts[i + 1] ?? steps) - start >= 5);
    if (starts.length > 1) changed++;
  });
  assert.ok(changed > batch / 2);
});

test("mixup blends two windows and their labels by one share", () => {
  const { x, y, shape } = run(mixed(randomMixup({ alpha: 1 })));
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
    const out = withRandomState(state(), () => randomMixup({ alpha: 0.4 })({ x, y: rows }));
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
  const { x, y } = run(mixed(randomCutmix()));
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
  const prepare = oneHotLabels({ classes: 3 });
  const { y, shape } = run(prepare);
  assert.deepEqual(shape, [batch, 3]);
  assert.ok(y.every((value, i) => value === Number(labels[Math.floor(i / 3)] === i % 3)));
  const image = tf.zeros([2, 3, 4]);
  assert.equal(prepare({ x: image, y: image }).y, image);
});

test("composed steps change the chosen share of the windows, or the whole batch", () => {
  const augment = composeGraphAugmentations([{ apply: randomJitter(), probability: 0.5 }]);
  const changed = run(augment).x.filter((window, w) => window.join() !== one(w).join()).length;
  assert.ok(changed > 4 && changed < batch - 4);
  const together = composeGraphAugmentations([{ apply: randomJitter(), probability: 0.5, per: "batch" }]);
  const counts = Array.from(
    { length: 12 },
    (_, step) => run(together, step).x.filter((window, w) => window.join() !== one(w).join()).length,
  );
  assert.deepEqual([...new Set(counts)].sort(), [0, batch]);
});

test("composed steps are the steps one after the other", () => {
  const both = composeGraphAugmentations([randomRolls(), randomAmplitudes()]);
  const byHand: GraphAugmentation = (given) => randomAmplitudes()(randomRolls()(given));
  assert.deepEqual(run(both), run(byHand));
});

test("one of several is applied to a batch, all occurring", () => {
  const add = (by: number): GraphAugmentation => {
    return ({ x, y }) => ({ x: tf.add(x, by), y });
  };
  const seen = new Set(
    Array.from({ length: 20 }, (_, step) => {
      const [window] = run(oneOfGraphAugmentations([add(10), add(20), add(30)]), step).x;
      return Math.round((window[0] - values[0]) / 10);
    }),
  );
  assert.deepEqual([...seen].sort(), [1, 2, 3]);
});

const all: Record<string, GraphAugmentation> = {
  rolls: randomRolls({ probability: 0.7 }),
  jitter: randomJitter(),
  amplitudes: randomAmplitudes(),
  rotations: randomRotations({ probability: 0.7 }),
  channelDropout: randomChannelDropout(),
  timeWarp: randomTimeWarp(),
  segmentOrder: randomSegmentOrder({ least: 3 }),
  mixup: mixed(randomMixup()),
  cutmix: mixed(randomCutmix()),
};

for (const [name, augment] of Object.entries(all)) {
  test(`${name}: the same step draws the same, another step another`, () => {
    const first = run(augment);
    assert.deepEqual(run(augment), first);
    assert.notDeepEqual(run(augment, 1).x, first.x);
  });
}

test("augmentations leave no tensor behind", () => {
  const before = tf.memory().numTensors;
  run(composeGraphAugmentations(Object.values(all).slice(0, -2)));
  run(all.cutmix);
  assert.equal(tf.memory().numTensors, before);
});

test("a captured training draws what an eager one draws, through every augmentation", async () => {
  const augment = composeGraphAugmentations([
    ...Object.values(all).slice(0, -2),
    { apply: oneOfGraphAugmentations([randomMixup(), randomCutmix()]), probability: 0.5 },
  ]);
  const weights: Float32Array[] = [];
  for (const mode of ["compiled", "eager"] as const) {
    const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
    const model = tf.sequential({
      layers: [
        tf.layers.globalAveragePooling1d({ inputShape: [steps, channels] }),
        tf.layers.dense({ units: 3, activation: "softmax", kernelInitializer }),
      ],
    });
    const x = { data: values, shape: [batch, steps, channels] };
    const y = { data: labels, shape: [batch] };
    const history = await fit(
      model,
      { x, y },
      {
        optimizer: adam({ learningRate: 0.05 }),
        loss: "categoricalCrossEntropy",
        metrics: ["accuracy"],
        prepare: oneHotLabels({ classes: 3 }),
        augment,
        validation: { x, y },
        epochs: 2,
        batchSize: 8,
        mode,
      },
    );
    assert.equal(history.mode, mode);
    assert.ok(history.logs.val_accuracy.every((value) => value >= 0 && value <= 1));
    weights.push(model.weights[0].read().dataSync() as Float32Array);
    model.dispose();
  }
  assertNear(weights[0], weights[1], 1e-5);
});

test("a captured training takes the competition's 18 channels, 600 steps and many knots", async () => {
  const shape = [4, 600, 18];
  const x = { data: new Float32Array(4 * 600 * 18).fill(1), shape };
  const model = tf.sequential({
    layers: [
      tf.layers.globalAveragePooling1d({ inputShape: [600, 18] }),
      tf.layers.dense({ units: 2, activation: "softmax" }),
    ],
  });
  const { mode } = await fit(
    model,
    { x, y: { data: Int32Array.of(0, 1, 0, 1), shape: [4] } },
    {
      optimizer: adam(),
      loss: "categoricalCrossEntropy",
      prepare: oneHotLabels({ classes: 2 }),
      augment: composeGraphAugmentations([randomRotations(), randomTimeWarp({ knots: 12 }), randomMixup()]),
    },
  );
  assert.equal(mode, "compiled");
  model.dispose();
});

test("what cannot be done is refused", () => {
  assert.throws(() => randomJitter({ probability: 2 }), /\[0, 1\], got 2/);
  assert.throws(() => randomJitter({ deviation: -1 }), /from 0, got -1/);
  assert.throws(() => randomRolls({ range: [4, 4] }), /low < high, got \[4,4\]/);
  assert.throws(() => randomChannelDropout({ rate: 1.5 }), /got 1.5/);
  assert.throws(() => randomTimeWarp({ knots: -1 }), /whole number from 0, got -1/);
  assert.throws(() => run(randomSegmentOrder({ segments: 4 })), /must fit 20 steps, got 4/);
  assert.throws(() => run(randomRotations({ groups: [[[0, 1, 1]]] })), /different whole numbers/);
  assert.throws(
    () => run(randomMixup()),
    /class shares \[batch, classes\], as oneHotLabels makes them as prepare, got \[24\]/,
  );
  assert.throws(() => randomMixup({ alpha: 0 }), /alpha must be positive, got 0/);
  assert.throws(() => oneHotLabels({ classes: 1 }), /whole number from 2, got 1/);
  const byChance = composeGraphAugmentations([{ apply: all.mixup, probability: 0.5 }]);
  assert.throws(() => run(byChance), /y must keep its shape \[24\], got \[24,3\]/);
  assert.throws(() => composeGraphAugmentations([{ apply: all.mixup, probability: -1 }]), /got -1/);
  assert.throws(() => oneOfGraphAugmentations([]), /at least one, got none/);
});
