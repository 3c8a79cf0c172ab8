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
import { fitImages } from "../../src/plot/frames/frameSource";

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
    message: /5 titles, one a frame, got 1/,
  });
});

test("times are titled from now, by steps of any length", () => {
  assert.deepEqual(timeTitles(4), ["t-30 min", "t-20 min", "t-10 min", "t"]);
  assert.deepEqual(timeTitles(3, { minutes: 5, future: 2 }), ["t", "t+5 min", "t+10 min"]);
});

test("images over the limit are averaged in blocks, missing values stay missing", () => {
  const image = [0, 1, 2, 3].map((row) => Float32Array.of(row, row + 1, Number.NaN, 7));
  const [small] = fitImages([image], 16);
  assert.deepEqual(small, [Float32Array.of(1, Number.NaN), Float32Array.of(3, Number.NaN)]);
  assert.equal(fitImages([image], 64)[0], image);
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
  assert.equal(mean.data[0].z?.[3][5], Math.fround(sum / 6));
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
  assert.deepEqual(figure.data[4].z?.[0], Int16Array.of(-3, -3, -3, -3, -3, -3));
  assert.equal(figure.data[4].coloraxis, "coloraxis2");
  assert.ok(figure.data.slice(0, 4).every(({ coloraxis }) => coloraxis === "coloraxis"));
  const { coloraxis2 } = figure.layout as { coloraxis2: { cmin: number; cmax: number } };
  assert.deepEqual([coloraxis2.cmin, coloraxis2.cmax], [-3, 3]);
  const texts = figure.layout.annotations?.map(({ text }) => text);
  assert.deepEqual(texts, [
    "t-10 min",
    "1: MAE 3.4",
    "t",
    "truth t+10 min",
    "prediction",
    "error",
    "0: MAE 1",
  ]);
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
  assert.deepEqual(future.data[1].z?.[0], Uint8Array.of(57, 58, 59, 60, 61, 62));
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
