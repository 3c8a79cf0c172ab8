import { join } from "node:path";
import { testTimeFlips } from "../../augment";
import {
  coarsenFrames,
  composeAugmentations,
  flipFrames,
  stretchIntensity,
  turnFrames,
} from "../../augment/graph";
import type { Frames } from "../../core";
import { allImages, type ImageOf, viewImages } from "../../core";
import { blendForecasts } from "../../ensemble";
import { unet as unetModel } from "../../models";
import { adamw, oneCycle, smoothMaeOverCsi } from "../../train";
import { blockedKFold, type Fold } from "../../validate";
import { targetOf } from "../scores";
import { movingFrame as movingFrameOf } from "./movingFrame";
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
  /** Whether the network sees the images moved on with the rain, and corrects the last of them. Default true. */
  movingFrame?: boolean;
  /** Whether the network's forecast is blended with optical flow and persistence. Default true. */
  blend?: boolean;
}

const cycle = oneCycle(2e-3, { steps: 1000 });

/** Rain of any direction, and showers made of it. The first `skip` images are no intensities. */
function augmentation(skip: number) {
  const showers = stretchIntensity({ skip, probability: 1 });
  return composeAugmentations([flipFrames(), turnFrames(), coarsenFrames(), showers]);
}

const bestRecipe: RadarRecipe = {
  name: "best",
  model: ({ filters = 12, ...options }) =>
    unetModel({
      ...options,
      filters,
      depth: 2,
      activation: "elu",
      residual: true,
      residualScale: 0.1,
      normalization: false,
    }),
  keep: "last",
  fit: {
    optimizer: adamw({ learningRate: 2e-3, weightDecay: 0.01, clipNorm: 1 }),
    schedule: (done) => cycle(done * 1000),
    loss: smoothMaeOverCsi({ width: 3, smoothing: 10, logarithm: true }),
    augment: augmentation(1),
    epochs: 30,
    batchSize: 4,
  },
  folds: 5,
  seeds: [0],
  testAugment: testTimeFlips(),
};

/** Bytes of moved images that are held in memory; where there is a directory, more are kept in it. */
const heldBytes = 1 << 28;

/** The images seen, moved on with the rain; uint8 `[samples, rows, columns, 1 + times]`. */
function movedImages(
  seen: Frames,
  options: { file: string | undefined; signal: AbortSignal | undefined },
): Promise<Frames<Uint8Array>> {
  const [samples, rows, columns, times] = seen.shape;
  const file = samples * rows * columns * (1 + times) > heldBytes ? options.file : undefined;
  return movingFrameOf(seen, { file, signal: options.signal });
}

/** Forecasts that need no training. */
function plainForecasts(seen: Frames, moved: Frames) {
  return {
    opticalFlow: viewImages([{ source: moved, time: moved.shape[3] - 1 }]),
    persistence: viewImages([{ source: seen, time: seen.shape[3] - 1 }]),
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
    plain: Record<"train" | "test", ReturnType<typeof plainForecasts>>;
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
 * A compact U-Net in the frame that moves with the rain: each image is moved on, by optical flow, to the time to forecast,
 * and the network corrects the last of them, which is optical flow's forecast. So it has to learn how rain grows, decays
 * and spreads, not the wind of the weather that it is trained on, and carries over to other weather. It learns mirrored,
 * turned and lighter rain, on the competition's own score (the logarithm of its smooth twin), with a one-cycle learning
 * rate; at test time the mean over mirror images, blended with optical flow and persistence by the score, out of fold.
 *
 * Of several events (`radar.load` of several folders) each is forecast by a network of the others, and so are the
 * blend's weights found; the test samples are forecast by a network of all.
 *
 * Sized for two cores; give more `filters` where there is a GPU. Optical flow takes some ten milliseconds per sample before
 * the training: `movingFrame: false` with `blend: false` leaves it out.
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
  const { movingFrame = true, blend = true, directory, signal } = options;
  checkData(competition);
  const { train, test, events } = competition;
  const folds = await foldsOf(competition, { recipe: bestRecipe, options });
  const images: Record<"train" | "test", Frames> = {
    train: viewImages(allImages(train, { count: train.shape[3] - 1 })),
    test: viewImages(allImages(test)),
  };
  const movedPart = (part: "train" | "test") =>
    movedImages(images[part], { file: directory && join(directory, `moved-${part}.safetensors`), signal });
  const moved = (movingFrame || blend) && { train: await movedPart("train"), test: await movedPart("test") };
  const target: ImageOf = { source: train, time: train.shape[3] - 1 };
  const seen =
    movingFrame && moved
      ? {
          train: viewImages([...allImages(moved.train), target]) as Frames<Uint8Array>,
          test: moved.test,
          events,
        }
      : competition;
  const recipe = movingFrame
    ? bestRecipe
    : { ...bestRecipe, fit: { ...bestRecipe.fit, augment: augmentation(0) } };
  const found = await runRadar(seen, { recipe, options: { ...options, folds } });
  if (!blend || !moved) return found;
  const plain = {
    train: plainForecasts(images.train, moved.train),
    test: plainForecasts(images.test, moved.test),
  };
  return blended(found, { train, plain, folds, options });
}
