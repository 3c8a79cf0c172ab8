import type { LayersModel } from "@tensorflow/tfjs-node-gpu";
import type { FitData } from "../../core/array";
import { checkNumber } from "../../core/check";
import { currentSignal, throwIfAborted } from "../../core/signal";
import type { Callback, FitOptions } from "../types";
import { loadWeights, weightTensors } from "./checkpoint";
import { fit } from "./fit";
import { ExplodedError } from "./updates";

/** Options of {@link findLearningRate}. */
export interface FindLearningRateOptions
  extends Omit<FitOptions, "epochs" | "validation" | "callbacks" | "initial"> {
  /** Learning rate of the first update. Default 1e-7. */
  low?: number;
  /** Learning rate of the last update. Default 1. */
  high?: number;
  /** Updates between both, evenly in the logarithm. Default 100. */
  steps?: number;
  /** Share of the smoothed loss that each update keeps. Default 0.9. */
  smoothing?: number;
}

/** How the loss went as the learning rate rose. */
export interface LearningRateSearch {
  /** Of each update. */
  readonly rates: readonly number[];
  /** Of each update, smoothed. */
  readonly losses: readonly number[];
  /** A tenth of the rate of the least loss. */
  readonly suggestion: number;
}

/**
 * Raises the learning rate from update to update and sees how the loss goes, to choose one before a training: where it
 * still falls, well before it rises. Ends where the loss is four times its least. The model's weights are put back.
 *
 * @param options those of `fit`, and `low`, `high`, `steps`, `smoothing`
 * @returns the learning rates, the smoothed losses, and the rate suggested
 * @throws {RangeError} if `low`, `high` or `steps` make no rising rates
 * Source: Smith 2017 (arXiv:1506.01186), the rule is `minimum` of fast.ai's `lr_find`.
 * @example
 * const { suggestion } = await findLearningRate(model, { x, y }, { optimizer: "adam", loss: "sparseCategoricalCrossEntropy" });
 */
export async function findLearningRate(
  model: LayersModel,
  data: FitData,
  options: FindLearningRateOptions,
): Promise<LearningRateSearch> {
  const { low = 1e-7, high = 1, steps = 100, smoothing = 0.9, ...fitOptions } = options;
  const action = "find a learning rate";
  checkNumber(low, { action, name: "low", low: 0, above: true });
  checkNumber(high, { action, name: "high", low, above: true });
  checkNumber(steps, { action, name: "steps", low: 3, whole: true });
  checkNumber(smoothing, { action, name: "smoothing", low: 0, high: 1 });
  const rates: number[] = [];
  const losses: number[] = [];
  let mean = 0;
  let least = Number.POSITIVE_INFINITY;
  const stop = new AbortController();
  const rateAt = (step: number): number => low * (high / low) ** (step / (steps - 1));
  const rise: Callback = {
    name: "findLearningRate",
    learningRateAt: (step) => rateAt(Math.min(step, steps - 1)),
    onBatchEnd(context, { loss }) {
      mean = smoothing * mean + (1 - smoothing) * loss;
      const smooth = mean / (1 - smoothing ** context.step);
      rates.push(rateAt(context.step - 1));
      losses.push(smooth);
      least = Math.min(least, smooth);
      if (context.step >= steps || !(smooth <= 4 * least)) stop.abort();
    },
  };
  const tensors = weightTensors(model);
  const given = options.signal ?? currentSignal();
  const signal = given ? AbortSignal.any([given, stop.signal]) : stop.signal;
  try {
    await fit(model, data, { ...fitOptions, epochs: steps, callbacks: [rise], signal });
  } catch (error) {
    // What the search is after: the rate is far too high.
    if (!(error instanceof ExplodedError && rates.length > 0)) throw error;
  } finally {
    loadWeights({ tensors }, model);
  }
  throwIfAborted(given);
  return { rates, losses, suggestion: rates[losses.indexOf(Math.min(...losses))] / 10 };
}
