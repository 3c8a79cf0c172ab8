import { checkProbabilities, type Probabilities } from "./probabilities";

/** How far stated confidence agrees with how often it is right. */
export interface Calibration {
  /** Mean probability stated in each bin that is not empty. */
  readonly confidence: Float64Array;
  /** Share that was right in each of those bins. */
  readonly accuracy: Float64Array;
  /** Samples in each of those bins. */
  readonly counts: Float64Array;
  /** Expected calibration error: the mean of |confidence - accuracy| over the samples. */
  readonly error: number;
  /** The largest |confidence - accuracy| of a bin. */
  readonly largestError: number;
}

/** Options of {@link calibration}. */
export interface CalibrationOptions {
  /** Number of bins; default 10. */
  bins?: number;
  /** Bins of equal width in [0, 1], or of equally many samples; default `uniform`. */
  strategy?: "uniform" | "quantile";
  /** Look at the probability of this class instead of the most probable one of each row. */
  label?: number;
}

/** Linear interpolation that gives `high` exactly at its end, as NumPy's quantiles do. */
function between(low: number, high: number, share: number): number {
  return share < 0.5 ? low + (high - low) * share : high - (high - low) * (1 - share);
}

/** Bin edges without the first and the last. */
function innerEdges(confidences: Float64Array, bins: number, strategy: "uniform" | "quantile"): Float64Array {
  const edges = new Float64Array(bins - 1);
  const sorted = confidences.slice().sort();
  for (let bin = 1; bin < bins; bin++) {
    const share = bin * (1 / bins); // the edges of NumPy's linspace, to the last bit
    const place = share * (sorted.length - 1);
    const below = Math.floor(place);
    const next = sorted[Math.min(below + 1, sorted.length - 1)];
    edges[bin - 1] = strategy === "uniform" ? share : between(sorted[below], next, place - below);
  }
  return edges;
}

/**
 * Reliability curve and expected calibration error of predicted probabilities. NaN is no probability and no label, and
 * refused with its row.
 *
 * @param truth one label per row
 * @param prediction probabilities `[rows, classes]`
 * @returns the bins that hold samples, and the errors; a perfectly honest model has error 0
 * @throws {RangeError} if labels, shapes, bins or the class are impossible
 * Source: curve as `sklearn.calibration.calibration_curve`; error as Guo et al. 2017 (arXiv:1706.04599).
 * @example
 * calibration([1], { data: [0.25, 0.75], shape: [1, 2] }).error; // 0.25
 */
export function calibration(
  truth: ArrayLike<number>,
  prediction: Probabilities,
  options: CalibrationOptions = {},
): Calibration {
  const { bins = 10, strategy = "uniform", label } = options;
  const { rows, classes } = checkProbabilities(truth, prediction, "measure calibration");
  if (!(Number.isInteger(bins) && bins > 0)) {
    throw new RangeError(`Cannot measure calibration: bins must be a whole number from 1, got ${bins}`);
  }
  if (label !== undefined && !(Number.isInteger(label) && label >= 0 && label < classes)) {
    throw new RangeError(
      `Cannot measure calibration: label must be a class in [0, ${classes}), got ${label}`,
    );
  }
  const confidences = new Float64Array(rows);
  const right = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    let chosen = label ?? 0;
    if (label === undefined) {
      for (let k = 1; k < classes; k++) {
        if (prediction.data[row * classes + k] > prediction.data[row * classes + chosen]) chosen = k;
      }
    }
    confidences[row] = prediction.data[row * classes + chosen];
    right[row] = truth[row] === chosen ? 1 : 0;
  }
  const edges = innerEdges(confidences, bins, strategy);
  const sums = new Float64Array(bins);
  const hits = new Float64Array(bins);
  const counts = new Float64Array(bins);
  for (let row = 0; row < rows; row++) {
    let bin = 0;
    while (bin < bins - 1 && edges[bin] < confidences[row]) bin++;
    counts[bin]++;
    sums[bin] += confidences[row];
    hits[bin] += right[row];
  }
  const filled = Array.from({ length: bins }, (_, bin) => bin).filter((bin) => counts[bin] > 0);
  const gaps = filled.map((bin) => Math.abs(sums[bin] - hits[bin]));
  return {
    confidence: Float64Array.from(filled, (bin) => sums[bin] / counts[bin]),
    accuracy: Float64Array.from(filled, (bin) => hits[bin] / counts[bin]),
    counts: Float64Array.from(filled, (bin) => counts[bin]),
    error: gaps.reduce((sum, gap) => sum + gap, 0) / rows,
    largestError: Math.max(...gaps.map((gap, i) => gap / counts[filled[i]])),
  };
}
