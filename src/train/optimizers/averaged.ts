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

/** Settings of {@link withSwa}. */
export interface SwaOptions {
  /** Updates before the average starts. Default 0. */
  start?: number;
  /** Updates between two snapshots. Default 1. */
  every?: number;
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
 * Keeps an exponential moving average of the weights beside any optimizer, in the slot `weightAverage`; the callback
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

/**
 * Keeps the plain mean of weight snapshots beside any optimizer (stochastic weight averaging), in the slot
 * `weightAverage`; the callback `averageWeights` brings it into the model.
 *
 * Source: P. Izmailov et al., "Averaging Weights Leads to Wider Optima and Better Generalization", 2018; PyTorch
 * `AveragedModel`.
 *
 * @throws {RangeError} if a setting lies outside its range
 * @example
 * const optimizer = withSwa(sgd({ learningRate: 0.05 }), { start: 1500, every: 150 });
 */
export function withSwa(optimizer: Optimizer, options: SwaOptions = {}): Optimizer {
  const { start = 0, every = 1 } = options;
  checkCount("start", start, 0);
  checkCount("every", every, 1);
  return {
    ...optimizer,
    name: `${optimizer.name}+swa`,
    averageSlot,
    slots: {
      ...optimizer.slots,
      [averageSlot]: { kind: "vector", initial: 0 },
      averageCount: { kind: "scalar", initial: 0 },
    },
    config: { ...optimizer.config, swaStart: start, swaEvery: every },
    update: (step) =>
      tf.tidy(() => {
        const next = optimizer.update(step);
        // A snapshot is taken after updates start + every, start + 2 every, …
        const passed = tf.sub(tf.add(step.step, 1), start);
        const due = tf.logicalAnd(tf.greater(passed, 0), tf.equal(tf.mod(passed, every), 0));
        const taken = tf.cast(due, "float32");
        const count = tf.add(step.slots.averageCount, taken);
        const share = tf.div(taken, tf.maximum(count, 1));
        const before = step.slots[averageSlot];
        // Until the first snapshot the average follows the weights, so that it is never empty.
        const follow = tf.equal(count, 0);
        const mean = tf.add(before, tf.mul(tf.sub(next.weights, before), share));
        const average = tf.where(follow, next.weights, mean);
        return {
          weights: next.weights,
          slots: { ...next.slots, [averageSlot]: average, averageCount: count },
        } as never;
      }),
  };
}
