import { type CombinedPredictions, checkPredictions, checkWeights, type Predictions } from "./predictions";

/** Settings of {@link mean} and {@link geometricMean}. */
export interface MeanOptions {
  /** One weight per model, from 0; scaled to sum to one. Default all equal. */
  weights?: ArrayLike<number>;
}

/**
 * The weighted mean of several models' predictions.
 *
 * @param predictions one per model, all of one shape `[rows, …]`
 * @returns float32, the same shape
 * @throws {RangeError} if shapes disagree, a value is not finite, or the weights do not fit
 * @example
 * mean([{ data: [0.2, 0.8], shape: [1, 2] }, { data: [0.4, 0.6], shape: [1, 2] }]).data; // about [0.3, 0.7]
 */
export function mean(predictions: readonly Predictions[], options: MeanOptions = {}): CombinedPredictions {
  const { shape } = checkPredictions(predictions, "average predictions");
  const weights = checkWeights(options.weights, predictions.length, "average predictions");
  const data = Float32Array.from({ length: predictions[0].data.length }, (_, i) =>
    predictions.reduce((sum, own, model) => sum + weights[model] * own.data[i], 0),
  );
  return { data, shape };
}

/** Settings of {@link geometricMean}. */
export interface GeometricMeanOptions extends MeanOptions {
  /** The least probability that counts, since one 0 would silence all others. Default 1e-15. */
  epsilon?: number;
}

/**
 * The weighted geometric mean of several models' class probabilities, each row made to sum to one: it follows models
 * that are sure more closely than the plain mean does.
 *
 * @param predictions probabilities `[rows, classes]`, one per model
 * @returns float32 `[rows, classes]`
 * @throws {RangeError} if shapes disagree, a value is negative or not finite, or the weights do not fit
 * @example
 * geometricMean([{ data: [0.2, 0.8], shape: [1, 2] }, { data: [0.8, 0.2], shape: [1, 2] }]).data; // [0.5, 0.5]
 */
export function geometricMean(
  predictions: readonly Predictions[],
  options: GeometricMeanOptions = {},
): CombinedPredictions {
  const { epsilon = 1e-15 } = options;
  const action = "take the geometric mean of predictions";
  const { rows, size, shape } = checkPredictions(predictions, action);
  const weights = checkWeights(options.weights, predictions.length, action);
  predictions.forEach(({ data }, model) => {
    for (let i = 0; i < data.length; i++) {
      if (data[i] < 0) {
        throw new RangeError(`Cannot ${action}: values must be from 0, got ${data[i]} of model ${model}`);
      }
    }
  });
  const data = new Float32Array(rows * size);
  const row = new Float64Array(size);
  for (let at = 0; at < rows * size; at += size) {
    for (let k = 0; k < size; k++) {
      row[k] = predictions.reduce(
        (sum, own, model) => sum + weights[model] * Math.log(Math.max(own.data[at + k], epsilon)),
        0,
      );
    }
    // Less the greatest logarithm, so that not every exponential is 0.
    const greatest = row.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
    let sum = 0;
    for (let k = 0; k < size; k++) {
      row[k] = Math.exp(row[k] - greatest);
      sum += row[k];
    }
    for (let k = 0; k < size; k++) data[at + k] = row[k] / sum;
  }
  return { data, shape };
}
