import type { LayersModel } from "@tensorflow/tfjs-node-gpu";
import type { OversampleOptions } from "../../augment";
import type { Estimator, FoldContext, Series } from "../../core";
import { type FittedScaler, type Scaler, standardScaler } from "../../features";
import { accuracy, logLoss, predictedLabels } from "../../metrics";
import { changeNetwork, type NetworkChanges, type NetworkFitOptions, network } from "../../train";
import {
  type CrossValidation,
  type Fold,
  prepareSeries,
  type Recipe,
  type RecipeOptions,
  runRecipe,
  type Score,
  stratifiedGroupKFold,
  stratifiedKFold,
} from "../../validate";
import type { MotionData } from "../load";

/** What a recipe's network is made for. */
export interface NetworkShape {
  /** `[steps, channels]` of one window. */
  inputShape: [steps: number, channels: number];
  /** Number of classes. */
  classes: number;
  /** Seed of the weights, one a fold. */
  seed: number;
}

/**
 * What every recipe can be told. Folds are ten by default, stratified, shuffled with seed 2021; with `groups`, such as
 * `competition.subjects`, none is on both sides of a fold. The default of `seeds` is `[2021]`.
 */
export interface MotionRecipeOptions extends RecipeOptions {
  /** The channels, made of the recorded six; default the recipe's. */
  features?: (windows: Series) => Series;
  /** Fitted on each fold's train part; default the recipe's. */
  scaler?: Scaler;
}

/** Options of the recipes that train a network; every part that is not given is the recipe's. */
export interface MotionNetworkRecipeOptions extends MotionRecipeOptions, NetworkChanges {
  /** Oversampling of each fold's train part, or `false` for none; default the recipe's. */
  oversample?: Omit<OversampleOptions, "seed"> | false;
  /** A new network; default the recipe's. */
  model?: (options: NetworkShape) => LayersModel;
}

/** The parts of a recipe that trains a network. */
export interface NetworkRecipe {
  readonly features: (windows: Series) => Series;
  /** Default the standard scaler. */
  readonly scaler?: Scaler;
  /** Default none. */
  readonly oversample?: Omit<OversampleOptions, "seed">;
  readonly model: (options: NetworkShape) => LayersModel;
  /** Which epoch's weights are kept. Default "best". */
  readonly keep?: "best" | "last";
  /** How to fit; `scalerOf` gives a fold's scaler. */
  readonly fit: (of: {
    windows: Series;
    classes: number;
    scalerOf: (context: FoldContext) => FittedScaler;
  }) => NetworkFitOptions | ((context: FoldContext) => NetworkFitOptions);
}

/** Where the windows without exercise are; `undefined` where no label says so. */
export function nonExercise(competition: MotionData): number | undefined {
  const label = competition.labelNames.indexOf("Non-Exercise");
  return label < 0 ? undefined : label;
}

/** The folds of a run. */
export function foldsOf(competition: MotionData, options: RecipeOptions): readonly Fold[] {
  const { folds = 10, groups } = options;
  if (typeof folds !== "number") return folds;
  const shuffled = { folds, shuffle: true, seed: 2021 };
  const { labels } = competition;
  return groups ? stratifiedGroupKFold(labels, { ...shuffled, groups }) : stratifiedKFold(labels, shuffled);
}

/** Log loss and accuracy of predictions of the competition's windows. */
export function scoresOf({ labels }: MotionData): Readonly<Record<"logLoss" | "accuracy", Score>> {
  const truth = (indices: Int32Array): Int32Array => indices.map((index) => labels[index]);
  return {
    logLoss: ({ indices, prediction }) => logLoss(truth(indices), prediction),
    accuracy: ({ indices, prediction }) => accuracy(truth(indices), predictedLabels(prediction)),
  };
}

/** What all recipes of the competition have in common, for an estimator of windows of these features. */
export function motionRecipe(
  competition: MotionData,
  parts: {
    windows: Series;
    test: Series;
    scaler: Scaler;
    oversample?: Omit<OversampleOptions, "seed"> | false;
    estimator: Estimator;
    options: RecipeOptions;
  },
): Recipe {
  const { windows, test, scaler, oversample, estimator, options } = parts;
  const { labels } = competition;
  return {
    folds: foldsOf(competition, options),
    seeds: [2021],
    prepare: prepareSeries(windows, { labels, test, scaler, ...(oversample && { oversample }) }),
    scores: scoresOf(competition),
    estimator,
  };
}

/** Runs a recipe that trains a network. */
export async function runNetwork(
  competition: MotionData,
  recipe: NetworkRecipe,
  options: MotionNetworkRecipeOptions,
): Promise<CrossValidation> {
  const { features = recipe.features, model = recipe.model, oversample = recipe.oversample } = options;
  const { scaler = recipe.scaler ?? standardScaler() } = options;
  const windows = features(competition.train);
  const [, steps, channels] = windows.shape;
  const classes = competition.labelNames.length;
  const scalerOf = ({ trainIndices }: FoldContext) => scaler.fit(windows, { indices: trainIndices });
  const own = {
    model: (seed: number) => model({ inputShape: [steps, channels], classes, seed }),
    fit: recipe.fit({ windows, classes, scalerOf }),
    keep: recipe.keep,
  };
  const estimator = network(changeNetwork(own, options));
  const test = features(competition.test);
  return runRecipe(
    motionRecipe(competition, { windows, test, scaler, oversample, estimator, options }),
    options,
  );
}
