export * from "./callbacks";
export { loadCheckpoint, loadWeights, saveCheckpoint, saveWeights } from "./fit/checkpoint";
export { type CompiledModel, type CompileOptions, compile } from "./fit/compile";
export { type EvaluateOptions, evaluate } from "./fit/evaluate";
export {
  type FindLearningRateOptions,
  findLearningRate,
  type LearningRateSearch,
} from "./fit/findLearningRate";
export { fit } from "./fit/fit";
export { type ForecastAheadOptions, forecastAhead } from "./fit/forecastAhead";
export { type PredictOptions, predict } from "./fit/predict";
export {
  type ColumnScaling,
  type ExportKerasOptions,
  exportKeras,
  type KerasExport,
} from "./keras/exportKeras";
export * from "./losses/losses";
export * from "./losses/metrics";
export * from "./losses/rainLosses";
export { type SsimOptions, ssimLoss, structuralSimilarity } from "./losses/ssim";
export {
  changeNetwork,
  type NetworkChanges,
  type NetworkFitOptions,
  type NetworkOptions,
  network,
} from "./network";
export * from "./optimizers";
export * from "./schedules";
export type {
  Callback,
  DrawCurves,
  FitContext,
  FitOptions,
  FitState,
  History,
  LiveCurvesState,
  Loss,
  Metric,
} from "./types";
