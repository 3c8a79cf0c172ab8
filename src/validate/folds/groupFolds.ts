import { randomSource } from "../../core/random";
import {
  checkClasses,
  checkFoldCount,
  countCodes,
  encode,
  type Fold,
  type FoldOptions,
  foldsOf,
  type Labels,
} from "./folds";

/** Numbers in order of their values, largest first; equal ones by `ties`. */
function descending(values: ArrayLike<number>, ties: "first" | "last"): number[] {
  const order = Array.from({ length: values.length }, (_, i) => i);
  return order.sort((a, b) => values[b] - values[a] || (ties === "first" ? a - b : b - a));
}

/**
 * Splits samples into folds so that a group (a person, a day) is never on both sides, with equally many samples per fold
 * as far as groups allow; shuffled, with equally many groups a fold. NaN is no group, and refused with its sample.
 *
 * Source: scikit-learn `GroupKFold`; without `shuffle` the same folds.
 *
 * @param groups one group per sample
 * @throws {RangeError} if there are fewer than 2 folds or fewer groups than folds
 * @example
 * groupKFold(["ann", "ann", "bob"], { folds: 2 })[0].validation; // Int32Array [0, 1]
 */
export function groupKFold(groups: Labels, options: FoldOptions = {}): Fold[] {
  const { folds = 5, shuffle = false, seed = 0 } = options;
  const { codes, count } = encode(groups, "sorted");
  checkFoldCount(folds, count, "groups");
  const foldOf = new Int32Array(count);
  if (shuffle) {
    const order = randomSource(seed).shuffle(Array.from({ length: count }, (_, group) => group));
    const size = Math.floor(count / folds);
    const larger = count % folds;
    let place = 0;
    for (let fold = 0; fold < folds; fold++) {
      for (let i = 0; i < size + (fold < larger ? 1 : 0); i++) foldOf[order[place++]] = fold;
    }
  } else {
    // The largest group first, each into the lightest fold.
    const sizes = countCodes(codes, count);
    const weights = new Float64Array(folds);
    for (const group of descending(sizes, "last")) {
      const lightest = weights.indexOf(Math.min(...weights));
      weights[lightest] += sizes[group];
      foldOf[group] = lightest;
    }
  }
  return foldsOf(
    codes.map((group) => foldOf[group]),
    folds,
  );
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

/**
 * The fold that a group's samples upset least: the least spread of class shares over folds, then the fewest samples.
 *
 * @param isOpen the folds to choose from
 */
function bestFold(
  perFold: readonly Float64Array[],
  group: Float64Array,
  options: { classCounts: Int32Array; isOpen: (fold: number) => boolean },
): number {
  const { classCounts, isOpen } = options;
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  let fewest = Number.POSITIVE_INFINITY;
  perFold.forEach((own, fold) => {
    if (!isOpen(fold)) return;
    let spread = 0;
    for (let c = 0; c < classCounts.length; c++) {
      const shares = perFold.map(
        (counts, other) => (counts[c] + (other === fold ? group[c] : 0)) / classCounts[c],
      );
      spread += deviation(shares);
    }
    spread /= classCounts.length;
    const samples = own.reduce((sum, count) => sum + count, 0);
    const isClose = Math.abs(spread - least) <= 1e-8 + 1e-5 * Math.abs(least);
    if (spread < least || (isClose && samples < fewest)) {
      least = spread;
      fewest = samples;
      best = fold;
    }
  });
  return best;
}

/**
 * Splits samples into folds so that a group is never on both sides and each fold holds the classes in shares as equal
 * as groups allow. NaN is no class and no group, and refused with its sample.
 *
 * Source: scikit-learn `StratifiedGroupKFold`; without `shuffle` the same folds, but where that leaves one empty.
 *
 * @param labels one class per sample
 * @param options `groups`: one group per sample
 * @throws {RangeError} if labels and groups differ in number, there are fewer than 2 folds or fewer groups than folds,
 *   or no class has as many samples as there are folds
 * @example
 * const folds = stratifiedGroupKFold(labels, { groups: people, folds: 2 });
 */
export function stratifiedGroupKFold(labels: Labels, options: FoldOptions & { groups: Labels }): Fold[] {
  const { groups, folds = 5, shuffle = false, seed = 0 } = options;
  if (labels.length !== groups.length) {
    throw new RangeError(
      `Cannot make folds: need one group per label, got ${labels.length} labels and ${groups.length} groups`,
    );
  }
  const classes = encode(labels, "sorted");
  const classCounts = countCodes(classes.codes, classes.count);
  const grouped = encode(groups, "sorted");
  checkFoldCount(folds, grouped.count, "groups");
  checkClasses(classCounts, folds);
  const perGroup = Array.from({ length: grouped.count }, () => new Float64Array(classes.count));
  classes.codes.forEach((label, sample) => {
    perGroup[grouped.codes[sample]][label]++;
  });
  // Groups of uneven classes are hardest to place and come first; the shuffle settles ties.
  const order = Array.from({ length: grouped.count }, (_, group) => group);
  if (shuffle) randomSource(seed).shuffle(order);
  const spreads = order.map((group) => deviation(Array.from(perGroup[group])));
  const perFold = Array.from({ length: folds }, () => new Float64Array(classes.count));
  const foldOf = new Int32Array(grouped.count);
  const groupsOf = new Int32Array(folds);
  let left = grouped.count;
  for (const place of descending(spreads, "first")) {
    const group = order[place];
    // The last groups fill the folds that have none.
    const mustFill = left-- === groupsOf.filter((own) => own === 0).length;
    const isOpen = (fold: number): boolean => !mustFill || groupsOf[fold] === 0;
    const fold = bestFold(perFold, perGroup[group], { classCounts, isOpen });
    groupsOf[fold]++;
    perGroup[group].forEach((count, c) => {
      perFold[fold][c] += count;
    });
    foldOf[group] = fold;
  }
  return foldsOf(
    grouped.codes.map((group) => foldOf[group]),
    folds,
  );
}
