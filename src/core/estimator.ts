import type { Dataset, FitData } from "./array";

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
  /** The fold's own folder; `undefined` where nothing is kept. */
  readonly directory: string | undefined;
}

/** A fold's data, ready to train on: everything learned from data (scaling, oversampling) learned from `train` alone. */
export interface PreparedFold {
  readonly train: FitData;
  /** In the order of `validationIndices`. */
  readonly validation?: FitData;
  /** Samples to predict beside, as many in each fold. */
  readonly test?: Dataset;
}
