import { best } from "./best";
import { first } from "./first";
import { miniRocket } from "./miniRocket";
import { rocket } from "./rocket";
import { second } from "./second";
import { stack } from "./stack";
import { third } from "./third";
import { trees } from "./trees";

export type { BestRecipeOptions, BestRecipeResult } from "./best";
export type { MiniRocketRecipeOptions } from "./miniRocket";
export type { MotionNetworkRecipeOptions, MotionRecipeOptions, NetworkShape } from "./recipe";
export type { StackRecipeOptions, StackRecipeResult } from "./stack";
export type { TreesRecipeOptions } from "./trees";

/**
 * Whole pipelines by name, from the competition's data to out-of-fold and test probabilities in one call: the first
 * three places (`first`, `second`, `third`), the baseline `miniRocket`, `trees`, and ours (`rocket`, `best`, `stack`). Every
 * part can be replaced.
 *
 * @example
 * const competition = await motion.load("data/motion");
 * const trial = await motion.recipes.miniRocket(competition, { folds: 2, rocket: { features: 504 } });
 * @namespace
 */
export const recipes = { first, second, third, miniRocket, rocket, trees, best, stack } as const;
