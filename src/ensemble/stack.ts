import { minimize } from "../core/minimize";
import { type CombinedPredictions, checkPredictions, type Predictions } from "./predictions";

/** Settings of {@link stack}. */
export interface StackOptions {
  /** One label a row, whole numbers in `[0, classes)`. */
  truth: ArrayLike<number>;
  /** Inverse strength of the L2 penalty, as scikit-learn's `C`. Default 0.01: out-of-fold rows are few for so many weights. */
  c?: number;
  /** The least probability, before its logarithm is taken. Default 1e-7. */
  epsilon?: number;
  /** The most steps of the optimiser. Default 500. */
  iterations?: number;
}

/** A linear model over other models' predictions. */
export interface Stack {
  /** float64 `[models * classes + 1, classes]`: one row an input, the last the constant. */
  readonly coefficients: Float64Array;
  /** Class probabilities `[rows, classes]` from other predictions of the same models. */
  predict(predictions: readonly Predictions[]): CombinedPredictions;
}

/** Logarithms of the models' probabilities side by side, `[rows, models * classes]`. */
function inputsOf(
  predictions: readonly Predictions[],
  epsilon: number,
): { inputs: Float64Array; rows: number; width: number } {
  const { rows, size } = checkPredictions(predictions, "stack");
  const width = predictions.length * size;
  const inputs = new Float64Array(rows * width);
  predictions.forEach(({ data }, model) => {
    for (let row = 0; row < rows; row++) {
      for (let k = 0; k < size; k++) {
        inputs[row * width + model * size + k] = Math.log(Math.max(data[row * size + k], epsilon));
      }
    }
  });
  return { inputs, rows, width };
}

/** Writes the softmax of one row's linear outputs into `out`; returns the logarithm of its sum. */
function softmaxRow(
  out: Float64Array,
  parts: { inputs: Float64Array; row: number; width: number; coefficients: Float64Array },
): number {
  const { inputs, row, width, coefficients } = parts;
  const classes = out.length;
  out.set(coefficients.subarray(width * classes));
  for (let i = 0; i < width; i++) {
    const value = inputs[row * width + i];
    for (let k = 0, at = i * classes; k < classes; k++, at++) out[k] += value * coefficients[at];
  }
  const greatest = out.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  let sum = 0;
  for (let k = 0; k < classes; k++) sum += Math.exp(out[k] - greatest);
  const total = greatest + Math.log(sum);
  for (let k = 0; k < classes; k++) out[k] = Math.exp(out[k] - total);
  return total;
}

/**
 * Fits L2-regularised multinomial logistic regression on given inputs: the sum of log losses plus half the square of
 * the coefficients over `c`, the constant left free.
 *
 * Source: scikit-learn `LogisticRegression` (the same objective, divided by rows and `c`).
 *
 * @param inputs float64 `[rows, width]`
 * @returns float64 `[width + 1, classes]`, the last row the constant
 * @throws {RangeError} if labels and rows differ in number or a label is no class
 * @example
 * fitLogistic(Float64Array.of(-1, 1), { truth: [0, 1], classes: 2, c: 1, iterations: 100 });
 */
export function fitLogistic(
  inputs: Float64Array,
  options: { truth: ArrayLike<number>; classes: number; c: number; iterations: number },
): Float64Array {
  const { truth, classes, c, iterations } = options;
  const rows = truth.length;
  const width = inputs.length / rows;
  for (let row = 0; row < rows; row++) {
    if (!(Number.isInteger(truth[row]) && truth[row] >= 0 && truth[row] < classes)) {
      throw new RangeError(
        `Cannot fit: labels must be whole numbers in [0, ${classes}), got ${truth[row]} at row ${row}`,
      );
    }
  }
  if (!Number.isInteger(width)) {
    throw new RangeError(`Cannot fit: ${inputs.length} inputs must be as many for each of ${rows} labels`);
  }
  if (!(c > 0)) throw new RangeError(`Cannot fit: c must be above 0, got ${c}`);
  const share = new Float64Array(classes);
  const penalty = 1 / (c * rows);
  return minimize(
    (coefficients, gradient) => {
      let value = 0;
      for (let at = 0; at < width * classes; at++) {
        gradient[at] = penalty * coefficients[at];
        value += (penalty / 2) * coefficients[at] ** 2;
      }
      gradient.fill(0, width * classes);
      for (let row = 0; row < rows; row++) {
        softmaxRow(share, { inputs, row, width, coefficients });
        value -= Math.log(Math.max(share[truth[row]], Number.MIN_VALUE)) / rows;
        share[truth[row]] -= 1;
        for (let i = 0; i < width; i++) {
          const factor = inputs[row * width + i] / rows;
          for (let k = 0, at = i * classes; k < classes; k++, at++) gradient[at] += factor * share[k];
        }
        for (let k = 0; k < classes; k++) gradient[width * classes + k] += share[k] / rows;
      }
      return value;
    },
    new Float64Array((width + 1) * classes),
    { iterations },
  );
}

/**
 * Stacks models: multinomial logistic regression with an L2 penalty on the logarithms of their out-of-fold
 * probabilities.
 *
 * Source: D. Wolpert, "Stacked generalization", 1992.
 *
 * @param predictions out-of-fold probabilities `[rows, classes]`, one per model
 * @throws {RangeError} if shapes disagree, labels are no classes, or a value is not finite
 * @example
 * const stacked = stack([first.predictions, second.predictions], { truth: labels });
 * const submitted = stacked.predict([first.test!, second.test!]);
 */
export function stack(predictions: readonly Predictions[], options: StackOptions): Stack {
  const { truth, c = 0.01, epsilon = 1e-7, iterations = 500 } = options;
  const { inputs, rows, width } = inputsOf(predictions, epsilon);
  if (truth.length !== rows) {
    throw new RangeError(`Cannot stack: need one label per row (${rows}), got ${truth.length}`);
  }
  const classes = width / predictions.length;
  const coefficients = fitLogistic(inputs, { truth, classes, c, iterations });
  return {
    coefficients,
    predict(others) {
      const given = inputsOf(others, epsilon);
      if (given.width !== width) {
        throw new RangeError(
          `Cannot stack: need ${width} inputs per row as it was fitted on, got ${given.width}`,
        );
      }
      const data = new Float32Array(given.rows * classes);
      const share = new Float64Array(classes);
      for (let row = 0; row < given.rows; row++) {
        softmaxRow(share, { inputs: given.inputs, row, width, coefficients });
        data.set(share, row * classes);
      }
      return { data, shape: [given.rows, classes] };
    },
  };
}
