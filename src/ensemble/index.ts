export {
  type Blend,
  type BlendOptions,
  type BlendScore,
  blend,
  type SelectOptions,
  selectGreedily,
} from "./blend";
export { type GeometricMeanOptions, geometricMean, type MeanOptions, mean } from "./mean";
export { type Combiner, type NestedGain, type NestedGainOptions, nestedGain } from "./nestedGain";
export type { CombinedPredictions, Predictions } from "./predictions";
export { fitLogistic, type Stack, type StackOptions, stack } from "./stack";
