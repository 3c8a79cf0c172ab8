/** What the competitions import of the folds and cross-validation; notebooks see less, see `public`. */

export type { RunIdentity } from "./crossValidateOptions";
export { scorePredictions } from "./crossValidateOptions";
export { fitTask } from "./fitTask";
export { isFinished } from "./foldRun";
export { validatedSamples } from "./folds/folds";
export { partOf, taskName } from "./foldTask";
export { meanPredictions } from "./meanPredictions";
export * from "./public";
export { type Recipe, type RecipeOptions, runRecipe } from "./recipe";
