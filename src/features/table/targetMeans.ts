/** Target encoding: each category's mean of the truth, drawn towards the mean of all. */
import { type Category, categoryOf } from "./columns";

/** The truth as columns of numbers: one, or one for each of three or more classes. */
export interface TargetColumns {
  readonly columns: readonly Float64Array[];
  /** Name of each column, after the encoded column's. */
  readonly names: readonly string[];
}

/** How far categories are drawn to the mean of all: as their spread asks for, or as by so many rows of that mean. */
export type Smooth = "auto" | number;

/** What a category of one column is replaced with, for each column of the truth. */
export interface TargetMeans {
  readonly overall: readonly number[];
  readonly means: ReadonlyMap<Category, readonly number[]>;
}

/** Class numbers as a column for the second of two classes, or for each of more; other numbers as they are. */
export function targetColumns(y: ArrayLike<number>, classes: number | undefined): TargetColumns {
  if (classes === undefined) return { columns: [Float64Array.from(y)], names: ["target"] };
  const wanted = classes <= 2 ? [1] : Array.from({ length: classes }, (_, k) => k);
  return {
    columns: wanted.map((k) => Float64Array.from(y, (label) => (label === k ? 1 : 0))),
    names: wanted.map((k) => (classes <= 2 ? "target" : `target.${k}`)),
  };
}

/**
 * Source: scikit-learn's `TargetEncoder`; `auto` is the empirical Bayes estimate of Micci-Barreca 2001.
 *
 * @param rows the rows to learn from
 */
export function fitTargetMeans(
  column: ArrayLike<unknown>,
  options: { target: TargetColumns; rows: ArrayLike<number>; smooth: Smooth },
): TargetMeans {
  const { target, rows, smooth } = options;
  const groups = new Map<Category, number[]>();
  for (let i = 0; i < rows.length; i++) {
    const category = categoryOf(column[rows[i]]);
    const group = groups.get(category);
    if (group) group.push(rows[i]);
    else groups.set(category, [rows[i]]);
  }
  const meanOf = (y: Float64Array, of: ArrayLike<number>): number => {
    let sum = 0;
    for (let i = 0; i < of.length; i++) sum += y[of[i]];
    return sum / of.length;
  };
  const squaresOf = (y: Float64Array, of: ArrayLike<number>, mean: number): number => {
    let sum = 0;
    for (let i = 0; i < of.length; i++) sum += (y[of[i]] - mean) ** 2;
    return sum;
  };
  const overall = target.columns.map((y) => meanOf(y, rows));
  const variances = target.columns.map((y, k) => squaresOf(y, rows, overall[k]) / rows.length);
  const means = new Map(
    [...groups].map(([category, of]): [Category, number[]] => [
      category,
      target.columns.map((y, k) => {
        const mean = meanOf(y, of);
        if (smooth !== "auto") return (smooth * overall[k] + of.length * mean) / (smooth + of.length);
        const spread = variances[k] * of.length;
        const share = spread / (spread + squaresOf(y, of, mean) / of.length);
        return Number.isNaN(share) ? overall[k] : share * mean + (1 - share) * overall[k];
      }),
    ]),
  );
  return { overall, means };
}
