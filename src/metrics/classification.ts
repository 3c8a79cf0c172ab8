import { type HasFrame, withFrame } from "../core/dataFrame";
import { displayKey, tableBundle } from "../core/display";
import { checkLabelPair, confusionMatrix } from "./confusion";
import { checkProbabilities, type Probabilities } from "./probabilities";

/** Scores of one class. */
export interface ClassScore {
  readonly label: number;
  readonly name: string;
  /** Share of its predictions that are right; 0 where it was never predicted. */
  readonly precision: number;
  /** Share of its samples that were found; 0 where it has none. */
  readonly recall: number;
  /** Harmonic mean of both; 0 where either is. */
  readonly f1: number;
  /** Samples of the class. */
  readonly support: number;
}

/** Scores of all classes; a notebook shows it as a table, and `toFrame` gives one row per class. */
export interface ClassReport extends HasFrame {
  readonly classes: readonly ClassScore[];
  readonly accuracy: number;
  readonly balancedAccuracy: number;
  readonly macroF1: number;
  [Symbol.iterator](): Iterator<ClassScore>;
}

/**
 * Share of samples whose label was predicted. NaN is no label, and refused with its row.
 *
 * @param truth one label per sample
 * @param predicted one label per sample; see `predictedLabels`
 * @throws {RangeError} if lengths disagree or labels are not whole numbers from 0
 * Source: equal to `sklearn.metrics.accuracy_score`.
 * @example
 * accuracy([0, 1, 1, 2], [0, 1, 2, 2]); // 0.75
 */
export function accuracy(truth: ArrayLike<number>, predicted: ArrayLike<number>): number {
  checkLabelPair(truth, predicted, { action: "measure accuracy" });
  let right = 0;
  for (let i = 0; i < truth.length; i++) right += truth[i] === predicted[i] ? 1 : 0;
  return right / truth.length;
}

/**
 * Precision, recall and F1 of each class, and their means. NaN is no label, and refused with its row.
 *
 * @param truth one label per sample
 * @param predicted one label per sample; see `predictedLabels`
 * @param options `names`: one name per class (default the labels). Classes that occur in neither list are left out.
 * @returns one row a class, with accuracy, balanced accuracy (mean recall of the classes in truth) and macro F1
 * @throws {RangeError} if lengths disagree or a label has no name
 * Source: equal to `sklearn.metrics.precision_recall_fscore_support` with `zero_division=0`.
 * @example
 * classReport([0, 1, 1], [0, 1, 0], { names: ["Plank", "Walk"] }); // a table in a notebook
 */
export function classReport(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  options: { names?: readonly string[] } = {},
): ClassReport {
  const { names } = options;
  const { data, shape } = confusionMatrix(truth, predicted, { classes: names?.length });
  const size = shape[0];
  const classes: ClassScore[] = [];
  let correct = 0;
  for (let label = 0; label < size; label++) {
    let support = 0;
    let guesses = 0;
    for (let other = 0; other < size; other++) {
      support += data[label * size + other];
      guesses += data[other * size + label];
    }
    if (support + guesses === 0) continue;
    const right = data[label * size + label];
    correct += right;
    classes.push({
      label,
      name: names?.[label] ?? String(label),
      precision: guesses === 0 ? 0 : right / guesses,
      recall: support === 0 ? 0 : right / support,
      f1: (2 * right) / (support + guesses),
      support,
    });
  }
  const present = classes.filter(({ support }) => support > 0);
  const mean = (scores: number[]): number => scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const report = {
    classes,
    accuracy: correct / truth.length,
    balancedAccuracy: mean(present.map(({ recall }) => recall)),
    macroF1: mean(classes.map(({ f1 }) => f1)),
    [Symbol.iterator]: () => classes[Symbol.iterator](),
  };
  const framed = withFrame(report, () => ({
    label: classes.map((row) => row.label),
    name: classes.map((row) => row.name),
    precision: classes.map((row) => row.precision),
    recall: classes.map((row) => row.recall),
    f1: classes.map((row) => row.f1),
    support: classes.map((row) => row.support),
  }));
  return Object.defineProperty(framed, displayKey, {
    value: () =>
      tableBundle(
        ["label", "name", "precision", "recall", "F1", "support"],
        [
          ...classes.map((row) => [
            String(row.label),
            row.name,
            row.precision.toFixed(3),
            row.recall.toFixed(3),
            row.f1.toFixed(3),
            row.support,
          ]),
          ["", "accuracy", "", "", report.accuracy.toFixed(3), truth.length],
          ["", "mean of classes", "", report.balancedAccuracy.toFixed(3), report.macroF1.toFixed(3), ""],
        ],
      ),
  });
}

/**
 * Mean over the classes in truth of the share of their samples that were found. NaN is no label, and refused with its
 * row.
 *
 * @param truth one label per sample
 * @param predicted one label per sample
 * @throws {RangeError} if lengths disagree or labels are not whole numbers from 0
 * Source: equal to `sklearn.metrics.balanced_accuracy_score`.
 * @example
 * balancedAccuracy([0, 0, 0, 1], [0, 0, 0, 0]); // 0.5
 */
export function balancedAccuracy(truth: ArrayLike<number>, predicted: ArrayLike<number>): number {
  return classReport(truth, predicted).balancedAccuracy;
}

/**
 * Mean F1 over the classes that occur, all counting alike. NaN is no label, and refused with its row.
 *
 * @param truth one label per sample
 * @param predicted one label per sample
 * @throws {RangeError} if lengths disagree or labels are not whole numbers from 0
 * Source: equal to `sklearn.metrics.f1_score(…, average="macro", zero_division=0)`.
 * @example
 * macroF1([0, 1], [0, 1]); // 1
 */
export function macroF1(truth: ArrayLike<number>, predicted: ArrayLike<number>): number {
  return classReport(truth, predicted).macroF1;
}

/**
 * Share of samples whose true class is among the `k` most probable ones. NaN is no probability and no label, and
 * refused with its row.
 *
 * @param truth one label per row
 * @param prediction probabilities `[rows, classes]`; of equal ones the later class ranks first
 * @param options `k`: default 2
 * @throws {RangeError} if labels, shapes or k are impossible
 * Source: equal to `sklearn.metrics.top_k_accuracy_score`.
 * @example
 * topKAccuracy([0], { data: [0.3, 0.5, 0.2], shape: [1, 3] }, { k: 2 }); // 1
 */
export function topKAccuracy(
  truth: ArrayLike<number>,
  prediction: Probabilities,
  options: { k?: number } = {},
): number {
  const { k = 2 } = options;
  const { rows, classes } = checkProbabilities(truth, prediction, "measure top-k accuracy");
  if (!(Number.isInteger(k) && k >= 1)) {
    throw new RangeError(`Cannot measure top-k accuracy: k must be a whole number from 1, got ${k}`);
  }
  const { data } = prediction;
  let found = 0;
  for (let row = 0; row < rows; row++) {
    const label = truth[row];
    const own = data[row * classes + label];
    let before = 0;
    for (let c = 0; c < classes; c++) {
      const value = data[row * classes + c];
      if (value > own || (value === own && c > label)) before++;
    }
    if (before < k) found++;
  }
  return found / rows;
}
