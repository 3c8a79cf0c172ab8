import { checkLabels } from "./probabilities";

/** How often each class was taken for each. */
export interface ConfusionMatrix {
  /** Counts, or shares where `normalize` was asked for: row the truth, column the prediction, in C order. */
  readonly data: Float64Array;
  /** `[classes, classes]`. */
  readonly shape: readonly [classes: number, classes: number];
}

/** Options of {@link confusionMatrix}. */
export interface ConfusionOptions {
  /** Number of classes; default the highest label seen plus 1. */
  classes?: number;
  /** Divide by the sum of each true class (rows), of each predicted class (columns), or of all; default counts. */
  normalize?: "truth" | "prediction" | "all";
  /** One weight per sample; default 1. */
  sampleWeight?: ArrayLike<number>;
}

/** More classes than this are labels that are something else, such as ids. */
const MOST_CLASSES = 10_000;

/** Throws unless the two lists of labels are as long and not empty; returns the number of classes. */
export function checkLabelPair(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  options: { classes?: number; action: string },
): number {
  const { action } = options;
  if (truth.length === 0 || truth.length !== predicted.length) {
    throw new RangeError(
      `Cannot ${action}: truth and prediction must be as long and not empty, got ${truth.length} and ${predicted.length}`,
    );
  }
  let most = 0;
  for (const labels of [truth, predicted]) {
    for (let i = 0; i < labels.length; i++)
      if (labels[i] > most && Number.isInteger(labels[i])) most = labels[i];
  }
  const { classes = most + 1 } = options;
  checkLabels(truth, { classes, action });
  checkLabels(predicted, { classes, action });
  return classes;
}

/**
 * Counts how often each class (row) was predicted as each (column).
 *
 * @param truth one label per sample
 * @param predicted one label per sample; see `predictedLabels`
 * @returns float64 `[classes, classes]`; a row or column without samples is 0 also where normalized
 * @throws {RangeError} if lengths disagree or are 0, a label is no class (as NaN), a weight is not finite, or there
 *   are more than 10,000 classes
 * Source: equal to `sklearn.metrics.confusion_matrix`.
 * @example
 * confusionMatrix([0, 0, 1], [0, 1, 1]).data; // Float64Array [1, 1, 0, 1]
 */
export function confusionMatrix(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  options: ConfusionOptions = {},
): ConfusionMatrix {
  const { normalize, sampleWeight } = options;
  const classes = checkLabelPair(truth, predicted, { classes: options.classes, action: "count confusions" });
  if (!(classes <= MOST_CLASSES)) {
    throw new RangeError(
      `Cannot count confusions: there must be at most ${MOST_CLASSES} classes, got ${classes}; are these labels?`,
    );
  }
  if (sampleWeight && sampleWeight.length !== truth.length) {
    throw new RangeError(
      `Cannot count confusions: need one weight per sample (${truth.length}), got ${sampleWeight.length}`,
    );
  }
  const odd = sampleWeight ? Array.from(sampleWeight).findIndex((weight) => !Number.isFinite(weight)) : -1;
  if (odd >= 0) {
    throw new RangeError(
      `Cannot count confusions: weights must be finite, got ${sampleWeight![odd]} at row ${odd}`,
    );
  }
  const data = new Float64Array(classes * classes);
  for (let i = 0; i < truth.length; i++) {
    data[truth[i] * classes + predicted[i]] += sampleWeight ? sampleWeight[i] : 1;
  }
  if (normalize) {
    const group = (at: number): number =>
      normalize === "truth" ? Math.floor(at / classes) : normalize === "prediction" ? at % classes : 0;
    const sums = new Float64Array(classes);
    for (let at = 0; at < data.length; at++) sums[group(at)] += data[at];
    for (let at = 0; at < data.length; at++)
      data[at] = sums[group(at)] === 0 ? 0 : data[at] / sums[group(at)];
  }
  return { data, shape: [classes, classes] };
}

/** A pair of classes that are taken for each other. */
export interface Confusion {
  /** True class. */
  readonly truth: number;
  /** What it was taken for. */
  readonly predicted: number;
  /** How often, or the share where the matrix is normalized. */
  readonly count: number;
}

/**
 * The most frequent mistakes of a confusion matrix, worst first. Counts of 0 and NaN are left out.
 *
 * @param options `count`: how many at most (default 10)
 * @example
 * mostConfused(confusionMatrix([0, 0, 1], [0, 1, 1])); // [{ truth: 0, predicted: 1, count: 1 }]
 */
export function mostConfused(matrix: ConfusionMatrix, options: { count?: number } = {}): Confusion[] {
  const { count = 10 } = options;
  const classes = matrix.shape[0];
  const pairs: Confusion[] = [];
  matrix.data.forEach((value, at) => {
    const truth = Math.floor(at / classes);
    if (value > 0 && truth !== at % classes) pairs.push({ truth, predicted: at % classes, count: value });
  });
  return pairs.sort((a, b) => b.count - a.count || a.truth - b.truth).slice(0, count);
}
