import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import type { Tensor } from "@tensorflow/tfjs-node-gpu";
import { frames } from "../../../src/core/frames";
import { randomSource } from "../../../src/core/random";
import { tf } from "../../../src/engine";
import { verify } from "../../../src/metrics/verify";
import {
  rainWeightedAbsoluteError,
  rainWeightedSquaredError,
  scaledMeanAbsoluteError,
  smoothCsi,
  smoothMaeOverCsi,
} from "../../../src/train/losses/rainLosses";
import type { Loss } from "../../../src/train/types";

interface Golden {
  shape: [number, number, number, number];
  truth: number[];
  prediction: number[];
  cases: Record<string, { values: number[]; gradient: number[] }>;
}
const golden: Golden = JSON.parse(readFileSync(path.join(__dirname, "../../golden/rainLosses.json"), "utf8"));

const ours: Record<string, Loss> = {
  scaledMeanAbsoluteError: scaledMeanAbsoluteError(),
  rainWeightedAbsoluteError: rainWeightedAbsoluteError(),
  rainWeightedSquaredError: rainWeightedSquaredError(),
  rainWeightedSquaredErrorOwn: rainWeightedSquaredError({ thresholds: [0.1, 1], factors: [0.5, 1, 4] }),
  rainWeightedByRate: rainWeightedAbsoluteError({ by: "rate", ceiling: 10 }),
  smoothCsi: smoothCsi(),
  smoothMaeOverCsi: smoothMaeOverCsi(),
  smoothMaeOverCsiOwn: smoothMaeOverCsi({ threshold: 1, width: 8, smoothing: 0.5, a: 300, b: 1.4 }),
};

function close(
  actual: ArrayLike<number>,
  expected: readonly number[],
  label: string,
  tolerance: number,
): void {
  assert.equal(actual.length, expected.length, label);
  const scale = Math.max(...expected.map(Math.abs));
  expected.forEach((value, i) => {
    assert.ok(
      Math.abs(actual[i] - value) <= tolerance * scale,
      `${label}[${i}]: ${actual[i]} is not ${value}`,
    );
  });
}

/** Pixels / 255 of whole-number pixels, as `fit` scales them. */
const scaled = (pixels: readonly number[], shape: number[]) =>
  tf.mul(tf.tensor(pixels, shape, "float32"), 1 / 255);

for (const [name, { values, gradient }] of Object.entries(golden.cases)) {
  test(`${name} gives NumPy's values and numerical gradients`, () => {
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const truth = scaled(golden.truth, golden.shape);
      const prediction = tf.tensor(golden.prediction, golden.shape);
      const found = ours[name](truth, prediction);
      assert.deepEqual(found.shape, [golden.shape[0]]);
      close(found.dataSync(), values, "value", 1e-5);
      const slope = tf.grad((p: Tensor) => tf.mean(ours[name](truth, p)))(prediction);
      close(slope.dataSync(), gradient, "gradient", 1e-4);
    });
    assert.equal(tf.memory().numTensors, before, "no tensors stay behind");
  });
}

test("with a steep sigmoid, the smooth score is the competition's", () => {
  const random = randomSource(4);
  const shape: [number, number, number, number] = [1, 20, 20, 1];
  const truth = Uint8Array.from({ length: 400 }, () => random.integer(20, 140));
  const forecast = truth.map((pixel) => Math.max(0, pixel + random.integer(-30, 31)));
  const { score, csi } = verify(frames(truth, { shape, unit: "pixel" }), {
    forecast: frames(forecast, { shape, unit: "pixel" }),
  });
  assert.ok(csi > 0.5 && csi < 0.95, `hits and misses are there, CSI ${csi}`);
  const found = (width: number) =>
    tf.tidy(
      () =>
        smoothMaeOverCsi({ width, smoothing: 1e-6 })(
          scaled([...truth], shape),
          scaled([...forecast], shape),
        ).dataSync()[0],
    );
  assert.ok(Math.abs(found(0.01) - score) < 1e-5 * score, `${found(0.01)} is not ${score}`);
  const errors = [30, 10, 3].map((width) => Math.abs(found(width) - score));
  assert.ok(errors[0] > errors[1] && errors[1] > errors[2], `it draws near: ${errors}`);
});

test("the logarithm of the smooth score counts samples of light and heavy rain alike", () => {
  const options = { width: 3, smoothing: 10 };
  tf.tidy(() => {
    const truth = scaled([120, 80, 0, 60], [1, 2, 2, 1]);
    const forecast = scaled([110, 90, 30, 70], [1, 2, 2, 1]);
    const [index] = smoothCsi(options)(truth, forecast).dataSync();
    const [score] = smoothMaeOverCsi(options)(truth, forecast).dataSync();
    const error = score * (1 - index);
    const [found] = smoothMaeOverCsi({ ...options, logarithm: true, floor: 0.01 })(
      truth,
      forecast,
    ).dataSync();
    assert.ok(Math.abs(found - Math.log((error + 0.01) / (1 - index))) < 1e-5);
  });
  assert.throws(() => smoothMaeOverCsi({ floor: 0 }), /floor must be finite and above 0/);
});

test("a dry sample forecast dry loses nothing, and nothing overflows", () => {
  tf.tidy(() => {
    const dry = tf.zeros([2, 4, 4, 1]);
    assert.ok(smoothCsi({ width: 1 })(dry, dry).dataSync()[0] < 1e-6);
    assert.equal(smoothMaeOverCsi()(dry, dry).dataSync()[0], 0);
    const wild = tf.fill([2, 4, 4, 1], 1e6);
    for (const loss of Object.values(ours)) {
      const slope = tf.grad((p: Tensor) => tf.mean(loss(dry, p)))(wild);
      for (const values of [loss(dry, wild), slope]) assert.ok(values.dataSync().every(Number.isFinite));
    }
  });
});

test("a loss is named by its settings, and refuses what makes no sense", () => {
  assert.equal(scaledMeanAbsoluteError().lossName, 'scaledMeanAbsoluteError {"scale":255}');
  assert.notEqual(smoothCsi({ width: 3 }).lossName, smoothCsi().lossName);
  assert.throws(() => scaledMeanAbsoluteError({ scale: 0 }), /scale must be finite and above 0, got 0/);
  assert.throws(() => smoothCsi({ threshold: -1 }), RangeError);
  assert.throws(() => rainWeightedSquaredError({ thresholds: [5, 2] }), /rising thresholds/);
  assert.throws(() => rainWeightedSquaredError({ factors: [1] }), /one factor from 0 more/);
  assert.throws(() => rainWeightedSquaredError({ by: "depth" as "rate" }), /thresholds or rate, got depth/);
});
