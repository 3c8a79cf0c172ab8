/** What the competitions import of the folds and cross-validation; notebooks see less, see `public`. */
export { combineRuns } from "./crossValidate";
export { scorePredictions } from "./crossValidateOptions";
export { validatedSamples } from "./folds/folds";
export { meanPredictions } from "./meanPredictions";
export * from "./public";
export { describeFold, refuseOther } from "./runManifest";
export { trainingCount } from "./trainingCount";
