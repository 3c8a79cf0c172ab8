import type { Tensor1D } from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../engine";
import {
  checkSetting,
  makeOptimizer,
  type Optimizer,
  type OptimizerOptions,
  type OptimizerSlot,
} from "./optimizer";

/** Settings of {@link rmsprop}. */
export interface RmspropOptions extends OptimizerOptions {
  /** Share of the mean square that each step keeps. Default 0.9. */
  rho?: number;
  /** Share of the last step that the next one keeps. Default 0. */
  momentum?: number;
  /** Added under the root. Default 1e-7. */
  epsilon?: number;
  /** Divides by the variance instead of the mean square. Default false. */
  centered?: boolean;
}

/**
 * RMSprop: each weight's step is divided by a moving root mean square of its gradient. Learning rate 0.001 unless given.
 *
 * Source: Keras 3 `RMSprop`; G. Hinton, lecture 6e of "Neural Networks for Machine Learning", 2012.
 *
 * @throws {RangeError} if a setting lies outside its range
 * @example
 * const optimizer = rmsprop({ learningRate: 0.001 });
 */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
  const { rho = 0.9, momentum = 0, epsilon = 1e-7, centered = false } = options;
  checkSetting("rho", rho, 0, 1);
  checkSetting("momentum", momentum, 0, 1 + Number.EPSILON);
  const slot: OptimizerSlot = { kind: "vector", initial: 0 };
  return makeOptimizer(options, {
    name: "rmsprop",
    learningRate: 0.001,
    config: { rho, momentum, epsilon, centered },
    slots: {
      velocity: slot,
      ...(momentum > 0 ? { momentum: slot } : {}),
      ...(centered ? { average: slot } : {}),
    },
    formula({ weights, gradient, slots, learningRate }) {
      const velocity = tf.add<Tensor1D>(tf.mul(slots.velocity, rho), tf.mul(tf.square(gradient), 1 - rho));
      const next: Record<string, Tensor1D> = { velocity };
      let variance = velocity;
      if (centered) {
        next.average = tf.add<Tensor1D>(tf.mul(slots.average, rho), tf.mul(gradient, 1 - rho));
        // Rounding may leave a little less than 0, whose root is no number (as Keras's).
        variance = tf.maximum(tf.sub(velocity, tf.square(next.average)), 0);
      }
      let move = tf.div<Tensor1D>(tf.mul(gradient, learningRate), tf.sqrt(tf.add(variance, epsilon)));
      if (momentum > 0) {
        move = tf.add(tf.mul(slots.momentum, momentum), move);
        next.momentum = move;
      }
      return { weights: tf.sub(weights, move), slots: next };
    },
  });
}
