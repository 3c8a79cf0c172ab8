import { checkNumber } from "../../core/check";
import { type RandomSource, randomSource } from "../../core/random";
import { MersenneTwister } from "./mersenneTwister";

/** One split of a data set: sample numbers, rising, none in both. */
export interface Fold {
  readonly train: Int32Array;
  readonly validation: Int32Array;
}

/** Numbers of the samples that some fold validates, rising. */
export function validatedSamples(folds: readonly Fold[]): Int32Array {
  return Int32Array.from(new Set(folds.flatMap(({ validation }) => [...validation]))).sort();
}

/** One label or group per sample: whole numbers or names. */
export type Labels = ArrayLike<number | string>;

/** Settings that all random splits take. */
export interface FoldOptions {
  /** How many folds. Default 5. */
  folds?: number;
  /** Whether samples (or groups) are dealt out at random. Default false, as in scikit-learn. */
  shuffle?: boolean;
  /** Seed of the shuffle. Default 0. */
  seed?: number;
}

/** Settings of {@link kFold} and {@link stratifiedKFold}. */
export interface ShuffledFoldOptions extends Omit<FoldOptions, "shuffle"> {
  /**
   * Whether samples are dealt out at random; `"scikit-learn"`: exactly as `shuffle=True, random_state=seed` does there, for
   * folds that equal those of a Python notebook. Default false.
   */
  shuffle?: boolean | "scikit-learn";
}

/** What deals samples out. */
function shufflerOf({ shuffle, seed = 0 }: ShuffledFoldOptions): Pick<RandomSource, "shuffle"> {
  if (shuffle !== "scikit-learn") return randomSource(seed);
  checkNumber(seed, { action: "make folds", name: "seed", whole: true, low: 0, high: 2 ** 32 - 1 });
  return new MersenneTwister(seed);
}

/** Refuses numbers of folds that leave a fold empty. */
export function checkFoldCount(folds: number, available: number, what: string): void {
  if (!(Number.isInteger(folds) && folds >= 2)) {
    throw new RangeError(`Cannot make folds: their number must be a whole number from 2, got ${folds}`);
  }
  if (!Number.isInteger(available) || folds > available) {
    throw new RangeError(`Cannot make folds: ${folds} folds need as many ${what}, got ${available}`);
  }
}

/** The folds of an assignment of every sample to the fold that validates on it. */
export function foldsOf(assignment: ArrayLike<number>, folds: number): Fold[] {
  const samples = Array.from(assignment);
  const where = (accepts: (fold: number) => boolean) =>
    Int32Array.from(samples.flatMap((fold, sample) => (accepts(fold) ? [sample] : [])));
  return Array.from({ length: folds }, (_, fold) => ({
    train: where((own) => own !== fold),
    validation: where((own) => own === fold),
  }));
}

/** Labels as numbers from 0, by sorted value or by first appearance. */
export function encode(labels: Labels, order: "sorted" | "appearance"): { codes: Int32Array; count: number } {
  const odd = Array.from(labels).findIndex((label) => label === undefined || Number.isNaN(label));
  if (odd >= 0) {
    throw new RangeError(
      `Cannot make folds: labels and groups must be numbers or names, got ${labels[odd]} at sample ${odd}`,
    );
  }
  const values = [...new Set(Array.from(labels))];
  if (order === "sorted") values.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const codeOf = new Map(values.map((value, code) => [value, code]));
  return { codes: Int32Array.from(Array.from(labels), (label) => codeOf.get(label)!), count: values.length };
}

/** How often each of `count` codes occurs. */
export function countCodes(codes: Int32Array, count: number): Int32Array {
  const counts = new Int32Array(count);
  for (const code of codes) counts[code]++;
  return counts;
}

/** Refuses labels of which no class could be in every fold. */
export function checkClasses(counts: Int32Array, folds: number): void {
  const most = counts.reduce((greater, count) => Math.max(greater, count), 0);
  if (most < folds) {
    throw new RangeError(
      `Cannot make folds: ${folds} stratified folds need a class of as many samples, got at most ${most}`,
    );
  }
}

/**
 * Splits samples into folds of equal size, the first ones larger by one where they do not divide.
 *
 * Source: scikit-learn `KFold`; the same folds without `shuffle`, and with `"scikit-learn"`.
 *
 * @param samples how many samples there are
 * @throws {RangeError} if there are fewer than 2 folds or fewer samples than folds, or scikit-learn takes no such seed
 * @example
 * kFold(4, { folds: 2 })[0].validation; // Int32Array [0, 1]
 */
export function kFold(samples: number, options: ShuffledFoldOptions = {}): Fold[] {
  const { folds = 5, shuffle = false } = options;
  checkFoldCount(folds, samples, "samples");
  const order = Int32Array.from({ length: samples }, (_, i) => i);
  if (shuffle) shufflerOf(options).shuffle(order);
  const assignment = new Int32Array(samples);
  const size = Math.floor(samples / folds);
  const larger = samples % folds;
  for (let place = 0; place < samples; place++) {
    const inLarger = place < larger * (size + 1);
    assignment[order[place]] = inLarger
      ? Math.floor(place / (size + 1))
      : larger + Math.floor((place - larger * (size + 1)) / size);
  }
  return foldsOf(assignment, folds);
}

/**
 * Splits samples into folds that each hold every class in equal share. A class of fewer samples than folds is missing
 * from some folds' validation. NaN is no class, and refused with its sample.
 *
 * Source: scikit-learn `StratifiedKFold`; the same folds without `shuffle`, and with `"scikit-learn"`.
 *
 * @param labels one class per sample
 * @throws {RangeError} if there are fewer than 2 folds, or no class has as many samples as there are folds
 * @example
 * stratifiedKFold(["a", "a", "b", "b"], { folds: 2 })[0].validation; // Int32Array [0, 2]
 */
export function stratifiedKFold(labels: Labels, options: ShuffledFoldOptions = {}): Fold[] {
  const { folds = 5, shuffle = false } = options;
  checkFoldCount(folds, labels.length, "samples");
  const { codes, count } = encode(labels, "appearance");
  const counts = countCodes(codes, count);
  checkClasses(counts, folds);
  const random = shufflerOf(options);
  const assignment = new Int32Array(labels.length);
  let sorted = 0;
  for (let code = 0; code < count; code++) {
    // The samples sorted by class are dealt round; each fold then takes a run of its class's samples.
    const shares = new Int32Array(folds);
    for (let i = 0; i < counts[code]; i++) shares[sorted++ % folds]++;
    const dealt = Array.from(shares).flatMap((share, fold) => Array<number>(share).fill(fold));
    if (shuffle) random.shuffle(dealt);
    let next = 0;
    codes.forEach((own, sample) => {
      if (own === code) assignment[sample] = dealt[next++];
    });
  }
  return foldsOf(assignment, folds);
}

/** What {@link checkFolds} holds folds to. */
export interface CheckFoldsOptions {
  /** How many samples there are. */
  samples: number;
  /** One group per sample; none may be on both sides of a fold. Default: not checked. */
  groups?: Labels;
  /** Whether every sample must be validated exactly once. Default false. */
  complete?: boolean;
}

/**
 * Refuses folds that leak: a sample, or a group, both trained on and validated on, repeated or outside the data.
 *
 * @throws {RangeError} if there is not one group per sample; else naming the fold and the first sample at fault
 * @example
 * checkFolds(groupKFold(people, { folds: 2 }), { samples: people.length, groups: people, complete: true });
 */
export function checkFolds(folds: readonly Fold[], options: CheckFoldsOptions): void {
  const { samples, groups, complete = false } = options;
  if (folds.length === 0) throw new RangeError("Cannot use the folds: need at least one, got none");
  if (groups && groups.length !== samples) {
    throw new RangeError(
      `Cannot use the folds: need one group per sample, got ${groups.length} groups and ${samples} samples`,
    );
  }
  const validated = new Int32Array(samples).fill(-1);
  folds.forEach(({ train, validation }, fold) => {
    const refuse = (what: string) => new RangeError(`Cannot use the folds: in fold ${fold} ${what}`);
    if (train.length === 0 || validation.length === 0) {
      throw refuse(`train and validation must have samples, got ${train.length} and ${validation.length}`);
    }
    const side = new Uint8Array(samples);
    for (const [part, samplesOfPart] of [
      [1, train],
      [2, validation],
    ] as const) {
      for (const sample of samplesOfPart) {
        if (!(Number.isInteger(sample) && sample >= 0 && sample < samples)) {
          throw refuse(`samples must lie in [0, ${samples}), got ${sample}`);
        }
        if (side[sample] === 3 - part) throw refuse(`sample ${sample} is in train and in validation`);
        if (side[sample] === part)
          throw refuse(`sample ${sample} is twice in ${part === 1 ? "train" : "validation"}`);
        side[sample] = part;
      }
    }
    if (groups) checkGroups(groups, { train, validation }, refuse);
    for (const sample of validation) {
      if (complete && validated[sample] >= 0) {
        throw refuse(`sample ${sample} is validated again after fold ${validated[sample]}`);
      }
      validated[sample] = fold;
    }
  });
  const missing = complete ? validated.indexOf(-1) : -1;
  if (missing >= 0) throw new RangeError(`Cannot use the folds: sample ${missing} is never validated`);
}

function checkGroups(groups: Labels, fold: Fold, refuse: (what: string) => RangeError): void {
  const trained = new Set<number | string>();
  for (const sample of fold.train) trained.add(groups[sample]);
  for (const sample of fold.validation) {
    if (trained.has(groups[sample])) {
      throw refuse(`group ${groups[sample]} of sample ${sample} is in train and in validation`);
    }
  }
}
