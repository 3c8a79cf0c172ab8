import type { Frames } from "../data/frames";
import { allImages, type ImageOf, viewImages } from "../data/lazyFrames";
import type { FoldContext, PreparedFold } from "../train/crossValidateOptions";

/** Options of {@link prepareFolds}. */
export interface PrepareFoldsOptions {
  /** Frames to predict, `[samples, rows, columns, inputs]`; default none. */
  test?: Frames;
}

/** The images that a forecast sees, and the one that it is to be. */
export interface InputsAndTarget {
  /** `[samples, rows, columns, times - 1]`. */
  readonly inputs: Frames;
  /** `[samples, rows, columns, 1]`. */
  readonly target: Frames;
}

/** A sample's images: inputs and a target. */
function imagesOf(source: Frames): ImageOf[] {
  const times = source.shape[3];
  if (times < 2) throw new RangeError(`Cannot part frames: need at least 2 times, got ${times}`);
  return allImages(source);
}

/**
 * Parts samples into the images seen and the one to forecast, the last, as views of the frames without a copy.
 *
 * @param source frames `[samples, rows, columns, times]`
 * @throws {RangeError} if samples have one image only
 * @example
 * const { inputs, target } = radar.splitTarget(competition.train); // 4 times and 1
 */
export function splitTarget(source: Frames): InputsAndTarget {
  const images = imagesOf(source);
  return { inputs: viewImages(images.slice(0, -1)), target: viewImages(images.slice(-1)) };
}

/**
 * Makes each fold's data: the fold's samples, inputs and target apart, as views of the frames without a copy. Pixels
 * stay bytes; give `fit` the scale.
 *
 * @param source all training frames `[samples, rows, columns, times]`, the target last
 * @param options test frames
 * @returns what `train.crossValidate` takes as `prepare`
 * @throws {RangeError} if samples have one image only
 * @example
 * const prepare = radar.prepareFolds(competition.train, { test: competition.test });
 */
export function prepareFolds(
  source: Frames,
  options: PrepareFoldsOptions = {},
): (context: FoldContext) => PreparedFold {
  const { test } = options;
  const images = imagesOf(source);
  const part = (indices: Int32Array) => ({
    x: viewImages(images.slice(0, -1), { indices }),
    y: viewImages(images.slice(-1), { indices }),
  });
  return ({ trainIndices, validationIndices }) => ({
    train: part(trainIndices),
    ...(validationIndices.length > 0 && { validation: part(validationIndices) }),
    ...(test && { test }),
  });
}
