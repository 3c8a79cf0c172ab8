import type { Scalar, Tensor, Tensor1D } from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../engine";
import type { Schedule } from "../schedules";

/** A tensor that an optimizer keeps between updates. */
export interface OptimizerSlot {
  /** `vector`: one number per weight; `scalar`: one number. */
  readonly kind: "vector" | "scalar";
  /** The value, or every value, before the first update. */
  readonly initial: number;
}

/** What one update starts from. All weights of the model together are one vector, as long as there are numbers to train. */
export interface OptimizerStep {
  /** float32 `[weights]`. */
  readonly weights: Tensor1D;
  /** Gradient of the loss, float32 `[weights]`. */
  readonly gradient: Tensor1D;
  /** The optimizer's own tensors by name, as {@link Optimizer.slots} describes them. */
  readonly slots: Readonly<Record<string, Tensor>>;
  /** float32; a tensor, so that a captured step takes it as an input. */
  readonly learningRate: Scalar;
  /** Updates done before this one, float32. */
  readonly step: Scalar;
}

/** What one update gives: new tensors, the given ones are left as they are. */
export interface OptimizerResult {
  /** float32 `[weights]`. */
  readonly weights: Tensor1D;
  /** The new value of every slot. */
  readonly slots: Record<string, Tensor>;
}

/** A rule that turns a gradient into new weights: a pure function on flat vectors and its settings. */
export interface Optimizer {
  /** Such as "adam". */
  readonly name: string;
  /** The learning rate that training starts with; callbacks may change it. */
  learningRate: number;
  /** The learning rate of each update as a function of the updates done before, where it was given as one. */
  readonly schedule?: Schedule;
  /** The tensors kept between updates. */
  readonly slots: Readonly<Record<string, OptimizerSlot>>;
  /** Settings of the formula by name, as checkpoints keep them. */
  readonly config: Readonly<Record<string, number | boolean>>;
  /** Norm that the whole gradient is clipped to, inside `update`. */
  readonly clipNorm?: number;
  /** Bound that each number of the gradient is clipped to, inside `update`. */
  readonly clipValue?: number;
  /** The slot that holds averaged weights, for optimizers that keep an average. */
  readonly averageSlot?: string;
  /** The new weights and slots; clips the gradient first. */
  update(step: OptimizerStep): OptimizerResult;
}

/** Settings that every optimizer takes. */
export interface OptimizerOptions {
  /** Step size, or a schedule of it by update. */
  learningRate?: number | Schedule;
  /** Scales the whole gradient down to this Euclidean norm (over all weights together). Default: no clipping. */
  clipNorm?: number;
  /** Clips each number of the gradient to [-clipValue, clipValue]. Default: no clipping. */
  clipValue?: number;
  /** Weights shrink by `weightDecay * learningRate` of themselves before each update. Default 0 (AdamW 0.004). */
  weightDecay?: number;
}

/** Refuses a setting outside `[low, high)`. */
export function checkSetting(name: string, value: number, low: number, high: number): void {
  if (!(value >= low && value < high)) {
    throw new RangeError(`Cannot make an optimizer: ${name} must lie in [${low}, ${high}), got ${value}`);
  }
}

/**
 * The gradient clipped by value, then by its norm over all weights (as Keras's `global_clipnorm`).
 *
 * @param gradient float32 `[weights]`
 * @returns float32 `[weights]`; the given tensor itself where nothing clips
 * @example
 * const bounded = clipGradient(tf.tensor1d([3, 4]), { clipNorm: 1 });
 */
export function clipGradient(
  gradient: Tensor1D,
  options: { clipNorm?: number; clipValue?: number },
): Tensor1D {
  const { clipNorm, clipValue } = options;
  let clipped = gradient;
  if (clipValue !== undefined) clipped = tf.clipByValue(clipped, -clipValue, clipValue);
  if (clipNorm !== undefined) {
    // min(1 / norm, 1 / clipNorm) needs no comparison and leaves a zero gradient zero.
    const norm = tf.sqrt(tf.sum(tf.square(clipped)));
    const scale = tf.mul(tf.minimum(tf.reciprocal(norm), 1 / clipNorm), clipNorm);
    clipped = tf.mul(clipped, scale);
  }
  return clipped;
}

/** The formula of an optimizer, after clipping and weight decay. */
export type OptimizerFormula = (step: OptimizerStep) => OptimizerResult;

/** Puts clipping and weight decay, in Keras's order, around a formula. */
export function makeOptimizer(
  options: OptimizerOptions,
  parts: {
    name: string;
    learningRate: number;
    slots: Record<string, OptimizerSlot>;
    config: Record<string, number | boolean>;
    formula: OptimizerFormula;
  },
): Optimizer {
  const { clipNorm, clipValue, weightDecay = 0 } = options;
  const given = options.learningRate ?? parts.learningRate;
  const schedule = typeof given === "function" ? given : undefined;
  const learningRate = typeof given === "function" ? given(0) : given;
  checkSetting("learningRate", learningRate, 0, Number.POSITIVE_INFINITY);
  checkSetting("weightDecay", weightDecay, 0, Number.POSITIVE_INFINITY);
  for (const [name, value] of Object.entries({ clipNorm, clipValue })) {
    if (value !== undefined && !(value > 0)) {
      throw new RangeError(`Cannot make an optimizer: ${name} must be above 0, got ${value}`);
    }
  }
  const config: Record<string, number | boolean> = { ...parts.config };
  if (weightDecay > 0) config.weightDecay = weightDecay;
  if (clipNorm !== undefined) config.clipNorm = clipNorm;
  if (clipValue !== undefined) config.clipValue = clipValue;
  return {
    name: parts.name,
    learningRate,
    schedule,
    slots: parts.slots,
    config,
    clipNorm,
    clipValue,
    update: (step) =>
      tf.tidy(() => {
        const gradient = clipGradient(step.gradient, { clipNorm, clipValue });
        const weights =
          weightDecay > 0
            ? tf.sub<Tensor1D>(step.weights, tf.mul(step.weights, tf.mul(step.learningRate, weightDecay)))
            : step.weights;
        // The tidy is typed for flat containers; the record of slots is one nested level more.
        return parts.formula({ ...step, gradient, weights }) as never;
      }),
  };
}
