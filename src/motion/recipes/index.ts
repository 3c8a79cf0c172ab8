import { best } from "./best";
import { first } from "./first";
import { miniRocket } from "./miniRocket";
import { second } from "./second";
import { third } from "./third";

export type { BestRecipeOptions, BestRecipeResult } from "./best";
export type { MiniRocketRecipeOptions } from "./miniRocket";
export type { MotionNetworkRecipeOptions, MotionRecipeOptions, NetworkShape } from "./recipe";

/**
 * Whole pipelines by name, from the competition's data to out-of-fold and test probabilities in one call: the first
 * three places (`first`, `second`, `third`), the baseline `miniRocket`, and ours (`best`). Every part can be replaced.
 *
 * @example
 * const competition = await motion.load("data/motion");
 * const trial = await motion.recipes.miniRocket(competition, { folds: 2, rocket: { features: 504 } });
 * @namespace
 */
export const recipes = { first, second, third, miniRocket, best } as const;
