import { displayKey, tableBundle } from "../core/display";
import { logLoss } from "../metrics/logLoss";
import type { BlendScore } from "./blend";
import { type CombinedPredictions, checkPredictions, type Predictions, takeRows } from "./predictions";

/** Anything that combines models: a blend, a selection, a stack. */
export interface Combiner {
  predict(predictions: readonly Predictions[]): CombinedPredictions;
}

/** Options of {@link nestedGain}. */
export interface NestedGainOptions {
  /** One label a row. */
  truth: ArrayLike<number>;
  /** Splits of the rows; the folds that the models were validated on will do. */
  folds: readonly { readonly train: ArrayLike<number>; readonly validation: ArrayLike<number> }[];
  /** Finds the combination on some rows: `(predictions, truth) => blend(predictions, { truth })`. */
  combine: (predictions: readonly Predictions[], truth: Float64Array) => Combiner;
  /** Lower is better. Default log loss. */
  score?: BlendScore;
}

/** What a combination is worth on rows it was not found on; shown as a table in a notebook. */
export interface NestedGain {
  /** Mean score of the combination over the rows validated. */
  readonly combined: number;
  /** The same of the single model that was best on the other rows. */
  readonly single: number;
  /** `single - combined`: above 0 where combining helps. */
  readonly gain: number;
  /** The same a fold, with the number of the single model. */
  readonly folds: readonly { readonly combined: number; readonly single: number; readonly model: number }[];
}

/**
 * Measures a combination honestly: in each fold, weights are found and the best single model is chosen on the training
 * rows, and both are scored on the others.
 *
 * @param predictions out-of-fold predictions `[rows, …]`, one per model
 * @throws {RangeError} if shapes disagree, truth and rows differ in number, or a fold's parts share a row
 * @example
 * nestedGain([first.predictions, second.predictions], { truth: labels, folds, combine: (own, truth) => blend(own, { truth }) }).gain;
 */
export function nestedGain(predictions: readonly Predictions[], options: NestedGainOptions): NestedGain {
  const { truth, folds, combine } = options;
  const { score = (labels, own) => logLoss(labels, own, { rows: "keep" }) } = options;
  const { rows } = checkPredictions(predictions, "measure the gain");
  if (truth.length !== rows || folds.length === 0) {
    throw new RangeError(
      `Cannot measure the gain: need one label per row (${rows}) and a fold, got ${truth.length} and ${folds.length}`,
    );
  }
  const found = folds.map(({ train, validation }, fold) => {
    const trained = new Set(Array.from(train));
    const shared = Array.from(validation).find((row) => trained.has(row));
    if (shared !== undefined) {
      throw new RangeError(`Cannot measure the gain: row ${shared} is in both parts of fold ${fold}`);
    }
    const cut = (indices: ArrayLike<number>) => ({
      predictions: predictions.map((own) => takeRows(own, indices)),
      truth: Float64Array.from(indices, (row) => truth[row]),
    });
    const [seen, unseen] = [cut(train), cut(validation)];
    const scores = seen.predictions.map((own) => score(seen.truth, own));
    const model = scores.indexOf(Math.min(...scores));
    const combined = score(unseen.truth, combine(seen.predictions, seen.truth).predict(unseen.predictions));
    return { combined, single: score(unseen.truth, unseen.predictions[model]), model };
  });
  const total = folds.reduce((sum, { validation }) => sum + validation.length, 0);
  const average = (of: "combined" | "single") =>
    found.reduce((sum, fold, i) => sum + fold[of] * folds[i].validation.length, 0) / total;
  const [combined, single] = [average("combined"), average("single")];
  const result: NestedGain = { combined, single, gain: single - combined, folds: found };
  const row = (name: string, own: { combined: number; single: number }, model: string) => [
    name,
    own.combined,
    own.single,
    model,
    own.single - own.combined,
  ];
  const show = () =>
    tableBundle(
      ["rows", "combined", "best single", "which", "gain"],
      [...found.map((own, i) => row(`fold ${i + 1}`, own, `model ${own.model + 1}`)), row("all", result, "")],
    );
  Object.defineProperty(result, displayKey, { value: show });
  return result;
}
