/**
 * Losses for nowcasting. Truth and prediction are radar pixels / 255, `[batch, rows, columns, times]`; pixels follow
 * dBZ = (p - 0.5) * 70 / 255 - 10, rain rates in mm/h Z = a R^b.
 */
import type { Tensor, Tensor1D } from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../engine";
import type { Loss } from "../types";
import { absolute, perSample, sameShape } from "./loss";

/** The Z-R relation that turns radar pixels into rain. */
export interface RainLossOptions {
  /** Factor of Z = a R^b. Default 200 (Marshall and Palmer 1948). */
  a?: number;
  /** Exponent of Z = a R^b. Default 1.6. */
  b?: number;
}

function checkPositive(values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (!(value > 0 && Number.isFinite(value))) {
      throw new RangeError(`Cannot make a loss: ${name} must be finite and above 0, got ${value}`);
    }
  }
}

/** Rain as a function of pixel / 255: exp(rate u + start). */
function relation({ a = 200, b = 1.6 }: RainLossOptions): { rate: number; start: number } {
  checkPositive({ a, b });
  const perDecibel = Math.LN10 / (10 * b);
  return {
    rate: 70 * perDecibel,
    start: ((-0.5 * 70) / 255) * perDecibel - 10 * perDecibel - Math.log(a) / b,
  };
}

/** Pixel / 255 of a rain rate in mm/h. */
function unitOf(rain: number, options: RainLossOptions): number {
  const { rate, start } = relation(options);
  return (Math.log(rain) - start) / rate;
}

/** Rain rate in mm/h of pixels / 255; above 1 a straight line goes on, so that nothing overflows. */
function rainOf(unit: Tensor, options: RainLossOptions): Tensor {
  const { rate, start } = relation(options);
  const inside = tf.minimum(unit, 1);
  const beyond = tf.mul(tf.sub(unit, inside), rate * Math.exp(rate + start));
  return tf.add(tf.exp(tf.add(tf.mul(inside, rate), start)), beyond);
}

/** Truth as float32 in the prediction's shape. */
function observed(truth: Tensor, prediction: Tensor): Tensor {
  return tf.cast(sameShape(truth, prediction), "float32");
}

/** A loss under a name that tells its settings, by which a run knows whether it goes on with the same one. */
function named(name: string, settings: object, formula: Loss): Loss {
  const loss: Loss = (truth, prediction) => tf.tidy(() => formula(truth, prediction));
  return Object.assign(loss, { lossName: `${name} ${JSON.stringify(settings)}` });
}

/**
 * Mean absolute error within each sample, times a factor: with 255, in levels of the radar image.
 *
 * @param options `scale` (default 255)
 * @throws {RangeError} if the scale is not above 0
 * Source: the first-placed radar network's notebook (DACON 235646, 2020).
 * @example
 * await fit(forecaster, { x: inputs, y: target }, { ...options, loss: scaledMeanAbsoluteError({ scale: 255 }) });
 */
export function scaledMeanAbsoluteError(options: { scale?: number } = {}): Loss {
  const { scale = 255 } = options;
  checkPositive({ scale });
  return named("scaledMeanAbsoluteError", { scale }, (truth, prediction) =>
    tf.mul<Tensor1D>(perSample(absolute(tf.sub(prediction, observed(truth, prediction)))), scale),
  );
}

/** Options of {@link rainWeightedAbsoluteError} and {@link rainWeightedSquaredError}. */
export interface RainWeightOptions extends RainLossOptions {
  /**
   * What an error counts. "thresholds" (default): the factor of the range that the true rain lies in; "rate": one plus
   * the true rain in mm/h.
   */
  by?: "thresholds" | "rate";
  /** Rising rain rates in mm/h from which on the next factor counts. Default [2, 5, 10, 30]. */
  thresholds?: readonly number[];
  /** Factors below, between and above the thresholds, one more than they are. Default [1, 2, 5, 10, 30]. */
  factors?: readonly number[];
  /** Rain in mm/h above which the weight by rate grows no more. Default 30. */
  ceiling?: number;
}

function checkRanges(thresholds: readonly number[], factors: readonly number[]): void {
  const isRising = thresholds.every((value, i) => value > (i === 0 ? 0 : thresholds[i - 1]));
  if (!isRising || factors.length !== thresholds.length + 1 || factors.some((factor) => !(factor >= 0))) {
    throw new RangeError(
      `Cannot make a loss: need rising thresholds above 0 and one factor from 0 more than them, got [${thresholds}] and [${factors}]`,
    );
  }
}

/** The weight of each pixel, from the true rain. */
function weightsBy(options: RainWeightOptions): { settings: object; weigh: (unit: Tensor) => Tensor } {
  const { by = "thresholds", a = 200, b = 1.6, ceiling = 30 } = options;
  const { thresholds = [2, 5, 10, 30], factors = [1, 2, 5, 10, 30] } = options;
  if (by === "rate") {
    checkPositive({ ceiling });
    const most = unitOf(ceiling, { a, b });
    const weigh = (unit: Tensor) => tf.add(rainOf(tf.minimum(unit, most), { a, b }), 1);
    return { settings: { by, ceiling, a, b }, weigh };
  }
  if (by !== "thresholds") {
    throw new RangeError(`Cannot make a loss: by must be thresholds or rate, got ${by}`);
  }
  checkRanges(thresholds, factors);
  const levels = thresholds.map((rain) => unitOf(rain, { a, b }));
  const weigh = (unit: Tensor) =>
    levels
      .map((level, i) =>
        tf.mul(tf.cast(tf.greaterEqual(unit, level), "float32"), factors[i + 1] - factors[i]),
      )
      .reduce((sum, step) => tf.add(sum, step), tf.fill(unit.shape, factors[0]) as Tensor);
  return { settings: { by, thresholds, factors, a, b }, weigh };
}

function rainWeighted(name: string, options: RainWeightOptions, size: (error: Tensor) => Tensor): Loss {
  const { settings, weigh } = weightsBy(options);
  return named(name, settings, (truth, prediction) => {
    const seen = observed(truth, prediction);
    return perSample(tf.mul(weigh(seen), size(tf.sub(prediction, seen))));
  });
}

/**
 * Absolute error of pixels / 255, each pixel weighted by its true rain, averaged within each sample: heavy rain is
 * rare, and without weights it is smoothed away.
 *
 * @throws {RangeError} if thresholds do not rise, factors do not fit them, or a number is not above 0
 * Source: X. Shi et al., "Deep Learning for Precipitation Nowcasting: A Benchmark and a New Model", 2017 (B-MAE).
 * @example
 * await fit(forecaster, { x: inputs, y: target }, { ...options, loss: rainWeightedAbsoluteError({ by: "rate", ceiling: 10 }) });
 */
export function rainWeightedAbsoluteError(options: RainWeightOptions = {}): Loss {
  return rainWeighted("rainWeightedAbsoluteError", options, absolute);
}

/**
 * Squared error of pixels / 255, each pixel weighted by its true rain, averaged within each sample.
 *
 * @throws {RangeError} if thresholds do not rise, factors do not fit them, or a number is not above 0
 * Source: X. Shi et al., "Deep Learning for Precipitation Nowcasting: A Benchmark and a New Model", 2017 (B-MSE).
 * @example
 * await fit(forecaster, { x: inputs, y: target }, { ...options, loss: rainWeightedSquaredError() });
 */
export function rainWeightedSquaredError(options: RainWeightOptions = {}): Loss {
  return rainWeighted("rainWeightedSquaredError", options, (error) => tf.square(error));
}

/** Options of {@link smoothCsi} and {@link smoothMaeOverCsi}. */
export interface SmoothCsiOptions extends RainLossOptions {
  /** Rain in mm/h from which on it rains. Default 0.1. */
  threshold?: number;
  /** Pixel levels over which a forecast turns from dry to wet: the sigmoid's argument is their distance by this. Default 5. */
  width?: number;
  /** Pixels added to hits and to all that is wet, so that a dry sample forecast dry scores 1. Default 1. */
  smoothing?: number;
}

/** The soft critical success index of each sample: truth counts whole, the forecast by a sigmoid. */
function csiBy(options: SmoothCsiOptions): {
  settings: object;
  csi: (seen: Tensor, prediction: Tensor) => Tensor1D;
} {
  const { threshold = 0.1, width = 5, smoothing = 1, a = 200, b = 1.6 } = options;
  checkPositive({ threshold, width, smoothing });
  const level = unitOf(threshold, { a, b });
  const csi = (seen: Tensor, prediction: Tensor): Tensor1D => {
    const wet = tf.cast(tf.greaterEqual(seen, level), "float32");
    const chance = tf.sigmoid(tf.mul(tf.sub(prediction, level), 255 / width));
    const sum = (values: Tensor) => tf.sum(tf.reshape(values, [values.shape[0], -1]), 1);
    const both = sum(tf.mul(wet, chance));
    const either = tf.sub(tf.add(sum(wet), sum(chance)), both);
    return tf.div(tf.add(both, smoothing), tf.add(either, smoothing));
  };
  return { settings: { threshold, width, smoothing, a, b }, csi };
}

/**
 * One minus each sample's critical success index H / (H + M + F), with a sigmoid in place of the forecast's yes or no.
 *
 * @throws {RangeError} if a number is not above 0
 * @example
 * const loss = sumOfLosses([{ loss: scaledMeanAbsoluteError() }, { loss: smoothCsi(), weight: 2 }]);
 */
export function smoothCsi(options: SmoothCsiOptions = {}): Loss {
  const { settings, csi } = csiBy(options);
  return named("smoothCsi", settings, (truth, prediction) =>
    tf.sub<Tensor1D>(1, csi(observed(truth, prediction), prediction)),
  );
}

/** Options of {@link smoothMaeOverCsi}. */
export interface SmoothMaeOverCsiOptions extends SmoothCsiOptions {
  /**
   * Whether its logarithm is taken, of the error plus `floor`: light and heavy rain then count alike, which suits forecasts
   * of other weather. Default false.
   */
  logarithm?: boolean;
  /** Added to the error before the logarithm is taken, mm/h. Default 0.005. */
  floor?: number;
}

/**
 * The radar competition's score of each sample, made differentiable: mean absolute error of rain in mm/h by the soft
 * critical success index.
 *
 * With a narrow `width` and little `smoothing` it becomes the score itself. As the index begins near 0 with a network
 * that knows nothing, train it first with a plain error, or add the two.
 *
 * @throws {RangeError} if a number is not above 0
 * @example
 * await fit(forecaster, { x: inputs, y: target }, { ...options, loss: smoothMaeOverCsi({ width: 3 }) });
 */
export function smoothMaeOverCsi(options: SmoothMaeOverCsiOptions = {}): Loss {
  const { a, b, logarithm = false, floor = 0.005 } = options;
  const { settings, csi } = csiBy(options);
  checkPositive({ floor });
  const all = logarithm ? { ...settings, logarithm, floor } : settings;
  return named("smoothMaeOverCsi", all, (truth, prediction) => {
    const seen = observed(truth, prediction);
    const error = perSample(absolute(tf.sub(rainOf(prediction, { a, b }), rainOf(seen, { a, b }))));
    const index = csi(seen, prediction);
    if (!logarithm) return tf.div<Tensor1D>(error, index);
    return tf.sub<Tensor1D>(tf.log(tf.add(error, floor)), tf.log(index));
  });
}
