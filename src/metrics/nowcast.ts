/** Numbers to verify: any typed array. */
export type VerifyArray = ArrayLike<number>;

/** Options shared by scores that pass over pixels. */
export interface MaskOptions {
  /** Pixels to count: truthy at the same index; repeated when shorter, as a map is for many samples. Default all. */
  mask?: ArrayLike<number | boolean>;
}

/** A threshold in the precision of the values, so that those that equal it are at it. */
export function thresholdFor(values: VerifyArray, threshold: number): number {
  return values instanceof Float32Array ? Math.fround(threshold) : threshold;
}

/** Counts of a yes/no forecast. */
export interface Contingency {
  /** Forecast yes, observed yes. */
  readonly hits: number;
  /** Forecast no, observed yes. */
  readonly misses: number;
  /** Forecast yes, observed no. */
  readonly falseAlarms: number;
  /** Forecast no, observed no. */
  readonly correctNegatives: number;
}

/** Scores of a yes/no forecast; NaN where the counts leave one undefined. */
export interface CategoricalScores {
  /** Probability of detection H / (H + M). */
  readonly pod: number;
  /** False alarm ratio F / (H + F). */
  readonly far: number;
  /** Critical success index H / (H + M + F). */
  readonly csi: number;
  /** Frequency bias (H + F) / (H + M). */
  readonly bias: number;
  /** Gilbert skill score, also called equitable threat score. */
  readonly gss: number;
  /** Heidke skill score. */
  readonly hss: number;
  /** F1 = 2 H / (2 H + F + M). */
  readonly f1: number;
  /** Fraction correct. */
  readonly accuracy: number;
}

function checkLengths(truth: VerifyArray, forecast: VerifyArray, mask?: ArrayLike<unknown>): void {
  if (truth.length !== forecast.length) {
    throw new RangeError(
      `Cannot verify a forecast: truth and forecast must be as long, got ${truth.length} and ${forecast.length}`,
    );
  }
  if (truth.length === 0) throw new RangeError("Cannot verify a forecast: need at least one value, got none");
  if (mask && (mask.length === 0 || truth.length % mask.length !== 0)) {
    throw new RangeError(
      `Cannot verify a forecast: the mask must divide the values, got ${mask.length} for ${truth.length}`,
    );
  }
}

/** Calls `visit` for each counted index, refusing values of which nothing can be said: NaN, and infinity in differences. */
function forCounted(
  truth: VerifyArray,
  { forecast, mask, infinite }: { forecast: VerifyArray; infinite: boolean } & MaskOptions,
  visit: (truth: number, forecast: number) => void,
): number {
  checkLengths(truth, forecast, mask);
  const isFit = infinite ? (value: number) => !Number.isNaN(value) : Number.isFinite;
  let count = 0;
  for (let i = 0; i < truth.length; i++) {
    if (mask && !mask[i % mask.length]) continue;
    const [seen, told] = [truth[i], forecast[i]];
    if (!isFit(seen) || !isFit(told)) {
      const odd = isFit(seen) ? told : seen;
      throw new RangeError(
        `Cannot verify a forecast: values must be ${infinite ? "numbers" : "finite"}, got ${odd} at index ${i}`,
      );
    }
    visit(seen, told);
    count++;
  }
  if (count === 0) throw new RangeError("Cannot verify a forecast: the mask leaves no value");
  return count;
}

/**
 * Mean absolute error, in the unit of the values.
 *
 * @param truth observed values
 * @param options `forecast`: as many values; `mask`: values to count (default all)
 * @throws {RangeError} if lengths disagree, a counted value is not finite (with its index) or nothing is counted
 * @example
 * meanAbsoluteError([1, 2], { forecast: [2, 4] }); // 1.5
 */
export function meanAbsoluteError(
  truth: VerifyArray,
  options: { forecast: VerifyArray } & MaskOptions,
): number {
  let sum = 0;
  const count = forCounted(truth, { ...options, infinite: false }, (a, b) => {
    sum += Math.abs(a - b);
  });
  return sum / count;
}

/**
 * Root mean square error, in the unit of the values.
 *
 * @param truth observed values
 * @param options `forecast`: as many values; `mask`: values to count (default all)
 * @throws {RangeError} if lengths disagree, a counted value is not finite (with its index) or nothing is counted
 * @example
 * rootMeanSquareError([0, 0], { forecast: [3, 4] }); // 3.5355
 */
export function rootMeanSquareError(
  truth: VerifyArray,
  options: { forecast: VerifyArray } & MaskOptions,
): number {
  let sum = 0;
  const count = forCounted(truth, { ...options, infinite: false }, (a, b) => {
    sum += (a - b) ** 2;
  });
  return Math.sqrt(sum / count);
}

/**
 * Counts hits, misses, false alarms and correct negatives of a forecast at a threshold.
 *
 * @param truth observed values
 * @param options `forecast`: as many values; `threshold`: yes at or above it (in the values' unit, and in float32
 *   where they are); `mask`: values to count (default all)
 * @throws {RangeError} if lengths disagree, a counted value or the threshold is NaN, or nothing is counted
 * @example
 * contingency([0, 1, 1], { forecast: [1, 1, 0], threshold: 1 });
 * // { hits: 1, misses: 1, falseAlarms: 1, correctNegatives: 0 }
 */
export function contingency(
  truth: VerifyArray,
  options: { forecast: VerifyArray; threshold: number } & MaskOptions,
): Contingency {
  const { forecast, threshold, mask } = options;
  if (Number.isNaN(threshold)) {
    throw new RangeError("Cannot verify a forecast: threshold must be a number, got NaN");
  }
  const [level, told] = [truth, forecast].map((values) => thresholdFor(values, threshold));
  let hits = 0;
  let misses = 0;
  let falseAlarms = 0;
  const count = forCounted(truth, { forecast, mask, infinite: true }, (observed, predicted) => {
    if (observed >= level) {
      if (predicted >= told) hits++;
      else misses++;
    } else if (predicted >= told) falseAlarms++;
  });
  return { hits, misses, falseAlarms, correctNegatives: count - hits - misses - falseAlarms };
}

/**
 * Scores of a yes/no forecast from its counts (Wilks, Statistical Methods in the Atmospheric Sciences; pysteps).
 *
 * @param counts from {@link contingency}, of one forecast or added over many
 * @returns scores; NaN where undefined, as when nothing was observed or forecast
 * @example
 * categoricalScores({ hits: 1, misses: 1, falseAlarms: 0, correctNegatives: 2 }).pod; // 0.5
 */
export function categoricalScores(counts: Contingency): CategoricalScores {
  const { hits: h, misses: m, falseAlarms: f, correctNegatives: r } = counts;
  const total = h + m + f + r;
  const byChance = ((h + m) * (h + f)) / total;
  return {
    pod: h / (h + m),
    far: f / (h + f),
    csi: h / (h + m + f),
    bias: (h + f) / (h + m),
    gss: (h - byChance) / (h + m + f - byChance),
    hss: (2 * (h * r - f * m)) / ((h + m) * (m + r) + (h + f) * (f + r)),
    f1: (2 * h) / (2 * h + f + m),
    accuracy: (h + r) / total,
  };
}
