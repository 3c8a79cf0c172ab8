import { checkOptions } from "../../core/check";
import { currentSignal } from "../../core/signal";
import { fitRidge, predictRidge } from "./ridgeFit";
import type { FeatureRows } from "./ridgeTask";

export type { FeatureRows };

/** Options of {@link ridgeClassifier}. */
export interface RidgeOptions {
  /** Number of classes; default the highest label plus 1. */
  classes?: number;
  /** Penalties to choose from by leave-one-out error; default ten from 0.001 to 1000, evenly in the logarithm. */
  alphas?: readonly number[];
  /** Stops the fit between pieces of it; default the notebook cell's. */
  signal?: AbortSignal;
}

/** A fitted ridge classifier. */
export interface RidgeClassifier {
  /** The chosen penalty. */
  readonly alpha: number;
  /** What margins are divided by before the softmax, fitted on leave-one-out margins. */
  readonly temperature: number;
  /** Margins `[rows, classes]`, float64; the largest is the prediction. */
  margins(x: FeatureRows): { data: Float64Array; shape: [number, number] };
  /** Probabilities `[rows, classes]`, float32, rows summing to 1. */
  predict(x: FeatureRows): { data: Float32Array; shape: [number, number] };
  /** The numbers that it predicts by, for {@link ridgeOf}. */
  readonly numbers: RidgeNumbers;
}

/** What a fitted ridge classifier predicts by. */
export interface RidgeNumbers {
  readonly alpha: number;
  readonly temperature: number;
  /** Of each column. */
  readonly means: Float64Array;
  /** Of each class. */
  readonly offsets: Float64Array;
  /** `[classes, columns]`. */
  readonly weights: Float64Array;
}

const MOST_CLASSES = 65_536;

/** Softmax of margins divided by a temperature. */
function softmax(margins: Float64Array, options: { classes: number; temperature: number }): Float64Array {
  const { classes, temperature } = options;
  const out = new Float64Array(margins.length);
  for (let row = 0; row < margins.length; row += classes) {
    let most = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) most = Math.max(most, margins[row + k]);
    let sum = 0;
    for (let k = 0; k < classes; k++) {
      out[row + k] = Math.exp((margins[row + k] - most) / temperature);
      sum += out[row + k];
    }
    for (let k = 0; k < classes; k++) out[row + k] /= sum;
  }
  return out;
}

/** The temperature with the least log loss, by golden section in the logarithm between 0.001 and 100. */
function fitTemperature(margins: Float64Array, labels: ArrayLike<number>, classes: number): number {
  const loss = (logarithm: number): number => {
    const shares = softmax(margins, { classes, temperature: Math.exp(logarithm) });
    let sum = 0;
    for (let i = 0; i < labels.length; i++) sum -= Math.log(Math.max(1e-15, shares[i * classes + labels[i]]));
    return sum;
  };
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [Math.log(1e-3), Math.log(100)];
  for (let i = 0; i < 40; i++) {
    const [a, b] = [high - golden * (high - low), low + golden * (high - low)];
    if (loss(a) < loss(b)) high = b;
    else low = a;
  }
  return Math.exp((low + high) / 2);
}

/**
 * Fits a linear classifier by ridge regression onto -1 and 1, its penalty chosen by leave-one-out error.
 *
 * @param x features `[rows, columns]`; costs grow with the cube of rows or columns, whichever are fewer, for each penalty
 * @param labels one label per row, whole numbers from 0
 * @returns margins and probabilities for new rows
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} if labels, shapes or penalties are impossible, or a feature is not finite (with its place; of
 *   `predict` and `margins` too)
 * Source: scikit-learn's `RidgeClassifierCV` (leave-one-out); temperature as Guo et al. 2017 (arXiv:1706.04599).
 * @example
 * const rocket = fitMiniRocket(raw, { features: 504 });
 * const model = ridgeClassifier(rocket.transform(raw), labels, { classes: 61 });
 * const probabilities = model.predict(rocket.transform(raw));
 */
export function ridgeClassifier(
  x: FeatureRows,
  labels: ArrayLike<number>,
  options: RidgeOptions = {},
): RidgeClassifier {
  const [n, columns] = x.shape;
  const { alphas = Array.from({ length: 10 }, (_, i) => 10 ** (-3 + (6 * i) / 9)) } = options;
  checkOptions(
    options,
    {
      classes: { whole: true, low: 1, high: MOST_CLASSES },
      alphas: { each: { low: 0, above: true }, least: 1, most: 1000 },
      signal: "any",
    },
    { action: "fit ridge" },
  );
  if (n < 2 || labels.length !== n || x.data.length !== n * columns) {
    throw new RangeError(
      `Cannot fit ridge: need one label for each of two or more rows, got ${labels.length} labels and shape [${x.shape}] with ${x.data.length} values`,
    );
  }
  let most = 1;
  for (let i = 0; i < n; i++) {
    const beyond = options.classes ?? MOST_CLASSES;
    if (!(Number.isInteger(labels[i]) && labels[i] >= 0 && labels[i] < beyond)) {
      throw new RangeError(
        `Cannot fit ridge: labels must be whole numbers in [0, ${beyond}), got ${labels[i]} at row ${i}`,
      );
    }
    most = Math.max(most, labels[i]);
  }
  const { classes = most + 1 } = options;
  const offsets = new Float64Array(classes).fill(-1); // the means of targets
  for (let i = 0; i < n; i++) offsets[labels[i]] += 2 / n;
  checkFeatures(x, "fit ridge");
  const means = columnMeans(x.data, n, columns);
  const y = Float64Array.from({ length: classes * n }, (_, at) => {
    const label = Math.floor(at / n);
    return (labels[at % n] === label ? 1 : -1) - offsets[label];
  });
  const { signal = currentSignal() } = options;
  const { alpha, errors, weights } = fitRidge({ x, means, y, targets: classes, alphas, signal });
  const left = new Float64Array(n * classes); // leave-one-out margins
  for (let m = 0, at = 0; m < classes; m++) {
    for (let i = 0; i < n; i++, at++) left[i * classes + m] = y[at] + offsets[m] - errors[at];
  }
  const temperature = fitTemperature(left, labels, classes);
  return ridgeOf({ alpha, temperature, means, offsets, weights });
}

/** The classifier that predicts by these numbers. */
export function ridgeOf(numbers: RidgeNumbers): RidgeClassifier {
  const { alpha, temperature, means, offsets, weights } = numbers;
  const [columns, classes] = [means.length, offsets.length];
  function margins(rows: FeatureRows): { data: Float64Array; shape: [number, number] } {
    const [count, width] = rows.shape;
    if (width !== columns || rows.data.length !== count * width) {
      throw new RangeError(`Cannot predict: rows must have ${columns} columns, got shape [${rows.shape}]`);
    }
    checkFeatures(rows, "predict");
    const data = predictRidge({ x: rows, means }, { weights, targets: classes });
    for (let at = 0; at < data.length; at++) data[at] += offsets[at % classes];
    return { data, shape: [count, classes] };
  }
  return {
    alpha,
    temperature,
    margins,
    predict(rows) {
      const { data, shape } = margins(rows);
      return { data: Float32Array.from(softmax(data, { classes, temperature })), shape };
    },
    numbers,
  };
}

/** Refuses features that are not finite: each would make all that it is multiplied with NaN. */
function checkFeatures({ data, shape }: FeatureRows, action: string): void {
  for (let at = 0; at < data.length; at++) {
    if (Number.isFinite(data[at])) continue;
    throw new RangeError(
      `Cannot ${action}: features must be finite, got ${data[at]} in row ${Math.floor(at / shape[1])}, column ${at % shape[1]}`,
    );
  }
}

function columnMeans(data: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const means = new Float64Array(columns);
  for (let at = 0; at < data.length; at++) means[at % columns] += data[at];
  return means.map((sum) => sum / rows);
}
