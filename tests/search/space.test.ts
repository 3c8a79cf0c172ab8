import assert from "node:assert/strict";
import test from "node:test";
import { choice, float, int } from "../../src/search";
import { gridOf } from "../../src/search/space";

test("a grid has every point, ends among them, the last parameter fastest", () => {
  const grid = gridOf({ a: int(1, 6, { step: 2 }), b: choice(["x", "y"]) });
  assert.deepEqual(grid.slice(0, 3), [
    { a: 1, b: "x" },
    { a: 1, b: "y" },
    { a: 3, b: "x" },
  ]);
  assert.equal(grid.length, 6);
  assert.deepEqual(float(0, 0.3, { step: 0.1 }).points?.length, 4);
  assert.deepEqual(float(1e-3, 1e-1, { log: true, points: 3 }).points?.at(-1), 0.1);
  assert.equal(float(1e-3, 1e-1, { log: true, points: 3 }).points?.[1].toPrecision(6), "0.0100000");
  assert.deepEqual(float(2, 2, { points: 5 }).points, [2]);
  const tenths = float(0, 0.3, { step: 0.1 });
  assert.ok(tenths.points?.every((value) => tenths.has(value)));
  assert.throws(() => gridOf({ a: float(0, 1) }), /a must have a step or points/);
  assert.throws(() => gridOf({ a: int(0, 10_000_000) }), /may have 1000000/);
});

test("limits that make no sense are refused", () => {
  assert.throws(() => float(0, 1, { log: true }), /low must be above 0 on a logarithmic scale, got 0/);
  assert.throws(() => int(-1, 1, { log: true }), /above 0/);
  assert.throws(() => float(1, 0), /high must be a finite number from 1, got 0/);
  assert.throws(() => float(0, Number.POSITIVE_INFINITY), /finite/);
  assert.throws(() => float(Number.NaN, 1), /finite/);
  assert.throws(() => int(0.5, 2), /whole/);
  assert.throws(() => float(1, 2, { log: true, step: 0.1 }), /step must not be given/);
  assert.throws(() => float(0, 1, { step: 0 }), /step/);
  assert.throws(() => int(0, 4, { step: 0 }), /step/);
  assert.throws(() => choice([]), /one or more different/);
  assert.throws(() => choice(["a", "a"]), /different/);
});

test("choices are the values themselves, whatever Python takes them for", () => {
  const activation = { name: "mish" };
  const objects = choice([activation, undefined, [1]]);
  assert.equal(objects.read(objects.write(activation)), activation);
  const mixed = choice([1, true, 0, false]);
  for (const value of [1, true, 0, false] as const) assert.equal(mixed.read(mixed.write(value)), value);
  assert.deepEqual(choice([1, 2.5, "x", null]).told.values, [1, 2.5, "x", null]);
  // Types of the parameters come from the space.
  const texts: "a" | "b" = choice(["a", "b"]).read("a");
  assert.equal(texts, "a");
});
