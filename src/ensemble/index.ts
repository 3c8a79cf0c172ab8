export {
  type Blend,
  type BlendOptions,
  type BlendScore,
  blend,
  type SelectOptions,
  selectGreedily,
} from "./blend";
export {
  type BlendForecastsOptions,
  blendForecasts,
  type ForecastBlend,
  type NamedForecasts,
  type NestedBlend,
} from "./blendForecasts";
export type { BlendMeasure } from "./blendScores";
export { type GeometricMeanOptions, geometricMean, type MeanOptions, mean } from "./mean";
export { type MeanOfRunsOptions, meanOfRuns } from "./meanOfRuns";
export { type Combiner, type NestedGain, type NestedGainOptions, nestedGain } from "./nestedGain";
export type { CombinedPredictions, Predictions } from "./predictions";
export { fitLogistic, type Stack, type StackOptions, stack } from "./stack";
