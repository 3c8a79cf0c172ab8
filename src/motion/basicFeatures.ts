import type { Series } from "../core";
import { concatChannels, cumulativeIntegral, gradient } from "../features";

/**
 * The author's 18 channels: the six that were recorded, the gradient of each over a step, and the integral of each from
 * the window's start.
 *
 * @param source windows `[windows, steps, 6]`
 * @returns float32 `[windows, steps, 18]`
 * Source: the author's post; `numpy.gradient` and `scipy.integrate.cumulative_trapezoid` with spacing 1.
 * @example
 * const windows = motion.basicFeatures(competition.train); // shape [windows, 600, 18]
 */
export function basicFeatures(source: Series): Series {
  return concatChannels([
    source,
    gradient(source, { spacing: 1 }),
    cumulativeIntegral(source, { spacing: 1 }),
  ]);
}
