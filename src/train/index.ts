export {
  composeGraphAugmentations,
  type GraphAugmentationStep,
  oneOfGraphAugmentations,
} from "./augment/compose";
export { atEpoch, scheduled } from "./augment/epoch";
export {
  type GraphFrameOptions,
  type RandomBlurOptions,
  type RandomIntensityShiftOptions,
  type RandomPatchDropoutOptions,
  randomBlur,
  randomFlips,
  randomIntensityShift,
  randomPatchDropout,
  randomTimeReversal,
  randomTurns,
} from "./augment/frames";
export { type GraphMixOptions, oneHotLabels, randomCutmix, randomMixup } from "./augment/mix";
export { type ChannelTriple, type RandomRotationsOptions, randomRotations } from "./augment/rotations";
export {
  type GraphDeviationOptions,
  type GraphSeriesOptions,
  type RandomChannelDropoutOptions,
  type RandomRollsOptions,
  type RandomSegmentOrderOptions,
  type RandomTimeWarpOptions,
  randomAmplitudes,
  randomChannelDropout,
  randomJitter,
  randomRolls,
  randomSegmentOrder,
  randomTimeWarp,
} from "./augment/series";
export * from "./callbacks";
export { loadCheckpoint, loadWeights, saveCheckpoint, saveWeights } from "./checkpoint";
export { type CompiledModel, type CompileOptions, compile } from "./compile";
export { type CrossValidation, crossValidate } from "./crossValidate";
export type {
  CrossValidateOptions,
  FoldContext,
  FoldFitOptions,
  FoldRun,
  PreparedFold,
  PseudoLabelOptions,
  Score,
  TestAugmentation,
} from "./crossValidateOptions";
export { fit } from "./fit";
export {
  type CheckFoldsOptions,
  checkFolds,
  type Fold,
  type FoldOptions,
  kFold,
  type Labels,
  stratifiedKFold,
} from "./folds";
export { groupKFold, stratifiedGroupKFold } from "./groupFolds";
export * from "./losses";
export * from "./metrics";
export * from "./optimizers";
export { type PredictOptions, predict } from "./predict";
export * from "./rainLosses";
export {
  readSafetensors,
  type StoredArray,
  type StoredTensor,
  type StoredTensors,
  writeSafetensors,
} from "./safetensors";
export { takeSamples } from "./samples";
export * from "./schedules";
export { type SsimOptions, ssimLoss, structuralSimilarity } from "./ssim";
export { blockedKFold, type TimeSeriesSplitOptions, timeSeriesSplit } from "./timeFolds";
export type {
  ArrayData,
  Callback,
  DataArray,
  Dataset,
  FitContext,
  FitData,
  FitOptions,
  FitState,
  GraphAugmentation,
  History,
  Logs,
  Loss,
  Metric,
  NamedArray,
} from "./types";
