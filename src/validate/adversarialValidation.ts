import { showAs, summaryBundle } from "../core/display";
import type { Estimator } from "../core/estimator";
import { auc } from "../metrics/auc";
import { type CrossValidation, crossValidate } from "./crossValidate";
import { stratifiedKFold } from "./folds/folds";

/** A table of numbers. */
interface NumberTable {
  readonly data: Float32Array;
  readonly shape: readonly [rows: number, columns: number];
  readonly columns?: readonly string[];
}

/** Options of {@link adversarialValidation}. */
export interface AdversarialValidationOptions {
  /** The rows to tell from the training rows, of the same columns. */
  test: NumberTable;
  /** A classifier of two classes: `trees.lightGbm({ … })`, `models.ridge()`. */
  estimator: Estimator;
  /** How many folds. Default 5. */
  folds?: number;
  /** Seed of folds and classifier. Default 0. */
  seed?: number;
  /** Whether progress is shown. Default true. */
  progress?: boolean;
  /** Stops at the next fold. Default the notebook cell's. */
  signal?: AbortSignal;
}

/** Whether training and test rows can be told apart. */
export interface AdversarialValidation {
  /** How well a classifier tells test rows from training rows: 0.5 not at all, 1 without fail. */
  readonly auc: number;
  /** Probability of each training row to be a test row, out of fold; rows with high ones make a validation part like the test. */
  readonly probabilities: Float32Array;
  /** The classifier's cross-validation; the test rows are samples after the training rows, of class 1. */
  readonly run: CrossValidation;
}

/**
 * Whether a classifier tells training from test rows. Where it does, scores of random folds flatter, and the columns that it
 * tells them by (`permutationImportance`, the trees' importances) are those that drift.
 *
 * @param train the training rows as numbers, such as an encoder's `transform` makes
 * @param options test rows, classifier
 * @throws {RangeError} if the columns are not the same
 * @example
 * const [one, other] = [features.windowStatistics(raw), features.windowStatistics(competition.test)];
 * const found = await adversarialValidation(one, { test: other, estimator: models.ridge(), folds: 2, progress: false });
 * found.auc;
 */
export async function adversarialValidation(
  train: NumberTable,
  options: AdversarialValidationOptions,
): Promise<AdversarialValidation> {
  const { test, estimator, folds = 5, seed = 0, progress, signal } = options;
  const [rows, width] = train.shape;
  const others = test.shape[0];
  const names = (table: NumberTable): string => (table.columns ?? []).join(", ");
  if (test.shape[1] !== width || names(test) !== names(train)) {
    throw new RangeError(
      `Cannot tell training from test rows: columns must be the same, got ${width} (${names(train)}) and ${test.shape[1]} (${names(test)})`,
    );
  }
  const data = new Float32Array(train.data.length + test.data.length);
  data.set(train.data);
  data.set(test.data, train.data.length);
  const y = new Int32Array(rows + others).fill(1, rows);
  const x = { data, shape: [rows + others, width], columns: train.columns };
  const run = await crossValidate({
    estimator,
    data: { x, y },
    folds: stratifiedKFold(y, { folds, shuffle: true, seed }),
    seeds: [seed],
    scores: {},
    progress,
    signal,
  });
  const { data: shares, shape } = run.predictions;
  if (shape[1] !== 2) {
    throw new RangeError(
      `Cannot tell training from test rows: the estimator must give probabilities of two classes, got [${shape}]`,
    );
  }
  const ofTest = Float32Array.from({ length: rows + others }, (_, row) => shares[2 * row + 1]);
  const result = { auc: auc(y, ofTest), probabilities: ofTest.slice(0, rows), run };
  const words =
    result.auc < 0.6 ? "hardly told apart" : result.auc < 0.8 ? "told apart in part" : "told apart";
  return showAs(result, () =>
    summaryBundle("Training and test rows", [
      ["AUC", `${result.auc.toFixed(4)}: ${words}`],
      ["rows", `${rows} of training, ${others} of test`],
    ]),
  );
}
