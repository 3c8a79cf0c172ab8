import assert from "node:assert/strict";
import test from "node:test";
import { checkOptions, type OptionRules } from "../../src/core/check";

interface Options {
  size?: number;
  share?: number;
  mode?: "fast" | "exact" | "none";
  sizes?: ArrayLike<number>;
  inner?: { deep?: number };
  anything?: unknown;
}
const rules: OptionRules<Options> = {
  size: { whole: true, low: 1, high: 10 },
  share: { low: 0, high: 1, above: true, below: true },
  mode: ["fast", "exact", "none"],
  sizes: { each: { whole: true }, least: 1, most: 3 },
  inner: { options: { deep: { low: 0 } } },
  anything: "any",
};
const check = (options: object) => checkOptions(options as Options, rules, { action: "work" });

test("options within their rules, and those that are undefined, pass", () => {
  check({});
  check({ size: 10, share: 0.5, mode: "exact", sizes: [1, -2], inner: { deep: 0 }, anything: null });
  check({ sizes: Int32Array.of(1, 2, 3), inner: {}, mode: undefined });
});

const refused: [options: object, name: string, message: string][] = [
  [{ size: 0 }, "RangeError", "size must be a whole number from 1 to 10, got 0"],
  [{ size: "3" }, "RangeError", "size must be a whole number from 1 to 10, got 3"],
  [{ share: 0 }, "RangeError", "share must be a finite number above 0 below 1, got 0"],
  [{ share: 1 }, "RangeError", "share must be a finite number above 0 below 1, got 1"],
  [{ mode: "quick" }, "RangeError", "mode must be fast, exact or none, got quick"],
  [{ sizes: [] }, "RangeError", "sizes must be a list of 1 to 3, got []"],
  [{ sizes: 5 }, "RangeError", "sizes must be a list of 1 to 3, got 5"],
  [{ sizes: [1, 0.5] }, "RangeError", "sizes[1] must be a whole number, got 0.5"],
  [{ inner: { deep: -1 } }, "RangeError", "inner.deep must be a finite number from 0, got -1"],
  [{ inner: 5 }, "RangeError", "inner must be an object of options, got 5"],
  [{ inner: { dep: 1 } }, "TypeError", "there is no option inner.dep; did you mean deep?"],
  [{ Size: 3 }, "TypeError", "there is no option Size; did you mean size?"],
  [{ modes: "fast" }, "TypeError", "there is no option modes; did you mean mode?"],
  [
    { seed: undefined },
    "TypeError",
    "there is no option seed; known are size, share, mode, sizes, inner, anything",
  ],
];
for (const [options, name, message] of refused) {
  test(`refused: ${message}`, () => {
    assert.throws(() => check(options), { name, message: `Cannot work: ${message}` });
  });
}

test("an option without a default must be given", () => {
  assert.throws(() => checkOptions({} as Options, rules, { action: "work", required: ["size"] }), {
    name: "RangeError",
    message: "Cannot work: size must be given, got none",
  });
});
