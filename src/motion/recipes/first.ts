import {
  composeAugmentations,
  permuteSegments,
  type RotateSeriesOptions,
  rollSeries,
  rotateSeries,
} from "../../augment/graph";
import { gruPoolGru } from "../../models";
import { rmsprop } from "../../train";
import type { CrossValidation } from "../../validate";
import type { MotionData } from "../load";
import { firstFeatures, firstFeaturesInGraph } from "./firstFeatures";
import { type MotionNetworkRecipeOptions, runNetwork } from "./recipe";

/** Share of different windows among 2/3 as many draws with replacement: 1 - exp(-2/3). */
const share = 1 - Math.exp(-2 / 3);
const apart: RotateSeriesOptions = { groups: [[[0, 1, 2]], [[3, 4, 5]]] };
const learningRate = 3e-3;

/**
 * The first place: 18 channels, GRU-pool-GRU, RMSprop, 40 epochs, permutation in even epochs and rotation in odd ones of
 * about half of the windows, then rolling; acceleration and angular rate turned apart.
 *
 * Learning rate 3e-3, x0.2 after 15 of the 40 epochs, x0.4 more after 30; the last epoch's weights are kept; ten
 * stratified folds. The batch size is not known; 32 is ours. It averaged four networks of two seeds each: run once with each of
 * `models.gruPoolGruVariants` and `seeds`, and average by `ensemble.mean`. With `features` of your own the rotation,
 * which needs the recorded channels, is left out, and every epoch permutes.
 *
 * @param competition what `motion.load` gives
 * @param options what to change; see {@link MotionNetworkRecipeOptions}
 * @returns out-of-fold probabilities `[windows, classes]`, those of the test windows, and the scores logLoss and accuracy
 * @throws {RangeError} if options disagree with the data
 * Source: Parkjin96/DACON11-ClassificationOfMotion (DACON 235689, 2021); public log loss 0.38633.
 * @example
 * const trial = await motion.recipes.first(competition, {
 *   folds: 2,
 *   epochs: 1,
 *   model: (network) => models.conv1d(network), // in place of models.gruPoolGru
 * });
 */
export async function first(
  competition: MotionData,
  options: MotionNetworkRecipeOptions = {},
): Promise<CrossValidation> {
  const permute = permuteSegments({ segments: 4, least: 10, probability: share });
  const roll = rollSeries({ probability: share });
  return runNetwork(
    competition,
    {
      name: "first",
      features: firstFeatures,
      graphFeatures: firstFeaturesInGraph,
      model: (network) => gruPoolGru(network),
      keep: "last",
      fit: () => ({
        epochs: 40,
        optimizer: rmsprop({ learningRate }),
        schedule: (done) => learningRate * (done < 15 / 40 ? 1 : done < 30 / 40 ? 0.2 : 0.08),
        loss: "sparseCategoricalCrossEntropy",
        metrics: ["accuracy"],
        batchSize: 32,
        augment: options.features
          ? composeAugmentations([permute, roll])
          : composeAugmentations([
              { apply: permute, when: (epoch) => epoch % 2 === 0 },
              { apply: rotateSeries({ ...apart, probability: share }), when: (epoch) => epoch % 2 === 1 },
              roll,
            ]),
      }),
    },
    options,
  );
}
