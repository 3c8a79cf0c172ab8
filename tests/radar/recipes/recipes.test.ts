import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after, before } from "node:test";
import type { LayersModel } from "@tensorflow/tfjs-node-gpu";
import { displayKey } from "../../../src/core/display";
import { type FrameArray, type Frames, frames, sampleOf, takeTimes } from "../../../src/core/frames";
import { convertFrames } from "../../../src/core/frameUnits";
import { randomSource } from "../../../src/core/random";
import { takeSamples } from "../../../src/core/samples";
import { tf } from "../../../src/engine";
import { extrapolate, persist } from "../../../src/features/frames/extrapolate";
import { verify } from "../../../src/metrics/verify";
import { load } from "../../../src/radar/load";
import { recipes } from "../../../src/radar/recipes";
import { movingFrame } from "../../../src/radar/recipes/movingFrame";
import type { RadarRecipeOptions, RecipeData, RecipeResult } from "../../../src/radar/recipes/recipe";
import { writeSample } from "../../../src/radar/sample";
import { adam } from "../../../src/train/optimizers";
import { kFold } from "../../../src/validate/folds/folds";
import { blockedKFold, timeSeriesSplit } from "../../../src/validate/folds/timeFolds";

const folder = mkdtempSync(path.join(tmpdir(), "podium-recipes-"));
after(() => rmSync(folder, { recursive: true }));

const size = 24;
const samples = 24;
let competition: RecipeData;

/** The middle of every image. */
function crop<T extends FrameArray>(source: Frames<T>): Frames<T> {
  const [count, rows, columns, times] = source.shape;
  const top = (rows - size) >> 1;
  const left = (columns - size) >> 1;
  const cut = frames(new Uint8Array(count * size * size * times) as T, {
    shape: [count, size, size, times],
    unit: source.unit,
  });
  for (let sample = 0; sample < count; sample++) {
    const [from, into] = [sampleOf(source, sample), sampleOf(cut, sample)];
    for (let row = 0; row < size; row++) {
      const start = ((row + top) * columns + left) * times;
      into.set(from.subarray(start, start + size * times), row * size * times);
    }
  }
  return cut;
}

before(async () => {
  await writeSample(path.join(folder, "data"), { samples, testSamples: 5, seed: 3 });
  const whole = await load(path.join(folder, "data"));
  competition = { train: crop(whole.train), test: crop(whole.test) };
});

/** Small and eager: to capture so short a training takes longer than to run it. */
const small: RadarRecipeOptions = {
  folds: 2,
  epochs: 1,
  filters: 4,
  batchSize: 8,
  fit: { mode: "eager" },
  progress: false,
};
const target = () => takeTimes(competition.train, { times: [4] });
const past = () => takeTimes(competition.train, { times: [0, 1, 2, 3] });
const bytes = ({ shards }: Frames) =>
  Buffer.concat(shards.map((shard) => new Uint8Array(shard.buffer.slice(0))));

function checkForecasts({ forecast, testForecast }: RecipeResult): void {
  assert.deepEqual(forecast.shape, [samples, size, size, 1]);
  assert.deepEqual(testForecast.shape, [5, size, size, 1]);
  for (const { unit, shards } of [forecast, testForecast]) {
    assert.equal(unit, "pixel");
    const values = shards.flatMap((shard) => [...shard]);
    assert.ok(values.every((value) => value >= 0 && value <= 255));
    assert.ok(new Set(values).size > 100, "images are no blank sheets");
  }
}

for (const name of ["first", "rainnet", "unet", "best"] as const) {
  test(`${name} runs by one call, to the same forecasts every time`, async () => {
    const held = tf.memory().numTensors;
    const result = await recipes[name](competition, small);
    assert.equal(tf.memory().numTensors, held, "no tensors stay behind");
    checkForecasts(result);
    assert.deepEqual(
      [...result.samples],
      Array.from({ length: samples }, (_, sample) => sample),
    );
    assert.equal(result.runs.length, 2);
    const again = await recipes[name](competition, small);
    assert.deepEqual(bytes(again.forecast), bytes(result.forecast));
    assert.deepEqual(bytes(again.testForecast), bytes(result.testForecast));
    const shown = (result as unknown as Record<symbol, () => Record<string, string>>)[displayKey]();
    assert.match(shown["text/plain"], /^part .*MAE \/ CSI +MAE +CSI .*\nfold 1 /);
    if (name === "best") return;
    const found = verify(target(), { forecast: result.forecast });
    assert.ok(Math.abs(result.scores.MAE - found.mae) < 1e-9);
    assert.equal(result.scores.CSI, found.csi);
  });
}

/** One convolution, for tests of what is around the network. */
function smallest({ seed, inputShape }: { seed: number; inputShape: [number, number, number] }): LayersModel {
  const input = tf.input({ shape: inputShape });
  const kernelInitializer = tf.initializers.glorotUniform({ seed });
  const layer = tf.layers.conv2d({ filters: 1, kernelSize: 1, activation: "sigmoid", kernelInitializer });
  return tf.model({ inputs: input, outputs: layer.apply(input) as typeof input });
}

test("first trains as its author did", async () => {
  const directory = path.join(folder, "first");
  const settings = { ...small, folds: undefined, batchSize: undefined, directory };
  const result = await recipes.first(competition, { ...settings, model: smallest });
  const run = JSON.parse(readFileSync(path.join(result.directory!, "run.json"), "utf8"));
  const { settings: told } = run.config;
  assert.equal(run.config.seeds, "1818");
  assert.equal(told.batchSize, 16);
  assert.equal(told.optimizer.name, "nadam");
  assert.equal(told.optimizer.learningRate, 3e-4);
  assert.equal(told.loss, 'scaledMeanAbsoluteError {"scale":255}');
  const folds = kFold(samples, { folds: 10, shuffle: "scikit-learn", seed: 1818 });
  assert.equal(result.runs.length, 10);
  result.runs.forEach(({ validation }, fold) => {
    const own = folds[fold].validation;
    assert.equal(validation!.shape[0], own.length);
    const pixels = size * size;
    const at = own[0] * pixels;
    assert.deepEqual(validation!.data.slice(0, pixels), result.predictions.data.slice(at, at + pixels));
  });
  const read = await recipes.first(competition, { ...settings, model: smallest });
  assert.deepEqual(bytes(read.forecast), bytes(result.forecast), "a finished run is read");
});

test("the other recipes leave a gap between training and validation where times are given", async () => {
  const seen: Set<number>[] = [];
  // Each training sample tells its number by its first pixel.
  const train = { ...competition.train, shards: [competition.train.shards[0].slice()] };
  for (let sample = 0; sample < samples; sample++) sampleOf(train, sample)[0] = sample;
  await recipes.unet(
    { train, test: competition.test },
    {
      ...small,
      model: smallest,
      folds: 3,
      times: Array.from({ length: samples }, (_, sample) => sample),
      gap: 4,
      fit: {
        mode: "eager",
        augment: (batch) => {
          const first = tf.tidy(() => tf.round(tf.mul(tf.slice(batch.x, 0, [-1, 1, 1, 1]), 255)).dataSync());
          if (seen.length === 0 || [...first].some((sample) => seen.at(-1)!.has(sample)))
            seen.push(new Set());
          for (const sample of first) seen.at(-1)!.add(sample);
          return batch;
        },
      },
      // One augmentation call a batch; the order of folds is the order of calls.
      batchSize: samples,
    },
  );
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
  assert.deepEqual(
    seen.map((set) => [...set].sort((a, b) => a - b)),
    [range(12, 24), [...range(0, 4), ...range(20, 24)], range(0, 12)],
  );
});

test("the first place's recipe takes folds of neighbouring times too, where times are given", async () => {
  const directory = path.join(folder, "first-times");
  const times = Array.from({ length: samples }, (_, sample) => sample);
  const given = { ...small, model: smallest, folds: 3, gap: 2, directory };
  const { directory: own } = await recipes.first(competition, { ...given, times });
  const folds = blockedKFold(times, { folds: 3, gap: 2 });
  const same = await recipes.first(competition, { ...given, folds });
  assert.equal(same.directory, own, "its folds are the same");
});

test("other inputs and another network start beside a run, which goes on as it was", async () => {
  const settings = { ...small, model: smallest, blend: false, directory: path.join(folder, "inputs") };
  const first = await recipes.best(competition, { ...settings, movingFrame: false });
  const train = { ...competition.train, shards: competition.train.shards.map((shard) => shard.with(0, 255)) };
  const other = await recipes.best({ ...competition, train }, { ...settings, movingFrame: false });
  const wider = await recipes.best(competition, settings);
  assert.equal(new Set([first, other, wider].map((run) => run.directory)).size, 3);
  const again = await recipes.best(competition, { ...settings, movingFrame: false });
  assert.equal(again.directory, first.directory);
  assert.deepEqual(bytes(again.forecast), bytes(first.forecast));
});

test("best blends the network out of fold with optical flow and persistence", async () => {
  const settings = { ...small, movingFrame: false, model: smallest };
  const result = await recipes.best(competition, settings);
  const { blend } = result;
  assert.ok(blend?.nested);
  const network = (await recipes.best(competition, { ...settings, blend: false })).forecast;
  const parts = {
    network,
    opticalFlow: takeTimes(await movingFrame(past()), { times: [4] }),
    persistence: persist(past()),
  };
  const scores = Object.values(parts).map((forecast) => verify(target(), { forecast }).score);
  const found = verify(target(), { forecast: result.forecast }).score;
  assert.ok(Math.abs(found - blend.nested.combined) < 1e-5 * found, "forecast is the honest blend");
  assert.ok(
    blend.score <= Math.min(...scores) * (1 + 1e-6),
    "no worse than its best part where it was found",
  );
  const whole = verify(target(), { forecast: blend.predict(parts) }).score;
  assert.ok(Math.abs(whole - blend.score) < 1e-5 * whole);
});

test("untrained, the network of best forecasts optical flow", async () => {
  const optimizer = adam({ learningRate: 0 });
  const { forecast } = await recipes.best(competition, {
    ...small,
    fit: { mode: "eager", optimizer },
    blend: false,
    testAugment: { rounds: 0, augment: (x) => x },
  });
  const flow = await extrapolate(past());
  forecast.shards[0].forEach((value, i) => assert.ok(Math.abs(value - Math.round(flow.shards[0][i])) < 1e-3));
});

test("everything can be set otherwise, and callbacks of one's own are called beside the recipe's", async () => {
  const seen: number[] = [];
  const directory = path.join(folder, "other");
  const result = await recipes.rainnet(competition, {
    ...small,
    model: smallest,
    folds: timeSeriesSplit(samples, { folds: 2, gap: 2 }),
    directory,
    seeds: [3, 4],
    callbacks: [{ name: "seen", onEpochEnd: ({ epoch }) => void seen.push(epoch) }],
    scores: { first: ({ indices }) => indices[0] },
    refit: true,
    fit: {
      mode: "eager",
      optimizer: adam({ learningRate: 0.01 }),
      loss: "mse",
      metrics: ["mae"],
      shuffle: false,
    },
  });
  const run = JSON.parse(readFileSync(path.join(result.directory!, "run.json"), "utf8"));
  const { settings: told } = run.config;
  assert.equal(run.config.seeds, "3, 4");
  assert.equal(told.loss, "mse");
  assert.equal(told.optimizer.learningRate, 0.01);
  assert.deepEqual([...result.samples], [8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]);
  assert.deepEqual(result.forecast.shape, [16, size, size, 1], "of the validated samples only");
  assert.deepEqual(
    result.runs.map(({ scores, logs }) => [scores.first, typeof logs.val_mae]),
    [8, 16, 8, 16].map((first) => [first, "number"]),
  );
  assert.equal(result.refits.length, 2);
  const epochs = [...result.runs, ...result.refits].map((run) => run.epochs);
  assert.equal(
    seen.length,
    epochs.reduce((sum, count) => sum + count),
  );
  assert.ok(existsSync(path.join(result.refits[0].directory!, "model.safetensors")));
  const part = await recipes.best(competition, {
    ...small,
    model: smallest,
    movingFrame: false,
    folds: timeSeriesSplit(samples, { folds: 1 }),
    gap: 2,
  });
  assert.deepEqual(part.forecast.shape, [12, size, size, 1]);
  assert.equal(part.blend!.nested!.folds.length, 2);
});

test("samples that show the same rain are in one fold, whatever their order", async () => {
  const { test: unseen } = competition;
  const random = randomSource(7);
  const pixels = Uint8Array.from({ length: 3 * size * size * 5 }, () => random.integer(0, 256));
  const train = frames(pixels, { shape: [3, size, size, 5], unit: "pixel" });
  const order = Array.from({ length: samples }, (_, sample) => sample % 3);
  const repeated = { train: takeSamples(train, order), test: unseen };
  const settings = { ...small, model: smallest };
  const { runs } = await recipes.unet(repeated, { ...settings, folds: undefined });
  assert.equal(runs.length, 3, "fewer folds than the recipe's five");
  for (const { validation } of runs) assert.equal(validation!.shape[0], samples / 3);
  await assert.rejects(
    recipes.unet(repeated, { ...settings, folds: 4 }),
    /leaves 3 groups for 4 folds; give/,
  );
  const one = { train: takeSamples(train, order.fill(0)), test: unseen };
  await assert.rejects(recipes.best(one, { ...settings, folds: undefined }), /leaves 1 group for 2 folds/);
});

test("of several weather events, each is forecast by a model of the others, and the test by one of all", async () => {
  const events = Int32Array.from({ length: samples }, (_, sample) => (sample < 9 ? 0 : 1));
  const settings = { ...small, folds: undefined, model: smallest };
  const result = await recipes.best({ ...competition, events }, settings);
  assert.deepEqual(
    result.runs.map(({ validation }) => validation!.shape[0]).sort((a, b) => a - b),
    [9, 15],
  );
  assert.equal(result.refits.length, 1);
  assert.equal(result.blend!.nested!.folds.length, 2);
  checkForecasts(result);
  const { refits, testForecast } = await recipes.unet({ ...competition, events }, settings);
  const ofAll = refits[0].test!.data as Float32Array;
  testForecast.shards[0].forEach((value, i) =>
    assert.ok(Math.abs(value - Math.min(255, Math.max(0, 255 * ofAll[i]))) < 1e-3),
  );
  const plain = await recipes.unet({ ...competition, events }, { ...settings, refit: false });
  assert.equal(plain.refits.length, 0);
});

test("forecasts too many for memory are read from the run's folder and are the same", async () => {
  const settings = { ...small, movingFrame: false, model: smallest };
  const directory = path.join(folder, "many");
  const held = await recipes.best(competition, settings);
  const read = await recipes.best(competition, { ...settings, directory, predictionMemory: 1000 });
  assert.deepEqual(bytes(read.forecast), bytes(held.forecast));
  assert.deepEqual(bytes(read.testForecast), bytes(held.testForecast));
  assert.deepEqual(read.scores, held.scores);
  assert.ok(existsSync(path.join(read.directory!, "seed-0", "fold-1", "validation.safetensors")));
  const plain = await recipes.best(competition, {
    ...settings,
    directory,
    predictionMemory: 1000,
    blend: false,
  });
  const found = verify(target(), { forecast: plain.forecast });
  assert.equal(plain.scores.MAE, found.mae);
  assert.deepEqual(
    sampleOf(plain.forecast, 3),
    plain.forecast.shards[0].slice(3 * size * size, 4 * size * size),
  );
});

test("a recipe ends with the epoch in which its time is used up", async () => {
  const { runs } = await recipes.unet(competition, { ...small, model: smallest, epochs: 500, seconds: 0.05 });
  for (const { epochs, stopReason } of runs) {
    assert.ok(epochs < 100, `${epochs} epochs`);
    assert.match(stopReason ?? "", /0.025 s are used up/);
  }
});

test("data that do not fit are refused", async () => {
  const { train, test: unseen } = competition;
  const short = takeTimes(unseen, { times: [0, 1, 2] });
  await assert.rejects(recipes.first({ train, test: short } as RecipeData, small), /one time less, got/);
  const rain = { ...train, unit: "rain" as const };
  await assert.rejects(
    recipes.unet({ train: rain, test: unseen }, small),
    /in pixels, .* got Uint8Array in rain/,
  );
  const float = {
    train: convertFrames(train, { to: "pixel" }),
    test: convertFrames(unseen, { to: "pixel" }),
  };
  await assert.rejects(recipes.best(float as never, small), /must be uint8 in pixels, .* got Float32Array/);
  const few = { train: takeSamples(train, [0, 1, 2]), test: unseen };
  await assert.rejects(
    recipes.unet(few, { ...small, times: [1, 2] }),
    /a time for each of 3 training samples, got 2/,
  );
});
