/** Options of {@link auc}. */
export interface AucOptions {
  /** Truth above it is a yes; default 0, so that any rain is one. */
  cut?: number;
}

/**
 * Area under the ROC curve: how often a yes is ranked above a no, ties counting half. Only the order of the predictions
 * matters, whatever their range.
 *
 * @param truth what was so: 0 and 1, or values that `cut` divides
 * @param prediction as many numbers, higher the surer of a yes
 * @throws {RangeError} if lengths disagree, a value is NaN (with its index), or truth is all yes or all no
 * Source: equal to `sklearn.metrics.roc_auc_score(truth > cut, prediction)`.
 * @example
 * auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]); // 0.75
 */
export function auc(
  truth: ArrayLike<number | boolean>,
  prediction: ArrayLike<number>,
  options: AucOptions = {},
): number {
  const { cut = 0 } = options;
  if (truth.length !== prediction.length) {
    throw new RangeError(
      `Cannot measure AUC: truth and prediction must be as long, got ${truth.length} and ${prediction.length}`,
    );
  }
  if (Number.isNaN(cut)) throw new RangeError("Cannot measure AUC: cut must be a number, got NaN");
  const level = truth instanceof Float32Array ? Math.fround(cut) : cut;
  let count = 0;
  for (let i = 0; i < truth.length; i++) {
    const [given, value] = [Number(truth[i]), prediction[i]];
    if (Number.isNaN(given) || Number.isNaN(value)) {
      throw new RangeError(`Cannot measure AUC: values must be numbers, got NaN at index ${i}`);
    }
    if (given > level) count++;
  }
  if (count === 0 || count === truth.length) {
    throw new RangeError(
      `Cannot measure AUC: truth must have values on both sides of ${cut}, got ${count} of ${truth.length} above`,
    );
  }
  const yes = new Float64Array(count);
  const no = new Float64Array(truth.length - count);
  for (let i = 0, y = 0, n = 0; i < truth.length; i++) {
    if (Number(truth[i]) > level) yes[y++] = prediction[i];
    else no[n++] = prediction[i];
  }
  yes.sort();
  no.sort();
  let pairs = 0; // twice the pairs that are ranked right
  for (let y = 0, below = 0, upTo = 0; y < yes.length; y++) {
    while (below < no.length && no[below] < yes[y]) below++;
    upTo = Math.max(upTo, below);
    while (upTo < no.length && no[upTo] === yes[y]) upTo++;
    pairs += below + upTo;
  }
  return pairs / 2 / yes.length / no.length;
}
