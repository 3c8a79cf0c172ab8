import { rainNet } from "../../models";
import { adam } from "../../train";
import {
  plateauCallbacks,
  type RadarRecipe,
  type RadarRecipeOptions,
  type RecipeData,
  type RecipeResult,
  runRadar,
} from "./recipe";

const rainnetRecipe: RadarRecipe = {
  name: "rainnet",
  model: rainNet,
  fit: {
    optimizer: adam({ learningRate: 1e-4 }),
    loss: "logCosh",
    // Log-cosh of pixels / 255 is a few thousandths: every gain counts.
    callbacks: plateauCallbacks(0),
    epochs: 100,
    batchSize: 16,
  },
  folds: 5,
  seeds: [0],
};

/**
 * RainNet on pixels, which are a logarithm of rain: log-cosh loss, Adam 1e-4, five folds of
 * samples that show no common rain.
 *
 * @param competition what `radar.load` gives
 * @param options what to change; see {@link RadarRecipeOptions}
 * @returns out-of-fold and test forecasts in pixels, float32 `[samples, rows, columns, 1]`, and the scores of `radar.scores`
 * @throws {RangeError} if options disagree with the data, or the directory holds another run
 * Source: G. Ayzel et al., "RainNet v1.0", 2020.
 * @example
 * const trial = await radar.recipes.rainnet(competition, { folds: 2, epochs: 1, filters: 2 });
 */
export async function rainnet(
  competition: RecipeData,
  options: RadarRecipeOptions = {},
): Promise<RecipeResult> {
  return runRadar(competition, { recipe: rainnetRecipe, options });
}
