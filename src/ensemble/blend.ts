import { displayKey, tableBundle } from "../core/display";
import { logLoss } from "../metrics/logLoss";
import { mean } from "./mean";
import { type CombinedPredictions, checkPredictions, type Predictions } from "./predictions";

/** A score of predictions for labels; lower is better. */
export type BlendScore = (truth: ArrayLike<number>, prediction: CombinedPredictions) => number;

/** Models with a weight each; shown as a table in a notebook. */
export interface Blend {
  /** One per model, from 0, summing to one. */
  readonly weights: Float64Array;
  /** The score of the blend on what it was found on, which flatters it: see `nestedGain`. */
  readonly score: number;
  /** The weighted mean of other predictions of the same models. */
  predict(predictions: readonly Predictions[]): CombinedPredictions;
}

/** Settings of {@link blend} and {@link selectGreedily}. */
export interface BlendOptions {
  /** One label a row: whole numbers for log loss, or what `score` wants. */
  truth: ArrayLike<number>;
  /** What to minimise. Default log loss. */
  score?: BlendScore;
  /** Names of the models, for the table. Default "model 1" and so on. */
  names?: readonly string[];
}

const defaultScore: BlendScore = (truth, prediction) => logLoss(truth, prediction, { rows: "keep" });

function makeBlend(weights: Float64Array, score: number, names: readonly string[] | undefined): Blend {
  const blended: Blend = {
    weights,
    score,
    predict: (predictions) => mean(predictions, { weights }),
  };
  const rows = Array.from(weights, (weight, i): [string, number] => [names?.[i] ?? `model ${i + 1}`, weight]);
  const show = () => tableBundle(["model", "weight"], [...rows, ["score of the blend", score]]);
  Object.defineProperty(blended, displayKey, { value: show });
  return blended;
}

function checkTruth(truth: ArrayLike<number>, rows: number): void {
  if (truth.length !== rows) {
    throw new RangeError(`Cannot blend: need one label per row (${rows}), got ${truth.length}`);
  }
}

/**
 * The weights of least log loss. With `p` the probability that each model gives the true class, the mixture's log loss
 * is convex in the weights, and multiplying each by the mean of p / mixture never raises it; the greatest such mean
 * bounds how much is left to win.
 */
function leastLogLoss(predictions: readonly Predictions[], truth: ArrayLike<number>): Float64Array {
  const models = predictions.length;
  const rows = truth.length;
  const size = predictions[0].data.length / rows;
  const given = predictions.map(({ data }) =>
    Float64Array.from({ length: rows }, (_, row) => Math.max(data[row * size + truth[row]], 1e-15)),
  );
  const weights = new Float64Array(models).fill(1 / models);
  const mixture = new Float64Array(rows);
  for (let round = 0; round < 20_000; round++) {
    mixture.fill(0);
    given.forEach((own, model) => {
      for (let row = 0; row < rows; row++) mixture[row] += weights[model] * own[row];
    });
    let greatest = 0;
    given.forEach((own, model) => {
      let ratio = 0;
      for (let row = 0; row < rows; row++) ratio += own[row] / mixture[row];
      ratio /= rows;
      greatest = Math.max(greatest, ratio);
      weights[model] *= ratio;
    });
    if (Math.log(greatest) < 1e-8) break;
  }
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Moves weight between pairs of models as long as that lowers the score, in ever smaller steps. */
function leastScore(
  predictions: readonly Predictions[],
  score: (weights: Float64Array) => number,
): Float64Array {
  const models = predictions.length;
  let weights = new Float64Array(models).fill(1 / models);
  let least = score(weights);
  for (let step = 0.5; step > 1e-4; ) {
    let isBetter = false;
    for (let from = 0; from < models; from++) {
      for (let to = 0; to < models; to++) {
        const moved = Math.min(step, weights[from]);
        if (from === to || moved === 0) continue;
        const candidate = weights.slice();
        candidate[from] -= moved;
        candidate[to] += moved;
        const value = score(candidate);
        if (value < least) {
          least = value;
          weights = candidate;
          isBetter = true;
        }
      }
    }
    if (!isBetter) step /= 2;
  }
  return weights;
}

/**
 * Finds the weights, from 0 and summing to one, whose mean of the models' predictions scores best.
 *
 * Log loss is minimised exactly (to 1e-8); another score by a search that moves weight between models, which may end
 * in a local best.
 *
 * @param predictions out-of-fold predictions `[rows, …]`, one per model
 * @throws {RangeError} if shapes disagree, a value is not finite, or truth and rows differ in number
 * @example
 * const blended = blend([first.predictions, second.predictions], { truth: labels });
 * const submitted = blended.predict([first.test!, second.test!]);
 */
export function blend(predictions: readonly Predictions[], options: BlendOptions): Blend {
  const { truth, score, names } = options;
  const { rows } = checkPredictions(predictions, "blend");
  checkTruth(truth, rows);
  const scoreOf = (weights: Float64Array) => (score ?? defaultScore)(truth, mean(predictions, { weights }));
  const weights = score ? leastScore(predictions, scoreOf) : leastLogLoss(predictions, truth);
  return makeBlend(weights, scoreOf(weights), names);
}

/** Settings of {@link selectGreedily}. */
export interface SelectOptions extends BlendOptions {
  /** The most models taken, repeats counted. Default 50. */
  rounds?: number;
}

/**
 * Takes models one by one, repeats allowed, each time the one that makes the mean score best, and keeps the best of
 * all these means: robust where there are many models.
 *
 * Source: R. Caruana et al., "Ensemble Selection from Libraries of Models", 2004.
 *
 * @param predictions out-of-fold predictions `[rows, …]`, one per model
 * @throws {RangeError} if shapes disagree, a value is not finite, or truth and rows differ in number
 * @example
 * const chosen = selectGreedily([first.predictions, second.predictions], { truth: labels });
 */
export function selectGreedily(predictions: readonly Predictions[], options: SelectOptions): Blend {
  const { truth, score = defaultScore, rounds = 50, names } = options;
  const { rows } = checkPredictions(predictions, "select models");
  checkTruth(truth, rows);
  const counts = new Float64Array(predictions.length);
  let best: { weights: Float64Array; score: number } | undefined;
  for (let round = 1; round <= rounds; round++) {
    let chosen = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let model = 0; model < predictions.length; model++) {
      counts[model]++;
      const value = score(truth, mean(predictions, { weights: counts }));
      counts[model]--;
      if (value < least) {
        least = value;
        chosen = model;
      }
    }
    counts[chosen]++;
    if (!best || least < best.score) best = { weights: counts.map((count) => count / round), score: least };
  }
  if (!best)
    throw new RangeError(`Cannot select models: rounds must be above 0 and scores numbers, got ${rounds}`);
  return makeBlend(best.weights, best.score, names);
}
