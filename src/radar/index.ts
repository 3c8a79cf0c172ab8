export type { SubmissionDifference } from "./compare";
export { type Dam, dams } from "./dams";
export { extent, minutesBetween, testTimes, trainTimes } from "./layout";
export { type LoadOptions, load, type RadarData, type SampleChoice } from "./load";
export {
  type BestRecipeOptions,
  type RadarRecipeOptions,
  type RecipeData,
  type RecipeResult,
  recipes,
} from "./recipes";
export { type SampleOptions, writeSample } from "./sample";
export { scores } from "./scores";
export {
  type PredictedPixels,
  type SubmissionOptions,
  type SubmissionSummary,
  writeSubmission,
} from "./submission";
export type { TableOptions } from "./table";
export { readTemplate, type Template } from "./template";
