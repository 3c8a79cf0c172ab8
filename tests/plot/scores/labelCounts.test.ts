import assert from "node:assert/strict";
import test from "node:test";
import { blendWeights, labelCounts } from "../../../src/plot";
import { shorten } from "../../../src/plot/scores/labelCounts";

test("label counts stand most frequent first, with the imbalance ratio in the title", () => {
  const figure = labelCounts([2, 0, 0, 2, 2, 2, 1], { names: ["rest", "squat", "row"] });
  const [bars] = figure.data;
  assert.deepEqual([...(bars.x as Int32Array)], [4, 2, 1]);
  assert.deepEqual((figure.layout.yaxis as { ticktext: string[] }).ticktext, ["row", "rest", "squat"]);
  assert.equal(figure.layout.title?.text, "Label counts: 7 in 3 classes, imbalance 4 : 1");
});

test("label counts in the labels' order keep a class without windows, which does not enter the ratio", () => {
  const figure = labelCounts(Int32Array.of(0, 2, 2), { names: ["a", "b", "c"], sort: "label" });
  assert.deepEqual([...(figure.data[0].x as Int32Array)], [1, 0, 2]);
  assert.match(figure.layout.title!.text, /in 2 classes, imbalance 2 : 1$/);
});

test("without names the labels that occur are shown by number", () => {
  const figure = labelCounts([7, 7, 3]);
  assert.deepEqual((figure.layout.yaxis as { ticktext: string[] }).ticktext, ["7", "3"]);
});

test("names with tags are escaped, long ones cut, equal ones kept apart", () => {
  const names = ["<b>x</b>", "same", "same", `${"long ".repeat(10)}tail`];
  const { yaxis } = labelCounts([0, 1, 2, 3], { names, sort: "label" }).layout as {
    yaxis: { ticktext: string[]; tickvals: number[] };
  };
  assert.equal(yaxis.ticktext[0], "&lt;b&gt;x&lt;/b&gt;");
  assert.deepEqual(yaxis.tickvals, [0, 1, 2, 3]);
  assert.equal(yaxis.ticktext[3].length, 36);
  assert.equal(shorten("short"), "short");
});

test("61 classes make a taller figure", () => {
  const labels = Array.from({ length: 61 }, (_, i) => i);
  assert.ok(labelCounts(labels).layout.height! > 900);
  assert.ok(labelCounts([0, 1]).layout.height! < 300);
});

test("labels that cannot be are refused", () => {
  assert.throws(() => labelCounts([]), { name: "RangeError", message: /got none/ });
  assert.throws(() => labelCounts([0, 1.5]), { name: "RangeError", message: /got 1.5/ });
  assert.throws(() => labelCounts([0, 3], { names: ["a"] }), {
    name: "RangeError",
    message: /in \[0, 1\), got 3/,
  });
});

test("blend weights stand heaviest first with the models' own scores", () => {
  const figure = blendWeights({ gru: 0.25, conv: 0.75 }, { scores: [0.5, 0.6] });
  assert.deepEqual(figure.data[0].x, [0.75, 0.25]);
  assert.deepEqual((figure.layout.yaxis as { ticktext: string[] }).ticktext, [
    "conv (0.6000)",
    "gru (0.5000)",
  ]);
  assert.throws(() => blendWeights({}), { name: "RangeError" });
  assert.throws(() => blendWeights({ a: Number.NaN }), { message: /got NaN for a/ });
  assert.throws(() => blendWeights({ a: 1 }, { scores: [] }), { message: /1 scores, one per weight, got 0/ });
});

test("long names that differ in the middle alone stay apart, and letters are not cut in halves", () => {
  const names = ["left", "right"].map(
    (side) => `an exercise that is done ${side} of everything that is known`,
  );
  const { ticktext } = labelCounts([0, 1], { names }).layout.yaxis as { ticktext: string[] };
  assert.equal(new Set(ticktext).size, 2);
  const [emoji] = (labelCounts([0], { names: ["🙂".repeat(60)] }).layout.yaxis as { ticktext: string[] })
    .ticktext;
  assert.equal(emoji, `${"🙂".repeat(26)}…${"🙂".repeat(9)}`);
});
