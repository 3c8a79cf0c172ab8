import type { Tensor1D } from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../engine";
import { checkSetting, makeOptimizer, type Optimizer, type OptimizerOptions } from "./optimizer";

/** Settings of {@link sgd}. */
export interface SgdOptions extends OptimizerOptions {
  /** Share of the last step that the next one keeps. Default 0. */
  momentum?: number;
  /** Looks ahead along the momentum (Nesterov). Default false. */
  nesterov?: boolean;
}

/**
 * Stochastic gradient descent, with momentum where asked. Learning rate 0.01 unless given.
 *
 * Source: Keras 3 `SGD`; I. Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013.
 *
 * @throws {RangeError} if a setting lies outside its range
 * @example
 * const optimizer = sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true });
 */
export function sgd(options: SgdOptions = {}): Optimizer {
  const { momentum = 0, nesterov = false } = options;
  checkSetting("momentum", momentum, 0, 1 + Number.EPSILON);
  return makeOptimizer(options, {
    name: "sgd",
    learningRate: 0.01,
    config: { momentum, nesterov },
    slots: momentum > 0 ? { momentum: { kind: "vector", initial: 0 } } : {},
    formula({ weights, gradient, slots, learningRate }) {
      const descent = tf.mul<Tensor1D>(gradient, learningRate);
      if (momentum === 0)
        return { weights: tf.sub<Tensor1D>(weights, descent), slots: {} as Record<string, Tensor1D> };
      const velocity = tf.sub<Tensor1D>(tf.mul(slots.momentum, momentum), descent);
      const move = nesterov ? tf.sub<Tensor1D>(tf.mul(velocity, momentum), descent) : velocity;
      return { weights: tf.add<Tensor1D>(weights, move), slots: { momentum: velocity } };
    },
  });
}
