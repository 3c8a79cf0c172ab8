import type { FoldContext, PreparedFold } from "../core/estimator";
import { type FeatureTable, type TableEncoderOptions, type TableLike, tableEncoder } from "../features";
import { columnsOf } from "../features/table/columns";
import { kFold, type Labels, stratifiedKFold } from "./folds/folds";
import { groupKFold } from "./folds/groupFolds";

/** Options of {@link prepareTable}. */
export interface PrepareTableOptions extends TableEncoderOptions {
  /** The truth of each row: class numbers (`Int32Array`) or other numbers. */
  y: Int32Array | Float32Array;
  /** Number of classes, where a fold may lack the last ones. Default: those of `y`. */
  classes?: number;
  /** Rows to predict, of the same columns. Default none. */
  test?: TableLike;
  /** Folds within the train part, from which target encoding takes its means. Default 5. */
  innerFolds?: number;
  /** A group for each row, which the inner folds keep together too. Default none. */
  groups?: Labels;
}

/**
 * Makes each fold's data inside the fold: categories, means of the target, fillings and scaling are learned from its train
 * part only, and the train part's own means of the target from the other inner folds, as scikit-learn's TargetEncoder does.
 *
 * @param table all training rows: a danfojs frame, or columns by name
 * @param options truth, test rows, encodings by column
 * @returns what `validate.crossValidate` takes as `prepare`; `x` is a `FeatureTable`
 * @throws {RangeError} if truth and rows disagree, or a column is unknown
 * @throws {TypeError} if a column without an encoding holds text
 * @example
 * const table = { size: [3, 5, 2, 8], town: ["Bonn", "Ulm", "Bonn", "Ulm"] };
 * const y = Int32Array.of(0, 1, 0, 1);
 * const prepare = prepareTable(table, { y, encode: { town: "target" }, innerFolds: 2 });
 */
export function prepareTable(
  table: TableLike,
  options: PrepareTableOptions,
): (context: FoldContext) => PreparedFold {
  const { y, test, innerFolds = 5, groups } = options;
  const classes =
    options.classes ??
    (y instanceof Int32Array ? y.reduce((most, k) => Math.max(most, k), 1) + 1 : undefined);
  const { rows } = columnsOf(table);
  for (const [name, count] of Object.entries({ truth: y.length, group: groups?.length ?? rows })) {
    if (count !== rows) {
      throw new RangeError(`Cannot prepare folds: need one ${name} per row (${rows}), got ${count}`);
    }
  }
  const odd = y.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0) {
    throw new RangeError(`Cannot prepare folds: the truth must be finite, got ${y[odd]} in row ${odd}`);
  }
  const encoder = tableEncoder(options);
  const truthAt = (indices: Int32Array): Int32Array | { data: Float32Array; shape: [number] } =>
    y instanceof Int32Array
      ? Int32Array.from(indices, (row) => y[row])
      : { data: Float32Array.from(indices, (row) => y[row]), shape: [indices.length] };
  return ({ trainIndices, validationIndices, foldSeed }) => {
    const fit = { indices: trainIndices, y, classes };
    const folds = usesTarget(options)
      ? innerFoldOf(trainIndices, { y, groups, folds: innerFolds, seed: foldSeed })
      : new Int32Array(trainIndices.length);
    const { encoder: fitted, table: x } = encoder.fitTransform(table, { ...fit, folds });
    const part = (from: TableLike, indices?: Int32Array): FeatureTable => fitted.transform(from, { indices });
    return {
      train: { x, y: truthAt(trainIndices) },
      ...(validationIndices.length > 0 && {
        validation: { x: part(table, validationIndices), y: truthAt(validationIndices) },
      }),
      ...(test && { test: part(test) }),
    };
  };
}

/** Whether some column is encoded by the target. */
function usesTarget({ encode = {} }: PrepareTableOptions): boolean {
  return Object.values(encode)
    .flat()
    .some(
      (one) => one === "target" || (typeof one === "object" && (one as { kind?: string }).kind === "target"),
    );
}

/** For each row of a train part the inner fold that holds it. */
function innerFoldOf(
  rows: Int32Array,
  options: { y: ArrayLike<number>; groups?: Labels; folds: number; seed: number },
): Int32Array {
  const { y, groups, folds, seed } = options;
  const shuffled = { folds, shuffle: true, seed };
  let splits: readonly { readonly validation: Int32Array }[];
  if (groups) {
    splits = groupKFold(
      Array.from(rows, (row) => groups[row]),
      shuffled,
    );
  } else if (y instanceof Int32Array && hasEnough(rows, y, folds)) {
    splits = stratifiedKFold(
      Int32Array.from(rows, (row) => y[row]),
      shuffled,
    );
  } else {
    splits = kFold(rows.length, shuffled);
  }
  const foldOf = new Int32Array(rows.length);
  splits.forEach(({ validation }, fold) => {
    for (const row of validation) foldOf[row] = fold;
  });
  return foldOf;
}

/** Whether some class has a row for every fold, which a stratified split asks for. */
function hasEnough(rows: Int32Array, y: Int32Array, folds: number): boolean {
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(y[row], (counts.get(y[row]) ?? 0) + 1);
  return Math.max(...counts.values()) >= folds;
}
