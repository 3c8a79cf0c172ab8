import type { LayersModel } from "@tensorflow/tfjs-node-gpu";
import type { FitData } from "../../core/array";
import type { Logs } from "../../core/estimator";
import { currentSignal, throwIfAborted } from "../../core/signal";
import { tf } from "../../engine";
import { metric as metricOf } from "../losses/metrics";
import { optimizer } from "../optimizers";
import { logsOfSums, TrainStep } from "../step/step";
import type { FitOptions } from "../types";
import { checkTruth } from "./checkTruth";
import { makeFitSource } from "./feeding";
import { inputsOf } from "./inputs";

/** Options of {@link evaluate}: those of `fit` that say what is measured, and how samples become inputs. */
export interface EvaluateOptions
  extends Pick<
    FitOptions,
    | "loss"
    | "lossWeights"
    | "metrics"
    | "batchSize"
    | "arrange"
    | "transform"
    | "scaleX"
    | "scaleY"
    | "signal"
  > {}

/**
 * Loss and metrics of a model over a data set, batch by batch, without training behaviour: what `fit` tells of its
 * validation.
 *
 * @param data `x` `[samples, …]`, `y` class numbers or what the loss wants, `sampleWeight` one factor per sample
 * @param options `loss`; `metrics` (default none), `batchSize` (default 32), and how `fit` read the samples
 * @returns `loss` and each metric by its name
 * @throws {RangeError} if x and y have not equally many samples
 * @throws {DOMException} if the signal aborts
 * @example
 * const { loss, accuracy } = await evaluate(model, { x, y }, { loss: "sparseCategoricalCrossEntropy", metrics: ["accuracy"] });
 */
export async function evaluate(model: LayersModel, data: FitData, options: EvaluateOptions): Promise<Logs> {
  const fitted = inputsOf(model);
  const { batchSize = 32, signal = currentSignal(), scaleX = fitted.scaleX ?? 1, scaleY = 1 } = options;
  const { arrange = fitted.arrange, transform = fitted.transform } = options;
  if (!(Number.isInteger(batchSize) && batchSize > 0)) {
    throw new RangeError(`Cannot evaluate: batchSize must be a whole number above 0, got ${batchSize}`);
  }
  const source = makeFitSource(data);
  const { samples, x, y, weight } = source;
  const step = new TrainStep({
    model,
    // Of no use here: nothing is updated.
    optimizer: optimizer("sgd"),
    loss: options.loss,
    truths: y.parts,
    lossWeights: options.lossWeights,
    metrics: (options.metrics ?? []).map((given) => metricOf(given)),
    arrange,
    transform,
    scaleX,
    scaleY,
    epochs: 1,
  });
  checkTruth(y, { fit: { scaleY, arrange, transform }, losses: step.losses, model, part: "the data's" });
  const totals: number[] = [];
  for (let start = 0; start < samples; start += batchSize) {
    throwIfAborted(signal);
    const length = Math.min(batchSize, samples - start);
    const indices = Int32Array.from({ length }, (_, index) => start + index);
    const sums = tf.tidy(() => {
      const part = (of: typeof x) =>
        tf.tensor(new Float32Array(of.take(indices)), [length, ...of.sampleShape]);
      return step
        .evaluate({ x: part(x), y: part(y), weight: tf.tensor1d(weight.subarray(start, start + length)) })
        .dataSync();
    });
    for (const [i, sum] of sums.entries()) totals[i] = (totals[i] ?? 0) + sum;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return logsOfSums(step, { sums: totals, samples });
}
