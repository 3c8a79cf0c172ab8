/** What the compiled and the eager way of training have in common. */

import type { DataArray } from "../../core/array";
import type { VariableDtype } from "../../engine";

/** What a sample of a data set is. */
export interface SampleSpec {
  /** Of several inputs or truths: `[values of all]`. */
  readonly shape: readonly number[];
  /** Shapes of the parts of several truths. */
  readonly parts?: readonly (readonly number[])[];
  readonly dtype: VariableDtype;
}

/** What the samples of a data set and their wanted outputs are. */
export interface DataSpecs {
  readonly x: SampleSpec;
  readonly y: SampleSpec;
}

/** Which programs the session must hold, and what the training data are. */
export interface ProgramOptions extends DataSpecs {
  /** What the validation data are, dtypes included (default as the training data). */
  readonly validation?: DataSpecs;
  /** Batch sizes to train with: the full one and, where the samples do not divide, the last one. */
  readonly trainBatches: readonly number[];
  /** Batch sizes to evaluate with, the full one first; none where there will be nothing to evaluate. */
  readonly evaluateBatches: readonly number[];
  /** Batch size to predict with (default: outputs will not be asked for). */
  readonly predictBatch?: number;
  /** Whether XLA compiles the steps (default false). */
  readonly xla?: boolean;
}

/** The arrays of a data set, of as many samples as the first axis says. */
export interface DeviceData {
  readonly x: DataArray;
  readonly y: DataArray;
  readonly weight: Float32Array;
}

/** What the steps of one native call are told. */
export interface TrainCall {
  readonly batch: number;
  /** Place in the order of the first sample. */
  readonly start: number;
  /** Updates done before. */
  readonly step: number;
  readonly seed: number;
  /** Epochs done before. */
  readonly epoch: number;
  /** One learning rate a step; their number is the number of steps. */
  readonly learningRates: Float32Array;
}

/** What both ways of training can do. */
export interface Trainer {
  readonly mode: "compiled" | "eager";
  load(data: DeviceData): void;
  setOrder(order: Int32Array): void;
  train(call: TrainCall): Float64Array;
  loadValidation(data: DeviceData): void;
  evaluate(samples: { start: number; end: number }): Float64Array;
  /** All weights, trainable first, one after another. */
  read(): { trainable: Float32Array; fixed: Float32Array; slots: Record<string, Float32Array> };
  write(state: {
    trainable?: Float32Array;
    fixed?: Float32Array;
    slots?: Readonly<Record<string, Float32Array>>;
  }): void;
  /** Looks whether the step still is what was recorded. */
  check?(): void;
  dispose(): void;
}
