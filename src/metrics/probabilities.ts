/** Probabilities of classes: one row a sample, in C order. What `predict` returns is one. */
export interface Probabilities {
  /** `rows * classes` values. */
  readonly data: ArrayLike<number>;
  /** `[rows, classes]`. */
  readonly shape: readonly number[];
}

/** Rows and classes of a table of probabilities; throws where shape, values or the labels beside it cannot be. */
export function checkProbabilities(
  truth: ArrayLike<number>,
  prediction: Probabilities,
  action: string,
): { rows: number; classes: number } {
  const [rows, classes] = prediction.shape;
  const { data, shape } = prediction;
  if (shape.length !== 2 || !(classes >= 2) || rows * classes !== data.length) {
    throw new RangeError(
      `Cannot ${action}: probabilities must be [rows, 2 or more classes], got shape [${shape}] with ${data.length} values`,
    );
  }
  if (rows === 0 || truth.length !== rows) {
    throw new RangeError(
      `Cannot ${action}: need one label per row and at least one, got ${truth.length} labels and ${rows} rows`,
    );
  }
  for (let i = 0; i < data.length; i++) {
    if (!(data[i] >= 0 && data[i] <= 1)) {
      throw new RangeError(
        `Cannot ${action}: probabilities must lie in [0, 1], got ${data[i]} at row ${Math.floor(i / classes)}, class ${i % classes}`,
      );
    }
  }
  checkLabels(truth, { classes, action });
  return { rows, classes };
}

/** Throws where a label is no class. */
export function checkLabels(labels: ArrayLike<number>, options: { classes: number; action: string }): void {
  const { classes, action } = options;
  for (let i = 0; i < labels.length; i++) {
    if (!(Number.isInteger(labels[i]) && labels[i] >= 0 && labels[i] < classes)) {
      throw new RangeError(
        `Cannot ${action}: labels must be whole numbers in [0, ${classes}), got ${labels[i]} at row ${i}`,
      );
    }
  }
}

/**
 * The most probable class of each row, the first of equal ones.
 *
 * @param prediction probabilities `[rows, classes]`
 * @returns one label per row
 * @throws {RangeError} if the shape does not fit the values or a value is NaN
 * Source: equal to `numpy.argmax(prediction, axis=1)`.
 * @example
 * predictedLabels({ data: [0.2, 0.8, 0.9, 0.1], shape: [2, 2] }); // Int32Array [1, 0]
 */
export function predictedLabels(prediction: Probabilities): Int32Array {
  const [rows, classes] = prediction.shape;
  const { data, shape } = prediction;
  if (shape.length !== 2 || !(classes >= 1) || rows * classes !== data.length) {
    throw new RangeError(
      `Cannot choose classes: probabilities must be [rows, classes], got shape [${shape}] with ${data.length} values`,
    );
  }
  const labels = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    let best = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) {
      const value = data[row * classes + k];
      if (Number.isNaN(value)) {
        throw new RangeError(
          `Cannot choose classes: every probability must be a number, got NaN at row ${row}`,
        );
      }
      if (value > best) {
        best = value;
        labels[row] = k;
      }
    }
  }
  return labels;
}
