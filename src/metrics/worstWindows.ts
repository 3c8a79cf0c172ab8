import { checkNumber } from "../core/check";
import { type HasFrame, withFrame } from "../core/dataFrame";
import { displayKey, tableBundle } from "../core/display";
import { type LogLossOptions, logLosses } from "./logLoss";
import { type Probabilities, predictedLabels } from "./probabilities";

/** A sample and how wrong the prediction is about it. */
export interface WorstWindow {
  /** Place in the given arrays. */
  readonly index: number;
  readonly truth: number;
  readonly predicted: number;
  /** Probability given to the true class. */
  readonly probability: number;
  readonly loss: number;
}

/** Options of {@link worstWindows}. */
export interface WorstWindowsOptions extends LogLossOptions {
  /** How many; default 10. */
  count?: number;
  /** One name per class, for the table; default the labels. */
  names?: readonly string[];
}

/**
 * The samples with the highest log loss, worst first; a notebook shows them as a table, and `toFrame` gives one row each. NaN is no probability and no
 * label, and refused with its row.
 *
 * @param truth one label per row
 * @param prediction probabilities `[rows, classes]`
 * @throws {RangeError} if labels, shapes, probabilities or the count are impossible
 * @example
 * worstWindows([0, 1], { data: [0.9, 0.1, 0.8, 0.2], shape: [2, 2] }, { count: 1 })[0].index; // 1
 */
export function worstWindows(
  truth: ArrayLike<number>,
  prediction: Probabilities,
  options: WorstWindowsOptions = {},
): WorstWindow[] & HasFrame {
  const { count = 10, names } = options;
  checkNumber(count, { action: "list the worst windows", name: "count", low: 1, whole: true });
  const losses = logLosses(truth, prediction, options);
  const predicted = predictedLabels(prediction);
  const classes = prediction.shape[1];
  const rows = Array.from(losses, (loss, index) => ({
    index,
    truth: truth[index],
    predicted: predicted[index],
    probability: prediction.data[index * classes + truth[index]],
    loss,
  }));
  const worst = rows.sort((a, b) => b.loss - a.loss || a.index - b.index).slice(0, count);
  const name = (label: number): string => names?.[label] ?? String(label);
  const framed = withFrame(worst, () => ({
    index: worst.map((row) => row.index),
    truth: worst.map((row) => name(row.truth)),
    predicted: worst.map((row) => name(row.predicted)),
    probability: worst.map((row) => row.probability),
    loss: worst.map((row) => row.loss),
  }));
  return Object.defineProperty(framed, displayKey, {
    value: () =>
      tableBundle(
        ["index", "truth", "predicted", "probability of truth", "loss"],
        worst.map((row) => [row.index, name(row.truth), name(row.predicted), row.probability, row.loss]),
      ),
  });
}
