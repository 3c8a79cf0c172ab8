/** What the competitions import of the folds and cross-validation; notebooks see less, see `public`. */
export { scorePredictions } from "./crossValidateOptions";
export { validatedSamples } from "./folds/folds";
export { meanPredictions } from "./meanPredictions";
export * from "./public";
export { type Recipe, type RecipeOptions, runRecipe } from "./recipe";
