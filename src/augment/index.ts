export {
  type AugmentationStep,
  type AugmentDraw,
  composeAugmentations,
  type SeriesAugmentation,
} from "./compose";
export {
  type BlurFramesOptions,
  blurFrames,
  type DropPatchesOptions,
  dropPatches,
  type FlipFramesOptions,
  type FrameAugmentOptions,
  flipFrames,
  reverseFrames,
  type ShiftIntensityOptions,
  shiftIntensity,
  turnFrames,
} from "./frames";
export * as graph from "./graph";
export { type JoinSeriesOptions, joinSeries, type LabelPair } from "./joinSeries";
export {
  cutmix,
  type LabelledSeries,
  type MirrorOptions,
  type MixOptions,
  mirrorSeries,
  mixup,
  type SoftlyLabelledSeries,
} from "./mix";
export { type OversampledSeries, type OversampleOptions, oversample } from "./oversample";
export { type RotateSeriesOptions, rotateSeries } from "./rotateSeries";
export {
  type DropChannelsOptions,
  dropChannels,
  jitterSeries,
  type PermuteSegmentsOptions,
  permuteSegments,
  type RollSeriesOptions,
  rollSeries,
  stretchAmplitude,
} from "./series";
export { type TestAugmentation, testTimeFlips } from "./testTimeFlips";
export { type SliceSeriesOptions, sliceSeries, type WarpOptions, warpMagnitude, warpTime } from "./warps";
export type { DeviationOptions, SeriesAugmentOptions } from "./windows";
