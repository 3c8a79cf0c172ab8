import {
  checkSample,
  type FrameArray,
  type FrameMaker,
  type Frames,
  type FrameUnit,
  frameMakers,
  sampleOf,
} from "./frames";

/** Bytes of a shard: the latest one stays in memory. */
const shardBytes = 1 << 24;

/** Options of {@link lazyFrames}. */
export interface LazyFramesOptions<T extends FrameArray> {
  /** `[samples, rows, columns, times]`. */
  shape: Frames["shape"];
  /** What the numbers are. */
  unit: FrameUnit;
  /** The kind of array that `take` makes. */
  Values: FrameMaker<T>["Values"];
}

/**
 * Makes {@link Frames} whose samples are made, or read, on demand, for what would not fit in memory; of the
 * shards only the latest is kept.
 *
 * @param take a new array of the samples at `indices`, in that order, repeats allowed; the same ones every time
 * @example
 * const bright = lazyFrames((indices) => new Uint8Array(indices.length * 16).fill(255), {
 *   shape: [1000, 4, 4, 1],
 *   unit: "pixel",
 *   Values: Uint8Array,
 * });
 */
export function lazyFrames<T extends FrameArray>(
  take: FrameMaker<T>["take"],
  options: LazyFramesOptions<T>,
): Frames<T> {
  const { shape, unit, Values } = options;
  const [samples, rows, columns, times] = shape;
  const bytes = rows * columns * times * new Values(1).BYTES_PER_ELEMENT;
  const shardSize = Math.max(1, Math.min(samples, Math.floor(shardBytes / bytes)));
  const shards: T[] = [];
  let latest: { readonly place: number; readonly values: T } | undefined;
  for (let place = 0; place * shardSize < samples; place++) {
    const first = place * shardSize;
    const count = Math.min(shardSize, samples - first);
    Object.defineProperty(shards, place, {
      enumerable: true,
      get(): T {
        if (latest?.place !== place) {
          latest = { place, values: take(Int32Array.from({ length: count }, (_, i) => first + i)) };
        }
        return latest.values;
      },
    });
  }
  const made: Frames<T> = { shards, shardSize, shape, unit };
  frameMakers.set(made, { take, Values });
  return made;
}

/**
 * The kind of array that frames are of, without looking at them.
 *
 * @example
 * new (valuesOf(two))(16).length; // 16
 */
export function valuesOf<T extends FrameArray>(source: Frames<T>): FrameMaker<T>["Values"] {
  const maker = frameMakers.get(source);
  return (maker?.Values ?? source.shards[0]?.constructor ?? Uint8Array) as FrameMaker<T>["Values"];
}

/** Whether the samples are made on demand. */
export function isLazy(source: Frames): boolean {
  return frameMakers.has(source);
}

/**
 * A new array of the samples at `indices`, in that order, repeats allowed.
 *
 * @example
 * takeValues(two, [1, 1]).length; // 160
 */
export function takeValues<T extends FrameArray>(source: Frames<T>, indices: ArrayLike<number>): T {
  const maker = frameMakers.get(source);
  if (maker) return maker.take(indices) as T;
  const [, rows, columns, times] = source.shape;
  const size = rows * columns * times;
  const taken = new (valuesOf(source))(indices.length * size);
  for (let i = 0; i < indices.length; i++) taken.set(sampleOf(source, indices[i]), i * size);
  return taken;
}

/** Numbers of samples, once they are found to be such: as int32 any number would be one. */
function checkedIndices(indices: ArrayLike<number>, { shape: [samples] }: Frames): Int32Array {
  for (let i = 0; i < indices.length; i++) checkSample(indices[i], samples);
  return Int32Array.from(indices);
}

/**
 * The samples at `indices`, in that order (repeats allowed), as new frames.
 *
 * @throws {RangeError} if an index lies outside
 * @example
 * takeFrames(frames(Uint8Array.of(1, 2), { shape: [2, 1, 1, 1], unit: "pixel" }), [1]).shards[0]; // Uint8Array [2]
 */
export function takeFrames<T extends FrameArray>(source: Frames<T>, indices: ArrayLike<number>): Frames<T> {
  const [, rows, columns, times] = source.shape;
  const order = checkedIndices(indices, source);
  const shardSize = Math.max(1, Math.min(source.shardSize, order.length));
  // No samples are one empty shard.
  const shards = Array.from({ length: Math.max(1, Math.ceil(order.length / shardSize)) }, (_, shard) =>
    takeValues(source, order.subarray(shard * shardSize, (shard + 1) * shardSize)),
  );
  return { shards, shardSize, shape: [order.length, rows, columns, times], unit: source.unit };
}

/** One image of each sample of frames. */
export interface ImageOf<T extends FrameArray = FrameArray> {
  readonly source: Frames<T>;
  /** Place along the source's times. */
  readonly time: number;
}

/**
 * The images of frames in their order, to be viewed beside others.
 *
 * @param options `count`: how many of them, from the first (default all)
 * @example
 * const inputs = viewImages(allImages(two, { count: 4 })); // shape [2, 4, 4, 4]
 */
export function allImages<T extends FrameArray>(
  source: Frames<T>,
  options: { count?: number } = {},
): ImageOf<T>[] {
  const { count = source.shape[3] } = options;
  return Array.from({ length: count }, (_, time) => ({ source, time }));
}

function checkImages(images: readonly ImageOf[]): void {
  const [{ source: first }] = images;
  for (const { source, time } of images) {
    if (!(Number.isInteger(time) && time >= 0 && time < source.shape[3])) {
      throw new RangeError(
        `Cannot take time ${time}: times must be whole numbers in [0, ${source.shape[3]})`,
      );
    }
    const isAlike = source.shape.slice(0, 3).join() === first.shape.slice(0, 3).join();
    if (!isAlike || source.unit !== first.unit || valuesOf(source) !== valuesOf(first)) {
      throw new RangeError(
        `Cannot view images together: frames must have one size, unit and type, got [${first.shape}] in ${first.unit} and [${source.shape}] in ${source.unit}`,
      );
    }
  }
}

/**
 * Samples made of images of other frames, of which nothing is copied before it is read: a part of the samples, the
 * inputs, or the images of one beside those of another.
 *
 * @param images which images, in the order wanted
 * @param options `indices`: which samples, in that order, repeats allowed (default all)
 * @returns frames `[indices.length, rows, columns, images.length]`
 * @throws {RangeError} if a time or a sample lies outside, or the frames differ in size, unit or type
 * @example
 * const latest = viewImages([{ source: two, time: 4 }], { indices: [1] }); // shape [1, 4, 4, 1]
 */
export function viewImages<T extends FrameArray>(
  images: readonly ImageOf<T>[],
  options: { indices?: ArrayLike<number> } = {},
): Frames<T> {
  checkImages(images);
  const [samples, rows, columns] = images[0].source.shape;
  const chosen = options.indices && checkedIndices(options.indices, images[0].source);
  const pixels = rows * columns;
  const Values = valuesOf(images[0].source);
  const times = images.length;
  const sources = new Set(images.map(({ source }) => source));
  const isWhole =
    sources.size === 1 &&
    times === images[0].source.shape[3] &&
    images.every(({ time }, place) => time === place);
  const take = (indices: ArrayLike<number>): T => {
    const wanted = Int32Array.from(indices, (index) => (chosen ? chosen[index] : index));
    if (isWhole) return takeValues(images[0].source, wanted);
    const taken = new Values(wanted.length * pixels * times);
    for (const source of sources) {
      const steps = source.shape[3];
      const places = images.flatMap((image, place) => (image.source === source ? [place] : []));
      const block = isLazy(source) ? takeValues(source, wanted) : undefined;
      for (let i = 0; i < wanted.length; i++) {
        const size = pixels * steps;
        const sample = block ? block.subarray(i * size, (i + 1) * size) : sampleOf(source, wanted[i]);
        for (const place of places) {
          const { time } = images[place];
          for (let from = time, to = i * pixels * times + place; from < size; from += steps, to += times) {
            taken[to] = sample[from];
          }
        }
      }
    }
    return taken;
  };
  const shape = [chosen?.length ?? samples, rows, columns, times] as const;
  return lazyFrames(take, { shape, unit: images[0].source.unit, Values });
}

/** The images that a forecast sees, and the one that it is to be. */
export interface InputsAndTarget {
  /** `[samples, rows, columns, times - 1]`. */
  readonly inputs: Frames;
  /** `[samples, rows, columns, 1]`. */
  readonly target: Frames;
}

/** A sample's images: inputs and a target. */
export function imagesOf(source: Frames): ImageOf[] {
  const times = source.shape[3];
  if (times < 2) throw new RangeError(`Cannot part frames: need at least 2 times, got ${times}`);
  return allImages(source);
}

/**
 * Parts samples into the images seen and the one to forecast, the last, as views of the frames without a copy. NaN and
 * infinity are passed on like any value.
 *
 * @param source frames `[samples, rows, columns, times]`
 * @throws {RangeError} if samples have one image only
 * @example
 * const { inputs, target } = features.splitTarget(competition.train); // the first 4 times, and the fifth
 */
export function splitTarget(source: Frames): InputsAndTarget {
  const images = imagesOf(source);
  return { inputs: viewImages(images.slice(0, -1)), target: viewImages(images.slice(-1)) };
}
