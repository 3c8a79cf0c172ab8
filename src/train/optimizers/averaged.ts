import type { Tensor1D } from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../engine";
import { checkSetting, type Optimizer } from "./optimizer";

/** Settings of {@link withEma}. */
export interface EmaOptions {
  /** Share of the average that each step keeps. Default 0.99, as Keras's `ema_momentum`. */
  momentum?: number;
  /** Puts the average in the weights' place every so many updates. Default: never during training. */
  overwriteEvery?: number;
}

const averageSlot = "weightAverage";

function checkCount(name: string, value: number, least: number): void {
  if (!(Number.isInteger(value) && value >= least)) {
    throw new RangeError(
      `Cannot average weights: ${name} must be a whole number from ${least}, got ${value}`,
    );
  }
}

/**
 * Keeps an exponential moving average of the weights next to any optimizer, in the slot `weightAverage`; the callback
 * `averageWeights` brings it into the model.
 *
 * Source: Keras 3 `use_ema`, `ema_momentum`, `ema_overwrite_frequency`.
 *
 * @throws {RangeError} if a setting lies outside its range
 * @example
 * const optimizer = withEma(adam(), { momentum: 0.999 });
 */
export function withEma(optimizer: Optimizer, options: EmaOptions = {}): Optimizer {
  const { momentum = 0.99, overwriteEvery } = options;
  checkSetting("momentum", momentum, 0, 1);
  if (overwriteEvery !== undefined) checkCount("overwriteEvery", overwriteEvery, 1);
  return {
    ...optimizer,
    name: `${optimizer.name}+ema`,
    averageSlot,
    slots: { ...optimizer.slots, [averageSlot]: { kind: "vector", initial: 0 } },
    config: { ...optimizer.config, emaMomentum: momentum, emaOverwriteEvery: overwriteEvery ?? 0 },
    update: (step) =>
      tf.tidy(() => {
        const next = optimizer.update(step);
        // The first step starts the average at the weights themselves.
        const kept = tf.mul(tf.cast(tf.greater(step.step, 0), "float32"), momentum);
        const average = tf.add<Tensor1D>(
          tf.mul(step.slots[averageSlot], kept),
          tf.mul(next.weights, tf.sub(1, kept)),
        );
        const slots = { ...next.slots, [averageSlot]: average };
        if (overwriteEvery === undefined) return { weights: next.weights, slots } as never;
        const due = tf.equal(tf.mod(tf.add(step.step, 1), overwriteEvery), 0);
        return { weights: tf.where(due, average, next.weights), slots } as never;
      }),
  };
}
