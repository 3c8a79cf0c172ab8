/** What notebooks see of the folds and cross-validation. */
export type { FoldContext, Logs, PreparedFold } from "../core/estimator";
export {
  type AdversarialValidation,
  type AdversarialValidationOptions,
  adversarialValidation,
} from "./adversarialValidation";
export { type ComparedFold, compareRuns, type RunComparison } from "./compareRuns";
export { type CrossValidation, crossValidate } from "./crossValidate";
export type {
  CrossValidateOptions,
  FoldPlace,
  FoldRun,
  FoldTask,
  FoldWork,
  PseudoLabelOptions,
  Score,
} from "./crossValidateOptions";
export {
  type CheckFoldsOptions,
  checkFolds,
  type Fold,
  type FoldOptions,
  kFold,
  type Labels,
  type ShuffledFoldOptions,
  stratifiedKFold,
} from "./folds/folds";
export { groupKFold, stratifiedGroupKFold } from "./folds/groupFolds";
export { type OverlapGroupsOptions, overlapGroups } from "./folds/overlapGroups";
export { blockedKFold, type TimeSeriesSplitOptions, timeSeriesSplit } from "./folds/timeFolds";
export {
  type Leaderboard,
  type LeaderboardOptions,
  type LeaderboardRow,
  leaderboard,
} from "./leaderboard";
export type { DifferentLine } from "./lineDifferences";
export { type OpenedRun, open } from "./open";
export {
  type FeatureImportance,
  type PermutationImportanceOptions,
  permutationImportance,
} from "./permutationImportance";
export { type PrepareFramesOptions, prepareFrames } from "./prepareFrames";
export { type JoinOptions, type PrepareSeriesOptions, prepareSeries } from "./prepareSeries";
export { type PrepareTableOptions, prepareTable } from "./prepareTable";
export type { LeaderboardFold } from "./runResults";
export type { RunPart, RunView } from "./runView";
export { type ShowOptions, show } from "./show";
