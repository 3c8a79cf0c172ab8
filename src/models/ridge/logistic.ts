import type { Tensor2D } from "@tensorflow/tfjs-node-gpu";
import { checkOptions } from "../../core/check";
import { minimize } from "../../core/minimize";
import { currentSignal, throwIfAborted } from "../../core/signal";
import { tf } from "../../engine";
import { type RidgeClassifier, ridgeOf } from "./ridge";
import type { FeatureRows } from "./ridgeTask";

/** Options of {@link logisticClassifier}. */
export interface LogisticOptions {
  /** How many classes, where some may be absent; default the highest label plus 1. */
  classes?: number;
  /** Penalty of the squared weights beside the mean log loss; default 1e-6. */
  penalty?: number;
  /** Most steps of L-BFGS; default 100. */
  iterations?: number;
  /** Stops between steps; default the notebook cell's. */
  signal?: AbortSignal;
}

/** Added to a column's standard deviation, so that hardly any change is not made a large one. */
const DEVIATION = 1e-3;

/** Mean and factor of each column: all columns together have about the length 1. */
function scaling({ data, shape: [rows, columns] }: FeatureRows) {
  const means = new Float64Array(columns);
  const factors = new Float64Array(columns);
  for (let at = 0; at < data.length; at++) means[at % columns] += data[at] / rows;
  for (let at = 0; at < data.length; at++) {
    factors[at % columns] += (data[at] - means[at % columns]) ** 2 / rows;
  }
  for (let column = 0; column < columns; column++) {
    factors[column] = 1 / ((Math.sqrt(factors[column]) + DEVIATION) * Math.sqrt(columns));
  }
  return { means, factors };
}

/** The lower triangle L of a positive definite matrix L L', in place of it, rows behind each other. */
function cholesky(matrix: Float64Array, size: number): void {
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * size + column];
      for (let k = 0, a = row * size, b = column * size; k < column; k++)
        sum -= matrix[a + k] * matrix[b + k];
      matrix[row * size + column] =
        row === column ? Math.sqrt(Math.max(sum, 1e-12)) : sum / matrix[column * size + column];
    }
    matrix.fill(0, row * size + row + 1, (row + 1) * size);
  }
}

/** Solves L' x = b for each column of b `[size, width]`, in place. */
function solveTransposed(lower: Float64Array, b: Float64Array, size: number): void {
  const width = b.length / size;
  for (let row = size - 1; row >= 0; row--) {
    const own = row * width;
    for (let c = 0; c < width; c++) b[own + c] /= lower[row * size + row];
    for (let above = 0; above < row; above++) {
      const weight = lower[row * size + above];
      for (let c = 0; c < width; c++) b[above * width + c] -= weight * b[own + c];
    }
  }
}

function checkTask(x: FeatureRows, labels: ArrayLike<number>, options: LogisticOptions): number {
  checkOptions(
    options,
    {
      classes: { whole: true, low: 1, high: 65_536 },
      penalty: { low: 0, above: true },
      iterations: { whole: true, low: 1, high: 1e6 },
      signal: "any",
    },
    { action: "fit a logistic regression" },
  );
  const [rows, columns] = x.shape;
  if (rows < 2 || columns < 1 || labels.length !== rows || x.data.length !== rows * columns) {
    throw new RangeError(
      `Cannot fit a logistic regression: need one label for each of two or more rows, got ${labels.length} labels and shape [${x.shape}] with ${x.data.length} values`,
    );
  }
  const beyond = options.classes ?? 65_536;
  let most = 0;
  for (let i = 0; i < rows; i++) {
    if (!(Number.isInteger(labels[i]) && labels[i] >= 0 && labels[i] < beyond)) {
      throw new RangeError(
        `Cannot fit a logistic regression: labels must be whole numbers in [0, ${beyond}), got ${labels[i]} at row ${i}`,
      );
    }
    most = Math.max(most, labels[i]);
  }
  for (let at = 0; at < x.data.length; at++) {
    if (Number.isFinite(x.data[at])) continue;
    throw new RangeError(
      `Cannot fit a logistic regression: features must be finite, got ${x.data[at]} in row ${Math.floor(at / columns)}, column ${at % columns}`,
    );
  }
  return options.classes ?? most + 1;
}

/**
 * Multinomial logistic regression of feature rows, of which there may be many more than rows: columns are scaled alike, and
 * weights sought among the rows' combinations, where the best ones lie.
 *
 * Its probabilities need no calibration: it minimises the log loss itself, with a penalty of the squared weights.
 *
 * @param x features `[rows, columns]`
 * @param labels class number of each row
 * @param options `classes`, `penalty` (default 1e-6), `iterations` (default 100)
 * @returns a linear classifier, as `ridgeClassifier` gives one
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} if a feature is not finite (with its place), a label is no class number, or a setting out of reach
 * Source: scikit-learn's `LogisticRegression` with `C = 1 / (2 penalty rows)`, on columns divided by the standard deviation
 * plus 0.001 and by the root of their number.
 * @example
 * const classifier = logisticClassifier({ data: Float32Array.of(0, 1, 2, 3), shape: [4, 1] }, [0, 0, 1, 1]);
 * classifier.predict({ data: Float32Array.of(0, 3), shape: [2, 1] }).data; // near 1, 0, 0, 1
 */
export function logisticClassifier(
  x: FeatureRows,
  labels: ArrayLike<number>,
  options: LogisticOptions = {},
): RidgeClassifier {
  const { penalty = 1e-6, iterations = 100, signal = currentSignal() } = options;
  const classes = checkTask(x, labels, options);
  const [rows, columns] = x.shape;
  const { means, factors } = scaling(x);
  const scaled = Float32Array.from(
    x.data,
    (value, at) => (value - means[at % columns]) * factors[at % columns],
  );
  const products = tf.tidy(() => {
    const table = tf.tensor2d(scaled, [rows, columns]);
    return tf.matMul(table, table, false, true).dataSync<"float32">();
  });
  const lower = Float64Array.from(products);
  // Rows that are alike leave the matrix singular.
  for (let row = 0; row < rows; row++) lower[row * rows + row] += 1e-6;
  cholesky(lower, rows);
  const found = fitRows(lower, { rows, classes, labels, penalty, iterations, signal });
  const combination = found.slice(0, rows * classes);
  solveTransposed(lower, combination, rows);
  const combined = tf.tidy(() => {
    const factorsOfRows = tf.tensor2d(Float32Array.from(combination), [rows, classes]);
    return tf.matMul(factorsOfRows, tf.tensor2d(scaled, [rows, columns]), true).dataSync<"float32">();
  });
  const weights = Float64Array.from(combined);
  for (let at = 0; at < weights.length; at++) weights[at] *= factors[at % columns];
  return ridgeOf({ alpha: penalty, temperature: 1, means, offsets: found.slice(rows * classes), weights });
}

/** Weights of the rows' coordinates `[rows, classes]`, and behind them the offsets. */
function fitRows(
  lower: Float64Array,
  task: {
    rows: number;
    classes: number;
    labels: ArrayLike<number>;
    penalty: number;
    iterations: number;
    signal: AbortSignal | undefined;
  },
): Float64Array {
  const { rows, classes, labels, penalty, iterations, signal } = task;
  const coordinates = tf.tensor2d(Float32Array.from(lower), [rows, rows]);
  const size = rows * classes;
  const start = new Float64Array(size + classes);
  for (let i = 0; i < rows; i++) start[size + labels[i]]++;
  for (let c = 0; c < classes; c++) start[size + c] = Math.log((start[size + c] + 0.5) / rows);
  const product = (values: Float64Array, transposed: boolean): Float32Array =>
    tf.tidy(() => {
      const right = tf.tensor2d(Float32Array.from(values), [rows, classes]);
      return tf.matMul<Tensor2D>(coordinates, right, transposed).dataSync() as Float32Array;
    });
  try {
    return minimize(
      (point, gradient) => {
        throwIfAborted(signal);
        const logits = product(point.subarray(0, size), false);
        const rest = new Float64Array(size);
        gradient.fill(0, size);
        let loss = 0;
        for (let row = 0; row < rows; row++) {
          const at = row * classes;
          let most = Number.NEGATIVE_INFINITY;
          for (let c = 0; c < classes; c++) {
            rest[at + c] = logits[at + c] + point[size + c];
            most = Math.max(most, rest[at + c]);
          }
          const own = rest[at + labels[row]] - most;
          let sum = 0;
          for (let c = 0; c < classes; c++) sum += rest[at + c] = Math.exp(rest[at + c] - most);
          loss += (Math.log(sum) - own) / rows;
          for (let c = 0; c < classes; c++) {
            rest[at + c] = (rest[at + c] / sum - (c === labels[row] ? 1 : 0)) / rows;
            gradient[size + c] += rest[at + c];
          }
        }
        const slope = product(rest, true);
        for (let i = 0; i < size; i++) {
          gradient[i] = slope[i] + 2 * penalty * point[i];
          loss += penalty * point[i] * point[i];
        }
        return loss;
      },
      start,
      { iterations, tolerance: 1e-7 },
    );
  } finally {
    coordinates.dispose();
  }
}
