import assert from "node:assert/strict";
import test from "node:test";
import { featureImportance, shapValues } from "../../../src/plot";

type Trace = { x: number[]; y: ArrayLike<number>; marker: { color: number[] }; text: string[] };

test("the most important columns come first, and the title says how many are left out", () => {
  const figure = featureImportance(
    { columns: ["a", "<b>", "c"], means: [0.1, 0.5, -0.2], deviations: [0, 0.1, 0] },
    { most: 2 },
  );
  const { data, layout } = figure.toJSON() as unknown as {
    data: Trace[];
    layout: { title: { text: string }; yaxis: { ticktext: string[] } };
  };
  assert.deepEqual(data[0].x, [0.5, 0.1]);
  assert.match(layout.title.text, /2 of 3 columns/);
  assert.deepEqual(layout.yaxis.ticktext, ["&lt;b&gt;", "a"]);
});

test("an importance that is no number is named", () => {
  assert.throws(
    () => featureImportance({ columns: ["a", "b"], means: [1, Number.NaN] }),
    /need one finite number per column \(2\), got 2, NaN of b/,
  );
  assert.throws(() => featureImportance({ columns: [], means: [] }), RangeError);
});

test("SHAP values are points by column, coloured by the value's rank, missing ones in the middle", () => {
  const shap = { columns: ["a", "b"], data: [0.1, -2, 0, 0.2, 1, 0, 0.3, 0, 0], shape: [3, 1, 3] };
  const figure = shapValues(shap, { x: { data: [5, 1, 7, Number.NaN, 9, 3], shape: [3, 2] } });
  const [trace] = (figure.toJSON() as unknown as { data: Trace[] }).data;
  assert.deepEqual(trace.x, [-2, 1, 0, 0.1, 0.2, 0.3], "the column with the larger mean first");
  assert.deepEqual(trace.marker.color, [0, 0.5, 1, 0, 0.5, 1]);
  assert.throws(
    () => shapValues(shap, { x: { data: [1], shape: [1, 1] } }),
    /need \[rows, outputs, 2 \+ 1\] and x \[rows, 2\], got \[3,1,3\] and \[1,1\]/,
  );
  assert.throws(
    () => shapValues(shap, { x: { data: [5, 1, 7, 2, 9, 3], shape: [3, 2] }, output: 1 }),
    RangeError,
  );
});
