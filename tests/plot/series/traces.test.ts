import assert from "node:assert/strict";
import test from "node:test";
import { series } from "../../../src/core/series";
import { compareTraces, confusedPairs, traces } from "../../../src/plot";
import { thin } from "../../../src/plot/series/thin";

const channels = ["acc_x", "acc_y", "gy_x"];
const data = Float32Array.from({ length: 4 * 50 * 3 }, (_, i) => i);
const source = series(data, { steps: 50, channels, rate: 50 });

test("traces show each channel of the chosen window, grouped in rows with units", () => {
  const figure = traces(source, { window: 2, units: { acc: "acceleration (g)" } });
  assert.deepEqual(
    figure.data.map(({ name, yaxis, legend }) => [name, yaxis, legend]),
    [
      ["acc_x", "y", "legend"],
      ["acc_y", "y", "legend"],
      ["gy_x", "y2", "legend2"],
    ],
  );
  const at = (step: number, channel: number) => data[(2 * 50 + step) * 3 + channel];
  assert.deepEqual(
    [...(figure.data[1].y as Float32Array)],
    Array.from({ length: 50 }, (_, step) => at(step, 1)),
  );
  assert.equal(figure.data[0].dx, 1 / 50);
  const { yaxis, yaxis2, xaxis } = figure.layout as Record<string, { title: { text: string } }>;
  assert.deepEqual(
    [yaxis, yaxis2, xaxis].map(({ title }) => title.text),
    ["acceleration (g)", "gy", "time (s)"],
  );
});

test("rows do not overlap and fill the figure", () => {
  const { yaxis, yaxis2 } = traces(source).layout as Record<string, { domain: number[] }>;
  assert.equal(yaxis.domain[1], 1);
  assert.equal(yaxis2.domain[0], 0);
  assert.ok(yaxis2.domain[1] < yaxis.domain[0]);
});

test("a series without rate counts steps, and chosen channels come alone", () => {
  const figure = traces({ ...source, rate: undefined }, { channels: ["gy_x"] });
  assert.equal(figure.data.length, 1);
  assert.equal((figure.layout.xaxis as { title: { text: string } }).title.text, "step");
});

test("windows and channels that are not there are refused", () => {
  assert.throws(() => traces(source, { window: 4 }), { name: "RangeError", message: /\[0, 4\), got 4/ });
  assert.throws(() => traces(source, { channels: ["z"] }), {
    name: "RangeError",
    message: /known channels are acc_x, acc_y, gy_x, got "z"/,
  });
});

test("a long line is thinned and keeps every peak of its stretches", () => {
  const values = Float32Array.from({ length: 100_000 }, (_, i) => Math.sin(i / 900));
  values[12_345] = 9;
  values[67_890] = -9;
  const { x, y } = thin(values, { points: 500, step: 0.5 });
  assert.ok(y.length <= 500 && y.length > 400);
  assert.equal(x[y.indexOf(9)], 12_345 / 2);
  assert.equal(x[y.indexOf(-9)], 67_890 / 2);
  assert.ok(x.every((value, i) => i === 0 || value > x[i - 1]));
});

test("a thinned line of nothing but NaN stays in place", () => {
  const { y } = thin(new Float32Array(1000).fill(Number.NaN), { points: 10 });
  assert.ok(y.length > 0 && y.every(Number.isNaN));
});

test("a window is compared before and after on the same axes", () => {
  const after = { ...source, data: source.data.map((value) => -value) };
  const figure = compareTraces(source, after, { window: 1, titles: ["as recorded", "mirrored"] });
  assert.equal(figure.data.length, 6);
  assert.deepEqual(
    [...(figure.data[3].y as Float32Array)],
    [...(figure.data[0].y as Float32Array)].map((value) => -value),
  );
  assert.equal(figure.data[3].xaxis, "x2");
  assert.equal(figure.data[3].yaxis, "y3");
  const { yaxis3, xaxis2 } = figure.layout as Record<string, { matches: string }>;
  assert.equal(yaxis3.matches, "y");
  assert.equal(xaxis2.matches, "x");
  assert.deepEqual(
    figure.layout.annotations?.map(({ text }) => text),
    ["as recorded", "mirrored"],
  );
  assert.throws(() => compareTraces(source, { ...source, channels: ["a", "b", "c"] }), {
    name: "RangeError",
    message: /acc_x, acc_y, gy_x, got a, b, c/,
  });
});

test("confused pairs show a right window, the mistaken one and one of the other class", () => {
  const figure = confusedPairs(source, {
    truth: [0, 0, 1, 1],
    predicted: [0, 1, 1, 1],
    names: ["push-up", "<plank>"],
  });
  assert.deepEqual(
    figure.layout.annotations?.map(({ text }) => text),
    [
      "push-up (window 0)",
      "<b>push-up taken for &lt;plank&gt;: 1×</b> (window 1)",
      "&lt;plank&gt; (window 2)",
    ],
  );
  assert.equal(figure.data.length, 6, "two channels of the first group, three windows");
  assert.equal((figure.data[2].y as Float32Array)[0], data[50 * 3]);
  assert.throws(() => confusedPairs(source, { truth: [0, 0, 1, 1], predicted: [0, 0, 1, 1] }), {
    message: /got only right predictions/,
  });
  assert.throws(() => confusedPairs(source, { truth: [0], predicted: [0] }), { message: /4 labels/ });
});

// plotly/plotly.js#4968: a line must not run across what is missing
test("a thinned line keeps its gaps, wherever in a stretch they lie", () => {
  for (const place of [0, 1, 7, 4999, 5000, 9999]) {
    const values = Float32Array.from({ length: 10_000 }, (_, i) => Math.sin(i / 50));
    values[place] = Number.NaN;
    const { x, y } = thin(values, { points: 500 });
    assert.ok(x.length <= 760);
    assert.equal(y.filter(Number.isNaN).length, 1);
    assert.ok(
      x.every((at, i) => i === 0 || at > x[i - 1]),
      "in order",
    );
  }
  const values = Float32Array.from({ length: 10_000 }, (_, i) =>
    i >= 2000 && i < 6000 ? Number.NaN : i % 7,
  );
  values[100] = Number.POSITIVE_INFINITY;
  const { x, y } = thin(values, { points: 100 });
  for (let i = 1; i < x.length; i++) {
    if (x[i - 1] < 2000 && x[i] >= 6000) assert.fail(`a line from ${x[i - 1]} to ${x[i]}`);
  }
  assert.ok(y.includes(6) && !y.includes(Number.POSITIVE_INFINITY));
});

// mwaskom/seaborn#680: from the eighth line on the colours began anew
test("every line of a row has a colour of its own, and a legend that fits, of one channel too", () => {
  const channels = Array.from({ length: 18 }, (_, i) => `a_${i}`);
  const many = series(new Float32Array(18 * 8), { steps: 8, channels });
  const figure = traces(many);
  const colors = figure.data.map(({ line }) => (line as { color: string }).color);
  assert.equal(new Set(colors).size, 18);
  assert.ok(figure.layout.height! > 18 * 20);
  const single = traces(series(new Float32Array(16), { steps: 8, channels: ["tilt", "speed"] }));
  assert.equal(single.layout.showlegend, true);
  assert.deepEqual(
    single.data.map(({ legend }) => legend),
    ["legend", "legend2"],
  );
});
