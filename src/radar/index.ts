export {
  type BlendForecastsOptions,
  blendForecasts,
  type ForecastBlend,
  type NamedForecasts,
  type NestedBlend,
} from "./blend";
export type { BlendMeasure } from "./blendScores";
export type { SubmissionDifference } from "./compare";
export { type Dam, dams } from "./dams";
export { flipAugment } from "./flipAugment";
export { asForecast, compareForecasts, type ForecastComparison, type NetworkOutput } from "./forecast";
export { extent, minutesBetween, testTimes, trainTimes } from "./layout";
export { type LeadTimesOptions, leadTimes } from "./leadTimes";
export { type LoadOptions, load, type RadarData, type SampleChoice } from "./load";
export { type InputsAndTarget, type PrepareFoldsOptions, prepareFolds, splitTarget } from "./prepareFolds";
export {
  type BestRecipeOptions,
  type RecipeData,
  type RecipeOptions,
  type RecipeResult,
  recipes,
} from "./recipes";
export { type SampleOptions, writeSample } from "./sample";
export {
  type PredictedPixels,
  type SubmissionOptions,
  type SubmissionSummary,
  writeSubmission,
} from "./submission";
export { readTemplate, type Template } from "./template";
export { type Verification, type VerifyOptions, verify } from "./verify";
