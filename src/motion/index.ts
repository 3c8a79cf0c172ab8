export { armPairs } from "./armPairs";
export { basicFeatures } from "./basicFeatures";
export { labelCounts, labelNames } from "./labels";
export { channels, rate, steps } from "./layout";
export { type LoadOptions, load, type MotionData } from "./load";
export {
  type BestRecipeOptions,
  type BestRecipeResult,
  type MiniRocketRecipeOptions,
  type MotionNetworkRecipeOptions,
  type MotionRecipeOptions,
  type NetworkShape,
  recipes,
} from "./recipes";
export { type SampleOptions, writeSample } from "./sample";
export { scores } from "./scores";
export {
  type CheckOptions,
  checkSubmission,
  type Probabilities,
  type SubmissionDifference,
  type SubmissionSummary,
  writeSubmission,
} from "./submission";
export type { TableOptions } from "./table";
export { readTemplate, type Template } from "./template";
