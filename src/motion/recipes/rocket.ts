import type { Series } from "../../core";
import { concatChannels, gradient, gravityAligned, magnitude, standardScaler } from "../../features";
import { miniRocket as miniRocketEstimator } from "../../models";
import { type CrossValidation, runRecipe } from "../../validate";
import type { MotionData } from "../load";
import type { MiniRocketRecipeOptions } from "./miniRocket";
import { motionRecipe } from "./recipe";

const sensors = {
  acc: ["acc_x", "acc_y", "acc_z"],
  gy: ["gy_x", "gy_y", "gy_z"],
};

/** Recorded channels and their gradients; the lengths of both and of their gradients; gravity's and the rest. */
function rocketFeatures(recorded: Series): Series {
  const change = gradient(recorded, { spacing: 1 });
  const lengths = Object.entries(sensors).flatMap(([sensor, channels]) => [
    magnitude(recorded, { channels }),
    magnitude(change, {
      channels: channels.map((channel) => `${channel}.gradient`),
      name: `${sensor}.gradient.magnitude`,
    }),
  ]);
  return concatChannels([recorded, change, ...lengths, gravityAligned(recorded)]);
}

/** Places of the channels that a transform sees: axes, lengths, gravity's and lengths. */
const views = [
  Array.from({ length: 12 }, (_, channel) => channel),
  [12, 13, 14, 15],
  [16, 17, 18, 19, 12, 14],
];

/**
 * MiniRocket of three views of the windows (axes, lengths whatever the direction, along gravity and across it), and a
 * multinomial logistic regression of all their features together: under a minute, and better across people than the recipe
 * `third`. Scaler, transforms and classifier see each fold's train part only; ten stratified folds.
 *
 * @param competition what `motion.load` gives
 * @param options what to change; see {@link MiniRocketRecipeOptions}; `rocket.features` are of each view
 * @returns out-of-fold probabilities `[windows, classes]`, those of the test windows, and the scores logLoss and accuracy
 * @throws {RangeError} if options disagree with the data
 * Source: Dempster, Schmidt, Webb 2021 (arXiv:2012.08791).
 * @example
 * const rocket = { features: 84 };
 * const trial = await motion.recipes.rocket(competition, { folds: 2, groups: competition.subjects, rocket });
 */
export async function rocket(
  competition: MotionData,
  options: MiniRocketRecipeOptions = {},
): Promise<CrossValidation> {
  const { features, scaler = standardScaler(), rocket } = options;
  const make = features ?? rocketFeatures;
  const estimator = miniRocketEstimator({
    classifier: "logistic",
    ...(features ? {} : { views }),
    ...rocket,
    classes: competition.labelNames.length,
  });
  const parts = {
    windows: make(competition.train),
    test: make(competition.test),
    scaler,
    features: make,
    estimator,
  };
  return runRecipe(motionRecipe(competition, { name: "rocket", ...parts, options }), options);
}
