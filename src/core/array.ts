import type { Frames } from "./frames";

/** The typed arrays that a data set may come in. Integers become float32 in the graph. */
export type DataArray = Float32Array | Uint8Array | Int32Array;

/** A dense array in C order; a `Series` is one. The first axis counts samples. */
export interface ArrayData {
  readonly data: DataArray;
  readonly shape: readonly number[];
}

/** A tensor, known by its form: this stage knows no TensorFlow. */
export interface TensorData {
  readonly shape: readonly number[];
  readonly dtype: string;
  dataSync(): ArrayLike<number>;
}

/** What `fit`, `evaluate` and `predict` take: a dense array, frames, or a tensor. The first axis counts samples. */
export type Dataset = ArrayData | Frames | TensorData;

/** Input, wanted output and, where samples count unequally, one weight a sample. */
export interface FitData {
  readonly x: Dataset;
  /** Class numbers as they are loaded, or `[samples, …]`; may be missing where `arrange` makes it of `x`. */
  readonly y?: Dataset | Int32Array;
  readonly sampleWeight?: ArrayLike<number>;
}

/** A named array of a training state. */
export interface NamedArray {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** Values of an array of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** The truth of a training set as a data set: class numbers are `[samples]`. */
export function truthOf({ y }: Pick<FitData, "y">): Dataset | undefined {
  return y instanceof Int32Array ? { data: y, shape: [y.length] } : y;
}
