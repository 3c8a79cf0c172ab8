import type { Tensor1D } from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../engine";
import {
  checkSetting,
  makeOptimizer,
  type Optimizer,
  type OptimizerOptions,
  type OptimizerSlot,
} from "./optimizer";

/** Settings of {@link adam} and {@link adamw}. */
export interface AdamOptions extends OptimizerOptions {
  /** Share of the mean gradient that each step keeps. Default 0.9. */
  beta1?: number;
  /** Share of the mean square that each step keeps. Default 0.999. */
  beta2?: number;
  /** Added to the root. Default 1e-7. */
  epsilon?: number;
  /** Divides by the largest mean square so far (AMSGrad). Default false. */
  amsgrad?: boolean;
}

const slot: OptimizerSlot = { kind: "vector", initial: 0 };

function adamNamed(name: string, options: AdamOptions): Optimizer {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, amsgrad = false } = options;
  checkSetting("beta1", beta1, 0, 1);
  checkSetting("beta2", beta2, 0, 1);
  return makeOptimizer(options, {
    name,
    learningRate: 0.001,
    config: { beta1, beta2, epsilon, amsgrad },
    slots: { momentum: slot, velocity: slot, ...(amsgrad ? { velocityMaximum: slot } : {}) },
    formula({ weights, gradient, slots, learningRate, step }) {
      const count = tf.add(step, 1);
      const correction1 = tf.sub(1, tf.pow(tf.scalar(beta1), count));
      const correction2 = tf.sub(1, tf.pow(tf.scalar(beta2), count));
      const rate = tf.div(tf.mul(learningRate, tf.sqrt(correction2)), correction1);
      const momentum = tf.add<Tensor1D>(slots.momentum, tf.mul(tf.sub(gradient, slots.momentum), 1 - beta1));
      const velocity = tf.add<Tensor1D>(
        slots.velocity,
        tf.mul(tf.sub(tf.square(gradient), slots.velocity), 1 - beta2),
      );
      const next: Record<string, Tensor1D> = { momentum, velocity };
      let scale = velocity;
      if (amsgrad) {
        scale = tf.maximum<Tensor1D>(slots.velocityMaximum, velocity);
        next.velocityMaximum = scale;
      }
      const move = tf.div<Tensor1D>(tf.mul(momentum, rate), tf.add(tf.sqrt(scale), epsilon));
      return { weights: tf.sub(weights, move), slots: next };
    },
  });
}

/**
 * Adam: momentum, divided by a moving root mean square, both corrected for their start. Learning rate 0.001 unless given.
 *
 * Source: Keras 3 `Adam`; D. Kingma and J. Ba, "Adam: A Method for Stochastic Optimization", 2014; S. Reddi et al.,
 * "On the Convergence of Adam and Beyond", 2018 (`amsgrad`).
 *
 * @throws {RangeError} if a setting lies outside its range
 * @example
 * const optimizer = adam({ learningRate: 0.0005, clipNorm: 1 });
 */
export function adam(options: AdamOptions = {}): Optimizer {
  return adamNamed("adam", options);
}

/**
 * Adam with weight decay apart from the gradient, 0.004 unless given. Learning rate 0.001 unless given.
 *
 * Source: Keras 3 `AdamW`; I. Loshchilov and F. Hutter, "Decoupled Weight Decay Regularization", 2019.
 *
 * @throws {RangeError} if a setting lies outside its range
 * @example
 * const optimizer = adamw({ learningRate: 0.001, weightDecay: 0.01 });
 */
export function adamw(options: AdamOptions = {}): Optimizer {
  return adamNamed("adamw", { ...options, weightDecay: options.weightDecay ?? 0.004 });
}
