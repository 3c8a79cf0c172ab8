/** Data sets as rows of bytes, whatever they came as: what goes to the device, and in which order. */
import type { DataArray, Dataset, NamedArray } from "./array";
import { sizeOf } from "./array";
import type { Frames } from "./frames";
import { isLazy, takeValues, valuesOf } from "./frameViews";

/** A data set whose samples can be copied out one by one. */
export interface Source {
  readonly samples: number;
  /** Shape of one sample. */
  readonly sampleShape: readonly number[];
  readonly dtype: "float32" | "int32" | "uint8";
  /** Values per sample. */
  readonly size: number;
  /** The whole set as one array, where it lies in one. */
  readonly whole?: DataArray;
  /** Shapes of one sample's parts, where it has several: they lie one after the other. */
  readonly parts?: readonly (readonly number[])[];
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

/** Several data sets as one of rows, float32. */
function fromParts(parts: readonly Dataset[]): Source {
  const sources = parts.map(makeSource);
  const size = sources.reduce((sum, source) => sum + source.size, 0);
  return {
    samples: sources[0].samples,
    sampleShape: [size],
    dtype: "float32",
    size,
    parts: sources.map(({ sampleShape }) => sampleShape),
    take(indices) {
      const taken = new Float32Array(indices.length * size);
      let at = 0;
      for (const source of sources) {
        const values = source.take(indices);
        for (let i = 0; i < indices.length; i++) {
          taken.set(values.subarray(i * source.size, (i + 1) * source.size), i * size + at);
        }
        at += source.size;
      }
      return taken;
    },
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
  if ("parts" in dataset) return fromParts(dataset.parts);
  if ("dataSync" in dataset) {
    const data = dataset.dataSync() as DataArray;
    return fromShards([data], { shardSize: shape[0], shape });
  }
  if ("data" in dataset) return fromShards([dataset.data], { shardSize: shape[0], shape });
  throw new TypeError("Cannot use the data: it must be {data, shape}, Frames or a tensor");
}

/** Rows that are made at once where all are asked for. */
const blockBytes = 1 << 23;

/**
 * A float32 array `[samples, …]` whose rows are made, or read, on demand; `data` makes all of them, which
 * stay in memory only as long as they are in use.
 */
export class LazyArray implements NamedArray {
  private known: WeakRef<Float32Array> | undefined;

  /** @param take a new array of the rows at `indices`, in that order; the same ones every time */
  constructor(
    readonly shape: readonly number[],
    readonly take: (indices: ArrayLike<number>) => Float32Array,
  ) {}

  get data(): Float32Array {
    const known = this.known?.deref();
    if (known) return known;
    const [rows, ...rest] = this.shape;
    const size = sizeOf(rest);
    const data = new Float32Array(rows * size);
    const step = Math.max(1, Math.floor(blockBytes / 4 / size));
    for (let start = 0; start < rows; start += step) {
      const count = Math.min(step, rows - start);
      data.set(this.take(Int32Array.from({ length: count }, (_, i) => start + i)), start * size);
    }
    this.known = new WeakRef(data);
    return data;
  }

  /** The rows at `indices` as an array of their own, made on demand. */
  at(indices: Int32Array): LazyArray {
    return new LazyArray([indices.length, ...this.shape.slice(1)], (places) =>
      this.take(Int32Array.from(places, (place) => indices[place])),
    );
  }
}

/** Bytes of forecasts that are held in memory; larger ones are made on demand. */
export const heldBytes = 1 << 26;
