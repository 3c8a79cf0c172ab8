import assert from "node:assert/strict";
import test from "node:test";
import { dataFrame } from "../../../src/core/dataFrame";
import { bars, box, histogram, lines, scatter } from "../../../src/plot";

const { NaN: missing } = Number;
const runs = () =>
  dataFrame({
    recipe: ["third", "best", "third", "best"],
    fold: [1, 1, 2, 2],
    loss: [0.4, 0.3, 0.5, missing],
    date: ["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04"],
  });

test("bars stand in the frame's order, by colour side by side, and a missing length is none", () => {
  const { data, layout } = bars(runs(), { x: "recipe", y: "loss", color: "fold" });
  assert.deepEqual(
    data.map(({ name, x, y }) => [name, x, y]),
    [
      ["1", [0, 1], [0.4, 0.3]],
      ["2", [0, 1], [0.5, null]],
    ],
  );
  assert.deepEqual((layout.xaxis as { ticktext: string[] }).ticktext, ["third", "best"]);
  const names = Array.from({ length: 30 }, (_, i) => `exercise ${i}`);
  const [flat] = bars({ names, value: names.map((_, i) => i) }, { x: "names", y: "value" }).data;
  assert.equal(flat.orientation, "h");
});

test("bars of a name that comes twice are refused with what to do", () => {
  assert.throws(
    () => bars(runs(), { x: "recipe", y: "loss" }),
    /each recipe must come once, got "third" again; group the frame first, as by frame.groupby/,
  );
  assert.throws(
    () => bars(runs(), { x: "recipe", y: "accuracy" }),
    /must be one of recipe, fold, loss, date, got accuracy/,
  );
  assert.throws(
    () => bars(runs(), { x: "fold", y: "recipe" }),
    /column recipe must hold numbers, got "third" in row 0/,
  );
});

test("lines of several columns or groups leave gaps, and know dates", () => {
  const { data, layout } = lines(runs(), { x: "date", y: "loss", color: "recipe" });
  assert.deepEqual(
    data.map(({ name, x, y }) => [name, x, y]),
    [
      ["third", ["2026-01-01", "2026-01-03"], [0.4, 0.5]],
      ["best", ["2026-01-02", "2026-01-04"], [0.3, null]],
    ],
  );
  assert.equal((layout.xaxis as { type: string }).type, "date");
  assert.deepEqual(
    lines({ a: Float32Array.of(1, 2), b: [3, 4] }, { y: ["a", "b"] }).data.map(({ name, x }) => [name, x]),
    [
      ["a", [0, 1]],
      ["b", [0, 1]],
    ],
  );
  assert.throws(() => lines(runs(), { y: [] }), /y must name a column, got none/);
});

test("points leave out rows with a missing value, and take colours by group or on a scale", () => {
  const byGroup = scatter(runs(), { x: "fold", y: "loss", color: "recipe", label: "date" });
  assert.deepEqual(
    byGroup.data.map(({ name, x }) => [name, x]),
    [
      ["third", [1, 2]],
      ["best", [1]],
    ],
  );
  const onScale = scatter(runs(), { x: "fold", y: "loss", color: "loss" });
  assert.equal((onScale.data[0].marker as { coloraxis: string }).coloraxis, "coloraxis");
  const many = Float32Array.from({ length: 50_001 }, (_, i) => i);
  const { data, layout } = scatter({ a: many, b: many }, { x: "a", y: "b" });
  assert.equal((data[0].x as number[]).length, 16_667);
  assert.match(layout.title!.text, /every 3. of 50,001 rows/);
});

test("a histogram counts each value once, also the largest, and says what is missing", () => {
  const values = [0, 0.5, 1, 9.99, 10, missing, Number.POSITIVE_INFINITY];
  const { data, layout } = histogram({ values }, { x: "values", bins: 10 });
  // numpy.histogram([0, .5, 1, 9.99, 10], 10)
  assert.deepEqual(Array.from(data[0].y as Float64Array), [2, 1, 0, 0, 0, 0, 0, 0, 0, 2]);
  assert.match(layout.title!.text, /values \(2 missing\)/);
  const shares = histogram(
    { values: [1, 1, 1, 2], of: [..."aabb"] },
    { x: "values", color: "of", bins: 2, share: true },
  );
  assert.deepEqual(
    shares.data.map(({ y }) => Array.from(y as Float64Array)),
    [
      [1, 0],
      [0.5, 0.5],
    ],
  );
  assert.deepEqual(
    Array.from(histogram({ a: [3, 3] }, { x: "a", bins: 2 }).data[0].y as Float64Array),
    [0, 2],
  );
  assert.throws(() => histogram({ a: [missing] }, { x: "a" }), /a must have values, got none/);
});

test("a box has NumPy's quartiles, whiskers at values, and what lies outside as points", () => {
  const { data } = box({ v: [1, 2, 3, 4, 100, missing], g: [..."aaaaab"] }, { x: "g", y: "v" });
  const [boxes, outside] = data;
  assert.deepEqual(
    [boxes.q1, boxes.median, boxes.q3, boxes.lowerfence, boxes.upperfence],
    [[2], [3], [4], [1], [4]],
  );
  assert.deepEqual([outside.x, outside.y], [[0], [100]]);
});
