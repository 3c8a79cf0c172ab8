/** How far pysteps moves the outer edges out, so that 0 and 1 lie within. */
const SLACK = 1e-6;

/** How often it rained when a forecast said so with some probability. */
export interface Reliability {
  /** Mean forecast probability of each bin; NaN where empty. */
  readonly forecast: Float64Array;
  /** Observed share of yes in each bin; NaN where empty. */
  readonly observed: Float64Array;
  /** Forecasts in each bin. */
  readonly counts: Float64Array;
}

/**
 * Reliability of probability forecasts in equal bins of [0, 1].
 *
 * @param truth observed yes (non-zero) or no (0)
 * @param options `probability`: as many forecasts in [0, 1]; `bins`: how many (default 10)
 * @returns mean forecast, observed share and count a bin
 * @throws {RangeError} if lengths disagree or are 0, a probability lies outside [0, 1], or a value is NaN, with its index
 * Source: equal to pysteps.verification.probscores.reldiag (`min_count=1`), to its edges: -0.000001 to 1.000001.
 * @example
 * reliability([0, 1], { probability: [0.1, 0.9], bins: 2 }).observed; // Float64Array [0, 1]
 */
export function reliability(
  truth: ArrayLike<number | boolean>,
  options: { probability: ArrayLike<number>; bins?: number },
): Reliability {
  const { probability, bins = 10 } = options;
  if (truth.length === 0 || truth.length !== probability.length) {
    throw new RangeError(
      `Cannot measure reliability: truth and probability must be as long and not empty, got ${truth.length} and ${probability.length}`,
    );
  }
  if (!(Number.isInteger(bins) && bins > 0)) {
    throw new RangeError(`Cannot measure reliability: bins must be a positive whole number, got ${bins}`);
  }
  /** A value lies in a bin above its lower edge, or on the upper one. */
  const edge = (bin: number): number => bin * ((1 + SLACK + SLACK) / bins) - SLACK;
  const forecast = new Float64Array(bins);
  const observed = new Float64Array(bins);
  const counts = new Float64Array(bins);
  for (let i = 0; i < truth.length; i++) {
    const value = probability[i];
    if (!(value >= 0 && value <= 1)) {
      throw new RangeError(
        `Cannot measure reliability: probabilities must lie in [0, 1], got ${value} at index ${i}`,
      );
    }
    if (Number.isNaN(truth[i])) {
      throw new RangeError(`Cannot measure reliability: truth must be yes or no, got NaN at index ${i}`);
    }
    let bin = Math.min(bins - 1, Math.floor(value * bins));
    if (value > edge(bin + 1)) bin++;
    else if (bin > 0 && value <= edge(bin)) bin--;
    counts[bin]++;
    forecast[bin] += value;
    if (truth[i]) observed[bin]++;
  }
  for (let bin = 0; bin < bins; bin++) {
    forecast[bin] /= counts[bin];
    observed[bin] /= counts[bin];
  }
  return { forecast, observed, counts };
}
