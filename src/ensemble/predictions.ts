/** Predictions of one model: one row a sample, in C order, such as class probabilities `[rows, classes]`. */
export interface Predictions {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

/** Predictions made here. */
export interface CombinedPredictions {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/**
 * Refuses predictions that cannot be combined.
 *
 * @param action what for, as errors say it
 * @throws {RangeError} if there are none, shapes and values disagree, or a value is not finite
 */
export function checkPredictions(
  predictions: readonly Predictions[],
  action: string,
): { rows: number; size: number; shape: readonly number[] } {
  const [first] = predictions;
  if (!first) throw new RangeError(`Cannot ${action}: need at least one model's predictions, got none`);
  const { shape } = first;
  const length = shape.reduce((product, extent) => product * extent, 1);
  predictions.forEach((own, model) => {
    if (own.shape.join() !== shape.join() || own.data.length !== length) {
      throw new RangeError(
        `Cannot ${action}: all predictions must have shape [${shape}] and ${length} values, got [${own.shape}] and ${own.data.length} for model ${model}`,
      );
    }
    for (let i = 0; i < length; i++) {
      if (!Number.isFinite(own.data[i])) {
        throw new RangeError(
          `Cannot ${action}: values must be finite, got ${own.data[i]} at row ${Math.floor((i * shape[0]) / length)} of model ${model}`,
        );
      }
    }
  });
  return { rows: shape[0], size: length / shape[0], shape };
}

/** The rows at `indices`, in that order. */
export function takeRows(predictions: Predictions, indices: ArrayLike<number>): CombinedPredictions {
  const { data, shape } = predictions;
  const size = data.length / shape[0];
  const taken = new Float32Array(indices.length * size);
  for (let row = 0; row < indices.length; row++) {
    for (let i = 0; i < size; i++) taken[row * size + i] = data[indices[row] * size + i];
  }
  return { data: taken, shape: [indices.length, ...shape.slice(1)] };
}

/** Weights that sum to one. */
export function checkWeights(
  weights: ArrayLike<number> | undefined,
  models: number,
  action: string,
): Float64Array {
  const own = weights ? Float64Array.from(weights) : new Float64Array(models).fill(1);
  const sum = own.reduce((total, weight) => total + weight, 0);
  if (own.length !== models || own.some((weight) => !(weight >= 0)) || !(sum > 0 && Number.isFinite(sum))) {
    throw new RangeError(
      `Cannot ${action}: need one weight from 0 per model (${models}) and not all 0, got [${own}]`,
    );
  }
  return own.map((weight) => weight / sum);
}
