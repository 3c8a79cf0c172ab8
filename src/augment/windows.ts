import { checkNumber } from "../core/check";
import { type RandomSource, randomSource } from "../core/random";
import type { Series } from "../core/series";
import { naturalSpline } from "./spline";

/** Options that all augmentations of series share. */
export interface SeriesAugmentOptions {
  /** Seed of the draws; default 0. */
  seed?: number;
  /** Chance that a window is changed; default 1. */
  probability?: number;
}

/** Options of the augmentations that are driven by a normal deviate. */
export interface DeviationOptions extends SeriesAugmentOptions {
  /** Standard deviation; default 0.03 for jitter, 0.1 for scaling, 0.2 for the warps. */
  deviation?: number;
}

/** One window on its way through an augmentation: values `[steps, channels]`. */
export interface Window {
  readonly values: Float32Array;
  readonly channels: number;
}

/**
 * Copies per series, each chosen window rewritten by `change` with its own stream of random numbers: of the seed, the
 * augmentation's name and the window, so that augmentations with one seed draw independently.
 */
export function changeWindows(
  source: Series,
  options: SeriesAugmentOptions & { name: string },
  change: (window: Window, out: Float32Array, random: RandomSource) => void,
): Series {
  const { seed = 0, probability = 1 } = options;
  if (!(probability >= 0 && probability <= 1)) {
    throw new RangeError(`Cannot augment series: probability must lie in [0, 1], got ${probability}`);
  }
  const [windows, steps, channels] = source.shape;
  const random = randomSource(seed).fork(options.name);
  const data = source.data.slice();
  const size = steps * channels;
  for (let w = 0; w < windows; w++) {
    const own = random.fork(w);
    if (own.uniform() >= probability) continue;
    const values = source.data.subarray(w * size, (w + 1) * size);
    change({ values, channels }, data.subarray(w * size, (w + 1) * size), own);
  }
  return { ...source, data };
}

/** Refuses a deviation that is negative or no number; the message names the action. */
export function checkDeviation(deviation: number, action: string): void {
  checkNumber(deviation, { action, name: "deviation", low: 0 });
}

/** A shift as a whole number of steps in `[0, steps)`. */
export function shiftOf(shift: number, steps: number): number {
  return ((shift % steps) + steps) % steps;
}

/** A channel's value at a place between two steps. */
export function linear(
  values: Float32Array,
  options: { at: number; channels: number; channel: number },
): number {
  const { at, channels, channel } = options;
  const last = values.length / channels - 1;
  const place = Math.min(last, Math.max(0, at));
  const below = Math.min(Math.floor(place), Math.max(0, last - 1));
  const low = values[below * channels + channel];
  if (place === below) return low;
  return low + (place - below) * (values[(below + 1) * channels + channel] - low);
}

/** A natural cubic spline through normal deviates around 1 at evenly spaced knots, ends included. */
export function smoothCurve(
  random: RandomSource,
  options: { steps: number; knots: number; deviation: number },
): Float64Array {
  const { steps, knots, deviation } = options;
  const heights = Float64Array.from({ length: knots + 2 }, () => 1 + deviation * random.normal());
  return naturalSpline(heights, steps);
}
