import { blurFrames, composeAugmentations, dropPatches } from "../../augment/graph";
import { unet as unetModel } from "../../models";
import { adamw, scaledMeanAbsoluteError } from "../../train";
import {
  plateauCallbacks,
  type RadarRecipe,
  type RadarRecipeOptions,
  type RecipeData,
  type RecipeResult,
  runRadar,
} from "./recipe";

const unetRecipe: RadarRecipe = {
  name: "unet",
  model: (options) => unetModel(options),
  fit: {
    optimizer: adamw({ learningRate: 1e-3, weightDecay: 0.01 }),
    loss: scaledMeanAbsoluteError({ scale: 255 }),
    augment: composeAugmentations([blurFrames({ probability: 0.25 }), dropPatches({ probability: 0.25 })]),
    callbacks: plateauCallbacks(),
    epochs: 100,
    batchSize: 16,
  },
  folds: 5,
  seeds: [0],
};

/**
 * The plain U-Net of the competition's 29th place: 255 x mean absolute error, AdamW 1e-3, inputs blurred or with patches
 * blanked a quarter of the time, five folds of samples that show no common rain.
 *
 * @param competition what `radar.load` gives
 * @param options what to change; see {@link RadarRecipeOptions}
 * @returns out-of-fold and test forecasts in pixels, float32 `[samples, rows, columns, 1]`, and the scores of `radar.scores`
 * @throws {RangeError} if options disagree with the data, or the directory holds another run
 * Source: HiddenBeginner/dacon-precipitation, milesial/Pytorch-UNet.
 * @example
 * const trial = await radar.recipes.unet(competition, { folds: 2, epochs: 1, filters: 2 });
 */
export async function unet(competition: RecipeData, options: RadarRecipeOptions = {}): Promise<RecipeResult> {
  return runRadar(competition, { recipe: unetRecipe, options });
}
