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

/** Means and deviations of each window by itself, in float64. */
function plainly(values: readonly number[], length: number, kind: "mean" | "deviation"): number[] {
  const ahead = (length - 1) >> 1;
  return values.map((_, t) => {
    const held = values.slice(Math.max(0, t + ahead - length + 1), t + ahead + 1);
    const mean = held.reduce((sum, value) => sum + value, 0) / held.length;
    if (kind === "mean") return mean;
    return Math.sqrt(held.reduce((sum, value) => sum + (value - mean) ** 2, 0) / held.length);
  });
}

test("no value leaves anything behind once the window has passed it", () => {
  // pandas-dev/pandas#11645, #28305, #36031, #38488, #61071 (mean), #28244, #42064, #44640, #48950, #54518 (deviation),
  // pola-rs/polars#5197, #22936.
  const cases = [
    [0, 1, -9e33, 3, 4, 5, 6, 7, 8, 9],
    [0.0445, 0.0311, 1e38, 0.0035, 0.0652, 0.0603, 0.0133, -0.0056, -0.0062, 0.0457],
    [-0.333, 0, 1e15, -4.87e14, 6.1e-5, 0, 1.1, 0, 0, -8.58e14, 0, 1e15, 0, 0, 0, 0, 0, -0.00596, 0, 0],
    [9.54e8, 0.6225, 0, 0, 1.14, 0],
    [1000, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    [1.2e3, 1.3e17, 1.5e17, 1.995e3, 1.99e3],
    [1.2, 1.2, 1.2, 1.2, 3.3, 3.3, 3.3, 3.3, 3.3, 3.3, 3.3],
    Array.from({ length: 40 }, (_, i) => 1e7 + (i % 3)),
    Array.from({ length: 40 }, (_, i) => (i === 9 ? 9.24e4 : 5e-5 + 1e-6 * (i % 5))),
  ];
  for (const values of cases) {
    const data = Float32Array.from(values);
    const source = series(data, { steps: values.length, channels: ["x"] });
    for (const length of [2, 3, 5, 6, 8, 30]) {
      for (const [kind, f] of [
        ["mean", movingMean],
        ["deviation", movingDeviation],
      ] as const) {
        const expected = plainly([...data], length, kind);
        f(source, { length }).data.forEach((value, t) => {
          const place = `${kind} of ${length} at ${t} of ${values}: ${value} for ${expected[t]}`;
          assert.ok(Math.abs(value - expected[t]) <= 1e-6 * Math.abs(expected[t]), place);
        });
      }
    }
  }
});
