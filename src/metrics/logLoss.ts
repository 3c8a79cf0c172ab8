import { checkProbabilities, type Probabilities } from "./probabilities";

/** Options of {@link logLoss}. */
export interface LogLossOptions {
  /**
   * Probabilities are clipped to `[epsilon, 1 - epsilon]`; default the machine precision of the values' type as in
   * scikit-learn: 2^-23 for a Float32Array, else 2^-52.
   */
  epsilon?: number;
  /**
   * What to do with rows that do not sum to 1 within 0.001: `check` throws, `keep` takes them as they are (as
   * scikit-learn does, with a warning), `normalize` divides every row, once clipped, by its sum. Default `check`.
   */
  rows?: "check" | "keep" | "normalize";
  /** One weight per row; default all equal. */
  sampleWeight?: ArrayLike<number>;
}

/**
 * Log loss of each row: minus the logarithm of the probability given to the true class. NaN is no probability and no
 * label, and refused with its row.
 *
 * @param truth one label per row
 * @param prediction probabilities `[rows, classes]`
 * @returns float64, one loss per row
 * @throws {RangeError} if labels, shapes or probabilities are impossible, or rows do not sum to 1 (see `rows`)
 * @example
 * logLosses([0], { data: [0.5, 0.5], shape: [1, 2] }); // Float64Array [0.6931471805599453]
 */
export function logLosses(
  truth: ArrayLike<number>,
  prediction: Probabilities,
  options: LogLossOptions = {},
): Float64Array {
  const { rows: mode = "check" } = options;
  const { epsilon = prediction.data instanceof Float32Array ? 2 ** -23 : 2 ** -52 } = options;
  const { rows, classes } = checkProbabilities(truth, prediction, "measure log loss");
  if (!(epsilon >= 0 && epsilon < 0.5)) {
    throw new RangeError(`Cannot measure log loss: epsilon must lie in [0, 0.5), got ${epsilon}`);
  }
  const { data } = prediction;
  const clip = (value: number): number => Math.min(1 - epsilon, Math.max(epsilon, value));
  const losses = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let k = 0; k < classes; k++) {
      const value = data[row * classes + k];
      sum += mode === "normalize" ? clip(value) : value;
    }
    if (mode === "check" && Math.abs(sum - 1) > 1e-3) {
      throw new RangeError(
        `Cannot measure log loss: probabilities of a row must sum to 1 (or pass rows: "normalize" or "keep"), got ${sum} at row ${row}`,
      );
    }
    const given = clip(data[row * classes + truth[row]]);
    losses[row] = -Math.log(mode === "normalize" ? given / sum : given);
  }
  return losses;
}

/**
 * Mean log loss (cross-entropy) of predicted probabilities, the motion competition's score; lower is better. NaN is no
 * probability and no label, and refused with its row.
 *
 * @param truth one label per row, whole numbers in `[0, classes)`
 * @param prediction probabilities `[rows, classes]`
 * @throws {RangeError} if labels, shapes, weights or probabilities are impossible, or rows do not sum to 1
 * Source: equal to `sklearn.metrics.log_loss(truth, prediction, labels=range(classes))`.
 * @example
 * logLoss([0, 1], { data: [0.5, 0.5, 0.5, 0.5], shape: [2, 2] }); // 0.6931471805599453
 */
export function logLoss(
  truth: ArrayLike<number>,
  prediction: Probabilities,
  options: LogLossOptions = {},
): number {
  const losses = logLosses(truth, prediction, options);
  const { sampleWeight } = options;
  if (sampleWeight && sampleWeight.length !== losses.length) {
    throw new RangeError(
      `Cannot measure log loss: need one weight per row (${losses.length}), got ${sampleWeight.length}`,
    );
  }
  let sum = 0;
  let weights = 0;
  for (let row = 0; row < losses.length; row++) {
    const weight = sampleWeight ? sampleWeight[row] : 1;
    if (!Number.isFinite(weight)) {
      throw new RangeError(`Cannot measure log loss: weights must be finite, got ${weight} at row ${row}`);
    }
    sum += weight * losses[row];
    weights += weight;
  }
  if (!(weights > 0)) {
    throw new RangeError(`Cannot measure log loss: weights must have a positive sum, got ${weights}`);
  }
  return sum / weights;
}
