import assert from "node:assert/strict";
import test from "node:test";
import type { LayersModel } from "@tensorflow/tfjs-node-gpu";
import { type Frames, frames } from "../../../src/core/frames";
import { convertFrames } from "../../../src/core/frameUnits";
import { tf } from "../../../src/engine";
import { forecastAhead } from "../../../src/train/fit/forecastAhead";

const times = 3;

/** A network that gives `weights · times`, pixel by pixel. */
function linear(weights: readonly number[]): LayersModel {
  const input = tf.input({ shape: [2, 2, weights.length] });
  const layer = tf.layers.conv2d({ filters: 1, kernelSize: 1, useBias: false });
  const model = tf.model({ inputs: input, outputs: layer.apply(input) as typeof input });
  model.setWeights([tf.tensor4d([...weights], [1, 1, weights.length, 1])]);
  return model;
}

const images = frames(
  Uint8Array.from({ length: 3 * 4 * times }, (_, i) => (7 * i) % 101),
  { shape: [3, 2, 2, times], unit: "pixel" },
);

function close(found: Frames, wanted: readonly number[]): void {
  const values = found.shards.flatMap((shard) => [...shard]);
  assert.equal(values.length, wanted.length);
  wanted.forEach((value, i) => {
    assert.ok(Math.abs(values[i] - value) < 1e-3, `[${i}]: ${values[i]} is not ${value}`);
  });
}

/** The recurrence written out, pixel by pixel. */
function recurrence(weights: readonly number[], steps: number): number[] {
  const pixels = images.shards[0].length / times;
  return Array.from({ length: pixels }, (_, pixel) => {
    const window = [...images.shards[0].subarray(pixel * times, (pixel + 1) * times)];
    for (let step = 0; step < steps; step++) {
      const next = weights.reduce((sum, weight, i) => sum + weight * window[window.length - times + i], 0);
      window.push(Math.min(255, Math.max(0, next)));
    }
    return window.slice(times);
  }).flat();
}

test("forecasts are taken for the images that have come, in any unit, batch and shard", async () => {
  const weights = [-0.5, 0.25, 1.5];
  const model = linear(weights);
  const before = tf.memory().numTensors;
  const wanted = recurrence(weights, 4);
  assert.ok(wanted.includes(0), "some forecasts are held at 0");
  const found = await forecastAhead(model, images, { steps: 4, batchSize: 2 });
  assert.deepEqual(found.shape, [3, 2, 2, 4]);
  assert.equal(found.unit, "pixel");
  close(found, wanted);
  const sharded: Frames = {
    ...images,
    shards: [images.shards[0].slice(0, 24), images.shards[0].slice(24)],
    shardSize: 2,
  };
  const other = await forecastAhead(model, convertFrames(sharded, { to: "dbz" }), { steps: 4 });
  assert.equal(other.shardSize, 2);
  close(other, wanted);
  assert.equal(tf.memory().numTensors, before, "no tensors stay behind");
  model.dispose();
});

test("the mean of several networks goes on", async () => {
  const models = [linear([0, 0, 0.5]), linear([0, 0, 1])];
  const found = await forecastAhead(models, images, { steps: 2 });
  close(found, recurrence([0, 0, 0.75], 2));
});

test("what cannot be forecast on is refused", async () => {
  const model = linear([0, 0, 1]);
  await assert.rejects(
    forecastAhead(model, images, { steps: 0 }),
    /whole number of steps above 0, got 1 and 0/,
  );
  await assert.rejects(forecastAhead([], images), /need a model/);
  const signal = AbortSignal.abort();
  await assert.rejects(forecastAhead(model, images, { signal }), { name: "AbortError" });
  const input = tf.input({ shape: [2, 2, 3] });
  const two = tf.model({
    inputs: input,
    outputs: tf.layers.conv2d({ filters: 2, kernelSize: 1 }).apply(input) as typeof input,
  });
  await assert.rejects(forecastAhead(two, images), /must give \[3, 2, 2, 1\], got \[3,2,2,2\]/);
});
