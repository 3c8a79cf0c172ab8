/**
 * Augmentations of series inside the training step: x is `[batch, steps, channels]`, y is left as it is. Their
 * typed-array twins are in `augment/series`.
 */
import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from "@tensorflow/tfjs-node-gpu";
import { checkNumber } from "../../core/check";
import { withConfig } from "../../core/describe";
import { randomInteger, randomNormal, randomUniform, tf } from "../../engine";
import type { BatchTransform } from "../../engine/batchTransform";
import { naturalSpline } from "../spline";

/** Options shared by the series augmentations. */
export interface GraphSeriesOptions {
  /** Chance that a window is changed; default 1. */
  probability?: number;
}

/** Makes an augmentation of a change of all windows, made to some of them. */
export function changeSome(
  options: GraphSeriesOptions,
  change: (x: Tensor3D, shape: readonly [batch: number, steps: number, channels: number]) => Tensor,
): BatchTransform {
  const { probability = 1 } = options;
  if (!(probability >= 0 && probability <= 1)) {
    throw new RangeError(`Cannot augment series: probability must lie in [0, 1], got ${probability}`);
  }
  const augmentation: BatchTransform = ({ x, y }) => {
    if (x.rank !== 3) {
      throw new RangeError(`Cannot augment series: x must be [batch, steps, channels], got [${x.shape}]`);
    }
    const changed = change(x as Tensor3D, x.shape as [number, number, number]);
    if (probability === 1) return { x: changed, y };
    return { x: tf.where(tf.less(randomUniform([x.shape[0], 1, 1]), probability), changed, x), y };
  };
  return withConfig(augmentation, { ...options, change });
}

/** The rows at whole places in time, int32 `[batch, steps]`, each from its own window. */
function takeRows(x: Tensor3D, places: Tensor): Tensor3D {
  const [batch, steps, channels] = x.shape;
  const first = tf.reshape(tf.range(0, batch * steps, steps, "int32"), [batch, 1]);
  const rows = tf.reshape(tf.add(places, first), [batch * steps]) as Tensor1D;
  return tf.reshape(tf.gather(tf.reshape(x, [batch * steps, channels]), rows), x.shape);
}

function checkDeviation(action: string, deviation: number): void {
  checkNumber(deviation, { action, name: "deviation", low: 0 });
}

/** Options of {@link rollSeries}. */
export interface RollSeriesOptions extends GraphSeriesOptions {
  /** What shares one shift: the windows of a batch, or nothing. Default `window`. */
  per?: "window" | "batch";
  /** Range of the shifts in steps, low included, high not; default `[0, steps)`. */
  range?: readonly [low: number, high: number];
}

/**
 * Rolls windows along time: what leaves at the end comes back at the start.
 *
 * @param options `per` (default "window"), `range` in steps (default all), `probability` (default 1)
 * @throws {RangeError} if the range is empty or the probability lies outside [0, 1]
 * Source: what the third place of DACON 235689 meant; his layer drew one shift for a model's life.
 * @example
 * await train.fit(model, { x, y }, { ...options, augment: rollSeries() });
 */
export function rollSeries(options: RollSeriesOptions = {}): BatchTransform {
  const { per = "window", range } = options;
  const inReach = (step: number) => Number.isInteger(step) && Math.abs(step) < 2 ** 30; // int32
  if (range && !(inReach(range[0]) && inReach(range[1]) && range[0] < range[1])) {
    throw new RangeError(`Cannot roll: range must be whole steps low < high, got [${range}]`);
  }
  return changeSome(options, (x, [batch, steps]) => {
    const [min, max] = range ?? [0, steps];
    const shift = randomInteger([per === "batch" ? 1 : batch, 1], { min, max });
    const time = tf.reshape(tf.range(0, steps, 1, "int32"), [1, steps]);
    const places = tf.mod(tf.sub(time, shift), tf.scalar(steps, "int32")); // [batch or 1, steps]
    return takeRows(x, places);
  });
}

/** Options of the augmentations that are driven by a normal deviate. */
export interface GraphDeviationOptions extends GraphSeriesOptions {
  /** Standard deviation; default 0.03 for jitter, 0.1 for amplitudes, 0.2 for time. */
  deviation?: number;
}

/**
 * Adds Gaussian noise to every value.
 *
 * @param options `deviation` in the batch's unit (default 0.03), `probability` (default 1)
 * @throws {RangeError} if the deviation is negative or the probability lies outside [0, 1]
 * Source: Um et al. 2017 (arXiv:1706.00527), jittering.
 * @example
 * await train.fit(model, { x, y }, { ...options, augment: jitterSeries({ deviation: 0.03 }) });
 */
export function jitterSeries(options: GraphDeviationOptions = {}): BatchTransform {
  const { deviation = 0.03 } = options;
  checkDeviation("jitter", deviation);
  return changeSome(options, (x) => tf.add(x, randomNormal(x.shape, { deviation })));
}

/**
 * Multiplies each channel of a window by a factor of its own, drawn around 1.
 *
 * @param options `deviation` of the factors (default 0.1), `probability` (default 1)
 * @throws {RangeError} if the deviation is negative or the probability lies outside [0, 1]
 * Source: Um et al. 2017 (arXiv:1706.00527), scaling.
 * @example
 * await train.fit(model, { x, y }, { ...options, augment: stretchAmplitude({ deviation: 0.1 }) });
 */
export function stretchAmplitude(options: GraphDeviationOptions = {}): BatchTransform {
  const { deviation = 0.1 } = options;
  checkDeviation("scale windows", deviation);
  return changeSome(options, (x, [batch, , channels]) =>
    tf.mul(x, randomNormal([batch, 1, channels], { mean: 1, deviation })),
  );
}

/** Options of {@link dropChannels}. */
export interface DropChannelsOptions extends GraphSeriesOptions {
  /** Chance that a channel of a window is set to 0; default 0.1. */
  rate?: number;
}

/**
 * Sets channels of windows to 0, each by chance; the others keep their values.
 *
 * @param options `rate` (default 0.1), `probability` (default 1)
 * @throws {RangeError} if the rate or the probability lies outside [0, 1]
 * @example
 * await train.fit(model, { x, y }, { ...options, augment: dropChannels({ rate: 0.1 }) });
 */
export function dropChannels(options: DropChannelsOptions = {}): BatchTransform {
  const { rate = 0.1 } = options;
  if (!(rate >= 0 && rate <= 1))
    throw new RangeError(`Cannot drop channels: rate must lie in [0, 1], got ${rate}`);
  return changeSome(options, (x, [batch, , channels]) => {
    const kept = tf.greaterEqual(randomUniform([batch, 1, channels]), rate);
    return tf.where(kept, x, tf.zerosLike(x));
  });
}

/** Options of {@link warpTime}. */
export interface WarpTimeOptions extends GraphDeviationOptions {
  /** Random knots between both ends of the smooth curve of speed, at most 1,000; default 4. */
  knots?: number;
}

/**
 * Speeds each window up and down by a smooth random curve; start and end stay. Linear between steps.
 *
 * @param options `deviation` of the speed around 1 (default 0.2), `knots` (default 4), `probability` (default 1)
 * @throws {RangeError} if deviation or knots are impossible or the probability lies outside [0, 1]
 * Source: Um et al. 2017 (arXiv:1706.00527), time warping (natural cubic spline).
 * @example
 * await train.fit(model, { x, y }, { ...options, augment: warpTime({ probability: 0.5 }) });
 */
export function warpTime(options: WarpTimeOptions = {}): BatchTransform {
  const { deviation = 0.2, knots = 4 } = options;
  checkDeviation("warp", deviation);
  checkNumber(knots, { action: "warp", name: "knots", low: 0, high: 1000, whole: true });
  return changeSome(options, (x, [batch, steps]) => {
    if (steps < 2) return x;
    const heights = randomNormal([batch, knots + 2], { mean: 1, deviation });
    // A row at a time: a captured step refuses large constants.
    const basis = tf.stack(cubicBasis(steps, knots + 2).map((row) => tf.tensor1d(row))); // [knots + 2, steps]
    const speed = tf.maximum(tf.matMul(heights, basis as Tensor2D), 0.05); // time never runs back
    const time = tf.cumsum(speed, 1);
    const passed = tf.sub(time, tf.slice(time, [0, 0], [-1, 1])); // [batch, steps], 0 first
    const all = tf.slice(passed, [0, steps - 1], [-1, 1]);
    const places = tf.mul(passed, tf.div(steps - 1, all));
    const below = tf.clipByValue(tf.floor(places), 0, steps - 2);
    const share = tf.expandDims(tf.sub(places, below), 2);
    const from = tf.cast(below, "int32");
    const low = takeRows(x, from);
    const high = takeRows(x, tf.add(from, tf.scalar(1, "int32")));
    return tf.add(low, tf.mul(share, tf.sub(high, low)));
  });
}

/** Options of {@link permuteSegments}. */
export interface PermuteSegmentsOptions extends GraphSeriesOptions {
  /** Into how many segments a window is cut; default 4. */
  segments?: number;
  /** Least length of a segment in steps; default 10. */
  least?: number;
}

/**
 * Cuts each window at random places and joins the segments in random order.
 *
 * @param options `segments` (default 4), `least` length in steps (default 10), `probability` (default 1)
 * @throws {RangeError} if the segments do not fit or the probability lies outside [0, 1]
 * Source: Um et al. 2017 (arXiv:1706.00527); defaults of the first place of DACON 235689.
 * @example
 * await train.fit(model, { x, y }, { ...options, augment: permuteSegments({ probability: 0.5 }) });
 */
export function permuteSegments(options: PermuteSegmentsOptions = {}): BatchTransform {
  const { segments = 4, least = 10 } = options;
  checkNumber(segments, { action: "permute", name: "segments", low: 1, whole: true });
  checkNumber(least, { action: "permute", name: "least", low: 0, whole: true });
  return changeSome(options, (x, [batch, steps]) => {
    if (!(segments <= steps && segments * least <= steps)) {
      throw new RangeError(
        `Cannot permute: segments of at least ${least} steps must fit ${steps} steps, got ${segments}`,
      );
    }
    if (segments === 1) return x;
    const drawn = randomInteger([batch, segments - 1], { min: 0, max: steps - segments * least + 1 });
    const falling = tf.topk(tf.neg(tf.cast(drawn, "float32")), segments - 1).values;
    const spare = tf.mul(tf.range(1, segments, 1, "float32"), least);
    const cuts = tf.add(tf.neg(falling), spare); // rising, [batch, segments - 1]
    const starts = tf.concat([tf.zeros([batch, 1]), cuts], 1);
    const lengths = tf.sub(tf.concat([cuts, tf.fill([batch, 1], steps)], 1), starts);
    // Which segment comes at each place, as rows of 0 and 1: [batch, place, segment].
    const order = tf.topk(randomUniform([batch, segments]), segments).indices;
    const chosen = tf.cast(tf.oneHot(tf.cast(order, "int32") as Tensor1D, segments), "float32");
    const reorder = (values: Tensor): Tensor => tf.matMul(chosen, tf.expandDims(values, 2)); // [batch, place, 1]
    const size = reorder(lengths);
    const end = tf.cumsum(size, 1);
    const begin = tf.sub(end, size);
    const time = tf.reshape(tf.range(0, steps, 1, "float32"), [1, 1, steps]);
    const inside = tf.cast(tf.logicalAnd(tf.greaterEqual(time, begin), tf.less(time, end)), "float32");
    const offset = tf.sum(tf.mul(inside, tf.sub(reorder(starts), begin)), 1); // [batch, steps]
    return takeRows(x, tf.cast(tf.add(tf.squeeze(time, [1]), offset), "int32"));
  });
}

/**
 * The natural cubic spline through evenly spaced heights, both ends included, as a matrix: heights `[…, knots]` times
 * it are the curve `[…, steps]`.
 *
 * @returns one row a knot: the spline through 1 there and 0 at the others
 */
export function cubicBasis(steps: number, knots: number): Float32Array[] {
  return Array.from({ length: knots }, (_, knot) => {
    const heights = Float64Array.from({ length: knots }, (_, i) => Number(i === knot));
    return Float32Array.from(naturalSpline(heights, steps));
  });
}
