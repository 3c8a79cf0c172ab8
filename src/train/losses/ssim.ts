import type { Tensor, Tensor1D, Tensor4D } from "@tensorflow/tfjs-node-gpu";
import { withConfig } from "../../core/describe";
import { tf } from "../../engine";
import type { Loss } from "../types";
import { sameShape } from "./loss";

/** Settings of {@link structuralSimilarity} and {@link ssimLoss}. */
export interface SsimOptions {
  /** The largest difference that values can have: 1 for [0, 1], 255 for pixels. Default 1. */
  range?: number;
  /** Side of the Gaussian window in pixels. Default 11. */
  size?: number;
  /** Standard deviation of the window in pixels. Default 1.5. */
  deviation?: number;
  /** Steadies the comparison of means. Default 0.01. */
  k1?: number;
  /** Steadies the comparison of variances. Default 0.03. */
  k2?: number;
}

/** Weights of a Gaussian window that sum to one. */
function gaussianWindow(size: number, deviation: number): number[] {
  const weights = Array.from({ length: size }, (_, i) =>
    Math.exp(-0.5 * ((i - (size - 1) / 2) / deviation) ** 2),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/**
 * Structural similarity of images, averaged over a sample's positions and channels: 1 where they are equal.
 *
 * Source: Z. Wang et al., "Image Quality Assessment: From Error Visibility to Structural Similarity", 2004;
 * TensorFlow `tf.image.ssim` (no padding at the border).
 *
 * @param truth float32 or uint8 `[batch, rows, columns, channels]`
 * @param prediction float32, the same shape
 * @returns float32 `[batch]`
 * @throws {RangeError} if the shapes disagree or an image is smaller than the window
 * @example
 * const similarity = structuralSimilarity(tf.ones([1, 16, 16, 1]), tf.ones([1, 16, 16, 1]), { range: 1 }); // 1
 */
export function structuralSimilarity(truth: Tensor, prediction: Tensor, options: SsimOptions = {}): Tensor1D {
  const { range = 1, size = 11, deviation = 1.5, k1 = 0.01, k2 = 0.03 } = options;
  return tf.tidy(() => {
    const x = tf.cast(sameShape(truth, prediction), "float32") as Tensor4D;
    const y = prediction as Tensor4D;
    const [, rows, columns, channels] = y.shape;
    if (y.rank !== 4 || rows < size || columns < size) {
      throw new RangeError(
        `Cannot compare structure: need [batch, rows, columns, channels] with sides from ${size}, got [${y.shape}]`,
      );
    }
    const weights = gaussianWindow(size, deviation).flatMap((weight) => Array(channels).fill(weight));
    const down = tf.tensor4d(weights, [size, 1, channels, 1]);
    const across = tf.tensor4d(weights, [1, size, channels, 1]);
    const blur = (image: Tensor4D) =>
      tf.depthwiseConv2d(tf.depthwiseConv2d(image, down, 1, "valid"), across, 1, "valid");
    const meanX = blur(x);
    const meanY = blur(y);
    const products = tf.mul(tf.mul(meanX, meanY), 2);
    const squares = tf.add(tf.square(meanX), tf.square(meanY));
    const covariance = tf.sub(tf.mul(blur(tf.mul(x, y)), 2), products);
    const variance = tf.sub(blur(tf.add(tf.square(x), tf.square(y))), squares);
    const c1 = (k1 * range) ** 2;
    const c2 = (k2 * range) ** 2;
    const luminance = tf.div(tf.add(products, c1), tf.add(squares, c1));
    const structure = tf.div(tf.add(covariance, c2), tf.add(variance, c2));
    return tf.mean(tf.mul(luminance, structure), [1, 2, 3]);
  });
}

/**
 * One minus the structural similarity of each sample's images, `[batch, rows, columns, channels]` both.
 *
 * @throws {RangeError} when called, if the shapes disagree or an image is smaller than the window
 * @example
 * await fit(forecaster, { x: inputs, y: target }, { ...options, loss: ssimLoss({ range: 1 }) });
 */
export function ssimLoss(options: SsimOptions = {}): Loss {
  const loss: Loss = (truth, prediction) =>
    tf.tidy(() => tf.sub<Tensor1D>(1, structuralSimilarity(truth, prediction, options)));
  return withConfig(loss, options);
}
