import type { Tensor1D } from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../engine";
import { checkSetting, makeOptimizer, type Optimizer, type OptimizerOptions } from "./optimizer";

/** Settings of {@link nadam}. */
export interface NadamOptions extends OptimizerOptions {
  /** Share of the mean gradient that each step keeps, once the momentum schedule has warmed up. Default 0.9. */
  beta1?: number;
  /** Share of the mean square that each step keeps. Default 0.999. */
  beta2?: number;
  /** Added to the root. Default 1e-7. */
  epsilon?: number;
}

/**
 * Adam with Nesterov momentum and a momentum schedule that warms up by 0.96 a step. Learning rate 0.001 unless given.
 *
 * Source: Keras 3 `Nadam`; T. Dozat, "Incorporating Nesterov Momentum into Adam", 2016.
 *
 * @throws {RangeError} if a setting lies outside its range
 * @example
 * const optimizer = nadam({ learningRate: 0.002 });
 */
export function nadam(options: NadamOptions = {}): Optimizer {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 } = options;
  checkSetting("beta1", beta1, 0, 1);
  checkSetting("beta2", beta2, 0, 1);
  return makeOptimizer(options, {
    name: "nadam",
    learningRate: 0.001,
    config: { beta1, beta2, epsilon },
    slots: {
      momentum: { kind: "vector", initial: 0 },
      velocity: { kind: "vector", initial: 0 },
      // Product of the momentum schedule up to this step.
      product: { kind: "scalar", initial: 1 },
    },
    formula({ weights, gradient, slots, learningRate, step }) {
      const count = tf.add(step, 1);
      const decay = tf.scalar(0.96);
      const now = tf.mul(tf.sub(1, tf.mul(tf.pow(decay, count), 0.5)), beta1);
      const ahead = tf.mul(tf.sub(1, tf.mul(tf.pow(decay, tf.add(step, 2)), 0.5)), beta1);
      const product = tf.mul(slots.product, now);
      const momentum = tf.add<Tensor1D>(slots.momentum, tf.mul(tf.sub(gradient, slots.momentum), 1 - beta1));
      const velocity = tf.add<Tensor1D>(
        slots.velocity,
        tf.mul(tf.sub(tf.square(gradient), slots.velocity), 1 - beta2),
      );
      const direction = tf.add<Tensor1D>(
        tf.mul(momentum, tf.div(ahead, tf.sub(1, tf.mul(product, ahead)))),
        tf.mul(gradient, tf.div(tf.sub(1, now), tf.sub(1, product))),
      );
      const scale = tf.div(velocity, tf.sub(1, tf.pow(tf.scalar(beta2), count)));
      const move = tf.div<Tensor1D>(tf.mul(direction, learningRate), tf.add(tf.sqrt(scale), epsilon));
      return { weights: tf.sub(weights, move), slots: { momentum, velocity, product } };
    },
  });
}
