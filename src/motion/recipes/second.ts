import type { Series } from "../../core";
import { concatChannels, difference, energy, fftMagnitude, selectChannels } from "../../features";
import { fftConv1d } from "../../models";
import { adam, earlyStopping } from "../../train";
import type { CrossValidation } from "../../validate";
import type { MotionData } from "../load";
import { type MotionNetworkRecipeOptions, runNetwork } from "./recipe";

const acc = ["acc_x", "acc_y", "acc_z"] as const;
const gyro = ["gy_x", "gy_y", "gy_z"] as const;

/**
 * The second place's 18 channels: FFT magnitudes of the six, cube-root energies of acceleration, angular rate and their
 * difference, and the changes of these nine.
 *
 * @param source windows `[windows, steps, 6]`
 * @returns float32 `[windows, steps, 18]`
 */
export function secondFeatures(source: Series): Series {
  const recorded = selectChannels(source, [...acc, ...gyro]);
  const power = 1 / 3;
  const energies = concatChannels([
    energy(source, { channels: acc, power, name: "acc.energy" }),
    energy(source, { channels: gyro, power, name: "gy.energy" }),
    energy(source, { channels: gyro, minus: acc, power, name: "gy-acc.energy" }),
  ]);
  return concatChannels([fftMagnitude(recorded), energies, difference(concatChannels([recorded, energies]))]);
}

/**
 * The second place: spectra, energies and changes, three convolutions, Adam, batch 64, no augmentation.
 *
 * Ten stratified folds, the best epoch's weights kept. Its epochs and learning rate are not known; at most 100, 20 of
 * them without a better val_loss, and 1e-3 are ours.
 *
 * @param competition what `motion.load` gives
 * @param options what to change; see {@link MotionNetworkRecipeOptions}
 * @returns out-of-fold probabilities `[windows, classes]`, those of the test windows, and the scores logLoss and accuracy
 * @throws {RangeError} if options disagree with the data
 * Source: HAR_private_2rd_1D-CNN in ghghdfd/Competition_code (DACON 235689, 2021); cross-validated log loss 0.48506.
 * @example
 * const trial = await motion.recipes.second(competition, { folds: 2, epochs: 1, directory: "runs/second" });
 */
export async function second(
  competition: MotionData,
  options: MotionNetworkRecipeOptions = {},
): Promise<CrossValidation> {
  return runNetwork(
    competition,
    {
      name: "second",
      features: secondFeatures,
      model: (network) => fftConv1d(network),
      fit: () => ({
        epochs: 100,
        optimizer: adam({ learningRate: 1e-3 }),
        loss: "sparseCategoricalCrossEntropy",
        metrics: ["accuracy"],
        batchSize: 64,
        callbacks: [earlyStopping({ patience: 20, restoreBestWeights: true })],
      }),
    },
    options,
  );
}
