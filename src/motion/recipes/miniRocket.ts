import { standardScaler } from "../../features";
import { type MiniRocketClassifierOptions, miniRocket as miniRocketEstimator } from "../../models";
import { type CrossValidation, runRecipe } from "../../validate";
import type { MotionData } from "../load";
import { type MotionRecipeOptions, motionRecipe } from "./recipe";

/** Options of `motion.recipes.miniRocket`. */
export interface MiniRocketRecipeOptions extends MotionRecipeOptions {
  /** Of transform and classifier; default 9,996 features and ten penalties. */
  rocket?: Omit<MiniRocketClassifierOptions, "classes">;
}

/**
 * The strongest cheap baseline: MiniRocket features of the six scaled channels and a ridge classifier with calibrated
 * probabilities, without gradient descent. Scaler, transform and classifier see each fold's train part only; ten
 * stratified folds.
 *
 * @param competition what `motion.load` gives
 * @param options what to change; see {@link MiniRocketRecipeOptions}
 * @returns out-of-fold probabilities `[windows, classes]`, those of the test windows, and the scores logLoss and accuracy
 * @throws {RangeError} if options disagree with the data
 * Source: Dempster, Schmidt, Webb 2021 (arXiv:2012.08791).
 * @example
 * const rocket = { features: 504 };
 * const trial = await motion.recipes.miniRocket(competition, { folds: 2, groups: competition.subjects, rocket });
 */
export async function miniRocket(
  competition: MotionData,
  options: MiniRocketRecipeOptions = {},
): Promise<CrossValidation> {
  const { features = (windows) => windows, scaler = standardScaler(), rocket } = options;
  const [windows, test] = [features(competition.train), features(competition.test)];
  const estimator = miniRocketEstimator({ ...rocket, classes: competition.labelNames.length });
  return runRecipe(
    motionRecipe(competition, { name: "miniRocket", windows, test, scaler, features, estimator, options }),
    options,
  );
}
