import type { LayersModel } from "@tensorflow/tfjs-node-gpu";
import type { Frames } from "../../core";
import {
  type ArrayData,
  displayKey,
  type FoldContext,
  showAs,
  valuesOf,
  viewImages,
  viewSamples,
} from "../../core";
import type { ForecastBlend } from "../../ensemble";
import { asForecast } from "../../features";
import { verify } from "../../metrics";
import {
  type Callback,
  earlyStopping,
  reduceLROnPlateau,
  type Schedule,
  type TimeBudgetOptions,
  timeBudget,
} from "../../train";
import {
  blockedKFold,
  type CrossValidateOptions,
  type CrossValidation,
  crossValidate,
  type Fold,
  type FoldFitOptions,
  groupKFold,
  overlapGroups,
  prepareFrames,
  trainingCount,
  validatedSamples,
} from "../../validate";
import type { RadarData } from "../load";

/** What a recipe trains on and forecasts: pixels, the training samples with one time more than the test samples. */
export type RecipeData = Pick<RadarData, "train" | "test">;

/** What of a recipe may be set otherwise; the defaults are the recipe's own. */
export interface RecipeOptions
  extends Partial<
      Pick<
        CrossValidateOptions,
        | "model"
        | "seeds"
        | "keep"
        | "monitor"
        | "directory"
        | "predictionMemory"
        | "scores"
        | "testAugment"
        | "refit"
        | "progress"
        | "signal"
      >
    >,
    Partial<
      Pick<FoldFitOptions, "optimizer" | "loss" | "metrics" | "epochs" | "batchSize" | "augment" | "mode">
    > {
  /**
   * How many folds, or the folds themselves. Default: the recipe's number, or fewer where the samples overlap into fewer
   * groups (`validate.overlapGroups`).
   */
  folds?: number | readonly Fold[];
  /** When each training sample was taken, for folds of neighbouring times. Default: the recipe's folds, or of groups that overlap. */
  times?: ArrayLike<number>;
  /** Time left out on both sides of a validation block, in the unit of `times`, without which it is of no account. */
  gap?: number;
  /** Channels of the network's first level; of no account where a model is given. */
  filters?: number;
  /** Seconds of training in all, shared equally among the models trained; each ends with its epoch. Default: no end. */
  seconds?: number;
  /** What the seconds are of, see `train.timeBudget`. Default "wall". */
  clock?: TimeBudgetOptions["clock"];
  /** Called beside the recipe's own, such as `train.liveCurves`. Default none; `fit.callbacks` would replace those. */
  callbacks?: FoldFitOptions["callbacks"];
  /** Any other option of `train.fit`. */
  fit?: Partial<FoldFitOptions>;
}

/** A cross-validation whose forecasts are ready to be verified, drawn and submitted. */
export interface RecipeResult extends CrossValidation {
  /** Numbers of the training samples that `forecast` is of, rising: all, unless the folds validate some only. */
  readonly samples: Int32Array;
  /** Each of these samples as forecast without having been learned, float32 `[samples, rows, columns, 1]` in pixels. */
  readonly forecast: Frames<Float32Array>;
  /** The test samples' forecast, the mean over folds and seeds, float32 `[samples, rows, columns, 1]` in pixels. */
  readonly testForecast: Frames<Float32Array>;
  /** How the network was blended with forecasts that need no training, where the recipe does so. */
  readonly blend?: ForecastBlend;
}

/** What makes one recipe. */
export interface Recipe {
  network(inputShape: [number, number, number], options: { filters?: number; seed: number }): LayersModel;
  /** Of one fold; `epochs` and `batchSize` as the caller has them. */
  fit(context: FoldContext, options: { epochs: number; batchSize: number }): FoldFitOptions;
  /** Learning rate by the share of training done, of its epochs or its time. Default: the optimizer's. */
  readonly schedule?: Schedule;
  readonly epochs: number;
  readonly batchSize: number;
  readonly folds: number;
  /** Which epoch's weights are kept. Default "best". */
  readonly keep?: "best" | "last";
  /** Where no times are known; default: groups of samples that show the same rain. */
  split?(samples: number, folds: number): Fold[];
  readonly seeds: readonly number[];
  readonly testAugment?: CrossValidateOptions["testAugment"];
}

/** An hour, where successive samples are ten minutes apart; samples share images up to four apart. */
export const defaultGap = 6;

/** The last of the times, of some samples or all, as a view. */
export function targetOf(train: Frames, indices?: Int32Array): Frames {
  return viewImages([{ source: train, time: train.shape[3] - 1 }], { indices });
}

/** The fields that are set. */
function given<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** Refuses data that no recipe can run on. */
export function checkData({ train, test }: RecipeData): void {
  const [samples, rows, columns, times] = train.shape;
  if (samples < 2 || times < 2 || test.shape.slice(1).join() !== [rows, columns, times - 1].join()) {
    throw new RangeError(
      `Cannot run the recipe: test samples must have the training samples' size and one time less, got [${train.shape}] and [${test.shape}]`,
    );
  }
  for (const frames of [train, test]) {
    const Values = valuesOf(frames);
    if (frames.unit !== "pixel" || Values !== Uint8Array) {
      throw new RangeError(
        `Cannot run the recipe: frames must be uint8 in pixels, as radar.load gives them, got ${Values.name} in ${frames.unit}`,
      );
    }
  }
}

/** The competition's score and its parts, of each fold and of all together. */
function competitionScores(train: Frames): CrossValidateOptions["scores"] {
  // Three scores of one verification.
  const known = new WeakMap<object, ReturnType<typeof verify>>();
  const found = (indices: Int32Array, prediction: ArrayData) => {
    const verified =
      known.get(prediction) ??
      verify(targetOf(train, indices), {
        forecast: asForecast(prediction),
        thresholds: [],
        scales: [],
      });
    known.set(prediction, verified);
    return verified;
  };
  return {
    "MAE / CSI": ({ indices, prediction }) => found(indices, prediction).score,
    MAE: ({ indices, prediction }) => found(indices, prediction).mae,
    CSI: ({ indices, prediction }) => found(indices, prediction).csi,
  };
}

/** The folds of a run. */
export async function foldsOf(
  train: Frames,
  how: { recipe: Recipe; options: RecipeOptions },
): Promise<readonly Fold[]> {
  const { recipe, options } = how;
  const { folds, gap = defaultGap, times, signal } = options;
  const [samples] = train.shape;
  if (typeof folds === "object") return folds;
  if (times) {
    if (times.length !== samples) {
      throw new RangeError(
        `Cannot run the recipe: need a time for each of ${samples} training samples, got ${times.length}`,
      );
    }
    return blockedKFold(times, { folds: folds ?? recipe.folds, gap });
  }
  if (recipe.split) return recipe.split(samples, folds ?? recipe.folds);
  const groups = await overlapGroups(train, { signal });
  const found = new Set(groups).size;
  if (found < (folds ?? 2)) {
    throw new RangeError(
      `Cannot run the recipe: samples that show the same rain must be in one fold, which leaves ${found} ${found === 1 ? "group" : "groups"} for ${folds ?? 2} folds; give folds, times, or fewer folds`,
    );
  }
  return groupKFold(groups, { folds: folds ?? Math.min(recipe.folds, found) });
}

/** Cross-validates a recipe's network on the competition's data. */
export async function runRecipe(
  competition: RecipeData,
  how: { recipe: Recipe; options: RecipeOptions },
): Promise<RecipeResult> {
  const { recipe, options } = how;
  checkData(competition);
  const { train, test } = competition;
  const [, rows, columns, times] = train.shape;
  const { epochs = recipe.epochs, batchSize = recipe.batchSize, filters } = options;
  const { optimizer, loss, metrics, callbacks, augment, mode, seconds, clock } = options;
  const folds = await foldsOf(train, how);
  const { keep = recipe.keep, monitor, directory, predictionMemory, refit, progress, signal } = options;
  const { scores, testAugment } = options;
  const { seeds = recipe.seeds } = options;
  const share = seconds && seconds / trainingCount({ folds, seeds, refit });
  const settings = (context: FoldContext): FoldFitOptions => {
    const own = recipe.fit(context, { epochs, batchSize });
    const schedule = optimizer || options.fit?.optimizer ? undefined : recipe.schedule;
    const budget = timeBudget({ seconds: share, clock, schedule });
    return {
      ...own,
      ...given({ optimizer, loss, metrics, augment, mode }),
      epochs,
      batchSize,
      scaleX: 1 / 255,
      scaleY: 1 / 255,
      ...options.fit,
      callbacks: [budget, ...(options.fit?.callbacks ?? own.callbacks ?? []), ...(callbacks ?? [])],
    };
  };
  const found = await crossValidate({
    seeds,
    scores: competitionScores(train),
    testAugment: recipe.testAugment,
    model: (seed) => recipe.network([rows, columns, times - 1], { filters, seed }),
    ...given({ model: options.model, keep, monitor, directory, predictionMemory, refit, progress }),
    ...given({ signal, scores, testAugment }),
    settings: { filters: options.model ? "a given model's" : (filters ?? "the recipe's") },
    folds,
    prepare: prepareFrames(train, { test }),
    fit: settings,
  });
  const indices = validatedSamples(folds);
  const result: RecipeResult = {
    ...found,
    samples: indices,
    forecast: asForecast(viewSamples(found.predictions, indices) as ArrayData),
    testForecast: asForecast(found.test as ArrayData),
  };
  return shownAs(result, found);
}

/** A result that a notebook shows as the cross-validation's table. */
export function shownAs(result: RecipeResult, found: CrossValidation): RecipeResult {
  return showAs(result, () =>
    (found as unknown as Record<symbol, () => { "text/plain": string; "text/html": string }>)[displayKey](),
  );
}

/** The author's callbacks; a model of all samples has no validation to watch. */
export function plateauCallbacks({ fold }: FoldContext, minDelta?: number): Callback[] {
  if (fold === undefined) return [];
  return [reduceLROnPlateau({ factor: 0.3, patience: 5, minDelta }), earlyStopping({ patience: 11 })];
}
