import type { LayersModel, Tensor } from "@tensorflow/tfjs-node-gpu";
import type { JoinSeriesOptions, OversampleOptions } from "../../augment";
import type { Estimator, Series } from "../../core";
import { type BatchTransform, tf } from "../../engine";
import { type FittedScaler, type Scaler, standardScaler } from "../../features";
import {
  changeNetwork,
  type NetworkChanges,
  type NetworkFitOptions,
  type NetworkOptions,
  network,
} from "../../train";
import {
  type CrossValidation,
  type Fold,
  prepareSeries,
  type Recipe,
  type RecipeOptions,
  runRecipe,
  stratifiedGroupKFold,
  stratifiedKFold,
} from "../../validate";
import { armPairs } from "../armPairs";
import type { MotionData } from "../load";
import { scores } from "../scores";

/** What a recipe's network is made for. */
export interface NetworkShape {
  /** `[steps, channels]` of one window. */
  inputShape: [steps: number, channels: number];
  /** Number of classes. */
  classes: number;
  /** Seed of the weights, one per fold. */
  seed: number;
}

/**
 * What every recipe can be told. Folds are ten by default, stratified, the author's: scikit-learn's of seed 2021; with `groups`, such as
 * `competition.subjects`, none is on both sides of a fold. The default of `seeds` is `[2021]`.
 */
export interface MotionRecipeOptions extends RecipeOptions {
  /** The channels, made of the recorded six; default the recipe's. */
  features?: (windows: Series) => Series;
  /** Fitted on each fold's train part; default the recipe's. */
  scaler?: Scaler;
  /**
   * Whether each fold's windows of the left and of the right arm are also joined to windows of both arms, as many as there
   * are, or how; default false.
   */
  arms?: boolean | Partial<Omit<JoinSeriesOptions, "seed">>;
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
  /** What its runs are called. */
  readonly name: string;
  readonly features: (windows: Series) => Series;
  /** The same as tensor ops: made after augmentation, which then changes the recorded channels. Default: made once. */
  readonly graphFeatures?: (recorded: Tensor) => Tensor;
  /** Default the standard scaler. */
  readonly scaler?: Scaler;
  /** Default none. */
  readonly oversample?: Omit<OversampleOptions, "seed">;
  readonly model: (options: NetworkShape) => LayersModel;
  /** Which epoch's weights are kept. Default "best". */
  readonly keep?: "best" | "last";
  readonly fit: (of: { windows: Series; classes: number }) => NetworkFitOptions;
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
  const seeded = { folds, seed: 2021 };
  const { labels } = competition;
  return groups
    ? stratifiedGroupKFold(labels, { ...seeded, shuffle: true, groups })
    : stratifiedKFold(labels, { ...seeded, shuffle: "scikit-learn" });
}

/** A person on both sides of a fold makes its score better than that of people who were never seen. */
export function warnOfPersons({ subjects }: MotionData, folds: readonly Fold[]): void {
  if (!subjects) return;
  const leaking = folds.findIndex(({ train, validation }) => {
    const known = new Set(Array.from(train, (window) => subjects[window]));
    return validation.some((window) => known.has(subjects[window]));
  });
  if (leaking < 0) return;
  console.warn(
    `Fold ${leaking + 1}: people of the validation part are in the training part too, so scores flatter; give groups: competition.subjects for folds by person`,
  );
}

/** What all recipes of the competition have in common, for an estimator of windows of these features. */
export function motionRecipe(
  competition: MotionData,
  parts: {
    name: string;
    windows: Series;
    test: Series;
    scaler: Scaler | false;
    oversample?: Omit<OversampleOptions, "seed"> | false;
    estimator: Estimator;
    /** Makes the windows of the recorded ones, where those are others. */
    features?: (recorded: Series) => Series;
    options: MotionRecipeOptions;
  },
): Recipe {
  const { name, windows, test, scaler, oversample, estimator, features, options } = parts;
  const { arms = false } = options;
  const join = arms && {
    pairs: armPairs,
    recorded: competition.train,
    features,
    ...(typeof arms === "object" && arms),
  };
  const { labels } = competition;
  const folds = foldsOf(competition, options);
  if (!options.groups) warnOfPersons(competition, folds);
  return {
    name,
    folds,
    seeds: [2021],
    prepare: prepareSeries(windows, {
      labels,
      test,
      scaler,
      ...(oversample && { oversample }),
      ...(join && { join }),
    }),
    scores: scores(competition),
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
  const graphFeatures = options.features ? undefined : recipe.graphFeatures;
  const made = features(competition.train);
  const [, steps, channels] = made.shape;
  const classes = competition.labelNames.length;
  const fit = recipe.fit({ windows: made, classes });
  const own: NetworkOptions = {
    model: (seed) => model({ inputShape: [steps, channels], classes, seed }),
    fit: graphFeatures
      ? ({ trainIndices }) => ({
          ...fit,
          transform: scaledInGraph(graphFeatures, scaler.fit(made, { indices: trainIndices })),
        })
      : fit,
    keep: recipe.keep,
  };
  const estimator = network(changeNetwork(own, options));
  const parts = graphFeatures
    ? { windows: competition.train, test: competition.test, scaler: false as const }
    : { windows: made, test: features(competition.test), scaler, features };
  const { name } = recipe;
  return runRecipe(motionRecipe(competition, { name, ...parts, oversample, estimator, options }), options);
}

/** Features of recorded windows, scaled, in the training step. */
function scaledInGraph(features: (recorded: Tensor) => Tensor, { state }: FittedScaler): BatchTransform {
  const { centre, scale } = state;
  return Object.assign<BatchTransform, object>(
    ({ x, y }) => ({
      x: tf.div(tf.sub(features(x), tf.tensor1d([...centre])), tf.tensor1d([...scale])),
      y,
    }),
    { config: { features: features.name, ...state } },
  );
}
