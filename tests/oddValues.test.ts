/** Every exported feature, scaler, flow, metric and splitter on NaN, infinity, nothing, one sample, one class and constants. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { type Frames, frames } from "../src/core/frames";
import { takeValues } from "../src/core/frameViews";
import { randomSource } from "../src/core/random";
import { type Series, series } from "../src/core/series";
import * as features from "../src/features";
import * as metrics from "../src/metrics";
import * as validate from "../src/validate/public";

const odds = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const random = randomSource(17);
const [windows, steps, names] = [3, 40, ["acc_x", "acc_y", "acc_z"]];

function seriesOf(count: number, valueAt: (i: number) => number): Series {
  const data = Float32Array.from({ length: count * steps * 3 }, (_, i) => valueAt(i));
  return series(data, { steps, channels: names });
}

const raw = seriesOf(windows, () => random.normal());
/** Where values are spoilt. */
const odd = { window: 1, step: 20, channel: 1 };
const oddAt = (odd.window * steps + odd.step) * 3 + odd.channel;

function spoilt(value: number): Series {
  return { ...raw, data: raw.data.with(oddAt, value) };
}

type Reach = "step" | "channel" | { from: number; to: number };

/** What series become: `reach` is how far a value that is not finite touches; of the same channel unless it is `"step"`. */
const maps: Record<string, { make: (source: Series) => Series; reach: Reach; infinite?: "may be finite" }> = {
  concatChannels: {
    make: (source) => features.concatChannels([source, features.gradient(source, { channels: ["acc_x"] })]),
    reach: "step",
  },
  selectChannels: { make: (source) => features.selectChannels(source, ["acc_y", "acc_x"]), reach: "step" },
  energy: { make: (source) => features.energy(source, { power: 1 / 3 }), reach: "step" },
  magnitude: { make: (source) => features.magnitude(source), reach: "step" },
  product: { make: (source) => features.product(source), reach: "step" },
  tilt: { make: (source) => features.tilt(source), reach: "step", infinite: "may be finite" },
  gradient: { make: (source) => features.gradient(source), reach: { from: -1, to: 1 } },
  cumulativeIntegral: {
    make: (source) => features.cumulativeIntegral(source),
    reach: { from: 0, to: steps },
  },
  doubleIntegral: { make: (source) => features.doubleIntegral(source), reach: { from: 0, to: steps } },
  kalmanSmooth: { make: (source) => features.kalmanSmooth(source), reach: "channel" },
  fftMagnitude: { make: (source) => features.fftMagnitude(source), reach: "channel" },
  lag: { make: (source) => features.lag(source, { steps: 3 }), reach: { from: 3, to: 3 } },
  difference: { make: (source) => features.difference(source, { steps: 2 }), reach: { from: 0, to: 2 } },
  movingMean: { make: (source) => features.movingMean(source, { length: 7 }), reach: { from: -3, to: 3 } },
  movingDeviation: {
    make: (source) => features.movingDeviation(source, { length: 7 }),
    reach: { from: -3, to: 3 },
  },
  movingMinimum: {
    make: (source) => features.movingMinimum(source, { length: 7 }),
    reach: { from: -3, to: 3 },
    infinite: "may be finite",
  },
  movingMaximum: {
    make: (source) => features.movingMaximum(source, { length: 7 }),
    reach: { from: -3, to: 3 },
    infinite: "may be finite",
  },
};

for (const [name, { make, reach, infinite }] of Object.entries(maps)) {
  test(`${name}: a value that is not finite touches its reach, ${JSON.stringify(reach)}, and nothing else`, () => {
    const whole = make(raw);
    const [, length, channels] = whole.shape;
    for (const value of odds) {
      const found = make(spoilt(value));
      let touched = 0;
      for (let i = 0; i < whole.data.length; i++) {
        const row = Math.floor(i / channels);
        const [window, step] = [Math.floor(row / length), row % length];
        const isOwnChannel = found.channels[i % channels].includes("acc_y");
        const isNear =
          window === odd.window &&
          (reach === "step"
            ? step === odd.step
            : isOwnChannel &&
              (reach === "channel" || (step >= odd.step + reach.from && step <= odd.step + reach.to)));
        if (isNear) touched += Number.isFinite(found.data[i]) ? 0 : 1;
        else
          assert.ok(Object.is(found.data[i], whole.data[i]), `${value} at ${window} ${step} ${i % channels}`);
      }
      if (Number.isNaN(value) || !infinite) assert.ok(touched > 0, `${value} left no trace`);
    }
  });

  test(`${name}: no window gives none, one what it gives beside others, a constant something finite`, () => {
    const whole = make(raw);
    const size = whole.data.length / windows;
    const none = make(seriesOf(0, () => 0));
    assert.deepEqual([none.shape[0], none.data.length], [0, 0]);
    const one = make({ ...raw, data: raw.data.slice(0, steps * 3), shape: [1, steps, 3] });
    assert.deepEqual(one.data, whole.data.slice(0, size));
    for (const constant of [0, 0.1, -1e6]) {
      assert.ok(make(seriesOf(2, () => constant)).data.every(Number.isFinite), `${constant}`);
    }
  });
}

const tables: Record<string, (source: Series) => features.FeatureTable> = {
  windowStatistics: (source) => features.windowStatistics(source),
  spectralStatistics: (source) => features.spectralStatistics(source, { bands: [0, 0.1, 0.5] }),
  concatTables: (source) => features.concatTables([features.windowStatistics(source)]),
};
test("tableFromFrame: missing and infinite values stay, one and no row are right", () => {
  const table = features.tableFromFrame({ a: [1, null, ...odds], b: [true, false, 0, 1, 2] });
  assert.deepEqual(Array.from(table.data), [1, 1, NaN, 0, NaN, 0, Infinity, 1, -Infinity, 2]);
  assert.deepEqual(features.tableFromFrame({ a: [] }).shape, [0, 1]);
  assert.throws(() => features.tableFromFrame({}), /need at least one column, got none/);
});

for (const [name, make] of Object.entries(tables)) {
  test(`${name}: a value that is not finite is refused with its place; none, one and constants are right`, () => {
    for (const value of odds) {
      assert.throws(() => make(spoilt(value)), {
        name: "RangeError",
        message: new RegExp(`finite, got ${value} in window 1, step 20, channel acc_y`),
      });
    }
    assert.equal(make(seriesOf(0, () => 0)).data.length, 0);
    const whole = make(raw);
    const one = make({ ...raw, data: raw.data.slice(0, steps * 3), shape: [1, steps, 3] });
    assert.deepEqual(one.data, whole.data.slice(0, whole.columns.length));
    for (const constant of [0, 0.1, -1e6]) {
      const { data, columns } = make(seriesOf(2, () => constant));
      assert.ok(data.every(Number.isFinite), `${constant}`);
      columns.forEach((column, c) => {
        if (/deviation|skewness|kurtosis|power|entropy|correlation/.test(column))
          assert.equal(data[c], 0, column);
      });
    }
  });
}

const scalers: Record<string, () => features.Scaler> = {
  standardScaler: () => features.standardScaler(),
  robustScaler: () => features.robustScaler(),
  minMaxScaler: () => features.minMaxScaler(),
  axesScaler: () => features.axesScaler([names]),
};
for (const [name, make] of Object.entries(scalers)) {
  test(`${name}: NaN does not count and stays, infinity is refused with its place, as is nothing; constants are finite`, () => {
    const fitted = make().fit(spoilt(Number.NaN));
    const others = make().fit(raw);
    for (let c = 0; c < 3; c++) assert.ok(Math.abs(fitted.state.scale[c] - others.state.scale[c]) < 0.1);
    const scaled = features.scalerFrom(fitted.state).transform(spoilt(Number.NaN)).data;
    assert.deepEqual(
      [...scaled.keys()].filter((i) => !Number.isFinite(scaled[i])),
      [oddAt],
    );
    for (const value of odds.slice(1)) {
      const message = new RegExp(`got ${value} in window 1, step 20, channel acc_y`);
      assert.throws(() => make().fit(spoilt(value)), { name: "RangeError", message });
      make().fit(spoilt(value), { indices: [0, 2] });
      const own = others.transform(spoilt(value)).data;
      assert.deepEqual(
        [...own.keys()].filter((i) => !Number.isFinite(own[i])),
        [oddAt],
      );
    }
    assert.throws(
      () => make().fit(seriesOf(0, () => 0)),
      /acc_x must have numbers in the 0 chosen windows, got none/,
    );
    assert.throws(() => make().fit(seriesOf(1, () => Number.NaN)), /acc_x must have numbers/);
    for (const constant of [0, 0.1, 14.62, -1e6]) {
      const source = seriesOf(2, () => constant);
      const found = make().fit(source).transform(source).data;
      assert.ok(found.every((value) => (name === "axesScaler" ? Math.abs(value) < 1.0001 : value === 0)));
    }
  });
}

const [rows, columns, times] = [16, 20, 3];

function framesOf(samples: number, valueAt: (i: number) => number): Frames<Float32Array> {
  const data = Float32Array.from({ length: samples * rows * columns * times }, (_, i) => valueAt(i));
  return frames(data, { shape: [samples, rows, columns, times], unit: "dbz" });
}

/** A cell of rain that moves by a pixel a step. */
const rain = framesOf(2, (i) => {
  const [time, x, y] = [i % times, Math.floor(i / times) % columns, Math.floor(i / times / columns) % rows];
  return 40 * Math.exp(-((x - 8 - time) ** 2 + (y - 8) ** 2) / 18);
});
/** A pixel of the latest image of the first sample, off the rain. */
const framesOdd = (2 * columns + 3) * times + times - 1;

function spoiltFrames(value: number): Frames<Float32Array> {
  return { ...rain, shards: [rain.shards[0].with(framesOdd, value)] };
}

/** What frames become, and how many values one that is not finite touches at most. */
const frameMaps: Record<
  string,
  {
    make: (source: Frames) => Promise<ArrayLike<number>> | ArrayLike<number>;
    touches: number;
    perSample: boolean;
  }
> = {
  convertFrames: {
    make: (source) => features.convertFrames(source, { to: "rain" }).shards[0],
    touches: 1,
    perSample: true,
  },
  takeTimes: {
    make: (source) => features.takeTimes(source, { times: [times - 1] }).shards[0],
    touches: 1,
    perSample: true,
  },
  joinShards: { make: (source) => features.joinShards(source), touches: 1, perSample: true },
  splitTarget: {
    make: (source) => takeValues(features.splitTarget(source).target, [...Array(source.shape[0]).keys()]),
    touches: 1,
    perSample: true,
  },
  persist: {
    make: (source) => features.persist(source, { steps: 2 }).shards[0],
    touches: 2,
    perSample: true,
  },
  imagesOf: {
    make: (source) =>
      Array.from({ length: source.shape[0] }, (_, sample) => [
        ...features.imagesOf(source, sample)[times - 1],
      ]).flat(),
    touches: 1,
    perSample: true,
  },
  coverageMask: { make: (source) => features.coverageMask(source), touches: 1, perSample: false },
  sumImages: { make: (source) => features.sumImages(source), touches: 1, perSample: false },
  motionOf: {
    make: (source) =>
      Array.from({ length: source.shape[0] }, (_, sample) => [
        ...features.motionOf(source, { sample, method: "farneback" }).u,
      ]).flat(),
    touches: 0,
    perSample: true,
  },
  extrapolate: {
    make: async (source) =>
      (await features.extrapolate(source, { method: "farneback", threads: 1 })).shards[0] ?? [],
    touches: 9,
    perSample: true,
  },
  extrapolateEach: {
    make: async (source) => {
      const size = rows * columns;
      const out = new Float32Array(source.shape[0] * size);
      const keep = (first: number, values: Float32Array) => out.set(values, first * size);
      await features.extrapolateEach(source, { method: "lucasKanade", threads: 1, keep });
      return out;
    },
    touches: 9,
    perSample: true,
  },
  alignFramesEach: {
    make: async (source) => {
      const size = rows * columns * (1 + times);
      const out = new Float32Array(source.shape[0] * size);
      const keep = (first: number, values: Float32Array) => out.set(values, first * size);
      await features.alignFramesEach(source, { threads: 1, keep });
      return out;
    },
    touches: 9 * times,
    perSample: true,
  },
};

for (const [name, { make, touches, perSample }] of Object.entries(frameMaps)) {
  test(`${name}: a pixel that is not finite touches at most ${touches}, and no other sample`, async () => {
    const whole = await make(rain);
    for (const value of odds) {
      const found = Array.from(await make(spoiltFrames(value)));
      const bad = [...found.keys()].filter((i) => !Number.isFinite(found[i]));
      assert.ok(bad.length <= touches, `${value}: ${bad.length}`);
      const half = perSample ? found.length / 2 : found.length;
      assert.ok(bad.every((i) => i < half));
      if (perSample) assert.deepEqual(found.slice(half), Array.from(whole).slice(half));
    }
    if (perSample) {
      assert.equal((await make(framesOf(0, () => 0))).length, 0);
      const one = { ...rain, shards: [rain.shards[0].slice(0, rain.shards[0].length / 2)] };
      const alone = await make({ ...one, shape: [1, rows, columns, times] });
      assert.deepEqual(Array.from(alone), Array.from(whole).slice(0, whole.length / 2));
    } else assert.ok(Array.from(await make(framesOf(0, () => 0))).every((value) => value === 0));
    for (const constant of [0, 30]) {
      assert.ok(Array.from(await make(framesOf(2, () => constant))).every(Number.isFinite), `${constant}`);
    }
  });
}

test("flows and advection: nothing, one image and other sizes are refused; a constant stays at rest", () => {
  const shape = [12, 14] as const;
  const still = new Float32Array(12 * 14).fill(7);
  for (const flow of [features.lucasKanade, features.farneback]) {
    assert.throws(() => flow([], { shape }), /at least 2 images, got 0/);
    assert.throws(() => flow([still], { shape }), /at least 2 images, got 1/);
    assert.throws(() => flow([still, still.subarray(1)], { shape }), /needs 168 values, got 167 in image 1/);
    for (const value of [7, ...odds]) {
      const motion = flow([still.map(() => value), still], { shape });
      assert.ok(motion.u.every((speed) => speed === 0) && motion.v.every((speed) => speed === 0), `${value}`);
      assert.deepEqual(features.advect(still, { motion })[0], still);
    }
  }
  assert.throws(
    () => features.advect([], { motion: features.farneback([still, still], { shape }) }),
    /got 0/,
  );
});

test("transforms, spectra and radar values: what is not finite is passed on or refused, as each says", () => {
  for (const value of odds) {
    const real = Float64Array.of(1, value, 3);
    features.fourierTransform(3).forward(real, new Float64Array(3));
    assert.ok(real.every(Number.isNaN));
    assert.throws(
      () => features.radialPowerSpectrum([1, value], { shape: [1, 2] }),
      /finite, got .* at index 1/,
    );
  }
  for (const length of [0, -1, 1.5, ...odds]) {
    assert.throws(() => features.fourierTransform(length), RangeError);
    assert.throws(() => features.fftFrequencies(length), RangeError);
    if (length !== 1.5) assert.throws(() => features.fftFrequencies(4, { rate: length }), RangeError);
  }
  assert.deepEqual([...features.fftFrequencies(1)], [0]);
  assert.throws(() => features.radialPowerSpectrum([], { shape: [0, 0] }), /got \[0, 0\]/);
  assert.deepEqual([...features.radialPowerSpectrum([3], { shape: [1, 1] }).power], [9]);
  const flat = features.radialPowerSpectrum(new Float32Array(64), { shape: [8, 8], normalize: true });
  assert.ok(flat.power.every((power) => power === 0));
  const units = { from: "rain", to: "dbz" } as const;
  assert.equal(features.convertRadarValues(new Float32Array(0), units).length, 0);
  assert.ok(Number.isNaN(features.convertRadarValue(Number.NaN, units)));
  const floor = features.convertRadarValue(0, { from: "pixel", to: "dbz" });
  assert.equal(features.convertRadarValue(0, units), floor);
  assert.deepEqual(
    [...features.convertRadarValues(Float32Array.of(0, -1), units)],
    Array(2).fill(Math.fround(floor)),
  );
  const output = { data: Float32Array.of(0.5, Number.NaN), shape: [2, 1, 1, 1] };
  assert.throws(() => features.asForecast(output), /got NaN in sample 1/);
  const beyond = { data: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY], shape: [2, 1, 1, 1] };
  assert.deepEqual([...features.asForecast(beyond).shards[0]], [0, 255]);
  const none = features.asForecast({ data: [], shape: [0, 1, 1, 1] });
  assert.equal(none.shape[0], 0);
});

const even = { data: [0.5, 0.5, 0.5, 0.5, 0.5, 0.5], shape: [3, 2] };
type Probabilities = typeof even;

/** Scores of three labels or classes, and what they are where there is one sample, one class and a constant prediction. */
const ofLabels: Record<string, (truth: number[], predicted: number[]) => unknown> = {
  accuracy: metrics.accuracy,
  balancedAccuracy: metrics.balancedAccuracy,
  macroF1: metrics.macroF1,
  classReport: (truth, predicted) => metrics.classReport(truth, predicted).accuracy,
  confusionMatrix: (truth, predicted) => {
    const { data } = metrics.confusionMatrix(truth, predicted, { normalize: "all" });
    return data
      .filter((_, i) => i % (Math.sqrt(data.length) + 1) === 0)
      .reduce((sum, share) => sum + share, 0);
  },
};
for (const [name, score] of Object.entries(ofLabels)) {
  test(`${name}: labels that are none, and nothing, are refused; one sample and one class are right`, () => {
    for (const value of [...odds, 0.5, -1]) {
      assert.throws(() => score([0, value, 1], [0, 1, 1]), new RegExp(`got ${value} at row 1`));
      assert.throws(() => score([0, 1, 1], [0, value, 1]), new RegExp(`got ${value} at row 1`));
    }
    assert.throws(() => score([], []), /not empty, got 0 and 0/);
    assert.throws(() => score([1], [1, 0]), /got 1 and 2/);
    assert.equal(score([4], [4]), 1);
    assert.equal(score([0, 0, 0], [0, 0, 0]), 1);
    assert.equal(score([1, 1], [0, 0]), 0);
  });
}

const ofProbabilities: Record<
  string,
  { score: (truth: number[], given: Probabilities) => unknown; even: number }
> = {
  logLoss: { score: metrics.logLoss, even: Math.log(2) },
  logLosses: { score: (truth, given) => metrics.logLosses(truth, given)[0], even: Math.log(2) },
  topKAccuracy: { score: metrics.topKAccuracy, even: 1 },
  calibration: { score: (truth, given) => metrics.calibration(truth, given).error, even: 0.5 },
  worstWindows: { score: (truth, given) => metrics.worstWindows(truth, given)[0].loss, even: Math.log(2) },
};
for (const [name, { score, even: expected }] of Object.entries(ofProbabilities)) {
  test(`${name}: shares and labels that are none, and nothing, are refused; one class and equal shares are right`, () => {
    for (const value of [...odds, -0.1, 1.1]) {
      const data = even.data.with(3, value);
      assert.throws(() => score([0, 1, 1], { ...even, data }), new RegExp(`got ${value} at row 1, class 1`));
    }
    for (const value of odds)
      assert.throws(() => score([0, value, 1], even), new RegExp(`got ${value} at row 1`));
    assert.throws(() => score([0, 2, 1], even), /\[0, 2\), got 2 at row 1/);
    assert.throws(() => score([], { data: [], shape: [0, 2] }), /at least one, got 0 labels and 0 rows/);
    assert.ok(Math.abs((score([0, 0, 0], even) as number) - expected) < 1e-12);
    const one = score([1], { data: [0.5, 0.5], shape: [1, 2] }) as number;
    assert.ok(Math.abs(one - expected) < 1e-12);
  });
}

test("predictedLabels: NaN is refused with its row, infinity ranks, nothing gives nothing, ties the first", () => {
  const label = (data: number[]) => [...metrics.predictedLabels({ data, shape: [data.length / 2, 2] })];
  assert.throws(() => label([0, 1, Number.NaN, 1]), /got NaN at row 1/);
  assert.deepEqual(label([0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0]), [1, 1]);
  assert.deepEqual(label([]), []);
  assert.deepEqual(label([0.5, 0.5]), [0]);
});

const one = [1, 2, 3];
const ofPixels: Record<
  string,
  { score: (truth: number[], forecast: number[]) => number; perfect: number; infinite: boolean }
> = {
  meanAbsoluteError: {
    score: (truth, forecast) => metrics.meanAbsoluteError(truth, { forecast }),
    perfect: 0,
    infinite: false,
  },
  rootMeanSquareError: {
    score: (truth, forecast) => metrics.rootMeanSquareError(truth, { forecast }),
    perfect: 0,
    infinite: false,
  },
  contingency: {
    score: (truth, forecast) =>
      metrics.categoricalScores(metrics.contingency(truth, { forecast, threshold: 0 })).csi,
    perfect: 1,
    infinite: true,
  },
  auc: { score: (truth, forecast) => metrics.auc(truth, forecast, { cut: 1.5 }), perfect: 1, infinite: true },
};
for (const [name, { score, perfect, infinite }] of Object.entries(ofPixels)) {
  test(`${name}: values of which nothing can be said, and nothing, are refused; one and constants are right`, () => {
    for (const value of infinite ? [Number.NaN] : odds) {
      for (const spoil of [one.with(1, value), one]) {
        assert.throws(() => score(spoil, one.with(1, value)), new RegExp(`got ${value} at index 1`));
      }
    }
    assert.throws(() => score([], []), RangeError);
    assert.throws(() => score([1], [1, 2]), /as long, got 1 and 2/);
    assert.equal(score(one, one), perfect);
    if (name === "auc") {
      assert.throws(() => score([1, 1], [1, 1]), /both sides of 1.5, got 0 of 2/);
      assert.equal(score([1, 2], [7, 7]), 0.5);
    } else for (const few of [[5], [5, 5, 5]]) assert.equal(score(few, few), perfect);
  });
}

test("fractions, reliability, verification and tables of them on what is odd", () => {
  const of = (truth: number[], forecast: number[]) =>
    metrics.fractionsSkillScore(truth, { forecast, shape: [1, truth.length], threshold: 1, scale: 3 });
  assert.equal(of([0, Number.NaN, 5], [0, 0, 5]), of([0, 0, 5], [0, 0, 5])); // NaN counts as dry
  assert.ok(Number.isNaN(of([0, 0], [0, 0])));
  assert.equal(of([Number.POSITIVE_INFINITY], [2]), 1);
  assert.deepEqual(metrics.fractionsSums([], { forecast: [], shape: [0, 2, 2], threshold: 1, scale: 1 }), {
    difference: 0,
    reference: 0,
  });
  const diagram = (truth: number[], probability: number[]) =>
    metrics.reliability(truth, { probability, bins: 2 });
  for (const value of odds)
    assert.throws(() => diagram([0, 1], [0.5, value]), new RegExp(`got ${value} at index 1`));
  assert.throws(() => diagram([0, Number.NaN], [0, 1]), /got NaN at index 1/);
  assert.throws(() => diagram([], []), /not empty, got 0 and 0/);
  assert.deepEqual([...diagram([1], [1]).counts], [0, 1]);
  const latest = features.takeTimes(rain, { times: [0] });
  const spoiltLatest = { ...latest, shards: [latest.shards[0].with(7, Number.NaN)] };
  assert.throws(
    () => metrics.verify(latest, { forecast: spoiltLatest }),
    /forecast .* NaN in sample 0, row 0, column 7/,
  );
  const nothing = framesOf(0, () => 0);
  assert.throws(
    () =>
      metrics.verify(features.takeTimes(nothing, { times: [0] }), {
        forecast: features.takeTimes(nothing, { times: [0] }),
      }),
    /no pixel is counted/,
  );
  const dry = features.takeTimes(
    framesOf(1, () => Number.NEGATIVE_INFINITY),
    { times: [0] },
  );
  const found = metrics.verify(dry, { forecast: dry });
  assert.deepEqual([found.mae, found.pixelMae], [0, 0]);
  assert.ok(Number.isNaN(found.csi));
  assert.throws(() => metrics.compareForecasts({}), /at least one, got none/);
  const scores = metrics.categoricalScores({ hits: 0, misses: 0, falseAlarms: 0, correctNegatives: 5 });
  assert.ok(Number.isNaN(scores.csi) && scores.accuracy === 1);
  assert.deepEqual(metrics.mostConfused({ data: new Float64Array(0), shape: [0, 0] }), []);
  assert.equal(metrics.directionOf(""), undefined);
});

type Split = (count: number, keyAt: (i: number) => number, folds: number) => validate.Fold[];
/** Splitters by one key per sample, which is class, group or time. */
const splitters: Record<string, { split: Split; byKey: boolean; alike: RegExp | "splits" }> = {
  kFold: { split: (count, _, folds) => validate.kFold(count, { folds }), byKey: false, alike: "splits" },
  timeSeriesSplit: {
    split: (count, _, folds) => validate.timeSeriesSplit(count, { folds }),
    byKey: false,
    alike: "splits",
  },
  stratifiedKFold: {
    split: (count, keyAt, folds) =>
      validate.stratifiedKFold(
        Array.from({ length: count }, (_, i) => keyAt(i)),
        { folds },
      ),
    byKey: true,
    alike: "splits",
  },
  groupKFold: {
    split: (count, keyAt, folds) =>
      validate.groupKFold(
        Array.from({ length: count }, (_, i) => keyAt(i)),
        { folds },
      ),
    byKey: true,
    alike: /need as many groups, got 1/,
  },
  stratifiedGroupKFold: {
    split: (count, keyAt, folds) => {
      const groups = Array.from({ length: count }, (_, i) => keyAt(i));
      return validate.stratifiedGroupKFold(Array(count).fill(0), { groups, folds });
    },
    byKey: true,
    alike: /need as many groups, got 1/,
  },
  blockedKFold: {
    split: (count, keyAt, folds) =>
      validate.blockedKFold(
        Array.from({ length: count }, (_, i) => keyAt(i)),
        { folds },
      ),
    byKey: true,
    alike: /need as many different times, got 1/,
  },
};
for (const [name, { split, byKey, alike }] of Object.entries(splitters)) {
  test(`${name}: nothing, one sample and impossible numbers are refused, keys that are none with their place`, () => {
    for (const count of [0, 1]) assert.throws(() => split(count, () => 0, 2), RangeError);
    const least = name === "timeSeriesSplit" ? 1 : 2; // one fold of time has samples before it
    for (const folds of [0, least - 1, -2, 2.5, ...odds])
      assert.throws(() => split(9, (i) => i % 3, folds), RangeError);
    if (byKey) {
      const message = /got NaN at sample 4/;
      assert.throws(() => split(9, (i) => (i === 4 ? Number.NaN : i % 3), 2), {
        name: "RangeError",
        message,
      });
    }
    if (alike === "splits")
      validate.checkFolds(
        split(9, () => 1, 3),
        { samples: 9 },
      );
    else assert.throws(() => split(9, () => 1, 3), alike);
  });
}

test("checkFolds and overlapGroups on nothing and on one", async () => {
  assert.throws(() => validate.checkFolds([], { samples: 3 }), /at least one, got none/);
  const empty = { train: new Int32Array(0), validation: Int32Array.of(0) };
  assert.throws(
    () => validate.checkFolds([empty], { samples: 1 }),
    /train and validation must have samples, got 0 and 1/,
  );
  const options = { length: 4 };
  assert.equal(
    (
      await validate.overlapGroups(
        framesOf(0, () => 0),
        options,
      )
    ).length,
    0,
  );
  assert.deepEqual(
    [
      ...(await validate.overlapGroups(
        framesOf(1, () => 0),
        options,
      )),
    ],
    [0],
  );
  const constant = framesOf(3, () => 30);
  assert.deepEqual([...(await validate.overlapGroups(constant, options))], [0, 1, 2]); // plain areas do not count
  const noise = framesOf(3, () => Math.round(random.uniform() * 200));
  const expected = await validate.overlapGroups(noise, options);
  for (const value of odds) {
    const spoilt = { ...noise, shards: [noise.shards[0].with(framesOdd, value)] };
    assert.deepEqual(await validate.overlapGroups(spoilt, options), expected);
  }
});

test("gravityAligned: what is not finite touches the steps whose mean holds it; nothing at rest is NaN", () => {
  const six = ["acc_x", "acc_y", "acc_z", "gy_x", "gy_y", "gy_z"];
  const of = (data: Float32Array) => series(data, { steps: 12, channels: six });
  const values = Float32Array.from({ length: 2 * 12 * 6 }, () => random.normal());
  for (const value of odds) {
    const { data } = features.gravityAligned(of(values.with(5 * 6 + 1, value)), { length: 3 });
    const bad = [...data.keys()].filter((i) => !Number.isFinite(data[i]));
    assert.ok(bad.length > 0 && bad.every((i) => i >= 4 * 4 && i < 7 * 4), `${value}: ${bad}`);
  }
  const still = features.gravityAligned(of(new Float32Array(12 * 6)));
  assert.ok(still.data.every((one) => one === 0));
  assert.deepEqual(features.gravityAligned(of(new Float32Array(0))).shape, [0, 12, 4]);
});

/** Exported functions that the tests above name elsewhere than in a table. */
const named = readFileSync(__filename, "utf8");
const source = path.join(__dirname, "..", "src");
/** Functions that train, prepare or read runs, and are held by their own tests. */
const others = new Set([
  "adversarialValidation",
  "classNumbers",
  "compareRuns",
  "crossValidate",
  "leaderboard",
  "open",
  "permutationImportance",
  "prepareFrames",
  "prepareSeries",
  "prepareTable",
  "show",
  "tableEncoder",
  "tableEncoderFrom",
]);
/** Functions of numbers of samples, of folds and of names: there is no value to be NaN. */
const without = new Set(["fftFrequencies", "kFold", "timeSeriesSplit", "checkFolds", "directionOf"]);

test("every exported feature, metric and splitter is held here, and its documentation states its policy", () => {
  const files = ["core", "features", "metrics", "validate"].flatMap((stage) =>
    readdirSync(path.join(source, stage), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => path.join(stage, file)),
  );
  const texts = files.map((file) => readFileSync(path.join(source, file), "utf8"));
  for (const [stage, exported] of Object.entries({ features, metrics, validate })) {
    for (const [name, value] of Object.entries(exported)) {
      if (typeof value !== "function" || others.has(name)) continue;
      assert.match(
        named,
        new RegExp(`\\b(${stage}\\.${name}\\b|${name}: )`),
        `${name} is held by no test here`,
      );
      if (without.has(name)) continue;
      const pattern = new RegExp(
        `/\\*\\*((?:(?!\\*/)[^])*)\\*/\\nexport (?:async )?function\\*? ${name}[<(]`,
      );
      const docs = texts.flatMap((text) => pattern.exec(text)?.[1] ?? []);
      assert.ok(
        docs.some((doc) => /NaN|finite/.test(doc)),
        `${name} does not say what it does with NaN and infinity`,
      );
    }
  }
});
