import type { Tensor, Tensor1D } from "@tensorflow/tfjs-node-gpu";
import { nativeOp, tf } from "../../engine";

/** The mean over every axis but the first: one value per sample. */
export function perSample(values: Tensor): Tensor1D {
  if (values.rank === 1) return values as Tensor1D;
  return tf.mean(tf.reshape(values, [values.shape[0], -1]), 1);
}

/**
 * The truth in the prediction's shape: an axis of one at the end may be there or lacking.
 *
 * @throws {RangeError} if the shapes disagree otherwise
 */
export function sameShape(truth: Tensor, prediction: Tensor): Tensor {
  const wanted = prediction.shape;
  if (truth.rank === wanted.length && truth.shape.every((extent, axis) => extent === wanted[axis]))
    return truth;
  const bare = (shape: readonly number[]) => (shape.at(-1) === 1 ? shape.slice(0, -1) : shape).join();
  if (Math.abs(truth.rank - wanted.length) === 1 && bare(truth.shape) === bare(wanted)) {
    return tf.reshape(truth, wanted);
  }
  throw new RangeError(
    `Cannot compare truth and prediction: the shapes must agree, got [${truth.shape}] and [${wanted}]`,
  );
}

/** The size of each number, with the gradient 0 at 0 (tfjs has -1 there). */
export function absolute(values: Tensor): Tensor {
  const op = tf.customGrad((x, save) => {
    const input = x as Tensor;
    (save as (tensors: Tensor[]) => void)([input]);
    return {
      value: tf.abs(input),
      gradFunc: (upstream: Tensor, saved: Tensor[]) => tf.mul(upstream, tf.sign(saved[0])),
    };
  });
  return op(values);
}

/**
 * Cross-entropy between shares and the softmax of logits, both `[…, classes]`, by TensorFlow's fused kernel.
 *
 * @returns float32 `[…]`
 */
export function softmaxCrossEntropy(shares: Tensor, logits: Tensor): Tensor {
  const classes = logits.shape[logits.rank - 1];
  const op = tf.customGrad((x, save) => {
    const [value, slope] = nativeOp(
      "SoftmaxCrossEntropyWithLogits",
      [x as Tensor, tf.reshape(shares, [-1, classes])],
      { attributes: { T: { type: "float32" } }, outputs: 2 },
    );
    (save as (tensors: Tensor[]) => void)([slope]);
    return {
      value,
      gradFunc: (upstream: Tensor, saved: Tensor[]) => tf.mul(tf.expandDims(upstream, 1), saved[0]),
    };
  });
  return tf.reshape(op(tf.reshape(logits, [-1, classes])), logits.shape.slice(0, -1));
}

/** Cross-entropy between yes/no truth and the sigmoid of logits, element by element, without overflow. */
export function sigmoidCrossEntropy(truth: Tensor, logits: Tensor): Tensor {
  // log(1 + exp(x)) - x z.
  return tf.sub(tf.softplus(logits), tf.mul(logits, truth));
}
