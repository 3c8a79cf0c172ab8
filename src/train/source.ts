/** Data sets as rows of bytes, whatever they came as: what goes to the device, and in which order. */
import type { Tensor } from "@tensorflow/tfjs-node-gpu";
import { type Frames, randomSource } from "../data";
import { isLazy, takeValues, valuesOf } from "../data/lazyFrames";
import { LazyArray } from "./lazyArray";
import { sizeOf } from "./sizeOf";
import type { DataArray, Dataset } from "./types";

/** A data set whose samples can be copied out one by one. */
export interface Source {
  readonly samples: number;
  /** Shape of one sample. */
  readonly sampleShape: readonly number[];
  readonly dtype: "float32" | "int32" | "uint8";
  /** Values a sample. */
  readonly size: number;
  /** The whole set as one array, where it lies in one. */
  readonly whole?: DataArray;
  /** A new array of the samples at `indices`, in that order. */
  take(indices: ArrayLike<number>): DataArray;
}

function dtypeOf(array: DataArray): Source["dtype"] {
  if (array instanceof Float32Array) return "float32";
  if (array instanceof Int32Array) return "int32";
  if (array instanceof Uint8Array) return "uint8";
  const name = (array as object | undefined)?.constructor?.name ?? typeof array;
  throw new TypeError(
    `Cannot use the data: it must be a Float32Array, Int32Array or Uint8Array, got ${name}`,
  );
}

function fromShards(
  shards: readonly DataArray[],
  options: { shardSize: number; shape: readonly number[] },
): Source {
  const { shardSize, shape } = options;
  const [samples, ...sampleShape] = shape;
  const size = sizeOf(sampleShape);
  const length = shards.reduce((sum, shard) => sum + shard.length, 0);
  if (length !== samples * size) {
    throw new RangeError(
      `Cannot use the data: shape [${shape}] needs ${samples * size} values, got ${length}`,
    );
  }
  const dtype = dtypeOf(shards[0]);
  const Values = shards[0].constructor as new (length: number) => DataArray;
  return {
    samples,
    sampleShape,
    dtype,
    size,
    whole: shards.length === 1 ? shards[0] : undefined,
    take(indices) {
      const taken = new Values(indices.length * size);
      for (let i = 0; i < indices.length; i++) {
        const shard = shards[Math.floor(indices[i] / shardSize)];
        const at = (indices[i] % shardSize) * size;
        taken.set(shard.subarray(at, at + size), i * size);
      }
      return taken;
    },
  };
}

function fromLazyFrames(lazy: Frames): Source {
  const [samples, ...sampleShape] = lazy.shape;
  return {
    samples,
    sampleShape,
    dtype: dtypeOf(new (valuesOf(lazy))(0)),
    size: sizeOf(sampleShape),
    take: (indices) => takeValues(lazy, indices),
  };
}

/**
 * Makes a {@link Source} of a data set.
 *
 * @throws {TypeError} if it is none of the kinds that `fit` takes
 * @throws {RangeError} if values and shape disagree or there are no samples
 */
export function makeSource(dataset: Dataset): Source {
  const { shape } = dataset as { shape?: readonly number[] };
  if (!Array.isArray(shape) || shape.length === 0 || !(shape[0] > 0)) {
    throw new RangeError(
      `Cannot use the data: its shape must be [samples, …] with samples, got ${shape ? `[${shape}]` : typeof dataset}`,
    );
  }
  if (dataset instanceof LazyArray) {
    const [samples, ...sampleShape] = shape;
    const { take } = dataset;
    return { samples, sampleShape, dtype: "float32", size: sizeOf(sampleShape), take };
  }
  if ("shards" in dataset) {
    const { shards, shardSize } = dataset as Frames;
    if (isLazy(dataset)) return fromLazyFrames(dataset);
    return fromShards(shards, { shardSize, shape });
  }
  if ("dataSync" in dataset) {
    const data = (dataset as Tensor).dataSync() as DataArray;
    return fromShards([data], { shardSize: shape[0], shape });
  }
  if ("data" in dataset) return fromShards([dataset.data], { shardSize: shape[0], shape });
  throw new TypeError("Cannot use the data: it must be {data, shape}, Frames or a tensor");
}

/** The order of an epoch's samples, from seed and epoch alone. */
export function sampleOrder(
  samples: number,
  options: { seed: number; epoch: number; shuffle: boolean },
): Int32Array {
  const order = Int32Array.from({ length: samples }, (_, index) => index);
  if (!options.shuffle) return order;
  return randomSource(options.seed).fork("order").fork(options.epoch).shuffle(order);
}
