import assert from "node:assert/strict";
import test from "node:test";
import * as dfd from "danfojs-node";
import { dataFrame, isDataFrame } from "../../src/core/dataFrame";

const { NaN: missing } = Number;
const small = () =>
  dataFrame({ id: [1, 2, 3, 4, 5], group: [..."abaca"], value: Float64Array.of(3.5, missing, 1, 10, 2) });

test("a frame of typed arrays, texts and missing values has each column's type by all its values", () => {
  const late = [...new Array(50).fill(1), "x"];
  const frame = dataFrame({
    int: Int32Array.of(1, 2, 3),
    float: [1, 2.5, 3],
    holes: [1, null, 3],
    text: ["a", undefined, "b"],
    flag: [true, false, true],
    empty: [null, undefined, missing],
  });
  assert.deepEqual(frame.dtypes, ["int32", "float32", "float32", "string", "boolean", "float32"]);
  assert.deepEqual(frame.values, [
    [1, 1, 1, "a", true, missing],
    [2, 2.5, missing, missing, false, missing],
    [3, 3, 3, "b", true, missing],
  ]);
  assert.ok(isDataFrame(frame));
  // javascriptdata/danfojs#674: the first twenty rows decided.
  assert.deepEqual(dataFrame({ late }).dtypes, ["string"]);
  assert.deepEqual(new dfd.DataFrame({ late: [...new Array(50).fill(1), 0.5] }).dtypes, ["float32"]);
  // javascriptdata/danfojs#581: texts of digits are texts.
  assert.deepEqual(new dfd.DataFrame({ variation: ["00", "01"] }).dtypes, ["string"]);
});

test("a frame of no rows keeps its columns, and columns of two lengths are refused", () => {
  const frame = dataFrame({ a: [], b: new Float32Array(0) });
  assert.deepEqual([frame.columns, frame.values], [["a", "b"], []]);
  assert.throws(() => dataFrame({}), /need at least one column, got none/);
  assert.throws(() => dataFrame({ a: [1], b: [1, 2] }), /one length, got 1 of a and 2 of b/);
});

test("missing values are sorted last, either way (javascriptdata/danfojs#635)", () => {
  const frame = small();
  assert.deepEqual(frame.sortValues("value").column("id").values, [3, 5, 1, 4, 2]);
  assert.deepEqual(frame.sortValues("value", { ascending: false }).column("id").values, [4, 1, 5, 3, 2]);
  assert.deepEqual(frame.sortValues("group").index, [0, 2, 4, 1, 3]);
  assert.deepEqual(frame.column("value").sortValues().index, [2, 4, 0, 3, 1]);
  const own = frame.copy();
  own.sortValues("value", { inplace: true });
  assert.deepEqual(own.index, [2, 4, 0, 3, 1]);
  assert.throws(() => frame.sortValues("loss"), /must be one of id, group, value, got loss/);
});

test("groups skip missing values, as pandas does (javascriptdata/danfojs#421 and #187)", () => {
  const frame = small();
  const means = frame.groupby(["group"]).col(["value"]);
  assert.deepEqual(means.mean().values, [
    ["a", 6.5 / 3],
    ["b", missing],
    ["c", 10],
  ]);
  assert.deepEqual(means.count().values, [
    ["a", 3],
    ["b", 0],
    ["c", 1],
  ]);
  assert.deepEqual(means.sum().values, [
    ["a", 6.5],
    ["b", 0],
    ["c", 10],
  ]);
  assert.deepEqual(frame.groupby(["group"]).agg({ value: ["min", "max"], id: "sum" }).values, [
    ["a", 1, 3.5, 9],
    ["b", missing, missing, 2],
    ["c", 10, 10, 4],
  ]);
  // One value has no spread.
  assert.deepEqual(
    means
      .std()
      .values.map((row) => (row as number[])[1])
      .slice(1),
    [missing, missing],
  );
  const steps = dataFrame({ g: [1, 1, 1], v: [2, missing, 3] })
    .groupby(["g"])
    .cumSum();
  assert.deepEqual(steps.values, [
    [1, 2],
    [1, missing],
    [1, 5],
  ]);
});

test("groups of several columns are not mixed up, and keep the order in which they come", () => {
  const frame = dataFrame({ a: ["x-y", "x", "x"], b: ["z", "y-z", "y-z"], v: [1, 2, 4] });
  assert.deepEqual(frame.groupby(["a", "b"]).sum().values, [
    ["x-y", "z", 1],
    ["x", "y-z", 6],
  ]);
  assert.deepEqual(frame.groupby(["a", "b"]).getGroup(["x", "y-z"]).column("v").values, [2, 4]);
  const numbers = dataFrame({ label: [26, 3, 26], v: [1, 2, 3] });
  assert.deepEqual(numbers.groupby(["label"]).sum().values, [
    [26, 4],
    [3, 2],
  ]);
  const words = dataFrame({ word: ["constructor", "__proto__", "constructor"], v: [1, 2, 3] });
  assert.deepEqual(words.groupby(["word"]).sum().values, [
    ["constructor", 4],
    ["__proto__", 2],
  ]);
});

test("twenty thousand groups are grouped (javascriptdata/danfojs#677)", () => {
  const id = Int32Array.from({ length: 20000 }, (_, i) => i);
  const sums = dataFrame({ id, v: id })
    .groupby(["id"])
    .agg({ v: ["sum", "mean"] });
  assert.deepEqual(sums.shape, [20000, 3]);
});

test("a description skips missing values (javascriptdata/danfojs#144)", () => {
  const described = small().describe();
  const { index, values, columns } = described;
  assert.deepEqual(columns, ["id", "value"]);
  const of = (name: string) => (values as number[][])[index.indexOf(name)][1];
  assert.deepEqual(["count", "mean", "min", "median", "max"].map(of), [4, 4.125, 1, 2.75, 10]);
  // statistics.stdev([3.5, 1, 10, 2])
  assert.ok(Math.abs(of("std") - 4.0491768710888) < 1e-9);
  assert.deepEqual((new dfd.DataFrame({ b: [1, null, 2] }).describe().values as number[][])[0], [2]);
});

test("columns named as methods leave these as they are (javascriptdata/danfojs#550)", () => {
  const frame = dataFrame({ index: [5, 6], values: [1, 2], shape: [7, 8], mean: [1, 3] });
  assert.deepEqual(
    [frame.index, frame.shape, frame.column("index").values],
    [
      [0, 1],
      [2, 4],
      [5, 6],
    ],
  );
  assert.equal(typeof frame.mean, "function");
  assert.deepEqual(frame.sortValues("index", { ascending: false }).column("shape").values, [8, 7]);
});

test("a join leaves both frames as they were, and concat as well", () => {
  const [left, right] = [small(), dataFrame({ group: ["a", "b"], name: ["A", "B"] })];
  const joined = dfd.merge({ left, right, on: ["group"], how: "left" });
  assert.equal(joined.shape[0], 5);
  assert.equal(dfd.concat({ dfList: [left, right], axis: 0 }).shape[0], 7);
  assert.equal(left.column("value").mean(), 4.125);
  assert.deepEqual(left.column("group").unique().values, ["a", "b", "c"]);
});

test("joins keep rows without a match (javascriptdata/danfojs#45 and #118)", () => {
  const left = dataFrame({ year: [2019, 2020, 2021], color: ["red", "blue", "green"] });
  const right = dataFrame({ year: [2018, 2019], sold: [1, 7] });
  const rows = (how: "left" | "right" | "inner" | "outer") =>
    dfd.merge({ left, right, on: ["year"], how }).shape[0];
  assert.deepEqual([rows("left"), rows("right"), rows("inner"), rows("outer")], [3, 2, 1, 4]);
});

test("a query without a hit gives an empty frame", () => {
  const frame = small();
  assert.deepEqual(frame.query(frame.column("id").gt(100)).values, []);
});

test("danfojs takes typed arrays as columns", () => {
  assert.deepEqual(new dfd.DataFrame({ a: Float32Array.of(1, 2.5) }).values, [[1], [2.5]]);
});
