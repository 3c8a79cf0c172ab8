/** What learns from a fold and predicts: a network with its fit, MiniRocket, ridge, trees, any estimator of a library. */
import type { Dataset, FitData, NamedArray } from "./array";

/** The numbers of an epoch or batch: `loss`, the metrics, `val_…`, `learningRate`. */
export type Logs = Record<string, number>;

/** The part of a cross-validation that hooks are asked about. */
export interface FoldContext {
  /** Number of the fold from 0; `undefined` when all samples are trained on. */
  readonly fold: number | undefined;
  /** The seed of this round over the folds. */
  readonly seed: number;
  /** Seed of this fold in this round, different from every other's. */
  readonly foldSeed: number;
  readonly trainIndices: Int32Array;
  /** Empty when all samples are trained on. */
  readonly validationIndices: Int32Array;
}

/** A fold's data, ready to train on: everything learned from data (scaling, oversampling) learned from `train` alone. */
export interface PreparedFold {
  readonly train: FitData;
  /** In the order of `validationIndices`. */
  readonly validation?: FitData;
  /** Samples to predict as well, the same number in each fold. */
  readonly test?: Dataset;
}

/** One fold as an estimator gets it. */
export interface EstimatorFold {
  readonly context: FoldContext;
  readonly train: FitData;
  /** Missing for a model of all samples. */
  readonly validation?: FitData;
  /** Folder in which a fit that was stopped goes on from where it was; `undefined`: nothing is kept. */
  readonly directory: string | undefined;
  /** Time that the fit may take. Default: no end. */
  readonly seconds?: number;
  /** What the seconds are of: a clock on the wall (default), or the processors' time of this process. */
  readonly clock?: "wall" | "processor";
  /** Epochs, or rounds of boosting, of a model of all samples, where the folds' mean decides. Default: the estimator's. */
  readonly epochs?: number;
  /** Whether progress is shown, and under which name. */
  readonly progress: boolean;
  readonly label: string;
  /** Told which share of the fit is done, from 0 to 1, by an estimator that knows. Default: nobody. */
  readonly onShare?: (share: number) => void;
  /** Stops the fit; default the notebook cell's. */
  readonly signal?: AbortSignal;
}

/** How a fit went, as the table of a cross-validation shows it; an estimator without epochs has one. */
export interface FitReport {
  readonly epochs: number;
  /** The epoch that was kept, from 0. */
  readonly keptEpoch: number;
  /** Every epoch's logs. */
  readonly history: Readonly<Record<string, readonly number[]>>;
  /** Why it ended before its last epoch. */
  readonly stopReason: string | undefined;
}

/** Everything that a fitted estimator predicts from, as arrays and JSON. */
export interface FittedState {
  readonly tensors: Readonly<
    Record<
      string,
      {
        readonly data: Float32Array | Float64Array | Int32Array | Uint8Array;
        readonly shape: readonly number[];
      }
    >
  >;
  /** Texts by name. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What an estimator became by a fit. */
export interface Fitted {
  readonly report: FitReport;
  /** Samples that are predicted together: pieces of a large data set are multiples of it. Default 1. */
  readonly batchSize?: number;
  /**
   * @param x `[samples, …]`
   * @returns float32 `[samples, …]`
   */
  predict(x: Dataset, options?: { signal?: AbortSignal }): Promise<NamedArray>;
  /** What {@link Estimator.restore} makes the same predictions of. */
  state(): FittedState;
  /** Frees what it holds. */
  dispose(): void;
}

/** What cross-validation, run folders and the leaderboard know of what learns. */
export interface Estimator {
  /** What it is, such as `"network"`. */
  readonly name: string;
  /** As JSON, everything that a result depends on besides data and seed; `context` where a fold has its own settings. */
  config(context: FoldContext): Readonly<Record<string, unknown>>;
  fit(fold: EstimatorFold): Promise<Fitted>;
  /** A fitted estimator of its state; `context` is that of the fold. */
  restore(state: FittedState, context: FoldContext): Fitted;
}
