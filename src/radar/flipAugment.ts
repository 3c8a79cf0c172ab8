import { flipFrames, turnFrames } from "../augment/frames";
import { type FrameArray, type Frames, frames } from "../data/frames";
import type { TestAugmentation } from "../train/crossValidateOptions";
import type { ArrayData, Dataset } from "../train/types";

/** One way to see an image: mirrored top to bottom, then turned. */
interface View {
  readonly mirrored: boolean;
  /** Quarter turns counter-clockwise. */
  readonly turns: number;
}

/** The mirror images: top to bottom, left to right, both. */
const mirrored: readonly View[] = [
  { mirrored: true, turns: 0 },
  { mirrored: true, turns: 2 },
  { mirrored: false, turns: 2 },
];

/** With quarter turns: the seven other symmetries of a square. */
const turned: readonly View[] = [
  ...mirrored,
  { mirrored: false, turns: 1 },
  { mirrored: false, turns: 3 },
  { mirrored: true, turns: 1 },
  { mirrored: true, turns: 3 },
];

function see(source: Frames, { mirrored, turns }: View): Frames {
  const upright = mirrored ? flipFrames(source, { axis: "rows" }) : source;
  return turns === 0 ? upright : turnFrames(upright, { turns });
}

function seeBack(source: Frames, { mirrored, turns }: View): Frames {
  const upright = turns === 0 ? source : turnFrames(source, { turns: -turns });
  return mirrored ? flipFrames(upright, { axis: "rows" }) : upright;
}

/** A dense array as frames; the unit is of no account here. */
function asFrames(dataset: Dataset): Frames {
  if ("shards" in dataset) return dataset;
  const { shape } = dataset;
  if (!("data" in dataset) || shape.length !== 4 || dataset.data instanceof Int32Array) {
    throw new TypeError(
      `Cannot flip the samples: they must be frames, or float32 or uint8 [samples, rows, columns, times], got [${shape}]`,
    );
  }
  const [samples, rows, columns, times] = shape;
  return frames(dataset.data as FrameArray, { shape: [samples, rows, columns, times], unit: "unit" });
}

/**
 * Test-time augmentation by symmetry: the network also forecasts mirrored copies of the images, each forecast is
 * mirrored back, and all are averaged. Rain knows no left and right, so a network trained with `train.randomFlips`
 * forecasts them as well.
 *
 * @param options `turns`: whether quarter turns too, seven copies in place of three, for square images (default false)
 * @returns what `train.crossValidate` takes as `testAugment`
 * @throws {RangeError} in use, if quarter turns are wanted of oblong images
 * @throws {TypeError} in use, if samples are no images
 * @example
 * await train.crossValidate({ ...options, testAugment: radar.flipAugment() });
 */
export function flipAugment(options: { turns?: boolean } = {}): TestAugmentation {
  const views = options.turns ? turned : mirrored;
  return {
    rounds: views.length,
    augment: (x, { round }) => see(asFrames(x), views[round - 1]),
    invert(prediction, { round }): ArrayData {
      const { shards, shape } = seeBack(asFrames(prediction), views[round - 1]);
      return { data: shards[0], shape };
    },
  };
}
