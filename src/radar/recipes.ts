/** The radar competition's pipelines, each run by one call. */
import type { Frames } from "../data/frames";
import { extrapolate, persist } from "../features/extrapolate";
import { takeSamples, takeTimes } from "../features/frameUnits";
import { radarTwoPath, rainNet, unet as unetModel } from "../models";
import {
  adam,
  adamw,
  blockedKFold,
  type Callback,
  earlyStopping,
  type Fold,
  type FoldContext,
  type GraphAugmentation,
  kFold,
  nadam,
  oneCycle,
  randomBlur,
  randomFlips,
  randomPatchDropout,
  randomTurns,
  reduceLROnPlateau,
  scaledMeanAbsoluteError,
  smoothCsi,
  sumOfLosses,
} from "../train";
import { blendForecasts } from "./blend";
import { flipAugment } from "./flipAugment";
import { insertImage } from "./insertImage";
import {
  checkData,
  defaultGap,
  foldsOf,
  type Recipe,
  type RecipeData,
  type RecipeOptions,
  type RecipeResult,
  runRecipe,
  shownAs,
  targetOf,
} from "./recipe";

/** Options of {@link recipes}`.best`. */
export interface BestRecipeOptions extends RecipeOptions {
  /** Whether the network also sees optical flow's forecast, as the latest image, and corrects it. Default true. */
  flowInput?: boolean;
  /** Whether the network's forecast is blended with optical flow and persistence. Default true. */
  blend?: boolean;
}

/** One augmentation after the other. */
function inTurn(...steps: readonly GraphAugmentation[]): GraphAugmentation {
  return (batch) => steps.reduce((changed, step) => step(changed), batch);
}

/** The author's callbacks; a model of all samples has no validation to watch. */
function plateauCallbacks({ fold }: FoldContext, minDelta?: number): Callback[] {
  if (fold === undefined) return [];
  return [reduceLROnPlateau({ factor: 0.3, patience: 5, minDelta }), earlyStopping({ patience: 11 })];
}

const firstRecipe: Recipe = {
  network: (inputShape, options) => radarTwoPath({ inputShape, ...options }),
  fit: (context) => ({
    optimizer: nadam({ learningRate: 3e-4 }),
    loss: scaledMeanAbsoluteError({ scale: 255 }),
    callbacks: plateauCallbacks(context),
  }),
  epochs: 1000,
  batchSize: 16,
  folds: 10,
  split: (samples, folds) => kFold(samples, { folds, shuffle: true, seed: 1818 }),
  seeds: [1818],
};

/**
 * The first-placed pipeline as submitted: `models.radarTwoPath` with its two wiring slips, 255 x mean absolute error,
 * Nadam 3e-4, ten shuffled folds, batches of 16, at most 1000 epochs, the learning rate times 0.3 after 5 epochs
 * without gain, the end after 11.
 *
 * Shuffled folds put near-copies of validation samples into training, so its scores flatter: `folds:
 * train.groupKFold(await features.overlapGroups(competition.train))` tells the truth.
 *
 * Source: the author's notebook (DACON 235646, 2020). Submit with `rounding: "truncate"`, as he did.
 */
async function first(competition: RecipeData, options: RecipeOptions = {}): Promise<RecipeResult> {
  return runRecipe(competition, { recipe: firstRecipe, options });
}

const rainnetRecipe: Recipe = {
  // 120 rows halve three times, not the paper's four.
  network: (inputShape, options) => rainNet({ inputShape, depth: 3, ...options }),
  fit: (context) => ({
    optimizer: adam({ learningRate: 1e-4 }),
    loss: "logCosh",
    // Log-cosh of pixels / 255 is a few thousandths: every gain counts.
    callbacks: plateauCallbacks(context, 0),
  }),
  epochs: 100,
  batchSize: 16,
  folds: 5,
  seeds: [0],
};

/**
 * RainNet on pixels, which are a logarithm of rain: log-cosh loss, Adam 1e-4, five folds of
 * samples that show no common rain.
 *
 * Source: G. Ayzel et al., "RainNet v1.0", 2020.
 */
async function rainnet(competition: RecipeData, options: RecipeOptions = {}): Promise<RecipeResult> {
  return runRecipe(competition, { recipe: rainnetRecipe, options });
}

const unetRecipe: Recipe = {
  network: (inputShape, options) => unetModel({ inputShape, ...options }),
  fit: (context) => ({
    optimizer: adamw({ learningRate: 1e-3, weightDecay: 0.01 }),
    loss: scaledMeanAbsoluteError({ scale: 255 }),
    augment: inTurn(randomBlur({ probability: 0.25 }), randomPatchDropout({ probability: 0.25 })),
    callbacks: plateauCallbacks(context),
  }),
  epochs: 100,
  batchSize: 16,
  folds: 5,
  seeds: [0],
};

/**
 * The plain U-Net of the competition's 29th place: 255 x mean absolute error, AdamW 1e-3, inputs blurred or with patches
 * blanked a quarter of the time, five folds of samples that show no common rain.
 *
 * Source: HiddenBeginner/dacon-precipitation, milesial/Pytorch-UNet.
 */
async function unet(competition: RecipeData, options: RecipeOptions = {}): Promise<RecipeResult> {
  return runRecipe(competition, { recipe: unetRecipe, options });
}

const cycle = oneCycle(2e-3, { steps: 1000 });

const bestRecipe: Recipe = {
  network: (inputShape, { filters = 16, seed }) =>
    unetModel({
      inputShape,
      filters,
      depth: 3,
      activation: "elu",
      outputKernel: 3,
      residual: true,
      momentum: 0.9,
      seed,
    }),
  schedule: (done) => cycle(done * 1000),
  keep: "last",
  fit() {
    const loss = sumOfLosses([{ loss: scaledMeanAbsoluteError() }, { loss: smoothCsi(), weight: 2 }]);
    return {
      optimizer: adamw({ learningRate: 2e-3, weightDecay: 0.01 }),
      loss: Object.assign(loss, { lossName: "scaledMeanAbsoluteError + 2 smoothCsi" }),
      augment: inTurn(randomFlips(), randomTurns()),
    };
  },
  epochs: 30,
  batchSize: 4,
  folds: 5,
  seeds: [0],
  testAugment: flipAugment(),
};

/** The images seen, as forecast by moving rain on and by leaving it, of training and test samples. */
async function forecastsOf({ train, test }: RecipeData, signal: AbortSignal | undefined) {
  const past = takeTimes(train, { times: Array.from({ length: train.shape[3] - 1 }, (_, time) => time) });
  return {
    train: { opticalFlow: await extrapolate(past, { signal }), persistence: persist(past) },
    test: { opticalFlow: await extrapolate(test, { signal }), persistence: persist(test) },
  };
}

type PlainForecasts = Awaited<ReturnType<typeof forecastsOf>>;

/** The competition with optical flow's forecast behind the images seen. */
function withFlow({ train, test }: RecipeData, plain: PlainForecasts): RecipeData {
  return {
    train: insertImage(train, { image: plain.train.opticalFlow, place: train.shape[3] - 1 }),
    test: insertImage(test, { image: plain.test.opticalFlow, place: test.shape[3] }),
  };
}

/** The folds of the samples that were forecast, by their places among them; one fold alone is parted in two. */
function foldsAmong(samples: Int32Array, folds: readonly Fold[], gap: number): Fold[] {
  const placeOf = new Map(Array.from(samples, (sample, place) => [sample, place]));
  const places = (of: Int32Array): Int32Array =>
    Int32Array.from(of, (sample) => placeOf.get(sample) ?? -1).filter((place) => place >= 0);
  if (folds.length === 1) return blockedKFold(samples, { folds: 2, gap });
  return folds.map(({ train, validation }) => ({ train: places(train), validation: places(validation) }));
}

/** A run's forecasts blended with those that need no training, each block of samples by the other blocks' weights. */
async function blended(
  found: RecipeResult,
  given: { train: Frames; plain: PlainForecasts; folds: readonly Fold[]; options: BestRecipeOptions },
): Promise<RecipeResult> {
  const { samples, forecast, testForecast } = found;
  const { train, plain, folds, options } = given;
  const { gap = defaultGap, signal } = options;
  const cut = <T extends Frames>(source: T): T =>
    samples.length === source.shape[0] ? source : (takeSamples(source, samples) as Frames as T);
  const { opticalFlow, persistence } = plain.train;
  const blend = await blendForecasts(
    { network: forecast, opticalFlow: cut(opticalFlow), persistence: cut(persistence) },
    { truth: targetOf(cut(train)), folds: foldsAmong(samples, folds, gap), signal },
  );
  const result: RecipeResult = {
    ...found,
    forecast: blend.nested!.forecast,
    testForecast: blend.predict({ network: testForecast, ...plain.test }),
    blend,
  };
  return shownAs(result, found);
}

/**
 * A compact U-Net that corrects optical flow's forecast, learns mirrored and turned rain, on absolute error and soft
 * CSI together, with a one-cycle learning rate; at test time the mean over mirror images, blended with optical flow and
 * persistence by the competition's score, out of fold.
 *
 * Sized for two cores; give more `filters` where there is a GPU. Optical flow takes some ten milliseconds a sample before
 * the training: `flowInput: false` with `blend: false` leaves it out. Where the network sees the flow, the blend may give
 * it all the weight.
 *
 * `forecast` blends each block of samples by weights found on the others, so its scores are honest; `scores` are the
 * network's alone.
 */
async function best(competition: RecipeData, options: BestRecipeOptions = {}): Promise<RecipeResult> {
  const { flowInput = true, blend = true, signal } = options;
  checkData(competition);
  const folds = await foldsOf(competition.train, { recipe: bestRecipe, options });
  const plain = flowInput || blend ? await forecastsOf(competition, signal) : undefined;
  const seen = flowInput && plain ? withFlow(competition, plain) : competition;
  const found = await runRecipe(seen, { recipe: bestRecipe, options: { ...options, folds } });
  return blend && plain ? blended(found, { train: competition.train, plain, folds, options }) : found;
}

/**
 * The radar competition's pipelines by name, each from loaded data to out-of-fold and test forecasts in one call, every
 * setting of which can be given otherwise: `first`, `rainnet`, `unet`, `best`.
 *
 * All but `first` validate on samples that show no rain trained on. With a `directory`, a run that stopped goes on.
 *
 * @example
 * const run = await radar.recipes.first(competition, { folds: 2, epochs: 5, filters: 16, directory: "runs/first" });
 * await radar.writeSubmission("runs/first/submission.csv", run.testForecast, { names: competition.testNames });
 */
export const recipes = { first, rainnet, unet, best } as const;
