import assert from "node:assert/strict";
import test from "node:test";
import { calibration } from "../../../src/metrics/calibration";
import { classReport } from "../../../src/metrics/classification";
import { confusionMatrix } from "../../../src/metrics/confusion";
import { calibrationCurve, classScores, confusion } from "../../../src/plot";

const truth = [0, 0, 0, 1, 1, 2];
const predicted = [0, 0, 1, 1, 0, 2];
const names = ["rest", "<squat>", "row"];
const matrix = confusionMatrix(truth, predicted, { classes: 3 });

test("a confusion matrix is drawn as shares of each true class with the counts to read", () => {
  const figure = confusion(matrix, { names });
  const [{ z, customdata, text }] = figure.data;
  assert.deepEqual(
    (z as Float32Array[]).map((row) => [...row].map((value) => Math.round(value * 1000) / 1000)),
    [
      [0.667, 0.333, 0],
      [0.5, 0.5, 0],
      [0, 0, 1],
    ],
  );
  assert.deepEqual((customdata as Int32Array[])[0], Int32Array.of(2, 1, 0));
  assert.deepEqual((text as string[][])[0], ["2", "1", ""]);
  const { xaxis, yaxis } = figure.layout as Record<string, { ticktext: string[]; range?: number[] }>;
  assert.deepEqual(xaxis.ticktext, ["rest", "&lt;squat&gt;", "row"]);
  assert.deepEqual(yaxis.range, [2.5, -0.5], "the first class stands on top");
  assert.equal(figure.layout.title?.text, "Confusion: 66.7% of 6 right");
});

test("the worst recognised class comes first in both directions when asked", () => {
  const figure = confusion(matrix, { names, sort: "recall", normalize: false });
  assert.deepEqual((figure.layout.xaxis as { ticktext: string[] }).ticktext, [
    "&lt;squat&gt;",
    "rest",
    "row",
  ]);
  assert.deepEqual(figure.data[0].z, [
    Int32Array.of(1, 1, 0),
    Int32Array.of(1, 2, 0),
    Int32Array.of(0, 0, 1),
  ]);
});

test("61 classes stay light and keep their labels apart", () => {
  const labels = Array.from({ length: 610 }, (_, i) => i % 61);
  const long = labels.slice(0, 61).map((i) => `An exercise with a long name, number ${i} (left arm)`);
  const figure = confusion(confusionMatrix(labels, labels), { names: long });
  const { ticktext } = figure.layout.yaxis as { ticktext: string[] };
  assert.equal(new Set(ticktext).size, 61);
  assert.ok(JSON.stringify(figure).length < 60_000);
  assert.equal(figure.data[0].text, undefined);
});

test("a class without windows is drawn empty, not as NaN", () => {
  const figure = confusion(confusionMatrix([0], [0], { classes: 2 }));
  assert.deepEqual((figure.data[0].z as Float32Array[])[1], Float32Array.of(0, 0));
});

test("a matrix that is not square, or has other names, is refused", () => {
  assert.throws(() => confusion({ data: new Float64Array(6), shape: [2, 3] }), { name: "RangeError" });
  assert.throws(() => confusion(matrix, { names: ["a"] }), { message: /3 names, one per class, got 1/ });
});

test("class scores stand worst first with precision and recall beside", () => {
  const report = classReport(truth, predicted, { names });
  const figure = classScores(report);
  assert.deepEqual(
    figure.data.map(({ name }) => name),
    ["F1", "precision", "recall"],
  );
  assert.deepEqual((figure.layout.yaxis as { ticktext: string[] }).ticktext, [
    "&lt;squat&gt; (2)",
    "rest (3)",
    "row (1)",
  ]);
  assert.deepEqual(figure.data[0].x, Float32Array.of(0.5, 2 / 3, 1));
  const byLabel = classScores(report, { score: "recall", sort: "label" });
  assert.deepEqual(byLabel.data[0].x, Float32Array.of(2 / 3, 0.5, 1));
});

test("a calibration curve tells the expected error", () => {
  const result = calibration([0, 1], { data: [0.75, 0.25, 0.75, 0.25], shape: [2, 2] });
  const figure = calibrationCurve(result);
  assert.equal(figure.layout.title?.text, "Calibration: expected error 25%");
  const [, curve, counts] = figure.data;
  assert.deepEqual([curve.x, curve.y], [Float32Array.of(0.75), Float32Array.of(0.5)]);
  assert.deepEqual(counts.y, Int32Array.of(2));
});

// scikit-learn/scikit-learn#16127: counts that are rounded
test("counts are written in full, and a title says 100% of perfect predictions alone", () => {
  const of = (...data: number[]) => confusion({ data: Float64Array.from(data), shape: [2, 2] } as never);
  const large = of(123456, 16777217, 2, 98765432);
  assert.deepEqual(large.data[0].text, [
    ["123,456", "16,777,217"],
    ["2", "98,765,432"],
  ]);
  assert.deepEqual((large.data[0].customdata as Int32Array[])[0], Int32Array.of(123456, 16777217));
  assert.ok(large.layout.width! > 2 * 60, "as wide as its digits need");
  assert.match(of(99_999, 1, 0, 0).layout.title!.text, /99\.9% of 100,000 right/);
  assert.match(of(1, 99_999_999, 0, 0).layout.title!.text, /0\.01% of 100,000,000 right/);
  assert.match(of(5, 0, 0, 5).layout.title!.text, /100% of 10 right/);
  assert.deepEqual(of(0.25, 0, 0, 1.75).data[0].text, [
    ["0.25", ""],
    ["", "1.75"],
  ]);
  assert.throws(() => of(1, -1, 0, 0), /counts of 1 to 1,000 classes, got -1/);
});

test("a score of mistakes is not 1 in the title", () => {
  const truth = Array.from({ length: 20_000 }, (_, i) => i % 2);
  const report = classReport(
    truth,
    truth.map((label, i) => (i === 5 ? 1 - label : label)),
  );
  assert.match(classScores(report).layout.title!.text, /macro F1 0\.999, accuracy 0\.999/);
});

// plotly/plotly.js#4899: labels that run into one another
test("500 classes name as many rows as have room, and hovering names all", () => {
  const labels = Array.from({ length: 500 }, (_, i) => i);
  const figure = confusion(confusionMatrix(labels, labels), { names: labels.map((i) => `name ${i}`) });
  const axis = figure.layout.yaxis as { dtick: number; labelalias: Record<string, string> };
  assert.ok(figure.layout.height! / (500 / axis.dtick) > 9);
  assert.equal(axis.labelalias["499"], "499 name 499");
});
