import type { ArrayData, Dataset } from "../core/array";
import { type FrameArray, type Frames, frames } from "../core/frames";
import { flipFrames, turnFrames } from "./frames";

/** Prediction of changed copies of the samples, averaged with that of the samples themselves. */
export interface TestAugmentation {
  /** How many changed copies. */
  rounds: number;
  /** The changed copy number `round`, from 1, of the samples; frames come some at a time, each time with another seed. */
  augment(x: Dataset, options: { round: number; seed: number }): Dataset;
  /** Undoes that change on the copy's prediction, such as an image mirrored back. Default: taken as it is. */
  invert?(prediction: ArrayData, options: { round: number; seed: number }): ArrayData;
}

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

/** A dense array as frames; the unit is ignored here. */
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
 * mirrored back, and all are averaged. Rain knows no left and right, so a network trained with `augment.graph.flipFrames`
 * forecasts them as well.
 *
 * @param options `turns`: whether quarter turns too, seven copies in place of three, for square images (default false)
 * @returns what `validate.crossValidate` takes as `testAugment`
 * @throws {RangeError} in use, if quarter turns are wanted of oblong images
 * @throws {TypeError} in use, if samples are no images
 * @example
 * const options = { folds: 2, epochs: 1, filters: 2 };
 * const run = await radar.recipes.rainnet(competition, { ...options, testAugment: augment.testTimeFlips() });
 */
export function testTimeFlips(options: { turns?: boolean } = {}): TestAugmentation {
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
