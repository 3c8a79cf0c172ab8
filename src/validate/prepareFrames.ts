import type { FoldContext, PreparedFold } from "../core/estimator";
import type { Frames } from "../core/frames";
import { imagesOf, viewImages } from "../core/frameViews";

/** Options of {@link prepareFrames}. */
export interface PrepareFramesOptions {
  /** Frames to predict, `[samples, rows, columns, inputs]`; default none. */
  test?: Frames;
}

/**
 * Makes each fold's data: the fold's samples, inputs and target apart, as views of the frames without a copy. Pixels
 * stay bytes; give `fit` the scale.
 *
 * @param source all training frames `[samples, rows, columns, times]`, the target last
 * @param options test frames
 * @returns what `validate.crossValidate` takes as `prepare`
 * @throws {RangeError} if samples have one image only
 * @example
 * const prepare = validate.prepareFrames(competition.train, { test: competition.test });
 */
export function prepareFrames(
  source: Frames,
  options: PrepareFramesOptions = {},
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
