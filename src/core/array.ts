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

/** The parts of samples that a network takes, or gives, side by side; made by `several`. */
export interface Several {
  readonly parts: readonly Dataset[];
  /** `[samples, values of all parts]`. */
  readonly shape: readonly [samples: number, values: number];
}

/** What `fit`, `evaluate` and `predict` take: a dense array, frames, a tensor, or several. The first axis counts samples. */
export type Dataset = ArrayData | Frames | TensorData | Several;

/** Input, wanted output and, where samples count unequally, one weight per sample. */
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

/**
 * The inputs of a network that has more than one, such as a window and a row of statistics, or the truths of one that has
 * more than one output: side by side in the order of the network's, with equally many samples each.
 *
 * @throws {RangeError} if there is none, or the parts have different numbers of samples
 * @example
 * const both = several([x, { data: new Float32Array(x.shape[0]), shape: [x.shape[0], 1] }]);
 */
export function several(parts: readonly Dataset[]): Several {
  const counts = parts.map(({ shape }) => shape[0]);
  if (parts.length === 0 || counts.some((count) => count !== counts[0])) {
    throw new RangeError(
      `Cannot join parts of samples: need one or more with equally many samples, got [${counts}] samples`,
    );
  }
  const values = parts.reduce((sum, { shape }) => sum + sizeOf(shape.slice(1)), 0);
  return { parts, shape: [counts[0], values] };
}
