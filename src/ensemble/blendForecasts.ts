import { showAs, tableBundle } from "../core/display";
import type { Frames } from "../core/frames";
import type { RainRelationOptions } from "../core/frameUnits";
import { lazyFrames } from "../core/frameViews";
import { startProgress } from "../core/progress";
import { currentSignal } from "../core/signal";
import { heldBytes } from "../core/source";
import type { Fold } from "../validate/folds/folds";
import { type BlendMeasure, BlendScorer, leastWeights, pixelsOf, vertex, weightedMean } from "./blendScores";

/** Forecasts by name, all of one shape. */
export type NamedForecasts = Readonly<Record<string, Frames>>;

/** Options of {@link blendForecasts}. */
export interface BlendForecastsOptions extends RainRelationOptions {
  /** What was measured, frames `[samples, rows, columns, 1]` in any unit. */
  truth: Frames;
  /** What is minimised: "score" (default), MAE in mm/h by CSI; "mae", MAE in mm/h. */
  measure?: BlendMeasure;
  /** Rain in mm/h from which on it rains. Default 0.1. */
  threshold?: number;
  /** Pixels that count, `[rows, columns]`. Default all. */
  mask?: ArrayLike<number | boolean>;
  /** Splits of the samples that tell what the blend is worth on samples it was not found on. Default: not told. */
  folds?: readonly Fold[];
  /** The most samples that weights are found on, evenly taken. Default 500. */
  searchSamples?: number;
  /** The least step of the search. Default 1 / 64. */
  precision?: number;
  /** Stops between samples. Default the notebook cell's. */
  signal?: AbortSignal;
}

/** What a blend is worth where it was not found. */
export interface NestedBlend {
  /** The measure over all validated samples, each blended by weights found on the other part of its fold. */
  readonly combined: number;
  /** The same of the single forecast that was best on the other part. */
  readonly single: number;
  /** `single - combined`: above 0 where blending helps. */
  readonly gain: number;
  /** Weights and best single forecast a fold. */
  readonly folds: readonly { readonly weights: Readonly<Record<string, number>>; readonly best: string }[];
  /** Every sample as blended for that measure, pixels; those that no fold validates by the weights of all samples. */
  readonly forecast: Frames<Float32Array>;
}

/** Forecasts with a weight each; a notebook shows them as a table. */
export interface ForecastBlend {
  /** From 0, summing to one, by forecast. */
  readonly weights: Readonly<Record<string, number>>;
  /** The measure of the blend on the samples it was found on, which flatters it. */
  readonly score: number;
  /** What it is worth elsewhere, where folds were given. */
  readonly nested?: NestedBlend;
  /** The weighted mean of other forecasts under the same names, float32 frames in pixels. */
  predict(forecasts: NamedForecasts): Frames<Float32Array>;
}

function checkForecasts(forecasts: NamedForecasts, shape: readonly number[]): void {
  if (Object.keys(forecasts).length === 0) {
    throw new RangeError("Cannot blend forecasts: need at least one, got none");
  }
  for (const [name, forecast] of Object.entries(forecasts)) {
    if (forecast.shape.join() !== shape.join()) {
      throw new RangeError(
        `Cannot blend forecasts: all must have shape [${shape}], got [${forecast.shape}] for ${name}`,
      );
    }
  }
}

/** The forecasts' weighted mean in pixels; weights may differ by sample. */
function mixFrames(
  forecasts: readonly Frames[],
  weightsOf: (sample: number) => ArrayLike<number>,
  relation: RainRelationOptions,
): Frames<Float32Array> {
  const { shape } = forecasts[0];
  const size = shape[1] * shape[2] * shape[3];
  const take = (indices: ArrayLike<number>): Float32Array => {
    const mixed = new Float32Array(indices.length * size);
    for (let i = 0; i < indices.length; i++) {
      const parts = forecasts.map((one) => pixelsOf(one, indices[i], relation));
      mixed.set(weightedMean(parts, weightsOf(indices[i])), i * size);
    }
    return mixed;
  };
  const mixed = lazyFrames(take, { shape, unit: "pixel", Values: Float32Array });
  return 4 * size * shape[0] > heldBytes ? mixed : { ...mixed, shards: [...mixed.shards] };
}

/** At most `limit` of the samples, evenly taken. */
function evenly(samples: readonly number[], limit: number): number[] {
  if (samples.length <= limit) return [...samples];
  return Array.from({ length: limit }, (_, i) => samples[Math.floor((i * samples.length) / limit)]);
}

/** Weights of each fold from its training samples, judged on its validation samples. */
async function nest(
  scorer: BlendScorer,
  given: {
    names: readonly string[];
    forecasts: readonly Frames[];
    folds: readonly Fold[];
    searched: readonly number[];
    precision: number;
    overall: Float64Array;
    relation: RainRelationOptions;
  },
): Promise<NestedBlend> {
  const { names, forecasts, folds, searched, precision, overall, relation } = given;
  const weightsOf = new Map<number, Float64Array>();
  const total = { combined: new Float64Array(4), single: new Float64Array(4) };
  const found: NestedBlend["folds"][number][] = [];
  for (const [fold, { train, validation }] of folds.entries()) {
    const trained = new Set(train);
    const samples = searched.filter((sample) => trained.has(sample));
    if (samples.length === 0) {
      throw new RangeError(`Cannot blend forecasts: fold ${fold} leaves no sample to find weights on`);
    }
    if (validation.some((sample) => trained.has(sample))) {
      throw new RangeError(`Cannot blend forecasts: fold ${fold} has a sample in both parts`);
    }
    const score = (weights: ArrayLike<number>) => scorer.score(weights, samples);
    const { weights } = await leastWeights(names.length, { score, precision });
    const singles: number[] = [];
    for (const place of names.keys()) singles.push(await score(vertex(names.length, place)));
    const best = singles.indexOf(Math.min(...singles));
    const parts = {
      combined: await scorer.sums(weights, validation),
      single: await scorer.sums(vertex(names.length, best), validation),
    };
    for (const part of ["combined", "single"] as const) {
      parts[part].forEach((value, i) => {
        total[part][i] += value;
      });
    }
    for (const sample of validation) weightsOf.set(sample, weights);
    found.push({ weights: byName(names, weights), best: names[best] });
  }
  const [combined, single] = [scorer.measure(total.combined), scorer.measure(total.single)];
  const forecast = mixFrames(forecasts, (sample) => weightsOf.get(sample) ?? overall, relation);
  return { combined, single, gain: single - combined, folds: found, forecast };
}

function byName(names: readonly string[], weights: ArrayLike<number>): Record<string, number> {
  return Object.fromEntries(names.map((name, place) => [name, weights[place]]));
}

function describe({ weights, score, nested }: ForecastBlend): { "text/html": string; "text/plain": string } {
  const rows: [string, number][] = [...Object.entries(weights), ["score where it was found", score]];
  if (nested) {
    rows.push(["score elsewhere", nested.combined], ["best single elsewhere", nested.single]);
    rows.push(["gain", nested.gain]);
  }
  return tableBundle(["forecast", "weight"], rows);
}

/**
 * Finds the weights, from 0 and summing to one, whose mean of several forecasts scores best, and with `folds` what that
 * is worth on samples the weights were not found on.
 *
 * @param forecasts out-of-fold forecasts by name, frames `[samples, rows, columns, 1]` in any unit
 * @param options truth, measure, folds of neighbouring times
 * @returns weights by name, scores, and the blend of other forecasts of the same models
 * @throws {RangeError} if shapes disagree, a value is NaN, the threshold is no rain rate, nothing is counted, or a fold's parts share a sample
 * @example
 * const opticalFlow = await features.extrapolate(inputs);
 * const folds = validate.kFold(target.shape[0], { folds: 2 });
 * const blend = await ensemble.blendForecasts({ network: forecast, opticalFlow }, { truth: target, folds });
 * blend.nested?.gain;
 */
export async function blendForecasts(
  forecasts: NamedForecasts,
  options: BlendForecastsOptions,
): Promise<ForecastBlend> {
  const { truth, measure = "score", threshold = 0.1, mask, folds, a, b } = options;
  const { searchSamples = 500, precision = 1 / 64, signal = currentSignal() } = options;
  checkForecasts(forecasts, truth.shape);
  const size = truth.shape[1] * truth.shape[2];
  if (truth.shape[3] !== 1 || (mask && mask.length !== size)) {
    throw new RangeError(
      `Cannot blend forecasts: need one time and a mask of ${size} pixels, got [${truth.shape}] and ${mask?.length ?? "none"}`,
    );
  }
  if (!(Number.isInteger(searchSamples) && searchSamples > 0 && precision > 0)) {
    throw new RangeError(
      `Cannot blend forecasts: searchSamples must be whole and above 0 and precision above 0, got ${searchSamples} and ${precision}`,
    );
  }
  const names = Object.keys(forecasts);
  const parts = Object.values(forecasts);
  const onScored = (count: number) => progress.update(count);
  const scorer = new BlendScorer({
    truth,
    forecasts: parts,
    measure,
    threshold,
    mask,
    signal,
    a,
    b,
    onScored,
  });
  const progress = startProgress("Blend forecasts", { unit: "blends" });
  const all = Array.from({ length: truth.shape[0] }, (_, sample) => sample);
  const searched = evenly(all, searchSamples);
  const find = async () => {
    const score = (tried: ArrayLike<number>) => scorer.score(tried, searched);
    const { weights } = await leastWeights(names.length, { score, precision });
    const given = { names, forecasts: parts, searched, precision, overall: weights, relation: { a, b } };
    const nested = folds && (await nest(scorer, { ...given, folds }));
    return { weights, nested, score: await scorer.score(weights, all) };
  };
  const { weights, nested, score } = await find().finally(() => progress.end());
  const blended: ForecastBlend = {
    weights: byName(names, weights),
    score,
    ...(nested && { nested }),
    predict(others) {
      const missing = names.find((name) => !(name in others));
      if (missing !== undefined) {
        throw new RangeError(
          `Cannot blend forecasts: need ${names.join(", ")}, got ${Object.keys(others).join(", ")}`,
        );
      }
      const chosen = Object.fromEntries(names.map((name) => [name, others[name]]));
      checkForecasts(chosen, chosen[names[0]].shape);
      return mixFrames(Object.values(chosen), () => weights, { a, b });
    },
  };
  return showAs(blended, () => describe(blended));
}
