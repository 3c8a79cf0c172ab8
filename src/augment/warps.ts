/** Augmentations that stretch windows along a curve: their amplitude, or time itself. */

import { checkNumber } from "../core/check";
import type { Series } from "../core/series";
import {
  changeWindows,
  checkDeviation,
  type DeviationOptions,
  linear,
  type SeriesAugmentOptions,
  smoothCurve,
  type Window,
} from "./windows";

/** Options of {@link warpMagnitude} and {@link warpTime}. */
export interface WarpOptions extends DeviationOptions {
  /** Random knots between both ends of the smooth curve, at most 1,000; default 4. */
  knots?: number;
}

/** More would be noise, not a curve. */
const mostKnots = 1000;

function checkWarp({ deviation, knots }: Required<Pick<WarpOptions, "deviation" | "knots">>): void {
  checkDeviation(deviation, "warp");
  checkNumber(knots, { action: "warp", name: "knots", low: 0, high: mostKnots, whole: true });
}

/**
 * Multiplies each channel by a smooth random curve around 1.
 *
 * @param source series `[windows, steps, channels]`
 * @returns float32 of the same shape
 * @throws {RangeError} if deviation or knots are impossible
 * Source: Um et al. 2017 (arXiv:1706.00527), magnitude warping (natural cubic spline).
 * @example
 * const warped = warpMagnitude(windows, { deviation: 0.2, seed: 1 });
 */
export function warpMagnitude(source: Series, options: WarpOptions = {}): Series {
  const { deviation = 0.2, knots = 4 } = options;
  checkWarp({ deviation, knots });
  return changeWindows(source, { ...options, name: "warpMagnitude" }, ({ values, channels }, out, random) => {
    for (let c = 0; c < channels; c++) {
      const curve = smoothCurve(random, { steps: values.length / channels, knots, deviation });
      for (let t = 0; t < curve.length; t++) out[t * channels + c] = values[t * channels + c] * curve[t];
    }
  });
}

/** Reads a window at places in time, all channels alike. */
function resample({ values, channels }: Window, out: Float32Array, place: (step: number) => number): void {
  const steps = values.length / channels;
  for (let t = 0; t < steps; t++) {
    for (let c = 0; c < channels; c++)
      out[t * channels + c] = linear(values, { at: place(t), channels, channel: c });
  }
}

/**
 * Speeds each window up and down by a smooth random curve; start and end stay.
 *
 * @param source series `[windows, steps, channels]`
 * @returns float32 of the same shape, linear between steps
 * @throws {RangeError} if deviation or knots are impossible
 * Source: Um et al. 2017 (arXiv:1706.00527), time warping.
 * @example
 * const warped = warpTime(windows, { deviation: 0.2, seed: 1 });
 */
export function warpTime(source: Series, options: WarpOptions = {}): Series {
  const { deviation = 0.2, knots = 4 } = options;
  checkWarp({ deviation, knots });
  return changeWindows(source, { ...options, name: "warpTime" }, (window, out, random) => {
    const steps = window.values.length / window.channels;
    const speed = smoothCurve(random, { steps, knots, deviation });
    const time = new Float64Array(steps);
    for (let t = 1; t < steps; t++) time[t] = time[t - 1] + Math.max(0.05, speed[t]); // time never runs back
    const scale = (steps - 1) / Math.max(time[steps - 1], Number.MIN_VALUE);
    resample(window, out, (t) => time[t] * scale);
  });
}

/** Options of {@link sliceSeries}. */
export interface SliceSeriesOptions extends SeriesAugmentOptions {
  /** Share of the window that is kept and stretched to full length, in (0, 1]; default 0.9. */
  keep?: number;
}

/**
 * Keeps a random slice of each window and stretches it to the full length.
 *
 * @param source series `[windows, steps, channels]`
 * @returns float32 of the same shape, linear between steps
 * @throws {RangeError} if keep lies outside (0, 1]
 * Source: Le Guennec et al. 2016, window slicing.
 * @example
 * const closer = sliceSeries(windows, { keep: 0.9, seed: 1 });
 */
export function sliceSeries(source: Series, options: SliceSeriesOptions = {}): Series {
  const { keep = 0.9 } = options;
  if (!(keep > 0 && keep <= 1)) throw new RangeError(`Cannot slice: keep must lie in (0, 1], got ${keep}`);
  const last = source.shape[1] - 1;
  return changeWindows(source, { ...options, name: "sliceSeries" }, (window, out, random) => {
    const start = random.uniform() * (1 - keep) * last;
    resample(window, out, (t) => start + t * keep);
  });
}
