import { crc32 } from "node:zlib";
import {
  type ArrayData,
  type DataArray,
  type Dataset,
  type FitData,
  type Several,
  several,
  type TensorData,
  truthOf,
} from "./array";
import { checkSample, type FrameArray, type Frames } from "./frames";
import { allImages, takeFrames, viewImages } from "./frameViews";
import { LazyArray, makeSource, type Source } from "./source";

/** Bytes that are copied out at a time. */
const pieceBytes = 1 << 23;

/** How many samples a data set has. */
export function sampleCount(dataset: Dataset): number {
  return dataset.shape[0];
}

/**
 * The samples at `indices`, in that order (repeats allowed), as a new data set: frames stay frames, everything else
 * becomes a dense array.
 *
 * @throws {RangeError} if an index lies outside the data set
 * @example
 * const half = takeSamples({ data: Float32Array.of(1, 2, 3, 4), shape: [4, 1] }, [0, 2]); // shape [2, 1]
 */
export function takeSamples<T extends FrameArray>(dataset: Frames<T>, indices: ArrayLike<number>): Frames<T>;
export function takeSamples(dataset: ArrayData | TensorData, indices: ArrayLike<number>): ArrayData;
export function takeSamples(dataset: Dataset, indices: ArrayLike<number>): ArrayData | Frames | Several;
export function takeSamples(dataset: Dataset, indices: ArrayLike<number>): ArrayData | Frames | Several {
  if ("parts" in dataset) return several(dataset.parts.map((part) => takeSamples(part, indices)));
  const source = makeSource(dataset);
  if ("shards" in dataset) return takeFrames(dataset, indices);
  for (let i = 0; i < indices.length; i++) checkSample(indices[i], source.samples);
  return { data: source.take(indices), shape: [indices.length, ...source.sampleShape] };
}

/** The samples at `indices`, in that order, without a copy where they are many: of frames and of what is read from disk. */
export function viewSamples(dataset: Dataset, indices: Int32Array): ArrayData | Frames | Several {
  if ("parts" in dataset) return several(dataset.parts.map((part) => viewSamples(part, indices)));
  if (dataset instanceof LazyArray) return dataset.at(indices);
  if (!("shards" in dataset)) return takeSamples(dataset, indices);
  return viewImages(allImages(dataset), { indices });
}

/** The samples of a training set at `indices`, weights included; frames as a view. */
export function takeFitData(source: FitData, indices: ArrayLike<number>): FitData {
  const { x, sampleWeight } = source;
  const y = truthOf(source);
  const order = Int32Array.from(indices);
  return {
    x: viewSamples(x, order),
    ...(y && { y: viewSamples(y, order) }),
    ...(sampleWeight && { sampleWeight: Float32Array.from(indices, (index) => sampleWeight[index]) }),
  };
}

/**
 * Two data sets of the same kind of sample, one after the other, as a dense array.
 *
 * @throws {RangeError} if their samples have different shapes
 * @throws {TypeError} if their values have different types
 */
export function joinSamples(first: Dataset, second: Dataset): ArrayData | Several {
  if ("parts" in first && "parts" in second && first.parts.length === second.parts.length) {
    return several(first.parts.map((part, i) => joinSamples(part, second.parts[i])));
  }
  const [a, b] = [makeSource(first), makeSource(second)];
  if (a.sampleShape.join() !== b.sampleShape.join()) {
    throw new RangeError(
      `Cannot join data sets: samples must have one shape, got [${a.sampleShape}] and [${b.sampleShape}]`,
    );
  }
  if (a.dtype !== b.dtype) {
    throw new TypeError(`Cannot join data sets: values must have one type, got ${a.dtype} and ${b.dtype}`);
  }
  const all = (samples: number) => Int32Array.from({ length: samples }, (_, i) => i);
  const values = [a.take(all(a.samples)), b.take(all(b.samples))];
  const data = new (values[0].constructor as new (length: number) => DataArray)(
    values[0].length + values[1].length,
  );
  data.set(values[0]);
  data.set(values[1], values[0].length);
  return { data, shape: [a.samples + b.samples, ...a.sampleShape] };
}

/** The checksum of an array's bytes, after that of those before. */
export function checksumOf({ buffer, byteOffset, byteLength }: ArrayBufferView, before = 0): number {
  // zlib starts anew where it is handed no bytes.
  return byteLength === 0 ? before : crc32(new Uint8Array(buffer, byteOffset, byteLength), before);
}

/** The checksum of `count` samples, evenly taken from the first to the last, without a copy of them all. */
export function checksumOfSamples(source: Source, count: number): number {
  const { samples, size } = source;
  const gap = count > 1 ? (samples - 1) / (count - 1) : 0;
  const step = Math.max(1, Math.floor(pieceBytes / 4 / size));
  let sum = 0;
  for (let start = 0; start < count; start += step) {
    const length = Math.min(step, count - start);
    const indices = Int32Array.from({ length }, (_, i) => Math.round((start + i) * gap));
    sum = checksumOf(source.take(indices), sum);
  }
  return sum;
}
