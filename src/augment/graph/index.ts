export { coarsenFrames } from "./coarsenFrames";
export {
  type AugmentationStep,
  composeAugmentations,
  oneOfAugmentations,
} from "./compose";
export {
  type BlurFramesOptions,
  blurFrames,
  type DropPatchesOptions,
  dropPatches,
  flipFrames,
  type GraphFrameOptions,
  reverseFrames,
  type ShiftIntensityOptions,
  shiftIntensity,
  turnFrames,
} from "./frames";
export { type GraphJoinOptions, joinSeries } from "./joinSeries";
export { cutmix, type GraphMixOptions, mixup, oneHotLabels } from "./mix";
export { type PreviewOptions, preview } from "./preview";
export {
  type ChannelTriple,
  type RotateSeriesOptions,
  rotateSeries,
} from "./rotateSeries";
export {
  type DropChannelsOptions,
  dropChannels,
  type GraphDeviationOptions,
  type GraphSeriesOptions,
  jitterSeries,
  type PermuteSegmentsOptions,
  permuteSegments,
  type RollSeriesOptions,
  rollSeries,
  stretchAmplitude,
  type WarpTimeOptions,
  warpTime,
} from "./series";
export { type StretchIntensityOptions, stretchIntensity } from "./stretchIntensity";
