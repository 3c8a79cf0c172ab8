import { motionConv1d } from "../../models";
import { earlyStopping, nadam, reduceLROnPlateau } from "../../train";
import type { CrossValidation } from "../../validate";
import { basicFeatures } from "../basicFeatures";
import type { MotionData } from "../load";
import { type MotionNetworkRecipeOptions, nonExercise, runNetwork } from "./recipe";

/**
 * The third place as submitted: 18 channels, minority oversampling, the residual Conv1D with one roll for each model's
 * life, Nadam. Unlike there, the scaler sees each fold's train part only.
 *
 * Batch 16, learning rate 1e-3 (x0.3 after 25 epochs without a better val_loss), at most 5,000 epochs and 76 without a
 * better one, the best weights kept; ten stratified folds with seed 2021.
 *
 * @param competition what `motion.load` gives
 * @param options what to change; see {@link MotionNetworkRecipeOptions}
 * @returns out-of-fold probabilities `[windows, classes]`, those of the test windows, and the scores logLoss and accuracy
 * @throws {RangeError} if options disagree with the data
 * Source: cuijamm/CompetitionReview (DACON 235689, 2021); cross-validated log loss there 0.49344.
 * @example
 * const trial = await motion.recipes.third(competition, { folds: 2, epochs: 1, directory: "runs/third" });
 */
export async function third(
  competition: MotionData,
  options: MotionNetworkRecipeOptions = {},
): Promise<CrossValidation> {
  const skip = nonExercise(competition);
  return runNetwork(
    competition,
    {
      name: "third",
      features: basicFeatures,
      oversample: { ...(skip !== undefined && { skip }), roll: [50, 550], noise: 0.03 },
      model: (network) => motionConv1d(network),
      fit: () => ({
        epochs: 5000,
        optimizer: nadam({ learningRate: 1e-3 }),
        loss: "sparseCategoricalCrossEntropy",
        metrics: ["accuracy"],
        batchSize: 16,
        callbacks: [
          reduceLROnPlateau({ factor: 0.3, patience: 25 }),
          earlyStopping({ patience: 76, restoreBestWeights: true }),
        ],
      }),
    },
    options,
  );
}
