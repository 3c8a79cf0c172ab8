/** Options of {@link ridgeClassifier}. */
export interface RidgeOptions {
  /** Number of classes; default the highest label plus 1. */
  classes?: number;
  /** Penalties to choose from by leave-one-out error; default ten from 0.001 to 1000, evenly in the logarithm. */
  alphas?: readonly number[];
}

/** Rows of features in C order. */
export interface FeatureRows {
  readonly data: ArrayLike<number>;
  readonly shape: readonly [rows: number, columns: number];
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
}

/** Replaces a positive definite matrix by the inverse of its Cholesky factor (lower triangle). */
function invertFactor(a: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j];
      for (let k = 0, p = i * n, q = j * n; k < j; k++) sum -= a[p + k] * a[q + k];
      a[i * n + j] = i === j ? Math.sqrt(sum) : sum / a[j * n + j];
    }
  }
  const row = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const pivot = a[i * n + i];
    row.fill(0, 0, i);
    for (let k = 0; k < i; k++) {
      const factor = a[i * n + k];
      for (let j = 0, p = k * n; j <= k; j++) row[j] -= factor * a[p + j];
    }
    for (let j = 0; j < i; j++) a[i * n + j] = row[j] / pivot;
    a[i * n + i] = 1 / pivot;
  }
}

/** Solves `(gram + alpha I) c = y` for all classes; returns c and the leave-one-out errors, both `[n, classes]`. */
function solve(gram: Float64Array, y: Float64Array, options: { n: number; classes: number; alpha: number }) {
  const { n, classes, alpha } = options;
  const inverse = gram.slice();
  for (let i = 0; i < n; i++) inverse[i * n + i] += alpha;
  invertFactor(inverse, n);
  const diagonal = new Float64Array(n).fill(-1 / (alpha * n)); // the intercept's share
  const c = new Float64Array(n * classes);
  const half = new Float64Array(classes);
  for (let k = 0; k < n; k++) {
    half.fill(0);
    for (let i = 0; i <= k; i++) {
      const value = inverse[k * n + i];
      diagonal[i] += value * value;
      for (let m = 0; m < classes; m++) half[m] += value * y[i * classes + m];
    }
    for (let i = 0; i <= k; i++) {
      const value = inverse[k * n + i];
      for (let m = 0; m < classes; m++) c[i * classes + m] += value * half[m];
    }
  }
  const errors = c.map((value, at) => value / diagonal[Math.floor(at / classes)]);
  return { c, errors };
}

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
 * @param x features `[rows, columns]`; costs grow with rows^3 for each penalty
 * @param labels one label a row, whole numbers from 0
 * @returns margins and probabilities for new rows
 * @throws {RangeError} if labels, shapes or penalties are impossible
 * Source: scikit-learn's `RidgeClassifierCV` (leave-one-out); temperature as Guo et al. 2017 (arXiv:1706.04599).
 * @example
 * const model = ridgeClassifier(train, labels, { classes: 61 });
 * const probabilities = model.predict(test);
 */
export function ridgeClassifier(
  x: FeatureRows,
  labels: ArrayLike<number>,
  options: RidgeOptions = {},
): RidgeClassifier {
  const [n, columns] = x.shape;
  const { alphas = Array.from({ length: 10 }, (_, i) => 10 ** (-3 + (6 * i) / 9)) } = options;
  let most = 1;
  for (let i = 0; i < labels.length; i++) most = Math.max(most, labels[i]);
  const { classes = most + 1 } = options;
  if (n < 2 || labels.length !== n || x.data.length !== n * columns) {
    throw new RangeError(
      `Cannot fit ridge: need one label for each of two or more rows, got ${labels.length} labels and shape [${x.shape}] with ${x.data.length} values`,
    );
  }
  if (alphas.length === 0 || alphas.some((alpha) => !(alpha > 0))) {
    throw new RangeError(`Cannot fit ridge: alphas must be positive and at least one, got [${alphas}]`);
  }
  const y = new Float64Array(n * classes).fill(-1);
  for (let i = 0; i < n; i++) {
    if (!(Number.isInteger(labels[i]) && labels[i] >= 0 && labels[i] < classes)) {
      throw new RangeError(
        `Cannot fit ridge: labels must be whole numbers in [0, ${classes}), got ${labels[i]} at row ${i}`,
      );
    }
    y[i * classes + labels[i]] = 1;
  }
  const means = columnMeans(x.data, n, columns);
  const offsets = columnMeans(y, n, classes);
  const centred = Float64Array.from(x.data, (value, at) => value - means[at % columns]);
  const target = y.map((value, at) => value - offsets[at % classes]);
  const gram = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const a = centred.subarray(i * columns, (i + 1) * columns);
    for (let j = 0; j <= i; j++) {
      const b = centred.subarray(j * columns, (j + 1) * columns);
      let sum = 0;
      for (let k = 0; k < columns; k++) sum += a[k] * b[k];
      gram[i * n + j] = sum;
    }
  }
  let best: { alpha: number; c: Float64Array; errors: Float64Array; score: number } | undefined;
  for (const alpha of alphas) {
    const { c, errors } = solve(gram, target, { n, classes, alpha });
    const score = errors.reduce((sum, error) => sum + error * error, 0);
    if (!best || score < best.score) best = { alpha, c, errors, score };
  }
  const { alpha, c, errors } = best!;
  const weights = new Float64Array(columns * classes);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < columns; k++) {
      const value = centred[i * columns + k];
      for (let m = 0; m < classes; m++) weights[k * classes + m] += value * c[i * classes + m];
    }
  }
  const temperature = fitTemperature(
    y.map((value, at) => value - errors[at]),
    labels,
    classes,
  );
  function margins(rows: FeatureRows): { data: Float64Array; shape: [number, number] } {
    const [count, width] = rows.shape;
    if (width !== columns || rows.data.length !== count * width) {
      throw new RangeError(`Cannot predict: rows must have ${columns} columns, got shape [${rows.shape}]`);
    }
    const data = new Float64Array(count * classes);
    for (let i = 0; i < count; i++) {
      for (let m = 0; m < classes; m++) data[i * classes + m] = offsets[m];
      for (let k = 0; k < columns; k++) {
        const value = rows.data[i * columns + k] - means[k];
        for (let m = 0; m < classes; m++) data[i * classes + m] += value * weights[k * classes + m];
      }
    }
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
  };
}

function columnMeans(data: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const means = new Float64Array(columns);
  for (let at = 0; at < data.length; at++) means[at % columns] += data[at];
  return means.map((sum) => sum / rows);
}
