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
  model: (options) => unetModel({ ...options }),
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
 * Source: HiddenBeginner/dacon-precipitation, milesial/Pytorch-UNet.
 */
export async function unet(competition: RecipeData, options: RadarRecipeOptions = {}): Promise<RecipeResult> {
  return runRadar(competition, { recipe: unetRecipe, options });
}
