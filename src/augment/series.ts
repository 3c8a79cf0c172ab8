import type { RandomSource } from "../data/random";
import type { Series } from "../data/series";
import { channelIndices } from "../features/channels";
import {
  changeWindows,
  linear,
  type SeriesAugmentOptions,
  shiftOf,
  smoothCurve,
  type Window,
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
 * rollSeries(series(Float32Array.of(1, 2, 3), { steps: 3, channels: ["x"] }), { shift: 1 }).data; // 3, 1, 2
 */
export function rollSeries(source: Series, options: RollSeriesOptions = {}): Series {
  const { shift, range = [0, source.shape[1]] } = options;
  if (shift !== undefined && !Number.isInteger(shift)) {
    throw new RangeError(`Cannot roll: shift must be a whole number of steps, got ${shift}`);
  }
  return changeWindows(source, options, ({ values, channels }, out, random) => {
    const by = shiftOf(shift ?? random.integer(range[0], range[1]), values.length / channels) * channels;
    out.set(values.subarray(0, values.length - by), by);
    out.set(values.subarray(values.length - by), 0);
  });
}

function checkDeviation(deviation: number, action: string): void {
  if (!(deviation >= 0 && deviation < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`Cannot ${action}: deviation must be a number from 0, got ${deviation}`);
  }
}

/** Options of the augmentations that are driven by a normal deviate. */
export interface DeviationOptions extends SeriesAugmentOptions {
  /** Standard deviation; default 0.03 for jitter, 0.1 for scaling, 0.2 for the warps. */
  deviation?: number;
}

/**
 * Adds Gaussian noise to every value.
 *
 * @param source series `[windows, steps, channels]`, usually scaled
 * @returns float32 of the same shape
 * @throws {RangeError} if the deviation is negative
 * Source: Um et al. 2017 (arXiv:1706.00527), jittering.
 * @example
 * const noisy = jitterSeries(train, { deviation: 0.03, seed: 1 });
 */
export function jitterSeries(source: Series, options: DeviationOptions = {}): Series {
  const { deviation = 0.03 } = options;
  checkDeviation(deviation, "jitter");
  return changeWindows(source, options, ({ values }, out, random) => {
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
 * const louder = stretchAmplitude(train, { deviation: 0.1, seed: 1 });
 */
export function stretchAmplitude(source: Series, options: DeviationOptions = {}): Series {
  const { deviation = 0.1 } = options;
  checkDeviation(deviation, "scale windows");
  return changeWindows(source, options, ({ values, channels }, out, random) => {
    const factors = Array.from({ length: channels }, () => 1 + deviation * random.normal());
    for (let i = 0; i < values.length; i++) out[i] = values[i] * factors[i % channels];
  });
}

/** Options of {@link rotateSeries}. */
export interface RotateSeriesOptions extends SeriesAugmentOptions {
  /** Channel triples x, y, z to rotate; default the first three channels, the next three and so on. */
  triples?: readonly (readonly [x: string, y: string, z: string])[];
  /** Whether every triple gets the same rotation; default `false`, each its own. */
  together?: boolean;
  /** Largest angle in degrees, drawn in `[-angle, angle)`; default 180. */
  angle?: number;
}

/** A rotation about a random axis, row by row: Rodrigues' formula. */
function randomRotation(random: RandomSource, angle: number): number[] {
  const axis = [random.normal(), random.normal(), random.normal()];
  const length = Math.hypot(...axis);
  const [x, y, z] = axis.map((value) => value / length);
  const turn = ((2 * random.uniform() - 1) * angle * Math.PI) / 180;
  const [c, s] = [Math.cos(turn), Math.sin(turn)];
  const d = 1 - c;
  return [
    x * x * d + c,
    x * y * d - z * s,
    x * z * d + y * s,
    x * y * d + z * s,
    y * y * d + c,
    y * z * d - x * s,
    x * z * d - y * s,
    y * z * d + x * s,
    z * z * d + c,
  ];
}

/**
 * Turns the sensor's axes about a random axis by a random angle, as if it were worn otherwise.
 *
 * @param source series `[windows, steps, channels]`, not scaled a channel apart
 * @returns float32 of the same shape; lengths of the triples are kept
 * @throws {RangeError} if a channel is unknown, or without `triples` the channels are not a multiple of three
 * Source: Um et al. 2017 (arXiv:1706.00527); the first place of DACON 235689 turned acc and gyro independently.
 * @example
 * rotateSeries(raw, { triples: [["acc_x", "acc_y", "acc_z"], ["gy_x", "gy_y", "gy_z"]], seed: 1 });
 */
export function rotateSeries(source: Series, options: RotateSeriesOptions = {}): Series {
  const { triples, together = false, angle = 180 } = options;
  const width = source.channels.length;
  if (!triples && width % 3 !== 0) {
    throw new RangeError(
      `Cannot rotate: channels must be a multiple of three or triples named, got ${width}`,
    );
  }
  const places = triples
    ? triples.map((names) => channelIndices(source, names))
    : Array.from({ length: width / 3 }, (_, i) => [3 * i, 3 * i + 1, 3 * i + 2]);
  return changeWindows(source, options, ({ values, channels }, out, random) => {
    out.set(values);
    let turn = randomRotation(random, angle);
    places.forEach(([x, y, z], triple) => {
      if (triple > 0 && !together) turn = randomRotation(random, angle);
      for (let row = 0; row < values.length; row += channels) {
        const [a, b, c] = [values[row + x], values[row + y], values[row + z]];
        out[row + x] = turn[0] * a + turn[1] * b + turn[2] * c;
        out[row + y] = turn[3] * a + turn[4] * b + turn[5] * c;
        out[row + z] = turn[6] * a + turn[7] * b + turn[8] * c;
      }
    });
  });
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
 * const shuffled = permuteSegments(train, { segments: 4, least: 10, seed: 1 });
 */
export function permuteSegments(source: Series, options: PermuteSegmentsOptions = {}): Series {
  const { segments = 4, least = 10 } = options;
  const steps = source.shape[1];
  if (
    !(Number.isInteger(segments) && segments >= 1 && Number.isInteger(least) && segments * least <= steps)
  ) {
    throw new RangeError(
      `Cannot permute: segments of at least ${least} steps must fit ${steps} steps, got ${segments}`,
    );
  }
  return changeWindows(source, options, ({ values, channels }, out, random) => {
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
  });
}

/** Options of {@link warpMagnitude} and {@link warpTime}. */
export interface WarpOptions extends DeviationOptions {
  /** Random knots between both ends of the smooth curve; default 4. */
  knots?: number;
}

/**
 * Multiplies each channel by a smooth random curve around 1.
 *
 * @param source series `[windows, steps, channels]`
 * @returns float32 of the same shape
 * @throws {RangeError} if deviation or knots are impossible
 * Source: Um et al. 2017 (arXiv:1706.00527), magnitude warping (natural cubic spline).
 * @example
 * const warped = warpMagnitude(train, { deviation: 0.2, seed: 1 });
 */
export function warpMagnitude(source: Series, options: WarpOptions = {}): Series {
  const { deviation = 0.2, knots = 4 } = options;
  checkDeviation(deviation, "warp");
  return changeWindows(source, options, ({ values, channels }, out, random) => {
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
 * const warped = warpTime(train, { deviation: 0.2, seed: 1 });
 */
export function warpTime(source: Series, options: WarpOptions = {}): Series {
  const { deviation = 0.2, knots = 4 } = options;
  checkDeviation(deviation, "warp");
  return changeWindows(source, options, (window, out, random) => {
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
 * const closer = sliceSeries(train, { keep: 0.9, seed: 1 });
 */
export function sliceSeries(source: Series, options: SliceSeriesOptions = {}): Series {
  const { keep = 0.9 } = options;
  if (!(keep > 0 && keep <= 1)) throw new RangeError(`Cannot slice: keep must lie in (0, 1], got ${keep}`);
  const last = source.shape[1] - 1;
  return changeWindows(source, options, (window, out, random) => {
    const start = random.uniform() * (1 - keep) * last;
    resample(window, out, (t) => start + t * keep);
  });
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
 * const fewer = dropChannels(train, { rate: 0.1, seed: 1 });
 */
export function dropChannels(source: Series, options: DropChannelsOptions = {}): Series {
  const { rate = 0.1 } = options;
  if (!(rate >= 0 && rate <= 1))
    throw new RangeError(`Cannot drop channels: rate must lie in [0, 1], got ${rate}`);
  return changeWindows(source, options, ({ values, channels }, out, random) => {
    const kept = Array.from({ length: channels }, () => (random.uniform() < rate ? 0 : 1));
    for (let i = 0; i < values.length; i++) out[i] = kept[i % channels] === 0 ? 0 : values[i];
  });
}
