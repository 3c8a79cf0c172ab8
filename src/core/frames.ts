/** What a frame's numbers are. `pixel`: the competition's 0 to 255; `rain`: mm/h; `unit`: pixel / 255. */
export type FrameUnit = "pixel" | "dbz" | "reflectivity" | "rain" | "unit";

/** The typed arrays that frames come in. */
export type FrameArray = Uint8Array | Float32Array;

/**
 * Samples of image sequences `[samples, rows, columns, times]` with their unit. Node's typed arrays end at 4 GiB on
 * some versions, so the values lie in shards of whole samples: shard `s` holds samples `[s * shardSize, …)`.
 */
export interface Frames<T extends FrameArray = FrameArray> {
  /** Values in C order, `shardSize` samples each, the last one shorter. */
  readonly shards: readonly T[];
  /** Samples a shard. */
  readonly shardSize: number;
  /** `[samples, rows, columns, times]`. */
  readonly shape: readonly [samples: number, rows: number, columns: number, times: number];
  /** What the numbers are. */
  readonly unit: FrameUnit;
}

/**
 * Makes {@link Frames} of one array.
 *
 * @param data values in C order, `samples * rows * columns * times` of them
 * @throws {RangeError} if the length does not agree with the shape
 * @example
 * const two = frames(new Uint8Array(2 * 4 * 4 * 5), { shape: [2, 4, 4, 5], unit: "pixel" });
 */
export function frames<T extends FrameArray>(
  data: T,
  options: { shape: readonly [number, number, number, number]; unit: FrameUnit },
): Frames<T> {
  const { shape, unit } = options;
  const size = shape.reduce((product, extent) => product * extent, 1);
  if (size !== data.length) {
    throw new RangeError(`Cannot make frames: shape [${shape}] needs ${size} values, got ${data.length}`);
  }
  return { shards: [data], shardSize: Math.max(1, shape[0]), shape, unit };
}

/** How frames that are made on demand make some of their samples; all others lie in their shards. */
export interface FrameMaker<T extends FrameArray = FrameArray> {
  /** Copies the samples at `indices` into a new array, in that order, repeats allowed. */
  take(indices: ArrayLike<number>): T;
  /** The kind of array that it makes. */
  readonly Values: new (
    length: number,
  ) => T;
}

/** The makers by their frames: what is made of those by a spread lies in shards as any other. */
export const frameMakers = new WeakMap<Frames, FrameMaker>();

/** @throws {RangeError} if there is no such sample */
export function checkSample(index: number, samples: number): void {
  if (!(Number.isInteger(index) && index >= 0 && index < samples)) {
    throw new RangeError(`Cannot take sample ${index}: indices must be whole numbers in [0, ${samples})`);
  }
}

/**
 * One sample's values `[rows, columns, times]` as a view (no copy); of frames that are made on demand, a
 * copy.
 *
 * @throws {RangeError} if the index lies outside
 * @example
 * const two = frames(new Uint8Array(2 * 4 * 4 * 5), { shape: [2, 4, 4, 5], unit: "pixel" });
 * sampleOf(two, 1).length; // 80
 */
export function sampleOf<T extends FrameArray>(source: Frames<T>, index: number): T {
  const [samples, rows, columns, times] = source.shape;
  checkSample(index, samples);
  const maker = frameMakers.get(source);
  if (maker) return maker.take([index]) as T;
  const size = rows * columns * times;
  const at = (index % source.shardSize) * size;
  return source.shards[Math.floor(index / source.shardSize)].subarray(at, at + size) as T;
}

/** Which of each sample's images to take. */
export interface FrameTimesOptions {
  /** Places along the time axis, in the order wanted. */
  times: readonly number[];
}

/**
 * Takes some images of every sample: the inputs, or the target. NaN and infinity are copied like any value.
 *
 * @param source frames `[samples, rows, columns, times]`
 * @returns frames `[samples, rows, columns, times.length]` of the same type
 * @throws {RangeError} if a time lies outside
 * @example
 * const target = takeTimes(frames(new Uint8Array(5), { shape: [1, 1, 1, 5], unit: "pixel" }), { times: [4] });
 * // target.shape is [1, 1, 1, 1]
 */
export function takeTimes<T extends FrameArray>(source: Frames<T>, options: FrameTimesOptions): Frames<T> {
  const [samples, rows, columns, times] = source.shape;
  const wanted = options.times;
  for (const time of wanted) {
    if (!(Number.isInteger(time) && time >= 0 && time < times)) {
      throw new RangeError(`Cannot take time ${time}: times must be whole numbers in [0, ${times})`);
    }
  }
  const shards = source.shards.map((shard) => {
    const pixels = shard.length / times;
    const out = new (shard.constructor as new (length: number) => T)(pixels * wanted.length);
    for (let pixel = 0, at = 0; pixel < pixels; pixel++) {
      for (let k = 0; k < wanted.length; k++) out[at++] = shard[pixel * times + wanted[k]];
    }
    return out;
  });
  return { ...source, shards, shape: [samples, rows, columns, wanted.length] };
}

/**
 * The values of frames as one array: the shard itself where there is only one, else a copy of all. NaN and infinity are
 * copied like any value.
 *
 * @returns values in C order
 * @throws {RangeError} if the frames hold more than one typed array can
 * @example
 * joinShards(frames(Uint8Array.of(1, 2), { shape: [2, 1, 1, 1], unit: "pixel" })).length; // 2
 */
export function joinShards<T extends FrameArray>(source: Frames<T>): T {
  if (source.shards.length === 1) return source.shards[0];
  const length = source.shards.reduce((sum, shard) => sum + shard.length, 0);
  const type = (source.shards[0] ?? new Uint8Array(0)).constructor as new (length: number) => T;
  const out = new type(length);
  let at = 0;
  for (const shard of source.shards) {
    out.set(shard, at);
    at += shard.length;
  }
  return out;
}
