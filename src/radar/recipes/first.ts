import { radarTwoPath } from "../../models";
import { nadam, scaledMeanAbsoluteError } from "../../train";
import { kFold } from "../../validate";
import {
  plateauCallbacks,
  type RadarRecipe,
  type RadarRecipeOptions,
  type RecipeData,
  type RecipeResult,
  runRadar,
} from "./recipe";

const firstRecipe: RadarRecipe = {
  name: "first",
  model: (options) => radarTwoPath(options),
  fit: {
    optimizer: nadam({ learningRate: 3e-4 }),
    loss: scaledMeanAbsoluteError({ scale: 255 }),
    callbacks: plateauCallbacks(),
    epochs: 1000,
    batchSize: 16,
  },
  folds: 10,
  split: (samples, folds) => kFold(samples, { folds, shuffle: "scikit-learn", seed: 1818 }),
  seeds: [1818],
};

/**
 * The first-placed pipeline as submitted: `models.radarTwoPath` with its two wiring slips, 255 x mean absolute error,
 * Nadam 3e-4, ten shuffled folds, batches of 16, at most 1000 epochs, the learning rate times 0.3 after 5 epochs
 * without gain, the end after 11.
 *
 * Shuffled folds put near-copies of validation samples into training, so its scores flatter: `times`, or `folds:
 * validate.groupKFold(await validate.overlapGroups(competition.train))`, tell the truth.
 *
 * @param competition what `radar.load` gives
 * @param options what to change; see {@link RadarRecipeOptions}
 * @returns out-of-fold and test forecasts in pixels, float32 `[samples, rows, columns, 1]`, and the scores of `radar.scores`
 * @throws {RangeError} if options disagree with the data, or the directory holds another run
 * Source: the author's notebook (DACON 235646, 2020). Submit with `rounding: "truncate"`, as he did.
 * @example
 * const trial = await radar.recipes.first(competition, { folds: 2, epochs: 1, filters: 2 });
 */
export async function first(
  competition: RecipeData,
  options: RadarRecipeOptions = {},
): Promise<RecipeResult> {
  return runRadar(competition, { recipe: firstRecipe, options });
}
