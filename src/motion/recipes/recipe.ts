import type { LayersModel } from "@tensorflow/tfjs-node-gpu";
import type { OversampleOptions } from "../../augment";
import type { FoldContext, Series } from "../../core";
import { type FittedScaler, type Scaler, standardScaler } from "../../features";
import { accuracy, logLoss, predictedLabels } from "../../metrics";
import { type Schedule, type TimeBudgetOptions, timeBudget } from "../../train";
import {
  type CrossValidateOptions,
  type CrossValidation,
  crossValidate,
  type Fold,
  type FoldFitOptions,
  type Labels,
  prepareSeries,
  type Score,
  stratifiedGroupKFold,
  stratifiedKFold,
  trainingCount,
} from "../../validate";
import type { MotionData } from "../load";

/** What a recipe's network is made for. */
export interface NetworkOptions {
  /** `[steps, channels]` of one window. */
  inputShape: [steps: number, channels: number];
  /** Number of classes. */
  classes: number;
  /** Seed of the weights, one a fold. */
  seed: number;
}

/** What every recipe can be told about its run. */
export interface RecipeRunOptions {
  /** How many folds, or the folds themselves; default 10, stratified, shuffled with seed 2021. */
  folds?: number | readonly Fold[];
  /** One group a window, such as `competition.subjects`: none is on both sides of a fold. Default: not grouped. */
  groups?: Labels;
  /** One round over the folds a seed; predictions are averaged. Default `[2021]`. */
  seeds?: readonly number[];
  /** Folder of the run; a run that stopped continues from it. One folder a recipe. Default: nothing is kept. */
  directory?: string;
  /** The channels, made of the recorded six; default the recipe's. */
  features?: (windows: Series) => Series;
  /** Fitted on each fold's train part; default the recipe's. */
  scaler?: Scaler;
  /** Whether progress is shown. Default true. */
  progress?: boolean;
  /** Stops the run; default: the notebook cell's signal. */
  signal?: AbortSignal;
}

/** Options of the recipes that train a network; every part that is not given is the recipe's. */
export interface RecipeOptions
  extends RecipeRunOptions,
    Pick<CrossValidateOptions, "keep" | "refit" | "testAugment" | "pseudoLabels"> {
  /** Most epochs; default the recipe's. Learning rates that fall by a plan fall within these. */
  epochs?: number;
  /** Seconds of training in all, shared equally among the models trained; each ends with its epoch. Default: no end. */
  seconds?: number;
  /** What the seconds are of, see `train.timeBudget`. Default "wall". */
  clock?: TimeBudgetOptions["clock"];
  /** Called beside the recipe's own, such as `train.liveCurves`. Default none; `fit.callbacks` would replace those. */
  callbacks?: FoldFitOptions["callbacks"];
  /** Oversampling of each fold's train part, or `false` for none; default the recipe's. */
  oversample?: Omit<OversampleOptions, "seed"> | false;
  /** A new network; default the recipe's. */
  model?: (options: NetworkOptions) => LayersModel;
  /**
   * Options of `train.fit` that take the place of the recipe's, or a function that gives a fold its own. An optimizer
   * brings its own learning rate, in place of the recipe's plan of it.
   */
  fit?: Partial<FoldFitOptions> | ((context: FoldContext) => Partial<FoldFitOptions>);
}

/** The parts of a recipe. */
export interface Recipe {
  readonly epochs: number;
  readonly features: (windows: Series) => Series;
  /** Default the standard scaler. */
  readonly scaler?: Scaler;
  /** Default none. */
  readonly oversample?: Omit<OversampleOptions, "seed">;
  readonly model: (options: NetworkOptions) => LayersModel;
  /** Learning rate by the share of training done. Default: the optimizer's. */
  readonly schedule?: Schedule;
  /** Which epoch's weights are kept. Default "best". */
  readonly keep?: "best" | "last";
  /** How to fit; `scaler` is the fold's, whose number is `undefined` where nothing validates: all windows are trained on. */
  readonly fit: (of: {
    fold: number | undefined;
    scaler: FittedScaler;
    windows: Series;
  }) => Omit<FoldFitOptions, "epochs">;
}

/** Where the windows without exercise are; `undefined` where no label says so. */
export function nonExercise(competition: MotionData): number | undefined {
  const label = competition.labelNames.indexOf("Non-Exercise");
  return label < 0 ? undefined : label;
}

/** The folds of a run. */
export function foldsOf(competition: MotionData, options: RecipeRunOptions): readonly Fold[] {
  const { folds = 10, groups } = options;
  if (typeof folds !== "number") return folds;
  const how = { folds, shuffle: true, seed: 2021 };
  const { labels } = competition;
  return groups ? stratifiedGroupKFold(labels, { ...how, groups }) : stratifiedKFold(labels, how);
}

/** Log loss and accuracy of predictions of the competition's windows. */
export function scoresOf({ labels }: MotionData): Readonly<Record<"logLoss" | "accuracy", Score>> {
  const truth = (indices: Int32Array): Int32Array => indices.map((index) => labels[index]);
  return {
    logLoss: ({ indices, prediction }) => logLoss(truth(indices), prediction),
    accuracy: ({ indices, prediction }) => accuracy(truth(indices), predictedLabels(prediction)),
  };
}

/** Scores in words. */
export function scoreWords(scores: Readonly<Record<string, number>>): string {
  return Object.entries(scores)
    .map(([name, value]) => `${name} ${value.toFixed(4)}`)
    .join(", ");
}

/** A scaler that measures a fold's windows once, however often it is asked. */
function fittedOnce(scaler: Scaler): Scaler {
  const known = new WeakMap<ArrayLike<number> & object, FittedScaler>();
  return {
    fit(source, options = {}) {
      const { indices } = options;
      if (!indices) return scaler.fit(source, options);
      const fitted = known.get(indices) ?? scaler.fit(source, options);
      known.set(indices, fitted);
      return fitted;
    },
  };
}

/** Runs a recipe on a competition's data. */
export async function runRecipe(
  competition: MotionData,
  recipe: Recipe,
  options: RecipeOptions,
): Promise<CrossValidation> {
  const {
    features = recipe.features,
    model = recipe.model,
    epochs = recipe.epochs,
    seconds,
    clock,
  } = options;
  const { seeds = [2021], oversample = recipe.oversample, groups } = options;
  const scaler = fittedOnce(options.scaler ?? recipe.scaler ?? standardScaler());
  const folds = foldsOf(competition, options);
  const windows = features(competition.train);
  const [, steps, channels] = windows.shape;
  const classes = competition.labelNames.length;
  const { refit, pseudoLabels } = options;
  const share = seconds && seconds / trainingCount({ folds, seeds, refit, pseudoLabels });

  function settings(context: FoldContext): FoldFitOptions {
    const fitted = scaler.fit(windows, { indices: context.trainIndices });
    const own = recipe.fit({ fold: context.fold, scaler: fitted, windows });
    const given = typeof options.fit === "function" ? options.fit(context) : options.fit;
    const merged = { ...own, epochs, ...given };
    const budget = timeBudget({
      seconds: share,
      clock,
      schedule: given?.optimizer ? undefined : recipe.schedule,
    });
    return { ...merged, callbacks: [budget, ...(merged.callbacks ?? []), ...(options.callbacks ?? [])] };
  }

  return crossValidate({
    folds,
    groups,
    seeds,
    model: (seed) => model({ inputShape: [steps, channels], classes, seed }),
    prepare: prepareSeries(windows, {
      labels: competition.labels,
      test: features(competition.test),
      scaler,
      ...(oversample && { oversample }),
    }),
    fit: settings,
    scores: scoresOf(competition),
    keep: options.keep ?? recipe.keep,
    directory: options.directory,
    refit,
    testAugment: options.testAugment,
    pseudoLabels,
    progress: options.progress,
    signal: options.signal,
  });
}
