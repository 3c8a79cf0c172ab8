import assert from "node:assert/strict";
import test from "node:test";
import { series } from "../../../src/core/series";
import {
  movingDeviation,
  movingMaximum,
  movingMean,
  movingMinimum,
} from "../../../src/features/series/moving";
import { assertClose, golden, raw } from "../golden";

const kinds = { mean: movingMean, std: movingDeviation, min: movingMinimum, max: movingMaximum };

test("moving mean, deviation, minimum and maximum are pandas', centred and past, longer than the window too", () => {
  for (const [name, f] of Object.entries(kinds)) {
    for (const length of [1, 4, 7, 60]) {
      for (const centred of [true, false]) {
        const expected = golden.moving[`${name}${length}${centred ? "centred" : "past"}`];
        assertClose(f(raw, { length, centred }).data, expected, 1e-6);
      }
    }
  }
});

test("a missing value spoils only the windows that hold it", () => {
  const gap = { ...raw, data: raw.data.slice() };
  gap.data[10 * 3 + 1] = Number.NaN; // window 0, step 10, acc_y
  for (const [name, expected] of Object.entries(golden.gap)) {
    const found = kinds[name as "mean"](gap, { length: 5, channels: ["acc_y"] }).data;
    for (let t = 2; t < 22; t++) {
      const value = expected[t];
      if (value === null) assert.ok(Number.isNaN(found[t]), `${name} at ${t}`);
      else assert.ok(Math.abs(found[t] - value) < 1e-5, `${name} at ${t}`);
    }
  }
});

test("a constant far from 0 has deviation 0", () => {
  const far = series(new Float32Array(100).fill(1e7), { steps: 100, channels: ["x"] });
  assert.ok(movingDeviation(far).data.every((value) => value === 0));
});

test("the channels say what was done, and a length that is none is an error", () => {
  assert.deepEqual(movingMean(raw, { length: 5, channels: ["acc_x"] }).channels, ["acc_x.movingMean5"]);
  assert.throws(() => movingMaximum(raw, { length: 0 }), /moving maximum: .*got 0/);
});
