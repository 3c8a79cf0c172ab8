export { dashboard } from "./dashboard";
export { history, importance, parallelCoordinates, slices } from "./figures";
export { type ForEstimatorOptions, forEstimator } from "./forEstimator";
export { type OptimizeOptions, optimize } from "./optimize";
export { pruneEpochs, pruneFolds } from "./prune";
export type { SearchResult, SearchTrial } from "./result";
export {
  choice,
  type Domain,
  type FloatOptions,
  float,
  type IntOptions,
  int,
  type Parameters,
  type Space,
} from "./space";
export type { StudyOptions, TrialState } from "./study";
export { type Trial, TrialPruned } from "./trial";
