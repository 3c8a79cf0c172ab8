import { join } from "node:path";
import { testTimeFlips } from "../../augment";
import { composeAugmentations, flipFrames, turnFrames } from "../../augment/graph";
import type { Frames } from "../../core";
import { allImages, type ImageOf, viewImages } from "../../core";
import { blendForecasts } from "../../ensemble";
import { unet as unetModel } from "../../models";
import { adamw, oneCycle, scaledMeanAbsoluteError, smoothCsi, sumOfLosses } from "../../train";
import { blockedKFold, type Fold } from "../../validate";
import { targetOf } from "../scores";
import { flowForecast } from "./flowForecast";
import {
  checkData,
  defaultGap,
  foldsOf,
  type RadarRecipe,
  type RadarRecipeOptions,
  type RecipeData,
  type RecipeResult,
  runRadar,
  shownAs,
} from "./recipe";

/** Options of `radar.recipes.best`. */
export interface BestRecipeOptions extends RadarRecipeOptions {
  /** Whether the network also sees optical flow's forecast, as the latest image, and corrects it. Default true. */
  flowInput?: boolean;
  /** Whether the network's forecast is blended with optical flow and persistence. Default true. */
  blend?: boolean;
}

const cycle = oneCycle(2e-3, { steps: 1000 });

const loss = sumOfLosses([{ loss: scaledMeanAbsoluteError() }, { loss: smoothCsi(), weight: 2 }]);

const bestRecipe: RadarRecipe = {
  name: "best",
  model: ({ filters = 16, ...options }) =>
    unetModel({
      ...options,
      filters,
      depth: 3,
      activation: "elu",
      outputKernel: 3,
      residual: true,
      momentum: 0.9,
    }),
  keep: "last",
  fit: {
    optimizer: adamw({ learningRate: 2e-3, weightDecay: 0.01 }),
    schedule: (done) => cycle(done * 1000),
    loss: Object.assign(loss, { lossName: "scaledMeanAbsoluteError + 2 smoothCsi" }),
    augment: composeAugmentations([flipFrames(), turnFrames()]),
    epochs: 30,
    batchSize: 4,
  },
  folds: 5,
  seeds: [0],
  testAugment: testTimeFlips(),
};

/** Bytes of optical flow's forecasts that are held in memory; where there is a directory, more are kept in it. */
const heldFlow = 1 << 28;

/** Forecasts that need no training, uint8 `[samples, rows, columns, 1]`. */
interface PlainForecasts {
  readonly opticalFlow: Frames;
  readonly persistence: Frames;
}

/** The images seen, as forecast by moving rain on and by leaving it. */
async function plainForecasts(
  seen: Frames,
  options: { file: string | undefined; signal: AbortSignal | undefined },
): Promise<PlainForecasts> {
  const [samples, rows, columns, times] = seen.shape;
  const file = samples * rows * columns > heldFlow ? options.file : undefined;
  return {
    opticalFlow: await flowForecast(seen, { file, signal: options.signal }),
    persistence: viewImages([{ source: seen, time: times - 1 }]),
  };
}

/** The competition with optical flow's forecast behind the images seen. */
function withFlow(
  { train, test }: RecipeData,
  plain: { train: PlainForecasts; test: PlainForecasts },
): RecipeData {
  const seen = test.shape[3];
  const flow = (of: PlainForecasts): ImageOf => ({ source: of.opticalFlow, time: 0 });
  const trainImages: ImageOf[] = allImages(train);
  trainImages.splice(seen, 0, flow(plain.train));
  return {
    train: viewImages(trainImages) as Frames<Uint8Array>,
    test: viewImages([...allImages(test), flow(plain.test)]) as Frames<Uint8Array>,
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
  given: {
    train: Frames;
    plain: { train: PlainForecasts; test: PlainForecasts };
    folds: readonly Fold[];
    options: BestRecipeOptions;
  },
): Promise<RecipeResult> {
  const { samples, forecast, testForecast } = found;
  const { train, plain, folds, options } = given;
  const { gap = defaultGap, signal } = options;
  const cut = (source: Frames) => viewImages([{ source, time: 0 }], { indices: samples });
  const { opticalFlow, persistence } = plain.train;
  const blend = await blendForecasts(
    { network: forecast, opticalFlow: cut(opticalFlow), persistence: cut(persistence) },
    { truth: targetOf(train, samples), folds: foldsAmong(samples, folds, gap), signal },
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
 * Sized for two cores; give more `filters` where there is a GPU. Optical flow takes some ten milliseconds per sample before
 * the training: `flowInput: false` with `blend: false` leaves it out. Where the network sees the flow, the blend may give
 * it all the weight.
 *
 * `forecast` blends each block of samples by weights found on the others, so its scores are honest; `scores` are the
 * network's alone.
 *
 * @param competition what `radar.load` gives
 * @param options what to change; see {@link BestRecipeOptions}
 * @returns out-of-fold and test forecasts in pixels, float32 `[samples, rows, columns, 1]`, and the scores of `radar.scores`
 * @throws {RangeError} if options disagree with the data, or the directory holds another run
 * @example
 * const trial = await radar.recipes.best(competition, { folds: 2, epochs: 1, filters: 2 });
 */
export async function best(competition: RecipeData, options: BestRecipeOptions = {}): Promise<RecipeResult> {
  const { flowInput = true, blend = true, directory, signal } = options;
  checkData(competition);
  const { train, test } = competition;
  const folds = await foldsOf(train, { recipe: bestRecipe, options });
  const forecastPart = async (part: "train" | "test", images: ImageOf[]): Promise<PlainForecasts> => {
    const file = directory && join(directory, `opticalFlow-${part}.safetensors`);
    return plainForecasts(viewImages(images), { file, signal });
  };
  const plain = (flowInput || blend) && {
    train: await forecastPart("train", allImages(train, { count: train.shape[3] - 1 })),
    test: await forecastPart("test", allImages(test)),
  };
  const seen = flowInput && plain ? withFlow(competition, plain) : competition;
  const found = await runRadar(seen, { recipe: bestRecipe, options: { ...options, folds } });
  return blend && plain ? blended(found, { train, plain, folds, options }) : found;
}
