import { checkNumber } from "../core/check";
import type { Series } from "../core/series";
import {
  changeWindows,
  checkDeviation,
  type DeviationOptions,
  type SeriesAugmentOptions,
  shiftOf,
} from "./windows";

/** Options of {@link rollSeries}. */
export interface RollSeriesOptions extends SeriesAugmentOptions {
  /** One shift for all windows, in steps; default a shift of its own for each window. */
  shift?: number;
  /** Range of the drawn shifts, low included, high not; default `[0, steps)`. */
  range?: readonly [low: number, high: number];
}

/**
 * Rolls windows along time: what leaves at the end comes back at the start.
 *
 * @param source series `[windows, steps, channels]`
 * @returns float32 of the same shape
 * @throws {RangeError} if the shift or range is no whole number of steps
 * Source: equal to `numpy.roll(window, shift, axis=0)`.
 * @example
 * rollSeries(series(Float32Array.of(1, 2, 3), { steps: 3, channels: ["x"] }), { shift: 1 }).data; // Float32Array [3, 1, 2]
 */
export function rollSeries(source: Series, options: RollSeriesOptions = {}): Series {
  const { shift, range = [0, source.shape[1]] } = options;
  if (shift !== undefined) checkNumber(shift, { action: "roll", name: "shift", whole: true });
  checkNumber(range[0], { action: "roll", name: "the range's low end", whole: true });
  checkNumber(range[1], {
    action: "roll",
    name: "the range's high end",
    low: range[0],
    above: true,
    whole: true,
  });
  return changeWindows(source, { ...options, name: "rollSeries" }, ({ values, channels }, out, random) => {
    const by = shiftOf(shift ?? random.integer(range[0], range[1]), values.length / channels) * channels;
    out.set(values.subarray(0, values.length - by), by);
    out.set(values.subarray(values.length - by), 0);
  });
}

/**
 * Adds Gaussian noise to every value.
 *
 * @param source series `[windows, steps, channels]`, usually scaled
 * @returns float32 of the same shape
 * @throws {RangeError} if the deviation is negative
 * Source: Um et al. 2017 (arXiv:1706.00527), jittering.
 * @example
 * const noisy = jitterSeries(windows, { deviation: 0.03, seed: 1 });
 */
export function jitterSeries(source: Series, options: DeviationOptions = {}): Series {
  const { deviation = 0.03 } = options;
  checkDeviation(deviation, "jitter");
  return changeWindows(source, { ...options, name: "jitterSeries" }, ({ values }, out, random) => {
    for (let i = 0; i < values.length; i++) out[i] = values[i] + deviation * random.normal();
  });
}

/**
 * Multiplies each channel of a window by a factor of its own, drawn around 1.
 *
 * @param source series `[windows, steps, channels]`
 * @returns float32 of the same shape
 * @throws {RangeError} if the deviation is negative
 * Source: Um et al. 2017 (arXiv:1706.00527), scaling.
 * @example
 * const louder = stretchAmplitude(windows, { deviation: 0.1, seed: 1 });
 */
export function stretchAmplitude(source: Series, options: DeviationOptions = {}): Series {
  const { deviation = 0.1 } = options;
  checkDeviation(deviation, "scale windows");
  return changeWindows(
    source,
    { ...options, name: "stretchAmplitude" },
    ({ values, channels }, out, random) => {
      const factors = Array.from({ length: channels }, () => 1 + deviation * random.normal());
      for (let i = 0; i < values.length; i++) out[i] = values[i] * factors[i % channels];
    },
  );
}

/** Options of {@link permuteSegments}. */
export interface PermuteSegmentsOptions extends SeriesAugmentOptions {
  /** Into how many segments a window is cut; default 4. */
  segments?: number;
  /** Least length of a segment in steps; default 10. */
  least?: number;
}

/**
 * Cuts each window at random places and joins the segments in random order.
 *
 * @param source series `[windows, steps, channels]`
 * @returns float32 of the same shape, the same rows in another order
 * @throws {RangeError} if the segments do not fit
 * Source: Um et al. 2017 (arXiv:1706.00527); defaults of the first place of DACON 235689.
 * @example
 * const shuffled = permuteSegments(windows, { segments: 4, least: 10, seed: 1 });
 */
export function permuteSegments(source: Series, options: PermuteSegmentsOptions = {}): Series {
  const { segments = 4, least = 10 } = options;
  const steps = source.shape[1];
  checkNumber(least, { action: "permute", name: "least", low: 0, whole: true });
  if (!(Number.isInteger(segments) && segments >= 1 && segments <= steps && segments * least <= steps)) {
    throw new RangeError(
      `Cannot permute: segments of at least ${least} steps must fit ${steps} steps, got ${segments}`,
    );
  }
  return changeWindows(
    source,
    { ...options, name: "permuteSegments" },
    ({ values, channels }, out, random) => {
      const free = steps - segments * least;
      const cuts = Array.from({ length: segments - 1 }, () => random.integer(0, free + 1)).sort(
        (a, b) => a - b,
      );
      const bounds = [0, ...cuts.map((cut, i) => cut + (i + 1) * least), steps];
      const order = random.shuffle(Array.from({ length: segments }, (_, i) => i));
      let at = 0;
      for (const segment of order) {
        const piece = values.subarray(bounds[segment] * channels, bounds[segment + 1] * channels);
        out.set(piece, at);
        at += piece.length;
      }
    },
  );
}

/** Options of {@link dropChannels}. */
export interface DropChannelsOptions extends SeriesAugmentOptions {
  /** Chance that a channel of a window is set to 0; default 0.1. */
  rate?: number;
}

/**
 * Sets channels of windows to 0, each by chance.
 *
 * @param source series `[windows, steps, channels]`, scaled so that 0 is the mean
 * @returns float32 of the same shape; the other channels keep their values
 * @throws {RangeError} if the rate lies outside [0, 1]
 * @example
 * const fewer = dropChannels(windows, { rate: 0.1, seed: 1 });
 */
export function dropChannels(source: Series, options: DropChannelsOptions = {}): Series {
  const { rate = 0.1 } = options;
  if (!(rate >= 0 && rate <= 1))
    throw new RangeError(`Cannot drop channels: rate must lie in [0, 1], got ${rate}`);
  return changeWindows(source, { ...options, name: "dropChannels" }, ({ values, channels }, out, random) => {
    const kept = Array.from({ length: channels }, () => (random.uniform() < rate ? 0 : 1));
    for (let i = 0; i < values.length; i++) out[i] = kept[i % channels] === 0 ? 0 : values[i];
  });
}
