import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { pairedTest, welchTest } from "./welch";

interface Case {
  ours: number[];
  peer: number[];
  t: number;
  degreesOfFreedom: number;
  p: number;
  paired?: { t: number; p: number };
}

const golden = path.join(__dirname, "..", "golden", "welch.json");
const cases = JSON.parse(readFileSync(golden, "utf8")) as Case[];

function isNear(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= 1e-6 * Math.abs(expected), `${actual} is near ${expected}`);
}

test("Welch's test has SciPy's t, degrees of freedom and p", () => {
  assert.ok(cases.length > 3);
  for (const { ours, peer, ...expected } of cases) {
    const found = welchTest(ours, peer);
    isNear(found.t, expected.t);
    isNear(found.degreesOfFreedom, expected.degreesOfFreedom);
    isNear(found.p, expected.p);
  }
});

test("the paired test has SciPy's t and p", () => {
  const pairs = cases.filter(({ paired }) => paired);
  assert.ok(pairs.length > 2);
  for (const { ours, peer, paired } of pairs) {
    const found = pairedTest(ours, peer);
    isNear(found.t, paired!.t);
    isNear(found.p, paired!.p);
  }
});

test("a difference of more than two standard errors is beyond the noise, and ranges apart do not overlap", () => {
  const near = welchTest([1, 2, 3], [2, 3, 4]);
  assert.deepEqual([near.withinNoise, near.rangesOverlap], [true, true]);
  const far = welchTest([11, 12, 13], [2, 3, 4]);
  assert.deepEqual([far.withinNoise, far.rangesOverlap], [false, false]);
});

test("one score a side, or scores that do not vary, are refused", () => {
  assert.throws(() => welchTest([1], [1, 2]), /two or more a side, got 1 and 2/);
  assert.throws(() => welchTest([1, 1], [2, 2]), /scores that vary/);
  assert.throws(() => pairedTest([1, 2], [1, 2, 3]), /two or more pairs, got 2 and 3/);
  assert.throws(() => pairedTest([1, 2], [2, 3]), /scores that vary/);
});
