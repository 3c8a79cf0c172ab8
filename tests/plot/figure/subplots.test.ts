import assert from "node:assert/strict";
import test from "node:test";
import { series } from "../../../src/core/series";
import { animation, Figure, forecastRows, heatMap, labelCounts, subplots, traces } from "../../../src/plot";

const image = { data: Float32Array.of(1, Number.NaN, 3, 4), shape: [2, 2] };
const windows = series(new Float32Array(3 * 8), { steps: 8, channels: ["a_x", "a_y", "tilt"] });
const bars = labelCounts([0, 1, 1], { names: ["rest", "squat"] });

type Axis = { domain: [number, number]; matches?: string; scaleanchor?: string; anchor?: string };
const axis = (figure: Figure, name: string) => figure.layout[name] as Axis;

test("each figure keeps its axes, colour bars, legends and titles, in a cell of its own", () => {
  const joined = subplots([bars, traces(windows), heatMap(image), bars], { title: "All & more" });
  assert.equal(joined.layout.title!.text, "All &amp; more");
  const titles = joined.layout.annotations!.map(({ text }) => text);
  assert.deepEqual(titles, [bars.layout.title!.text, "Window 0", "Heat map", bars.layout.title!.text]);
  const axes = joined.data.map(({ xaxis, yaxis, coloraxis }) => [xaxis, yaxis, coloraxis].join(" "));
  assert.deepEqual(axes, ["x y ", "x2 y2 ", "x2 y2 ", "x2 y3 ", "x4 y4 coloraxis3", "x5 y5 "]);
  assert.equal(axis(joined, "yaxis4").scaleanchor, "x4");
  assert.equal(axis(joined, "xaxis2").anchor, "y3", "below the lower row of traces");
  // the first beside the second, both above the third
  const [first, second, third] = ["xaxis", "xaxis2", "xaxis4"].map((name) => axis(joined, name).domain);
  assert.ok(first[1] < second[0] && third[1] < second[0]);
  const [above, below] = ["yaxis", "yaxis4"].map((name) => axis(joined, name).domain);
  assert.ok(below[1] < above[0]);
  const bar = (joined.layout.coloraxis3 as { colorbar: { x: number; len: number } }).colorbar;
  assert.ok(bar.x > third[1] && bar.x < axis(joined, "xaxis5").domain[0]);
  // the grey of missing values is the map's own
  assert.deepEqual(
    joined.layout.shapes!.map(({ xref }) => xref),
    ["x4 domain"],
  );
  assert.deepEqual(
    joined.data.map(({ legend }) => legend),
    ["legend", "legend2", "legend2", "legend3", "legend4", "legend5"],
  );
});

test("figures stay as they were, and a joined one can be joined again", () => {
  const before = JSON.stringify(bars);
  const twice = subplots([subplots([bars, bars]), heatMap(image)], { columns: 1 });
  assert.equal(JSON.stringify(bars), before);
  assert.deepEqual(
    twice.data.map(({ xaxis }) => xaxis),
    ["x", "x2", "x3"],
  );
});

test("places on paper move with their figure, shapes and rows of forecasts too", () => {
  const marked = new Figure({
    data: [{ type: "scatter", x: [1], y: [1] }],
    layout: {
      annotations: [{ text: "middle", x: 0.5, y: 0.5, showarrow: false }],
      shapes: [{ type: "line", xref: "x", yref: "paper", x0: 1, x1: 1, y0: 0, y1: 1 }],
    },
  });
  const joined = subplots([bars, marked]);
  const [low, high] = axis(joined, "xaxis2").domain;
  const middle = joined.layout.annotations!.find(({ text }) => text === "middle")!;
  assert.ok(Math.abs((middle.x as number) - (low + high) / 2) < 1e-9);
  const [line] = joined.layout.shapes!;
  assert.deepEqual([line.xref, line.x0, line.yref], ["x2", 1, "paper"]);
  assert.deepEqual([line.y0, line.y1], axis(joined, "yaxis2").domain);
  const rows = forecastRows(image, { truth: image, prediction: image });
  assert.equal(subplots([rows, rows]).data.length, 2 * rows.data.length);
});

test("what cannot stand beside others is refused", () => {
  const film = animation({ data: new Uint8Array(8), shape: [1, 2, 2, 2] });
  assert.throws(() => subplots([film]), { name: "RangeError", message: /no frames, got an animation/ });
  const pie = new Figure({ data: [{ type: "pie", values: [1, 2] }] });
  assert.throws(() => subplots([bars, pie]), /got a trace of type "pie"/);
  assert.throws(() => subplots([]), /their number must be a whole number from 1 to 50, got 0/);
  for (const columns of [0, 0.5, 11, Number.NaN])
    assert.throws(() => subplots([bars], { columns }), RangeError);
  for (const width of [0, 1e9, Number.NaN]) assert.throws(() => subplots([bars], { width }), RangeError);
});
