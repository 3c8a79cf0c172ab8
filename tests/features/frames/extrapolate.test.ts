import assert from "node:assert/strict";
import test from "node:test";
import { type Frames, frames, sampleOf } from "../../../src/core/frames";
import { lazyFrames, takeValues } from "../../../src/core/frameViews";
import { coverageMask, sumImages } from "../../../src/features/frames/coverage";
import {
  alignFramesEach,
  extrapolate,
  extrapolateEach,
  motionOf,
  persist,
} from "../../../src/features/frames/extrapolate";
import { type ForecastPlan, forecast } from "../../../src/features/frames/forecast";
import { ForecastThreads, threadCount } from "../../../src/features/frames/forecastThreads";

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

test("the forecast is the same whatever the number of threads, also where pieces cross shards", async () => {
  const whole = moving(13, 3);
  const size = rows * columns * 3;
  const shards = [0, 5, 10].map((first) => whole.shards[0].subarray(first * size, (first + 5) * size));
  const source = { ...whole, shardSize: 5, shards };
  for (const method of ["lucasKanade", "farneback"] as const) {
    const alone = await extrapolate(source, { method, steps: 2, threads: 1 });
    const together = await extrapolate(source, { method, steps: 2, threads: 3 });
    assert.deepEqual(together, alone);
  }
  assert.ok(source.shards[0].length > 0, "the frames are still there");
});

test("threads alone forecast every piece, and give back what they fail at", async () => {
  const source = moving(6, 3);
  const plan: ForecastPlan = { rows, columns, times: 3, method: "farneback", steps: 1, fill: 0 };
  const run = async (plan: ForecastPlan): Promise<{ found: Float32Array[]; lost: number[] }> => {
    const found: Float32Array[] = [];
    const lost: number[] = [];
    let next = 0;
    const threads = new ForecastThreads(2, {
      plan,
      take: () => (next < 6 ? { first: next, samples: sampleOf(source, next++).slice() } : undefined),
      done: ({ first, values }) => {
        found[first] = values;
      },
      lost: ({ first }) => {
        lost.push(first);
      },
    });
    while (threads.busy) await threads.changed();
    await threads.end();
    return { found, lost: lost.sort() };
  };
  const { found, lost } = await run(plan);
  assert.deepEqual(lost, []);
  for (const [i, values] of found.entries()) {
    const expected = new Float32Array(rows * columns);
    forecast(sampleOf(source, i), plan, expected);
    assert.deepEqual(values, expected);
  }
  // Motion takes two images: both threads end at the first of the two pieces that they have taken.
  const wrong = await run({ ...plan, times: 1 });
  assert.deepEqual(wrong.found, []);
  assert.deepEqual(wrong.lost, [0, 1, 2, 3]);
});

test("an aborted forecast stops", async () => {
  await assert.rejects(extrapolate(moving(2, 3), { signal: AbortSignal.abort() }), { name: "AbortError" });
  const stop = new AbortController();
  const running = extrapolate(moving(40, 3), { signal: stop.signal, threads: 2 });
  setImmediate(() => stop.abort());
  await assert.rejects(running, { name: "AbortError" });
});

test("what fails where a thread brings its work fails the call, not the process", async () => {
  const size = rows * columns;
  const keep = (_: number, values: Float32Array) => {
    // This thread's own forecasts come one by one.
    if (values.length > size) throw new RangeError("no room");
  };
  await assert.rejects(extrapolateEach(moving(40, 2), { threads: 2, keep }), /^RangeError: no room$/);
  let taken = 0;
  const take = (indices: ArrayLike<number>) => {
    if (++taken > 2) throw new RangeError("cut off");
    return takeValues(
      moving(1, 2),
      Int32Array.from(indices, () => 0),
    );
  };
  const shape = [40, rows, columns, 2] as const;
  const cut = lazyFrames(take, { shape, unit: "pixel", Values: Uint8Array });
  const run = extrapolateEach(cut, { threads: 3, keep: () => {} });
  await assert.rejects(run, /^RangeError: cut off$/);
});

test("wrong numbers of threads are refused", async () => {
  await assert.rejects(extrapolate(moving(1, 2), { threads: 0 }), /threads must be a positive .* got 0/);
  const before = process.env.PODIUM_THREADS;
  try {
    process.env.PODIUM_THREADS = "3";
    assert.equal(threadCount(), 3);
    process.env.PODIUM_THREADS = "many";
    assert.throws(threadCount, /PODIUM_THREADS must be a whole number above 0, got "many"/);
  } finally {
    if (before === undefined) delete process.env.PODIUM_THREADS;
    else process.env.PODIUM_THREADS = before;
  }
});

test("an unknown method is named", async () => {
  await assert.rejects(extrapolate(moving(1, 2), { method: "magic" as "farneback" }), { name: "TypeError" });
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

test("aligned images show one place of the rain, the last of them is the forecast, and what is unknown is told", async () => {
  const source = moving(2, 4);
  const size = rows * columns;
  const made = new Float32Array(2 * size * 5);
  const keep = (first: number, values: Float32Array) => made.set(values, first * size * 5);
  await alignFramesEach(source, { keep, threads: 1 });
  const many = moving(13, 4);
  const inThreads = new Float32Array(13 * size * 5);
  const keepThreads = (first: number, values: Float32Array) => inThreads.set(values, first * size * 5);
  await alignFramesEach(many, { keep: keepThreads, threads: 3 });
  const alone = new Float32Array(13 * size * 5);
  await alignFramesEach(many, { keep: (first, values) => alone.set(values, first * size * 5), threads: 1 });
  assert.deepEqual(inThreads, alone);
  const { shards } = await extrapolate(source, { threads: 1 });
  const image = (sample: number, place: number) =>
    Float32Array.from({ length: size }, (_, pixel) => made[(sample * size + pixel) * 5 + place]);
  const truth = moving(2, 5).shards[0];
  for (const sample of [0, 1]) {
    assert.deepEqual(image(sample, 4), shards[0].subarray(sample * size, (sample + 1) * size));
    const known = image(sample, 0);
    assert.ok(known.every((share) => share >= 0 && share <= 255.001));
    assert.equal(Math.round(known[20 * columns + 40]), 255);
    // Rain comes from the left: the oldest image does not know the left border.
    assert.ok(known[25 * columns] < 255);
    for (const place of [1, 2, 3, 4]) {
      const off = image(sample, place).reduce(
        (sum, value, pixel) => sum + Math.abs(value - truth[(sample * size + pixel) * 5 + 4]),
        0,
      );
      const still = image(sample, place).reduce(
        (sum, _, pixel) =>
          sum +
          Math.abs(truth[(sample * size + pixel) * 5 + place - 1] - truth[(sample * size + pixel) * 5 + 4]),
        0,
      );
      assert.ok(off < 0.5 * still, `sample ${sample}, image ${place}: ${off} of ${still}`);
    }
  }
  await assert.rejects(alignFramesEach(source, { keep, threads: 0 }), /threads must be a positive/);
});
