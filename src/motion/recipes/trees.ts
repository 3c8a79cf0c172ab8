import type { Estimator, FoldContext, Series } from "../../core";
import {
  concatChannels,
  concatTables,
  type FeatureTable,
  magnitude,
  spectralStatistics,
  standardScaler,
  windowStatistics,
} from "../../features";
import { fitMiniRocket, type MiniRocketOptions } from "../../models";
import { lightGbm } from "../../python/trees";
import { type CrossValidation, type RecipeOptions, runRecipe } from "../../validate";
import { basicFeatures } from "../basicFeatures";
import type { MotionData } from "../load";
import { scores } from "../scores";
import { foldsOf, warnOfPersons } from "./recipe";

/** Options of `motion.recipes.trees`. */
export interface TreesRecipeOptions extends RecipeOptions {
  /** What learns from the table. Default {@link lightGbm} as described at the recipe. */
  estimator?: Estimator;
  /** MiniRocket features beside the statistics, or `false` for none. Default 504. */
  rocket?: Omit<MiniRocketOptions, "indices" | "seed"> | false;
}

const vectors = [
  ["acc_x", "acc_y", "acc_z"],
  ["gy_x", "gy_y", "gy_z"],
];

/** Statistics and spectra of the author's 18 channels and the lengths of both vectors: a table of one row a window. */
export function treeFeatures(source: Series): FeatureTable {
  const lengths = vectors.map((channels) => magnitude(source, { channels }));
  return concatTables([
    windowStatistics(concatChannels([basicFeatures(source), ...lengths])),
    spectralStatistics(concatChannels([source, ...lengths])),
  ]);
}

/** Rows of a table. */
function takeRows({ data, shape, columns }: FeatureTable, rows: Int32Array): FeatureTable {
  const width = shape[1];
  const taken = new Float32Array(rows.length * width);
  rows.forEach((row, i) => {
    taken.set(data.subarray(row * width, (row + 1) * width), i * width);
  });
  return { data: taken, shape: [rows.length, width], columns };
}

/** MiniRocket features of windows as a table; the transform is of a fold's train part. */
function rocketTables(
  competition: MotionData,
  { trainIndices, foldSeed }: FoldContext,
  options: MiniRocketOptions,
): { train: FeatureTable; test: FeatureTable } {
  const scaler = standardScaler().fit(competition.train, { indices: trainIndices });
  const windows = scaler.transform(competition.train);
  const rocket = fitMiniRocket(windows, { ...options, indices: trainIndices, seed: foldSeed });
  const tableOf = (source: Series): FeatureTable => {
    const { data, shape } = rocket.transform(source);
    return { data, shape, columns: Array.from({ length: shape[1] }, (_, c) => `rocket.${c}`) };
  };
  return { train: tableOf(windows), test: tableOf(scaler.transform(competition.test)) };
}

/**
 * Trees on statistics: 12 of each of 20 channels and their correlations, spectra of the recorded ones, and 504 MiniRocket
 * features, whose transform sees each fold's train part only.
 *
 * LightGBM of 150 rounds at learning rate 0.06, 15 leaves, a third of the columns a tree, four fifths of the windows; its
 * rounds are planned, so that no fold's validation decides anything. Ten stratified folds.
 *
 * @param competition what `motion.load` gives
 * @param options what to change; see {@link TreesRecipeOptions}
 * @returns out-of-fold probabilities `[windows, classes]`, those of the test windows, and the scores logLoss and accuracy
 * @throws {RangeError} if options disagree with the data
 * @throws {Error} if LightGBM cannot be installed
 * @example
 * const estimator = trees.lightGbm({ classes: competition.labelNames.length, num_iterations: 5 });
 * const options = { folds: 2, rocket: false as const, estimator };
 * const trial = await motion.recipes.trees(competition, { ...options, groups: competition.subjects });
 */
export async function trees(
  competition: MotionData,
  options: TreesRecipeOptions = {},
): Promise<CrossValidation> {
  const { rocket = { features: 504 } } = options;
  const { labels, labelNames } = competition;
  const {
    estimator = lightGbm({
      classes: labelNames.length,
      num_iterations: 150,
      early_stopping_round: false,
      learning_rate: 0.06,
      num_leaves: 15,
      min_data_in_leaf: 5,
      feature_fraction: 0.33,
      bagging_fraction: 0.8,
      bagging_freq: 1,
      lambda_l2: 1,
    }),
  } = options;
  const folds = foldsOf(competition, options);
  if (!options.groups) warnOfPersons(competition, folds);
  const plain = { train: treeFeatures(competition.train), test: treeFeatures(competition.test) };
  const prepare = (context: FoldContext) => {
    const { trainIndices, validationIndices } = context;
    const own = rocket && rocketTables(competition, context, rocket);
    const all = own ? concatTables([plain.train, own.train]) : plain.train;
    const part = (indices: Int32Array) => ({
      x: takeRows(all, indices),
      y: Int32Array.from(indices, (window) => labels[window]),
    });
    return {
      train: part(trainIndices),
      ...(validationIndices.length > 0 && { validation: part(validationIndices) }),
      test: own ? concatTables([plain.test, own.test]) : plain.test,
    };
  };
  const recipe = { name: "trees", folds, seeds: [2021], prepare, scores: scores(competition), estimator };
  return runRecipe(recipe, options);
}
