import type { Frames } from "../data";
import { checkSample } from "../data/frames";
import { allImages, takeSamples as takeFrames, viewImages } from "../data/lazyFrames";
import { LazyArray } from "./lazyArray";
import { makeSource } from "./source";
import type { ArrayData, DataArray, Dataset, FitData } from "./types";

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
export function takeSamples(dataset: Dataset, indices: ArrayLike<number>): ArrayData | Frames {
  const source = makeSource(dataset);
  if ("shards" in dataset) return takeFrames(dataset, indices);
  for (let i = 0; i < indices.length; i++) checkSample(indices[i], source.samples);
  return { data: source.take(indices), shape: [indices.length, ...source.sampleShape] };
}

/** The samples at `indices`, in that order, without a copy where they are many: of frames and of what is read from disk. */
export function viewSamples(dataset: Dataset, indices: Int32Array): ArrayData | Frames {
  if (dataset instanceof LazyArray) return dataset.at(indices);
  if (!("shards" in dataset)) return takeSamples(dataset, indices);
  return viewImages(allImages(dataset), { indices });
}

/** The samples of a training set at `indices`, weights included; frames as a view. */
export function takeFitData(source: FitData, indices: ArrayLike<number>): FitData {
  const { x, y, sampleWeight } = source;
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
export function joinSamples(first: Dataset, second: Dataset): ArrayData {
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
