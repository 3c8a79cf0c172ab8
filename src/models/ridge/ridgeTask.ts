/** What a ridge regression is fitted on, and what is known of it with one penalty. */

/** Rows of features in C order. */
export interface FeatureRows {
  readonly data: ArrayLike<number>;
  readonly shape: readonly [rows: number, columns: number];
}

/** What is known of a regression with one penalty. */
export interface Solution {
  /** What each row's target misses when the row is left out, `[targets, rows]`. */
  readonly errors: Float64Array;
  /** Sum of their squares. */
  readonly score: number;
}

/** What a regression is fitted on. */
export interface RidgeTask {
  readonly x: FeatureRows;
  /** Subtracted from the columns of x. */
  readonly means: Float64Array;
  /** `[targets, rows]`, without their means. */
  readonly y: Float64Array;
  readonly targets: number;
  readonly alphas: readonly number[];
  readonly signal: AbortSignal | undefined;
}

/** The solution of the penalty that is best so far. */
export type Best = Solution & { readonly alpha: number };

/** The error of each target and row, and the sum of squares. */
export function leaveOneOut(
  { targets, rows }: { targets: number; rows: number },
  errorOf: (target: number, row: number) => number,
): Solution {
  const errors = new Float64Array(targets * rows);
  let score = 0;
  for (let target = 0, at = 0; target < targets; target++) {
    for (let row = 0; row < rows; row++, at++) {
      errors[at] = errorOf(target, row);
      score += errors[at] * errors[at];
    }
  }
  return { errors, score };
}
