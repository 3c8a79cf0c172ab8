import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import {
  cosine,
  cosineRestarts,
  exponential,
  oneCycle,
  piecewise,
  type Schedule,
  sequence,
  stepDecay,
  warmUp,
} from "../../src/train/schedules";

const golden = JSON.parse(readFileSync(path.join(__dirname, "../golden/optimizers.json"), "utf8"));
const expected: Record<string, number[]> = { ...golden.schedules, ...golden.torch.schedules };

const ours: Record<string, Schedule> = {
  cosine: cosine(0.1, { steps: 40, minimum: 0.005 }),
  warmCosine: warmUp(cosine(0.1, { steps: 30 }), { steps: 12, from: 0.001 }),
  piecewise: piecewise([0.1, 0.05, 0.01], { boundaries: [9, 30] }),
  exponential: exponential(0.1, { steps: 20, factor: 0.5 }),
  oneCycle: oneCycle(0.2, { steps: 45 }),
  oneCycleSettings: oneCycle(0.2, { steps: 60, rise: 0.25, startDivisor: 10, endDivisor: 100 }),
  stepDecay: stepDecay(0.1, { every: 7, factor: 0.5 }),
  cosineRestarts: cosineRestarts(0.1, { steps: 5, growth: 2, minimum: 0.002 }),
};

for (const [name, values] of Object.entries(expected)) {
  test(`the schedule ${name} equals its peer's over 60 steps`, () => {
    assert.equal(values.length, 60);
    values.forEach((value, step) => {
      const rate = ours[name](step);
      assert.ok(Math.abs(rate - value) <= 1e-5 * value + 1e-8, `step ${step}: ${rate} is not ${value}`);
    });
  });
}

test("a sequence runs each part from its own start", () => {
  const schedule = sequence([
    { schedule: 0.5, steps: 3 },
    { schedule: cosine(1, { steps: 4 }), steps: 2 },
    { schedule: stepDecay(8, { every: 2, factor: 0.5 }) },
  ]);
  const values = Array.from({ length: 9 }, (_, step) => schedule(step));
  const early = cosine(1, { steps: 4 });
  assert.deepEqual(values, [0.5, 0.5, 0.5, early(0), early(1), 8, 8, 4, 4]);
});

test("a warm-up to a number rises in a line and holds it", () => {
  const schedule = warmUp(0.1, { steps: 4 });
  [0, 0.025, 0.05, 0.075, 0.1, 0.1].forEach((rate, step) => {
    assert.ok(Math.abs(schedule(step) - rate) < 1e-12);
  });
});

test("schedules refuse settings that make no sense", () => {
  assert.throws(() => cosine(-1, { steps: 3 }), /learningRate must be a finite number from 0, got -1/);
  assert.throws(() => cosine(1, { steps: 0 }), /steps must be a whole number above 0, got 0/);
  assert.throws(() => piecewise([1], { boundaries: [3] }), /1 boundaries need 2 learning rates, got 1/);
  assert.throws(() => piecewise([1, 2, 3], { boundaries: [3, 3] }), /boundary must be above 3, got 3/);
  assert.throws(() => sequence([{ schedule: 1 }, { schedule: 2 }]), /steps of part 0 must be a whole number/);
  assert.throws(() => sequence([]), /needs a part/);
});
