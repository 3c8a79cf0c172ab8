import assert from "node:assert/strict";
import test from "node:test";
import { type Frames, frames } from "../../src/core/frames";
import {
  animation,
  forecastRows,
  frameRow,
  heatMap,
  motionField,
  timeTitles,
  worstForecasts,
} from "../../src/plot";
import { blockOf, shrink } from "../../src/plot/frames/frameSource";

/** Samples of 4 x 6 pixels whose value tells sample, row, column and time. */
function numbered(samples: number, times: number): Frames<Uint8Array> {
  const data = Uint8Array.from({ length: samples * 4 * 6 * times }, (_, i) => {
    const time = i % times;
    const column = Math.floor(i / times) % 6;
    const row = Math.floor(i / times / 6) % 4;
    const sample = Math.floor(i / times / 24);
    return 60 * sample + 24 * (time % 2) + 6 * row + column;
  });
  return frames(data, { shape: [samples, 4, 6, times], unit: "pixel" });
}

test("the frames of a sample stand in one row on one colour axis, titled by their times", () => {
  const figure = frameRow(numbered(2, 5), { sample: 1 });
  assert.equal(figure.data.length, 5);
  assert.ok(figure.data.every(({ coloraxis }) => coloraxis === "coloraxis"));
  assert.deepEqual(figure.data[1].z?.[3], Uint8Array.of(102, 103, 104, 105, 106, 107));
  assert.deepEqual(
    figure.layout.annotations?.map(({ text }) => text),
    ["t-30 min", "t-20 min", "t-10 min", "t", "t+10 min"],
  );
  const { coloraxis, yaxis } = figure.layout as {
    coloraxis: { cmin: number; cmax: number; colorbar: { title: { text: string } } };
    yaxis: { range: number[] };
  };
  assert.deepEqual([coloraxis.cmin, coloraxis.cmax], [0, 107]);
  assert.equal(coloraxis.colorbar.title.text, "pixel value");
  assert.deepEqual(yaxis.range, [3.5, -0.5], "row 0 is on top");
});

test("frames in several shards are read like frames in one", () => {
  const whole = numbered(3, 5);
  const size = 4 * 6 * 5;
  const shards = [whole.shards[0].subarray(0, 2 * size), whole.shards[0].subarray(2 * size)];
  const figure = frameRow({ ...whole, shards, shardSize: 2 }, { sample: 2 });
  assert.deepEqual(figure.data[3].z, frameRow(whole, { sample: 2 }).data[3].z);
});

test("a plain array with a shape does as well, floats stay floats", () => {
  const figure = frameRow({ data: Float32Array.from({ length: 8 }, (_, i) => i / 2), shape: [2, 2, 2] });
  assert.deepEqual(figure.data[1].z, [Float32Array.of(0.5, 1.5), Float32Array.of(2.5, 3.5)]);
});

test("a sample without rain gets a scale all the same", () => {
  const figure = frameRow({ data: new Uint8Array(16), shape: [4, 4] });
  assert.equal((figure.layout.coloraxis as { cmax: number }).cmax, 1);
});

test("shapes, samples and titles that do not fit are refused", () => {
  assert.throws(() => frameRow({ data: [1, 2], shape: [2] }), { name: "RangeError", message: /got \[2\]/ });
  assert.throws(() => frameRow({ data: [1, 2, 3], shape: [2, 2] }), { message: /got 3/ });
  assert.throws(() => frameRow(numbered(2, 5), { sample: 2 }), { message: /\[0, 2\), got 2/ });
  assert.throws(() => frameRow(numbered(2, 5), { titles: ["a"] }), {
    message: /5 titles, one per frame, got 1/,
  });
});

test("times are titled from now, by steps of any length", () => {
  assert.deepEqual(timeTitles(4), ["t-30 min", "t-20 min", "t-10 min", "t"]);
  assert.deepEqual(timeTitles(3, { minutes: 5, future: 2 }), ["t", "t+5 min", "t+10 min"]);
});

test("images over the limit become blocks: means, rounded where whole, and of errors the farthest from zero", () => {
  const image = [0, 1, 2, 3].map((row) => Float32Array.of(row, row + 1, Number.NaN, 7));
  assert.equal(blockOf([image], 16), 2);
  assert.equal(blockOf([image], 64), 1);
  assert.deepEqual(shrink(image, 2), [Float32Array.of(1, Number.NaN), Float32Array.of(3, Number.NaN)]);
  assert.equal(shrink(image, 1), image);
  assert.deepEqual(shrink([Uint8Array.of(1, 2), Uint8Array.of(2, 2)], 2), [Uint8Array.of(2)]);
  const errors = [Float32Array.of(Number.NaN, 0.5), Float32Array.of(-0.75, 0.5)];
  assert.deepEqual(shrink(errors, 2, "peak"), [Float32Array.of(-0.75)]);
});

test("a heat map sums samples and frames in float64 and marks points", () => {
  const source = numbered(3, 4);
  const figure = heatMap(source, { times: [0, 1], points: [{ row: 1, column: 2, name: "<dam>" }] });
  let sum = 0;
  for (let sample = 0; sample < 3; sample++) {
    for (const time of [0, 1]) sum += source.shards[0][((sample * 4 + 3) * 6 + 5) * 4 + time];
  }
  assert.equal(figure.data[0].z?.[3][5], sum);
  assert.deepEqual([figure.data[1].x, figure.data[1].y], [Float32Array.of(2), Float32Array.of(1)]);
  assert.deepEqual(figure.data[1].text, ["&lt;dam&gt;"]);
  const { coloraxis } = figure.layout as { coloraxis: { colorbar: { title: { text: string } } } };
  assert.equal(coloraxis.colorbar.title.text, "pixel value, sum of 6 frames");
  const mean = heatMap(source, { times: [0, 1], reduce: "mean" });
  assert.equal(mean.data[0].z?.[3][5], sum / 6);
  assert.throws(() => heatMap(source, { points: [{ row: 4, column: 0 }] }), {
    message: /\[4, 6\], got \(4, 0\)/,
  });
});

test("motion arrows point where the field goes", () => {
  const u = new Float32Array(24).fill(2);
  const v = new Float32Array(24).fill(-1);
  v[0] = Number.NaN;
  const figure = motionField({ data: new Uint8Array(24), shape: [4, 6] }, { u, v, every: 3, stretch: 1 });
  const [, , arrows] = figure.data;
  // the first arrow starts at row 1, column 1
  assert.deepEqual((arrows.x as number[]).slice(0, 2), [1, 3]);
  assert.deepEqual((arrows.y as number[]).slice(0, 2), [1, 0]);
  assert.match(figure.layout.title!.text, /fastest 2.24 pixels a frame/);
  assert.throws(() => motionField({ data: new Uint8Array(24), shape: [4, 6] }, { u, v: [] }), {
    message: /4 x 6 values as the image has, got 24 and 0/,
  });
});

const inputs = numbered(3, 4);
const truth = numbered(3, 1);
const prediction = frames(
  Float32Array.from(truth.shards[0], (value, i) => value + (i < 24 ? 1 : i < 48 ? -3.4 : 2)),
  { shape: [3, 4, 6, 1], unit: "pixel" },
);

test("forecast rows show inputs, truth, prediction and error with an even error scale", () => {
  const figure = forecastRows(inputs, { truth, prediction, samples: [1, 0] });
  assert.equal(figure.data.length, 10);
  assert.ok(Array.from(figure.data[4].z![0] as Float32Array).every((value) => Math.abs(value + 3.4) < 1e-5));
  assert.equal(figure.data[4].coloraxis, "coloraxis2");
  assert.ok(figure.data.slice(0, 4).every(({ coloraxis }) => coloraxis === "coloraxis"));
  const { coloraxis2 } = figure.layout as { coloraxis2: { cmin: number; cmax: number } };
  assert.ok(Math.abs(coloraxis2.cmax - 3.4) < 1e-5 && coloraxis2.cmin === -coloraxis2.cmax);
  const texts = figure.layout.annotations?.map(({ text }) => text);
  assert.deepEqual(texts, ["t-10 min", "1: MAE 3.4", "t", "t+10 min", "prediction", "error", "0: MAE 1"]);
});

test("the worst forecasts come worst first", () => {
  const figure = worstForecasts(inputs, { truth, prediction, count: 2 });
  const rows = figure.layout.annotations?.map(({ text }) => String(text)).filter((text) => /MAE/.test(text));
  assert.deepEqual(rows, ["1: MAE 3.4", "2: MAE 2"]);
});

test("forecasts of another size are refused with all three shapes", () => {
  assert.throws(() => forecastRows(inputs, { truth, prediction: numbered(2, 1) }), {
    name: "RangeError",
    message: /\[3,4,6,4\], \[3,4,6,1\], \[2,4,6,1\]/,
  });
});

test("an animation plays past, then truth and prediction in step", () => {
  const figure = animation(inputs, { truth, prediction, sample: 1 });
  assert.deepEqual(
    figure.frames?.map(({ name }) => name),
    ["t-30 min", "t-20 min", "t-10 min", "t", "t+10 min"],
  );
  const [past, , , , future] = figure.frames!;
  assert.deepEqual(past.data[0].z, past.data[1].z, "the past is the same on both sides");
  assert.deepEqual(future.data[0].z?.[0], Uint8Array.of(60, 61, 62, 63, 64, 65));
  assert.equal((future.data[1].z![0] as Float32Array)[0], Math.fround(60 - 3.4));
  const { sliders, updatemenus } = figure.layout as {
    sliders: { steps: { args: unknown[] }[] }[];
    updatemenus: unknown[];
  };
  assert.deepEqual(
    sliders[0].steps.map(({ args }) => args[0]),
    figure.frames?.map(({ name }) => [name]),
  );
  assert.equal(updatemenus.length, 1);
  assert.equal(animation(inputs).frames?.length, 4, "inputs alone");
  assert.throws(() => animation(inputs, { truth, prediction: numbered(3, 2) }), { message: /as many leads/ });
});

/** 120 x 120 pixels, more than are shown one by one, whose forecast is off by as much as `error` says. */
function offBy(error: (pixel: number) => number, samples = 12) {
  const shape = [samples, 120, 120, 1] as const;
  const size = 120 * 120;
  const truth = frames(
    Uint8Array.from({ length: samples * size }, (_, i) => 1 + (i % 200)),
    { shape, unit: "pixel" },
  );
  const values = Float32Array.from(truth.shards[0], (value, i) => value + error(i % size));
  return { truth, prediction: frames(values, { shape, unit: "pixel" }) };
}

test("an error that is there is seen, however many pixels become one and whatever their signs", () => {
  for (const samples of [3, 12]) {
    const list = Array.from({ length: samples }, (_, i) => i);
    for (const error of [() => 0.5, () => -0.5, (pixel: number) => (pixel % 2 === 0 ? 0.5 : -0.5)]) {
      const { truth, prediction } = offBy(error);
      const figure = forecastRows(truth, { truth, prediction, samples: list, inputs: 0 });
      const errors = figure.data.filter(({ coloraxis }) => coloraxis === "coloraxis2");
      assert.equal(errors.length, samples);
      for (const { z } of errors) {
        assert.ok(
          z!.every((row) => Array.from(row as Float32Array).every((value) => Math.abs(value) === 0.5)),
        );
      }
    }
  }
  const whole = offBy(() => 0.5);
  const shrunk = forecastRows(whole.truth, { ...whole, samples: Array.from({ length: 12 }, (_, i) => i) });
  assert.match(shrunk.layout.title!.text, /2 x 2 pixels as one/);
});

test("worst forecasts are ranked whatever samples lack, and rows tell how many pixels are missing", () => {
  const errors = [1, Number.NaN, 5, 3, 4];
  const values = (of: (sample: number) => number) =>
    frames(
      Float32Array.from({ length: 5 * 16 }, (_, i) => of(Math.floor(i / 16))),
      { shape: [5, 4, 4, 1], unit: "rain" },
    );
  const truth = values(() => 10);
  const prediction = values((sample) => 10 + errors[sample]);
  prediction.shards[0][2 * 16] = Number.NaN;
  const figure = worstForecasts(truth, { truth, prediction, count: 5 });
  const rows = figure.layout.annotations?.map(({ text }) => String(text)).filter((text) => /MAE/.test(text));
  assert.deepEqual(rows, ["2: MAE 5 (1 missing)", "4: MAE 4", "3: MAE 3", "0: MAE 1"]);
  assert.match(figure.layout.title!.text, /^Worst forecasts \(1 without pixels to compare left out\)/);
});

test("frames in different units are not compared", () => {
  const inUnit = (unit: "pixel" | "unit" | "rain") =>
    frames(new Float32Array(16).fill(1), { shape: [1, 4, 4, 1], unit });
  const [pixel, rain] = [inUnit("pixel"), inUnit("rain")];
  const wanted = { name: "RangeError", message: /one unit, as convertFrames makes them, got pixel and rain/ };
  assert.throws(() => forecastRows(pixel, { truth: pixel, prediction: rain }), wanted);
  assert.throws(() => worstForecasts(pixel, { truth: rain, prediction: rain }), wanted);
  assert.throws(() => animation(pixel, { truth: pixel, prediction: rain }), wanted);
  assert.throws(() => heatMap({ a: pixel, b: rain }), wanted);
  // an array without a unit has that of the others
  const figure = forecastRows(rain, {
    truth: rain,
    prediction: { data: new Float32Array(16), shape: [1, 4, 4, 1] },
  });
  const { coloraxis } = figure.layout as { coloraxis: { colorbar: { title: { text: string } } } };
  assert.equal(coloraxis.colorbar.title.text, "rain rate (mm/h)");
});

test("five frames are the inputs and the target, in a row and in an animation", () => {
  const times = ["t-30 min", "t-20 min", "t-10 min", "t", "t+10 min"];
  assert.deepEqual(
    animation(numbered(1, 5)).frames?.map(({ name }) => name),
    times,
  );
  assert.deepEqual(
    frameRow(numbered(1, 5)).layout.annotations?.map(({ text }) => text),
    times,
  );
});

test("a heat map uses its own range or the one it is given, and several stand on one scale", () => {
  const map = (low: number, high: number) => ({
    data: Float64Array.of(low, high, low, high),
    shape: [2, 2],
    unit: "dbz" as const,
  });
  const scale = (figure: { layout: Record<string, unknown> }) => {
    const { cmin, cmax } = figure.layout.coloraxis as { cmin: number; cmax: number };
    return [cmin, cmax];
  };
  assert.deepEqual(scale(heatMap(map(-5, -2))), [-5, -2]);
  assert.deepEqual(scale(heatMap(map(5000, 9000))), [5000, 9000]);
  assert.deepEqual(scale(heatMap(map(3, 3))), [3, 4], "a scale needs an extent");
  assert.deepEqual(scale(heatMap(map(-5, -2), { range: [-10, 0] })), [-10, 0]);
  const both = heatMap(
    { "a & b": map(1, 2), c: map(-3, 1) },
    { points: [{ row: 0, column: 1, name: "dam <1>" }] },
  );
  assert.deepEqual(scale(both), [-3, 2]);
  assert.deepEqual(
    both.data.map(({ type, xaxis }) => [type, xaxis]),
    [
      ["heatmap", "x"],
      ["heatmap", "x2"],
      ["scatter", "x"],
      ["scatter", "x2"],
    ],
  );
  const texts = both.layout.annotations!.map(({ text }) => text);
  assert.deepEqual(texts, ["a &amp; b", "c", "dam &lt;1&gt;", "dam &lt;1&gt;"]);
  assert.throws(
    () => heatMap({ a: map(1, 2), b: { data: [1], shape: [1, 1] } }),
    /2 x 2 pixels as the first has, got \[1,1\] for b/,
  );
});

test("sums keep the digits that float32 has not", () => {
  const { data } = heatMap({ data: Float64Array.of(2 ** 24, 1), shape: [1, 1, 2] });
  assert.equal(data[0].z![0][0], 2 ** 24 + 1);
});

test("the motion field tells of its fastest pixel, not of its fastest arrow", () => {
  const u = new Float32Array(100);
  u[1] = 9;
  u[2] = Number.NaN;
  const figure = motionField(
    { data: new Uint8Array(100), shape: [10, 10] },
    { u, v: new Float32Array(100), every: 5 },
  );
  assert.match(figure.layout.title!.text, /fastest 9 pixels/);
});

test("more frames than a row holds go on in the next", () => {
  const figure = frameRow({ data: new Uint8Array(24), shape: [1, 1, 1, 24] });
  const domains = figure.data.map((_, i) =>
    JSON.stringify((figure.layout[`yaxis${i === 0 ? "" : i + 1}`] as { domain: number[] }).domain),
  );
  assert.equal(new Set(domains).size, 3);
});
