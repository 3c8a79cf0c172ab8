import type { LayersModel } from "@tensorflow/tfjs-node-gpu";
import { type ArrayData, displayKey, type Frames, showAs, valuesOf, viewSamples } from "../../core";
import type { ForecastBlend } from "../../ensemble";
import { asForecast } from "../../features";
import {
  type Callback,
  changeNetwork,
  earlyStopping,
  type NetworkChanges,
  type NetworkFitOptions,
  network,
  reduceLROnPlateau,
} from "../../train";
import {
  blockedKFold,
  type CrossValidateOptions,
  type CrossValidation,
  type Fold,
  groupKFold,
  meanPredictions,
  overlapGroups,
  prepareFrames,
  type RecipeOptions,
  runRecipe,
  validatedSamples,
} from "../../validate";
import type { RadarData } from "../load";
import { scores } from "../scores";

/** What a recipe trains on and forecasts: pixels, the training samples with one time more than the test samples. */
export type RecipeData = Pick<RadarData, "train" | "test" | "events">;

/** What a recipe's network is made for. */
export interface NetworkShape {
  /** `[rows, columns, images seen]`. */
  inputShape: [rows: number, columns: number, times: number];
  /** Channels of the network's first level; default the network's. */
  filters?: number;
  /** Seed of the weights, one per fold. */
  seed: number;
}

/**
 * What every recipe can be told; every part that is not given is the recipe's. The number of folds is the recipe's, or
 * smaller where the samples overlap into fewer groups (`validate.overlapGroups`).
 */
export interface RadarRecipeOptions extends RecipeOptions, NetworkChanges {
  /**
   * When each training sample was taken, for folds of neighbouring times. Default: a fold per weather event where the
   * competition tells several, otherwise the recipe's folds, or of groups that overlap.
   */
  times?: ArrayLike<number>;
  /** Time left out on both sides of a validation block, in the unit of `times`; ignored without these. */
  gap?: number;
  /** Channels of the network's first level; ignored where a model is given. */
  filters?: number;
  /** A new network; default the recipe's. */
  model?: (options: NetworkShape) => LayersModel;
}

/** A cross-validation whose forecasts are ready to be verified, drawn and submitted. */
export interface RecipeResult extends CrossValidation {
  /** Numbers of the training samples that `forecast` is of, rising: all, unless the folds validate some only. */
  readonly samples: Int32Array;
  /** Each of these samples as forecast without having been learned, float32 `[samples, rows, columns, 1]` in pixels. */
  readonly forecast: Frames<Float32Array>;
  /** The test samples' forecast, the mean over folds and seeds (of several events: by models of all samples), float32 `[samples, rows, columns, 1]` in pixels. */
  readonly testForecast: Frames<Float32Array>;
  /** How the network was blended with forecasts that need no training, where the recipe does so. */
  readonly blend?: ForecastBlend;
}

/** The parts of a recipe. */
export interface RadarRecipe {
  /** What its runs are called. */
  readonly name: string;
  readonly model: (options: NetworkShape) => LayersModel;
  readonly fit: NetworkFitOptions;
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

/** The folds of a run. */
export async function foldsOf(
  { train, events }: RecipeData,
  given: { recipe: RadarRecipe; options: RadarRecipeOptions },
): Promise<readonly Fold[]> {
  const { recipe, options } = given;
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
  const weathers = new Set(events).size;
  if (events && weathers > 1) return groupKFold(events, { folds: Math.min(folds ?? weathers, weathers) });
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
export async function runRadar(
  competition: RecipeData,
  given: { recipe: RadarRecipe; options: RadarRecipeOptions },
): Promise<RecipeResult> {
  const { recipe, options } = given;
  checkData(competition);
  const { train, test, events } = competition;
  const [, rows, columns, times] = train.shape;
  const { filters, model = recipe.model, refit = new Set(events).size > 1 } = options;
  const folds = await foldsOf(competition, given);
  const own = {
    model: (seed: number) => model({ inputShape: [rows, columns, times - 1], filters, seed }),
    fit: { ...recipe.fit, scaleX: 1 / 255, scaleY: 1 / 255 },
    keep: recipe.keep,
  };
  const found = await runRecipe(
    {
      name: recipe.name,
      folds,
      seeds: recipe.seeds,
      scores: scores({ train }),
      testAugment: recipe.testAugment,
      prepare: prepareFrames(train, { test }),
      estimator: network(changeNetwork(own, options)),
    },
    { ...options, refit },
  );
  const indices = validatedSamples(folds);
  const result: RecipeResult = {
    ...found,
    samples: indices,
    forecast: asForecast(viewSamples(found.predictions, indices) as ArrayData),
    testForecast: asForecast(events && refit ? meanOfTests(found.refits) : (found.test as ArrayData)),
  };
  return shownAs(result, found);
}

/** The mean of the models' forecasts of the test samples. */
function meanOfTests(runs: CrossValidation["runs"]): ArrayData {
  const parts = runs.map(({ test }) => ({ prediction: test as ArrayData }));
  return meanPredictions(parts, {
    samples: parts[0].prediction.shape[0],
    memory: Number.POSITIVE_INFINITY,
  });
}

/** A result that a notebook shows as the cross-validation's table. */
export function shownAs(result: RecipeResult, found: CrossValidation): RecipeResult {
  return showAs(result, () =>
    (found as unknown as Record<symbol, () => { "text/plain": string; "text/html": string }>)[displayKey](),
  );
}

/** The author's callbacks. */
export function plateauCallbacks(minDelta?: number): Callback[] {
  return [reduceLROnPlateau({ factor: 0.3, patience: 5, minDelta }), earlyStopping({ patience: 11 })];
}
