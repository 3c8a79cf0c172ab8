/** What `fit`, `compile` and the callbacks say to each other. */

import type { LayersModel, Tensor, Tensor1D } from "@tensorflow/tfjs-node-gpu";
import type { FitData, NamedArray } from "../core/array";
import type { HasFrame } from "../core/dataFrame";
import type { Logs } from "../core/estimator";
import type { BatchTransform } from "../engine/batchTransform";
import type { Direction } from "../metrics/direction";
import type { Optimizer } from "./optimizers/optimizer";

/**
 * One loss value per sample; where the model's output has a mask, as Keras's, it is called with every step as a sample,
 * and padded ones do not count. `fromLogits`, where present, is used when the model ends in a softmax.
 */
export interface Loss {
  (truth: Tensor, prediction: Tensor): Tensor1D;
  /**
   * What truth must be, to be checked before training: class numbers, class shares that sum to 1, or values in [0, 1].
   * Default: any numbers.
   */
  readonly truth?: "classes" | "shares" | "chances";
  readonly lossName?: string;
  readonly fromLogits?: (truth: Tensor, logits: Tensor) => Tensor1D;
}

/** A metric in the graph: sums that add up over batches, and what they amount to. */
export interface Metric {
  readonly name: string;
  /** Whether lower or higher is better. Default: by the name, where it is one of the library's own. */
  readonly direction?: Direction;
  /** The batch's sums `[size]`; `weight` is `[batch]`, 0 for samples that do not count. */
  update(truth: Tensor, prediction: Tensor, weight: Tensor1D): Tensor1D;
  /** The metric of the sums over all batches. */
  result(sums: Float64Array): number;
}

/** Everything that training goes on from: the same numbers as if it had not stopped. */
export interface FitState {
  /**
   * `weights/<name>` for each weight of the model, `slots/<name>` for each of the optimizer's; `scored/<name>` where
   * callbacks had the epoch scored with other weights than those that training goes on from.
   */
  readonly tensors: Readonly<Record<string, NamedArray>>;
  /** Counters, seed, learning rate, history and what the callbacks remember. */
  readonly progress: {
    /** Epochs done. */
    readonly epoch: number;
    /** Updates done. */
    readonly step: number;
    readonly seed: number;
    readonly learningRate: number;
    /** The learning rate that the optimizer was made with. */
    readonly firstLearningRate: number;
    readonly optimizer: string;
    /** Samples of a full batch. */
    readonly batch: number;
    /** What x was scaled by. */
    readonly scaleX?: number;
    /** Names of the weights that are trained. */
    readonly trainable: readonly string[];
    /** Of an epoch that was interrupted: sums over its samples so far, and the learning rate that it began with. */
    readonly partial?: {
      readonly sums: readonly number[];
      readonly samples: number;
      readonly learningRate: number;
    };
    readonly history: Readonly<Record<string, readonly number[]>>;
    readonly callbacks: Readonly<Record<string, unknown>>;
  };
}

/** What a callback sees of the running fit. */
export interface FitContext {
  /** The model; its weights are up to date only after `pull()`. */
  readonly model: LayersModel;
  readonly optimizer: Optimizer;
  /** The learning rate of the next steps; assign it to change it, where no schedule sets it. */
  learningRate: number;
  /** Epochs done before the present one. */
  readonly epoch: number;
  readonly epochs: number;
  /** Updates done. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  readonly history: Readonly<Record<string, readonly number[]>>;
  /** Ends the training after this epoch, and says why. */
  stop(reason: string): void;
  /** Why the training ends; `undefined` while it goes on. */
  readonly stopReason: string | undefined;
  /** Writes the session's weights into the model. */
  pull(): void;
  /** Writes the model's weights into the session. */
  push(): void;
  /**
   * The model's weights as arrays, trainable and not, in the order of `model.weights`; at the end of an epoch those that
   * its scores are of.
   */
  weights(): NamedArray[];
  /** Replaces the model's weights, in the session and in the model. */
  setWeights(weights: readonly NamedArray[]): void;
  /** The complete state, to be saved. */
  state(): FitState;
  /** Whether a number of the logs should be low or high, as far as its metric or its name says. */
  directionOf(monitor: string): Direction | undefined;
  /** Loss and metrics on the validation data with the present weights (`val_…`); empty without such data. */
  validate(): Promise<Logs>;
}

/** Hooks into `fit`. Every hook may be a promise; all see the same context. */
export interface Callback {
  readonly name: string;
  /**
   * The number of the logs that it watches: without validation a `val_…` is not there. With the name, what its memory is
   * found by after a resume.
   */
  readonly monitor?: string;
  /**
   * What it was made with, as JSON, by which a run's folder tells two of one name apart; `null` where it changes nothing
   * that is learned, such as a display. Default: the source text of its hooks.
   */
  readonly config?: unknown;
  /** Whether it assigns `learningRate`, which only one may do. */
  readonly setsLearningRate?: boolean;
  onTrainBegin?(context: FitContext): void | Promise<void>;
  onEpochBegin?(context: FitContext): void | Promise<void>;
  /** A learning rate for update number `step` (0 first); called before the step, for every step. */
  learningRateAt?(step: number, context: FitContext): number;
  /** After each update; its presence makes `fit` run one update a native call. */
  onBatchEnd?(context: FitContext, logs: Logs): void | Promise<void>;
  /** After each native call of one or more updates: cheap, for progress. `done`: updates of this epoch. */
  onProgress?(context: FitContext, logs: Logs, done: number): void;
  /**
   * After an epoch's updates: other weights to score and keep it with, such as an average; training goes on from its
   * own. The statistics of batch normalisation are measured anew for them.
   */
  weightsToScore?(context: FitContext): NamedArray[] | undefined;
  onEpochEnd?(context: FitContext, logs: Logs): void | Promise<void>;
  /** Also after an error or an interrupt, which is in `error`. */
  onTrainEnd?(context: FitContext, error?: unknown): void | Promise<void>;
  /** What it must remember to go on after a resume, as JSON; tensors under `arrays`. */
  state?(): { json: unknown; arrays?: Record<string, NamedArray> };
  restore?(state: { json: unknown; arrays: Record<string, NamedArray> }): void;
}

/** What `train.liveCurves` tells the function that draws. */
export interface LiveCurvesState {
  /** Which of the trainings runs, from 0; `undefined` once it has ended. */
  present: number | undefined;
  /** One name a training, in order. */
  names: string[];
  /** Whether the figure needs a static image: false while it is redrawn. */
  image: boolean;
}

/** Makes the figure of all trainings so far, such as `plot.foldCurves`. */
export type DrawCurves = (
  histories: { readonly logs: Readonly<Record<string, readonly number[]>> }[],
  state: LiveCurvesState,
) => unknown;

/** Options of `fit`. */
export interface FitOptions {
  /** An optimizer, or the name of one. */
  readonly optimizer: Optimizer | string;
  /** A loss, or the name of one; one for each output, where the model has several. */
  readonly loss: Loss | string | readonly (Loss | string)[];
  /** Factors of the losses' sum, where the model has several outputs. Default 1. */
  readonly lossWeights?: readonly number[];
  /** Metrics or names of metrics (default none). */
  readonly metrics?: readonly (Metric | string)[];
  /** Default 1. */
  readonly epochs?: number;
  /** Default 32. */
  readonly batchSize?: number;
  /** Of batch order, dropout and augmentation (default that of `initial`, else 0). */
  readonly seed?: number;
  readonly validation?: FitData;
  readonly callbacks?: readonly Callback[];
  /**
   * On the device, before everything else, training and validation alike (default none): from the scaled values as
   * they lie in the data set to what model and loss take, such as the first four frames and the fifth.
   */
  readonly arrange?: BatchTransform;
  /** On the device, training batches only, after `arrange` (default none). */
  readonly augment?: BatchTransform;
  /**
   * On the device, after `augment`, training, validation and predictions alike (default none): features that are made of
   * augmented samples. Of a prediction only its `x` is used.
   */
  readonly transform?: BatchTransform;
  /** One factor per class, for class numbers or shares, in the loss of training alone (default all 1). */
  readonly classWeight?: ArrayLike<number>;
  /** Scales every value of x as it is read (default 1), such as 1 / 255 for pixels. */
  readonly scaleX?: number;
  /** The same for y (default 1). */
  readonly scaleY?: number;
  /** "compiled" (default) or "eager", the reference. */
  readonly mode?: "compiled" | "eager";
  /**
   * Whether XLA compiles the step's ops in clusters (default false): planning then takes seconds to minutes, and
   * random numbers are other ones than without it.
   */
  readonly xla?: boolean;
  /** Whether the batch order is drawn anew each epoch (default true). */
  readonly shuffle?: boolean;
  /** Bytes of training data kept on the device; larger data streams through (default 1 GiB). */
  readonly memoryBudget?: number;
  /** Stops at the next batch (default the notebook cell's). */
  readonly signal?: AbortSignal;
  /** A state to go on from. */
  readonly initial?: FitState;
  /** Whether a line shows epoch, losses and the time left (default true); callbacks may have one of their own. */
  readonly progress?: boolean;
  /** Draws losses and metrics while they come, such as `plot.foldCurves` (default: no curves). */
  readonly curves?: DrawCurves;
}

/** What `fit` returns: one value per epoch under each name; shown as a table, and `toFrame` gives one row per epoch. */
export interface History extends HasFrame {
  readonly logs: Readonly<Record<string, readonly number[]>>;
  readonly epochs: number;
  /** Seconds that the training took, without what it went on from. */
  readonly seconds: number;
  /** Milliseconds a training step, the median over native calls. */
  readonly stepTime: number;
  readonly mode: "compiled" | "eager";
  /** Why it ended before its last epoch: what a callback said, or that it was interrupted. */
  readonly stopReason: string | undefined;
  /** The state after the last update. */
  readonly state: FitState;
}
