import type { Tensor, Tensor1D } from "@tensorflow/tfjs-node-gpu";
import { withConfig } from "../../core/describe";
import { tf } from "../../engine";
import type { Loss } from "../types";
import { absolute, perSample, sameShape, sigmoidCrossEntropy, softmaxCrossEntropy } from "./loss";
import { ssimLoss } from "./ssim";

/** A {@link Loss} that also has a form without the model's last activation, exact where probabilities are clipped. */
export interface LossFromLogits extends Loss {
  readonly fromLogits: (truth: Tensor, logits: Tensor) => Tensor1D;
  /** The last activation that `fromLogits` takes the place of. */
  readonly activation: "softmax" | "sigmoid";
}

/** Keras's guard against the logarithm of 0. */
const epsilon = 1e-7;

function clipped(probability: Tensor): Tensor {
  return tf.clipByValue(probability, epsilon, 1 - epsilon);
}

function checkShare(name: string, value: number): void {
  if (!(value >= 0 && value < 1)) {
    throw new RangeError(`Cannot make a loss: ${name} must lie in [0, 1), got ${value}`);
  }
}

/** Settings of the cross-entropies. */
export interface CrossEntropyOptions {
  /** Share of the truth spread evenly over all classes. Default 0. */
  labelSmoothing?: number;
}

/**
 * How many classes a prediction has shares of.
 *
 * @throws {RangeError} if it is one alone, whose share is always 1
 */
function classesOf(prediction: Tensor): number {
  const classes = prediction.shape[prediction.rank - 1];
  if (classes > 1) return classes;
  throw new RangeError(
    `Cannot compute the loss: the model must give a share for each of two or more classes, got ${classes}; one chance takes a sigmoid and binaryCrossEntropy`,
  );
}

/** Class shares as float32; NaN where they do not sum to 1: those of a label outside the classes would cost 0. */
function sharesOf(truth: Tensor, prediction: Tensor): Tensor {
  const shares = tf.cast(sameShape(truth, prediction), "float32");
  const off = tf.abs(tf.sub(tf.sum(shares, -1, true), 1));
  return tf.where(tf.lessEqual(off, 1e-3), shares, Number.NaN);
}

function smoothed(truth: Tensor, smoothing: number, classes: number): Tensor {
  const float = tf.cast(truth, "float32");
  return smoothing === 0 ? float : tf.add(tf.mul(float, 1 - smoothing), smoothing / classes);
}

/** Probabilities made to sum to one and kept off 0 and 1. */
function normalised(prediction: Tensor): Tensor {
  return clipped(tf.div(prediction, tf.sum(prediction, -1, true)));
}

/**
 * Cross-entropy between class shares and predicted probabilities, `[batch, …, classes]` both.
 *
 * Source: Keras 3 `CategoricalCrossentropy` (probabilities clipped to 1e-7).
 *
 * @throws {RangeError} if `labelSmoothing` lies outside [0, 1)
 * @example
 * await fit(model, { x, y: shares }, { ...options, loss: categoricalCrossEntropy({ labelSmoothing: 0.1 }) });
 */
export function categoricalCrossEntropy(options: CrossEntropyOptions = {}): LossFromLogits {
  const { labelSmoothing = 0 } = options;
  checkShare("labelSmoothing", labelSmoothing);
  const prepare = (truth: Tensor, prediction: Tensor) =>
    smoothed(sharesOf(truth, prediction), labelSmoothing, classesOf(prediction));
  const loss = (truth: Tensor, prediction: Tensor) =>
    tf.tidy(() => {
      const shares = prepare(truth, prediction);
      return perSample(tf.neg(tf.sum(tf.mul(shares, tf.log(normalised(prediction))), -1)));
    });
  const fromLogits = (truth: Tensor, logits: Tensor) =>
    tf.tidy(() => perSample(softmaxCrossEntropy(prepare(truth, logits), logits)));
  return Object.assign(loss, {
    lossName: "categoricalCrossEntropy",
    ...(Object.keys(options).length > 0 && { config: options }),
    truth: "shares" as const,
    fromLogits,
    activation: "softmax" as const,
  });
}

/**
 * Cross-entropy between class numbers and predicted probabilities.
 *
 * Truth is whole numbers `[batch, …]` (or with a last axis of one), prediction `[batch, …, classes]`.
 *
 * Source: Keras 3 `SparseCategoricalCrossentropy`; `labelSmoothing` as if the truth were one-hot.
 *
 * @throws {RangeError} if `labelSmoothing` lies outside [0, 1)
 * @example
 * await fit(model, { x, y }, { ...options, loss: sparseCategoricalCrossEntropy() });
 */
export function sparseCategoricalCrossEntropy(options: CrossEntropyOptions = {}): LossFromLogits {
  const { labelSmoothing = 0 } = options;
  checkShare("labelSmoothing", labelSmoothing);
  const shares = (truth: Tensor, prediction: Tensor) => {
    const classes = classesOf(prediction);
    const labels = tf.reshape(truth, prediction.shape.slice(0, -1));
    const rows = tf.oneHot(tf.cast(labels, "int32"), classes);
    // A fraction is no label either.
    const isWhole = tf.equal(tf.floor(tf.cast(labels, "float32")), labels);
    return smoothed(
      sharesOf(tf.mul(rows, tf.cast(tf.expandDims(isWhole, -1), rows.dtype)), prediction),
      labelSmoothing,
      classes,
    );
  };
  const loss = (truth: Tensor, prediction: Tensor) =>
    tf.tidy(() => {
      // Keras takes the softmax of the clipped logarithms, which makes probabilities sum to one.
      const logits = tf.log(clipped(prediction));
      return perSample(softmaxCrossEntropy(shares(truth, prediction), logits));
    });
  const fromLogits = (truth: Tensor, logits: Tensor) =>
    tf.tidy(() => perSample(softmaxCrossEntropy(shares(truth, logits), logits)));
  return Object.assign(loss, {
    lossName: "sparseCategoricalCrossEntropy",
    ...(Object.keys(options).length > 0 && { config: options }),
    truth: "classes" as const,
    fromLogits,
    activation: "softmax" as const,
  });
}

/**
 * Cross-entropy of independent yes/no predictions, `[batch, …]` both, averaged within a sample.
 *
 * Source: Keras 3 `BinaryCrossentropy`.
 *
 * @throws {RangeError} if `labelSmoothing` lies outside [0, 1)
 * @example
 * await fit(model, { x, y: shares }, { ...options, loss: binaryCrossEntropy() });
 */
export function binaryCrossEntropy(options: CrossEntropyOptions = {}): LossFromLogits {
  const { labelSmoothing = 0 } = options;
  checkShare("labelSmoothing", labelSmoothing);
  const prepare = (truth: Tensor, prediction: Tensor) =>
    smoothed(sameShape(truth, prediction), labelSmoothing, 2);
  const loss = (truth: Tensor, prediction: Tensor) =>
    tf.tidy(() => perSample(binaryTerms(prepare(truth, prediction), clipped(prediction))));
  const fromLogits = (truth: Tensor, logits: Tensor) =>
    tf.tidy(() => perSample(sigmoidCrossEntropy(prepare(truth, logits), logits)));
  return Object.assign(loss, {
    lossName: "binaryCrossEntropy",
    ...(Object.keys(options).length > 0 && { config: options }),
    truth: "chances" as const,
    fromLogits,
    activation: "sigmoid" as const,
  });
}

function binaryTerms(truth: Tensor, probability: Tensor): Tensor {
  const yes = tf.mul(truth, tf.log(probability));
  const no = tf.mul(tf.sub(1, truth), tf.log(tf.sub(1, probability)));
  return tf.neg(tf.add(yes, no));
}

/** Settings of {@link focal}. */
export interface FocalOptions extends CrossEntropyOptions {
  /** Weight of the whole loss. Default 0.25. */
  alpha?: number;
  /** How strongly sure predictions are played down. Default 2. */
  gamma?: number;
}

/**
 * Cross-entropy that plays down what is predicted well, `[batch, …, classes]` both.
 *
 * Source: Keras 3 `CategoricalFocalCrossentropy`; T.-Y. Lin et al., "Focal Loss for Dense Object Detection", 2017.
 *
 * @throws {RangeError} if `labelSmoothing` lies outside [0, 1)
 * @example
 * await fit(model, { x, y: shares }, { ...options, loss: focal({ gamma: 1 }) });
 */
export function focal(options: FocalOptions = {}): Loss {
  const { alpha = 0.25, gamma = 2, labelSmoothing = 0 } = options;
  checkShare("labelSmoothing", labelSmoothing);
  const loss = (truth: Tensor, prediction: Tensor) =>
    tf.tidy(() => {
      const classes = classesOf(prediction);
      const shares = smoothed(sharesOf(truth, prediction), labelSmoothing, classes);
      const probability = normalised(prediction);
      const factor = tf.mul(tf.pow(tf.sub(1, probability), gamma), alpha);
      const terms = tf.mul(factor, tf.mul(tf.neg(shares), tf.log(probability)));
      return perSample(tf.sum(terms, -1));
    });
  return Object.assign(loss, { truth: "shares" as const, config: options });
}

function difference(truth: Tensor, prediction: Tensor): Tensor {
  return tf.sub(prediction, tf.cast(sameShape(truth, prediction), "float32"));
}

/**
 * Mean absolute error within each sample; its gradient is 0 where the error is 0.
 *
 * @example
 * await fit(forecaster, { x: inputs, y: target }, { ...options, loss: meanAbsoluteError });
 */
export const meanAbsoluteError: Loss = (truth, prediction) =>
  tf.tidy(() => perSample(absolute(difference(truth, prediction))));

/**
 * Mean square error within each sample.
 *
 * @example
 * await fit(forecaster, { x: inputs, y: target }, { ...options, loss: meanSquaredError });
 */
export const meanSquaredError: Loss = (truth, prediction) =>
  tf.tidy(() => perSample(tf.square(difference(truth, prediction))));

/**
 * Mean of log(cosh(error)) within each sample: a square near 0, a line far off, smooth between.
 *
 * Source: Keras 3 `LogCosh`.
 *
 * @example
 * await fit(forecaster, { x: inputs, y: target }, { ...options, loss: logCosh });
 */
export const logCosh: Loss = (truth, prediction) =>
  tf.tidy(() => {
    const error = difference(truth, prediction);
    return perSample(tf.add(error, tf.sub(tf.softplus(tf.mul(error, -2)), Math.LN2)));
  });

/**
 * Half the square of errors up to `delta`, a line beyond, averaged within each sample.
 *
 * Source: Keras 3 `Huber`.
 *
 * @param options `delta`: where the line begins (default 1)
 * @throws {RangeError} if `delta` is not above 0
 * @example
 * await fit(forecaster, { x: inputs, y: target }, { ...options, loss: huber({ delta: 0.5 }) });
 */
export function huber(options: { delta?: number } = {}): Loss {
  const { delta = 1 } = options;
  if (!(delta > 0)) throw new RangeError(`Cannot make a loss: delta must be above 0, got ${delta}`);
  const loss: Loss = (truth, prediction) =>
    tf.tidy(() => {
      const size = absolute(difference(truth, prediction));
      // With inner = min(|e|, delta): inner²/2 + delta (|e| - inner) is both branches in one.
      const inner = tf.clipByValue(size, 0, delta);
      return perSample(tf.add(tf.mul(tf.square(inner), 0.5), tf.mul(tf.sub(size, inner), delta)));
    });
  return withConfig(loss, options);
}

/**
 * Several losses added up.
 *
 * @param parts losses with their weights (default 1)
 * @throws {RangeError} if there is no part
 * @example
 * await fit(forecaster, { x: inputs, y: target }, { ...options, loss: sumOfLosses([{ loss: "mae" }, { loss: ssimLoss(), weight: 0.2 }]) });
 */
export function sumOfLosses(parts: readonly { loss: Loss | string; weight?: number }[]): Loss {
  if (parts.length === 0) throw new RangeError("Cannot make a loss: a sum needs a part, got none");
  const terms = parts.map((part) => ({ loss: loss(part.loss), weight: part.weight ?? 1 }));
  const sum = (truth: Tensor, prediction: Tensor) =>
    tf.tidy(() =>
      terms
        .map((term) => tf.mul<Tensor1D>(term.loss(truth, prediction), term.weight))
        .reduce((total, term) => tf.add(total, term)),
    );
  return Object.assign(sum, { truth: terms.find((term) => term.loss.truth)?.loss.truth, config: terms });
}

const makers: Readonly<Record<string, () => Loss>> = {
  categoricalCrossEntropy,
  sparseCategoricalCrossEntropy,
  binaryCrossEntropy,
  focal,
  meanAbsoluteError: () => meanAbsoluteError,
  meanSquaredError: () => meanSquaredError,
  logCosh: () => logCosh,
  huber,
  ssim: ssimLoss,
  mae: () => meanAbsoluteError,
  mse: () => meanSquaredError,
};

/** A name without case and separators: "categorical_crossentropy" and "categoricalCrossEntropy" are one. */
function plain(name: string): string {
  return name.replace(/[^a-z0-9]/gi, "").toLowerCase();
}

/**
 * The loss of a name, with Keras 3's defaults; the name may be written as in Keras ("categorical_crossentropy").
 *
 * @param name the name, or a loss, which is returned as it is
 * @throws {RangeError} if the name is unknown
 * @example
 * loss("mae")(tf.tensor2d([[1, 2]]), tf.tensor2d([[2, 4]])); // 1.5
 */
export function loss(name: string | Loss): Loss {
  if (typeof name !== "string") return name;
  const found = Object.keys(makers).find((key) => plain(key) === plain(name));
  if (!found) {
    throw new RangeError(
      `Cannot find a loss: the name must be one of ${Object.keys(makers).join(", ")}, got "${name}"`,
    );
  }
  return makers[found]();
}
