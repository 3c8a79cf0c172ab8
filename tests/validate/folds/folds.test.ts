import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { randomSource } from "../../../src/core/random";
import { checkFolds, type Fold, kFold, stratifiedKFold } from "../../../src/validate/folds/folds";
import { groupKFold, stratifiedGroupKFold } from "../../../src/validate/folds/groupFolds";
import { blockedKFold, timeSeriesSplit } from "../../../src/validate/folds/timeFolds";

interface Case {
  kind: string;
  samples: number;
  folds: number;
  labels: (number | string)[];
  groups: (number | string)[];
  options: Record<string, number>;
  splits: [number[], number[]][];
}
const golden: Case[] = JSON.parse(readFileSync(path.join(__dirname, "../../golden/folds.json"), "utf8"));

const edges = JSON.parse(readFileSync(path.join(__dirname, "../../golden/numbers.json"), "utf8"));

const makers: Record<string, (given: Case) => Fold[]> = {
  kFold: ({ samples, folds }) => kFold(samples, { folds }),
  stratifiedKFold: ({ labels, folds }) => stratifiedKFold(labels, { folds }),
  groupKFold: ({ groups, folds }) => groupKFold(groups, { folds }),
  stratifiedGroupKFold: ({ labels, groups, folds }) => stratifiedGroupKFold(labels, { groups, folds }),
  timeSeriesSplit: ({ samples, options }) =>
    timeSeriesSplit(samples, {
      folds: options.n_splits,
      gap: options.gap,
      trainSize: options.max_train_size,
      validationSize: options.test_size,
    }),
};

for (const kind of Object.keys(makers)) {
  test(`${kind} gives scikit-learn's folds`, () => {
    const cases = golden.filter((given) => given.kind === kind);
    assert.ok(cases.length >= 3);
    for (const given of cases) {
      const folds = makers[kind](given).map(({ train, validation }) => [[...train], [...validation]]);
      assert.deepEqual(folds, given.splits);
    }
  });
}

const labels = Array.from({ length: 200 }, (_, i) => (i * i) % 7);
const groups = Array.from({ length: 200 }, (_, i) => `p${(i * 31) % 23}`);
const samples = labels.length;

test("shuffled folds depend on the seed alone, cover every sample once and never leak", () => {
  const shuffled: ((seed: number) => Fold[])[] = [
    (seed) => kFold(samples, { shuffle: true, seed }),
    (seed) => stratifiedKFold(labels, { shuffle: true, seed }),
    (seed) => groupKFold(groups, { shuffle: true, seed }),
    (seed) => stratifiedGroupKFold(labels, { groups, shuffle: true, seed }),
  ];
  shuffled.forEach((make, kind) => {
    checkFolds(make(1), { samples, complete: true, groups: kind >= 2 ? groups : undefined });
    assert.deepEqual(make(1), make(1));
    assert.notDeepEqual(make(1)[0].validation, make(2)[0].validation);
  });
});

test("stratified folds hold each class in equal number, shuffled or not", () => {
  for (const shuffle of [false, true]) {
    for (let label = 0; label < 7; label++) {
      const counts = stratifiedKFold(labels, { shuffle, seed: 3 }).map(
        ({ validation }) => [...validation].filter((sample) => labels[sample] === label).length,
      );
      assert.ok(Math.max(...counts) - Math.min(...counts) <= 1);
    }
  }
});

test("blocked folds validate on neighbouring times and leave out what is near", () => {
  const times = Array.from({ length: 50 }, (_, i) => (i * 7) % 50);
  const folds = blockedKFold(times, { folds: 5, gap: 3 });
  checkFolds(folds, { samples: 50, complete: true });
  folds.forEach(({ train, validation }, fold) => {
    const validated = [...validation].map((sample) => times[sample]);
    assert.deepEqual(
      validated.sort((a, b) => a - b),
      Array.from({ length: 10 }, (_, i) => fold * 10 + i),
    );
    for (const sample of train) {
      assert.ok(times[sample] < fold * 10 - 3 || times[sample] > fold * 10 + 9 + 3);
    }
    assert.equal(train.length, 50 - 10 - (fold === 0 || fold === 4 ? 3 : 6));
  });
  assert.equal(blockedKFold(times, { folds: 5 })[2].train.length, 40, "no gap leaves nothing out");
  assert.throws(() => blockedKFold([0, 1, 2], { folds: 2, gap: 9 }), /leaves fold 0 nothing to train on/);
  assert.throws(() => blockedKFold([0, Number.NaN], { folds: 2 }), /finite, got NaN at sample 1/);
});

test("leaking, repeated, empty and missing samples are found", () => {
  const of = (train: number[], validation: number[]): Fold => ({
    train: Int32Array.from(train),
    validation: Int32Array.from(validation),
  });
  const check = (folds: Fold[], options = {}) => checkFolds(folds, { samples: 4, ...options });
  check([of([0, 1], [2, 3])]);
  assert.throws(() => check([of([0, 1], [1, 2])]), /in fold 0 sample 1 is in train and in validation/);
  assert.throws(() => check([of([0, 1], [2]), of([0, 0], [2])]), /in fold 1 sample 0 is twice in train/);
  assert.throws(() => check([of([0], [])]), /got 1 and 0/);
  assert.throws(() => check([of([0], [4])]), /must lie in \[0, 4\), got 4/);
  assert.throws(() => check([]), /need at least one/);
  assert.throws(
    () => check([of([0, 1], [2, 3])], { groups: ["a", "b", "c", "b"] }),
    /group b of sample 3 is in train and in validation/,
  );
  const complete = { complete: true };
  assert.throws(
    () => check([of([0], [1]), of([0], [1])], complete),
    /sample 1 is validated again after fold 0/,
  );
  assert.throws(() => check([of([0], [1, 2, 3])], complete), /sample 0 is never validated/);
});

test("folds that cannot be made are refused", () => {
  assert.throws(() => kFold(3), /5 folds need as many samples, got 3/);
  assert.throws(() => kFold(3, { folds: 1 }), /whole number from 2, got 1/);
  assert.throws(() => groupKFold([1, 1, 2], { folds: 3 }), /3 folds need as many groups, got 2/);
  assert.throws(() => stratifiedKFold([1, 2, 3], { folds: 2 }), /a class of as many samples, got at most 1/);
  assert.throws(() => stratifiedGroupKFold([1, 2], { groups: [1] }), /got 2 labels and 1 groups/);
  assert.throws(() => timeSeriesSplit(10, { folds: 3, gap: 5 }), /need more samples, got 10/);
});

test("no fold is empty where there are groups enough", () => {
  // scikit-learn/scikit-learn#34828: the fold that it leaves empty has a group here.
  const { labels, groups, folds: theirs } = edges.split;
  assert.ok(theirs.some((validation: number[]) => validation.length === 0));
  const folds = stratifiedGroupKFold(labels, { groups, folds: 4 });
  checkFolds(folds, { samples: 12, groups, complete: true });
});

test("folds hold what they promise: nothing on both sides, nothing lost, none empty", () => {
  const random = randomSource(3);
  for (let round = 0; round < 300; round++) {
    const folds = random.integer(2, 6);
    const samples = random.integer(folds, 40);
    const shuffle = random.integer(0, 2) === 1;
    const options = { folds, shuffle, seed: round };
    const some = (most: number) => Array.from({ length: samples }, () => random.integer(0, most));
    const [groups, labels, times] = [
      some(random.integer(1, samples + 1)),
      some(4),
      some(random.integer(1, 20)),
    ];
    const place = `round ${round}`;
    checkFolds(kFold(samples, options), { samples, complete: true });
    const most = Math.max(...[0, 1, 2, 3].map((label) => labels.filter((own) => own === label).length));
    const attempt = (make: () => Fold[], isPossible: boolean, held: { groups?: number[] }): Fold[] => {
      if (isPossible) {
        const made = make();
        checkFolds(made, { samples, complete: true, ...held });
        return made;
      }
      assert.throws(make, RangeError, place);
      return [];
    };
    const made = attempt(() => stratifiedKFold(labels, options), most >= folds, {});
    for (const label of [0, 1, 2, 3]) {
      const counts = made.map(
        ({ validation }) => [...validation].filter((own) => labels[own] === label).length,
      );
      assert.ok(counts.length === 0 || Math.max(...counts) - Math.min(...counts) <= 1, place);
    }
    const enough = new Set(groups).size >= folds;
    attempt(() => groupKFold(groups, options), enough, { groups });
    attempt(() => stratifiedGroupKFold(labels, { ...options, groups }), enough && most >= folds, { groups });
    // Samples of one time are near-copies: scikit-learn/scikit-learn#14257.
    attempt(() => blockedKFold(times, { folds }), new Set(times).size >= folds, { groups: times });
  }
});

test("a gap leaves out what lies near the validation, and labels, times and sizes that are none are refused", () => {
  const times = [0, 0, 1, 2, 2, 2, 3, 9, 9, 10];
  for (const { train, validation } of blockedKFold(times, { folds: 3, gap: 1 })) {
    for (const a of train) for (const b of validation) assert.ok(Math.abs(times[a] - times[b]) > 1);
  }
  for (const gap of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(
      () => blockedKFold(times, { folds: 2, gap }),
      new RegExp(`gap must be 0 or more, got ${gap}`),
    );
    assert.throws(
      () => timeSeriesSplit(20, { gap }),
      new RegExp(`gap must be a whole number from 0, got ${gap}`),
    );
  }
  assert.throws(() => blockedKFold([1, 1, 1], { folds: 2 }), /2 folds need as many different times, got 1/);
  assert.throws(() => blockedKFold([1, Number.NaN, 3], { folds: 2 }), /got NaN at sample 1/);
  assert.throws(() => timeSeriesSplit(20, { validationSize: 0 }), /validationSize .* from 1, got 0/);
  assert.throws(() => timeSeriesSplit(20, { trainSize: 0.5 }), /trainSize .* from 1, got 0.5/);
  for (const samples of [Number.NaN, 7.5, -1, 0]) assert.throws(() => kFold(samples), RangeError);
  const odd = [0, Number.NaN, 1, 0, 1, 0];
  assert.throws(() => stratifiedKFold(odd, { folds: 2 }), /numbers or names, got NaN at sample 1/);
  assert.throws(() => groupKFold(odd, { folds: 2 }), /numbers or names, got NaN at sample 1/);
  const two = kFold(4, { folds: 2 });
  assert.throws(
    () => checkFolds(two, { samples: 4, groups: [1, 2] }),
    /one group per sample, got 2 groups and 4/,
  );
});
