import assert from "node:assert/strict";
import test from "node:test";
import { composeAugmentations, oneOfAugmentations } from "../../../src/augment/graph/compose";
import { cutmix, mixup, oneHotLabels } from "../../../src/augment/graph/mix";
import { rotateSeries } from "../../../src/augment/graph/rotateSeries";
import {
  dropChannels,
  jitterSeries,
  permuteSegments,
  rollSeries,
  stretchAmplitude,
  warpTime,
} from "../../../src/augment/graph/series";
import { tf } from "../../../src/engine";
import type { BatchTransform } from "../../../src/engine/batchTransform";
import { fit } from "../../../src/train/fit/fit";
import { adam } from "../../../src/train/optimizers";
import { assertNear, batch, channels, labels, mixed, one, run, steps, values } from "./support/batch";

test("composed steps change the chosen share of the windows, or the whole batch", () => {
  const augment = composeAugmentations([{ apply: jitterSeries(), probability: 0.5 }]);
  const changed = run(augment).x.filter((window, w) => window.join() !== one(w).join()).length;
  assert.ok(changed > 4 && changed < batch - 4);
  const together = composeAugmentations([{ apply: jitterSeries(), probability: 0.5, per: "batch" }]);
  const counts = Array.from(
    { length: 12 },
    (_, step) => run(together, step).x.filter((window, w) => window.join() !== one(w).join()).length,
  );
  assert.deepEqual([...new Set(counts)].sort(), [0, batch]);
});

test("composed steps are the steps one after the other", () => {
  const both = composeAugmentations([rollSeries(), stretchAmplitude()]);
  const byHand: BatchTransform = (given) => stretchAmplitude()(rollSeries()(given));
  assert.deepEqual(run(both), run(byHand));
});

test("one of several is applied to a batch, all occurring", () => {
  const add = (by: number): BatchTransform => {
    return ({ x, y }) => ({ x: tf.add(x, by), y });
  };
  const seen = new Set(
    Array.from({ length: 20 }, (_, step) => {
      const [window] = run(oneOfAugmentations([add(10), add(20), add(30)]), step).x;
      return Math.round((window[0] - values[0]) / 10);
    }),
  );
  assert.deepEqual([...seen].sort(), [1, 2, 3]);
});

const all: Record<string, BatchTransform> = {
  rolls: rollSeries({ probability: 0.7 }),
  jitter: jitterSeries(),
  amplitudes: stretchAmplitude(),
  rotations: rotateSeries({ probability: 0.7 }),
  channelDropout: dropChannels(),
  timeWarp: warpTime(),
  segmentOrder: permuteSegments({ least: 3 }),
  mixup: mixed(mixup()),
  cutmix: mixed(cutmix()),
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
  run(composeAugmentations(Object.values(all).slice(0, -2)));
  run(all.cutmix);
  assert.equal(tf.memory().numTensors, before);
});

test("a captured training draws what an eager one draws, through every augmentation", async () => {
  const augment = composeAugmentations([
    ...Object.values(all).slice(0, -2),
    { apply: oneOfAugmentations([mixup(), cutmix()]), probability: 0.5 },
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
        arrange: oneHotLabels({ classes: 3 }),
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
      arrange: oneHotLabels({ classes: 2 }),
      augment: composeAugmentations([rotateSeries(), warpTime({ knots: 12 }), mixup()]),
    },
  );
  assert.equal(mode, "compiled");
  model.dispose();
});

test("what cannot be done is refused", () => {
  const byChance = composeAugmentations([{ apply: all.mixup, probability: 0.5 }]);
  assert.throws(() => run(byChance), /y must keep its shape \[24\], got \[24,3\]/);
  assert.throws(() => composeAugmentations([{ apply: all.mixup, probability: -1 }]), /got -1/);
  assert.throws(() => oneOfAugmentations([]), /at least one, got none/);
});
