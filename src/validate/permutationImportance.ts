import type { ArrayData } from "../core/array";
import { showAs, tableBundle } from "../core/display";
import type { Fitted } from "../core/estimator";
import { randomSource } from "../core/random";
import { currentSignal, throwIfAborted } from "../core/signal";

/** Options of {@link permutationImportance}. */
export interface PermutationImportanceOptions {
  /** Rows that the estimator has not learned from, `[rows, columns]`; names of columns where they have some. */
  x: ArrayData & { readonly columns?: readonly string[] };
  /** The score of a prediction of these rows, such as `(p) => metrics.logLoss(y, p)`. */
  score: (prediction: ArrayData) => number;
  /** Whether the score should be low or high. */
  mode: "min" | "max";
  /** How often each column is shuffled. Default 5. */
  repeats?: number;
  /** Seed of the shuffles. Default 0. */
  seed?: number;
  /** Stops at the next column. Default the notebook cell's. */
  signal?: AbortSignal;
}

/** How much a score loses when a column is shuffled. */
export interface FeatureImportance {
  readonly columns: readonly string[];
  /** Mean loss of the score over the repeats; above 0: the column helps. */
  readonly means: Float64Array;
  /** Its standard deviation over the repeats. */
  readonly deviations: Float64Array;
}

/**
 * How much worse a fitted estimator predicts when one column's values change places among the rows: what it makes of that
 * column. Columns that say the same stand in for each other and share it.
 *
 * Source: Breiman 2001; scikit-learn's `permutation_importance`.
 *
 * @param fitted such as `result.runs[0].load()`
 * @param options rows, score, repeats
 * @returns the most important first, as a notebook shows it; `plot.featureImportance` draws it
 * @throws {RangeError} if `x` is no table or the score is no number
 * @example
 * const x = features.windowStatistics(raw);
 * const { runs } = await validate.crossValidate({ folds, data: { x, y: labels }, estimator: models.ridge() });
 * const options = { x, mode: "min" as const, repeats: 1 };
 * await permutationImportance(runs[0].load(), { ...options, score: (p) => metrics.logLoss(labels, p) });
 */
export async function permutationImportance(
  fitted: Fitted,
  options: PermutationImportanceOptions,
): Promise<FeatureImportance> {
  const { x, score, mode, repeats = 5, seed = 0, signal = currentSignal() } = options;
  const [rows, width] = x.shape;
  if (x.shape.length !== 2 || !(repeats >= 1)) {
    throw new RangeError(
      `Cannot measure importance: x must be [rows, columns] and repeats from 1, got [${x.shape}] and ${repeats}`,
    );
  }
  const { columns = Array.from({ length: width }, (_, c) => `column ${c}`) } = x;
  const scoreOf = async (data: ArrayData["data"]): Promise<number> => {
    const value = score(await fitted.predict({ ...x, data } as ArrayData, { signal }));
    if (!Number.isFinite(value)) {
      throw new RangeError(`Cannot measure importance: the score must be a finite number, got ${value}`);
    }
    return value;
  };
  const sign = mode === "max" ? 1 : -1;
  const whole = await scoreOf(x.data);
  const means = new Float64Array(width);
  const deviations = new Float64Array(width);
  const random = randomSource(seed);
  const data = x.data.slice();
  for (let column = 0; column < width; column++) {
    const losses: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      throwIfAborted(signal);
      const order = random
        .fork(`${columns[column]} ${repeat}`)
        .shuffle(Int32Array.from({ length: rows }, (_, i) => i));
      for (let row = 0; row < rows; row++) data[row * width + column] = x.data[order[row] * width + column];
      losses.push(sign * (whole - (await scoreOf(data))));
    }
    for (let row = 0; row < rows; row++) data[row * width + column] = x.data[row * width + column];
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / repeats;
    means[column] = mean;
    deviations[column] = Math.sqrt(losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0) / repeats);
  }
  const order = Array.from(means.keys()).sort((a, b) => means[b] - means[a]);
  return showAs({ columns: [...columns], means, deviations }, () =>
    tableBundle(
      ["column", "loss of the score", "deviation"],
      order.map((c) => [columns[c], means[c].toFixed(5), deviations[c].toFixed(5)]),
    ),
  );
}
