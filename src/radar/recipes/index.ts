import { best } from "./best";
import { first } from "./first";
import { rainnet } from "./rainnet";
import { unet } from "./unet";

export type { BestRecipeOptions } from "./best";
export type { RadarRecipeOptions, RecipeData, RecipeResult } from "./recipe";

/**
 * The radar competition's pipelines by name, each from loaded data to out-of-fold and test forecasts in one call, every
 * setting of which can be given otherwise: `first`, `rainnet`, `unet`, `best`.
 *
 * All but `first` validate on samples that show no rain trained on. With a `directory`, a run that stopped goes on.
 *
 * @example
 * const run = await radar.recipes.rainnet(competition, { folds: 2, epochs: 1, filters: 2, directory: "runs/rainnet" });
 * await radar.writeSubmission("runs/rainnet/submission.csv", run.testForecast, { names: competition.testNames });
 * @namespace
 */
export const recipes = { first, rainnet, unet, best } as const;
