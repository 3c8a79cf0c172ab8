import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { kFold, stratifiedKFold } from "../../../src/validate/folds/folds";
import { MersenneTwister } from "../../../src/validate/folds/mersenneTwister";

interface Case {
  readonly kind: "kFold" | "stratifiedKFold" | "words";
  readonly samples: number;
  readonly labels: number[];
  readonly folds: number;
  readonly seed: number;
  readonly of: number[];
  readonly first: number[];
  readonly last: number[];
}
const golden: Case[] = JSON.parse(
  readFileSync(path.join(__dirname, "../../golden/shuffledFolds.json"), "utf8"),
);

test("the generator draws NumPy's words, also after its state was renewed", () => {
  const { seed, first, last } = golden.find(({ kind }) => kind === "words")!;
  const random = new MersenneTwister(seed);
  const words = Array.from({ length: 700 }, () => random.next());
  assert.deepEqual([words.slice(0, 3), words.slice(-3)], [first, last]);
});

test("shuffled folds are scikit-learn's of the same seed, sample by sample", () => {
  let held = 0;
  for (const { kind, samples, labels, folds, seed, of } of golden) {
    if (kind === "words") continue;
    const options = { folds, seed, shuffle: "scikit-learn" } as const;
    const splits = kind === "kFold" ? kFold(samples, options) : stratifiedKFold(labels, options);
    const found = new Array<number>(of.length);
    splits.forEach(({ train, validation }, fold) => {
      for (const sample of validation) found[sample] = fold;
      assert.equal(train.length + validation.length, of.length);
    });
    assert.deepEqual(found, of);
    held++;
  }
  assert.equal(held, 8);
});

test("a seed that scikit-learn refuses is refused", () => {
  for (const seed of [-1, 2 ** 32, 0.5]) {
    const options = { folds: 2, seed, shuffle: "scikit-learn" } as const;
    assert.throws(() => kFold(4, options), /seed must be a whole number from 0 to 4294967295/);
  }
});
