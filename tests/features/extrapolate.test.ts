import assert from "node:assert/strict";
import test from "node:test";
import { type Frames, frames } from "../../src/data/frames";
import { coverageMask, sumImages } from "../../src/features/coverage";
import { extrapolate, motionOf, persist } from "../../src/features/extrapolate";

const rows = 64;
const columns = 72;

/** Samples of a rain cell that moves right by 3 and down by 1 pixel an image, each sample from another place. */
function moving(samples: number, times: number): Frames<Uint8Array> {
  const data = new Uint8Array(samples * rows * columns * times);
  for (let i = 0; i < data.length; i++) {
    const time = i % times;
    const pixel = Math.floor(i / times) % (rows * columns);
    const sample = Math.floor(i / (times * rows * columns));
    const x = (pixel % columns) - 20 - 4 * sample - 3 * time;
    const y = Math.floor(pixel / columns) - 25 - time;
    data[i] = 200 * Math.exp(-(x * x) / 90 - (y * y) / 60);
  }
  return frames(data, { shape: [samples, rows, columns, times], unit: "pixel" });
}

function errorAtLast(forecast: Frames, truth: Frames): number {
  let sum = 0;
  const times = truth.shape[3];
  forecast.shards.forEach((shard, s) => {
    for (let i = 0; i < shard.length; i++) sum += Math.abs(shard[i] - truth.shards[s][i * times + times - 1]);
  });
  return sum;
}

test("optical flow finds the motion and forecasts better than persistence, by either method", async () => {
  const truth = moving(3, 5);
  const inputs = moving(3, 4);
  for (const method of ["lucasKanade", "farneback"] as const) {
    const { u, v } = motionOf(inputs, { sample: 1, method });
    const centre = 30 * columns + 34;
    assert.ok(
      Math.abs(u[centre] - 3) < 0.6 && Math.abs(v[centre] - 1) < 0.4,
      `${method} ${u[centre]} ${v[centre]}`,
    );
    const forecast = await extrapolate(inputs, { method });
    assert.deepEqual(forecast.shape, [3, rows, columns, 1]);
    assert.ok(errorAtLast(forecast, truth) < 0.4 * errorAtLast(persist(inputs), truth), method);
  }
});

test("persistence repeats the latest image for every step", () => {
  const source = frames(Uint8Array.of(1, 2, 3, 4), { shape: [2, 1, 1, 2], unit: "pixel" });
  const held = persist(source, { steps: 3 });
  assert.deepEqual(held.shape, [2, 1, 1, 3]);
  assert.deepEqual([...held.shards[0]], [2, 2, 2, 4, 4, 4]);
});

test("several steps ahead move on, and shards stay as they were", async () => {
  const whole = moving(3, 4);
  const size = rows * columns * 4;
  const sharded = {
    ...whole,
    shardSize: 2,
    shards: [whole.shards[0].subarray(0, 2 * size), whole.shards[0].subarray(2 * size)],
  };
  const forecast = await extrapolate(sharded, { steps: 2 });
  assert.deepEqual(
    forecast.shards.map((shard) => shard.length),
    [2 * rows * columns * 2, rows * columns * 2],
  );
  const [centreOfFirst, centreOfSecond] = [0, 1].map((step) => {
    let sum = 0;
    let moment = 0;
    for (let pixel = 0; pixel < rows * columns; pixel++) {
      const value = forecast.shards[0][pixel * 2 + step];
      sum += value;
      moment += value * (pixel % columns);
    }
    return moment / sum;
  });
  assert.ok(Math.abs(centreOfSecond - centreOfFirst - 3) < 0.7);
});

test("an aborted forecast stops", async () => {
  await assert.rejects(extrapolate(moving(2, 3), { signal: AbortSignal.abort() }), { name: "AbortError" });
});

test("an unknown method is named", () => {
  assert.throws(
    () => motionOf(moving(1, 2), { method: "magic" as "farneback" }),
    /lucasKanade, farneback, got magic/,
  );
});

test("coverage is where an echo was ever seen, sums add all images", () => {
  const source = frames(Uint8Array.of(0, 3, 0, 0, 0, 1, 5, 0), { shape: [2, 1, 2, 2], unit: "pixel" });
  assert.deepEqual([...coverageMask(source)], [1, 1]);
  assert.deepEqual([...coverageMask(source, { least: 2 })], [1, 0]);
  assert.deepEqual([...coverageMask(source, { above: 3 })], [0, 1]);
  assert.deepEqual([...sumImages(source)], [4, 5]);
  assert.throws(() => coverageMask(source, { least: 0 }), /positive whole number/);
});
