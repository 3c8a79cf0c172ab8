import type { LayersModel } from "@tensorflow/tfjs-node-gpu";
import type { Dataset, NamedArray } from "../../core/array";
import { checkNumber } from "../../core/check";
import { sampleCount } from "../../core/samples";
import { currentSignal, throwIfAborted } from "../../core/signal";
import { makeSource } from "../../core/source";
import { applyMasked, tf } from "../../engine";
import type { BatchTransform } from "../../engine/batchTransform";
import { changeFirst, type PartsOfBatch, splitInputs } from "../step/parts";
import { inputsOf } from "./inputs";

/** Options of {@link predict}. */
export interface PredictOptions {
  /** Samples at a time (default 32). */
  readonly batchSize?: number;
  /** Scales every value of x (default as the last `fit` of the model did, or the file of its weights says; else 1). */
  readonly scaleX?: number;
  /** What `fit` was given as `arrange` (default that of the model's last `fit`); only its `x` is used. */
  readonly arrange?: BatchTransform;
  /** What `fit` was given as `transform` (default that of the model's last `fit`); only its `x` is used. */
  readonly transform?: BatchTransform;
  /** Which output, where the model has several (default 0, the first). */
  readonly output?: number;
  /** Stops at the next batch (default the notebook cell's). */
  readonly signal?: AbortSignal;
}

/**
 * A model's output for every sample, batch by batch, without training behaviour, from inputs made as `fit` made them.
 *
 * @param x `[samples, …]` float32, int32 or uint8
 * @returns float32 values `[samples, …]` in C order with their shape
 * @throws {RangeError} if the batch size is not a whole number above 0
 * @throws {DOMException} if the signal aborts
 * @example
 * const { data, shape } = await predict(model, x); // shape [samples, classes]
 */
export async function predict(
  model: LayersModel,
  x: Dataset,
  options: PredictOptions = {},
): Promise<{ data: Float32Array; shape: number[] }> {
  const fitted = inputsOf(model);
  const { scaleX = fitted.scaleX, arrange = fitted.arrange, transform = fitted.transform } = options;
  const batches = predictBatches(model, x, { ...options, scaleX, arrange, transform });
  const { data, shape } = await joinRows(x, batches);
  return { data, shape: [...shape] };
}

/** What is made of samples, some at a time and one after the other, as one array `[samples, …]`. */
export async function joinRows(
  x: Dataset,
  pieces: AsyncIterable<NamedArray>,
): Promise<{ data: Float32Array; shape: readonly number[] }> {
  let data = new Float32Array(0);
  let shape: readonly number[] = [];
  let at = 0;
  for await (const piece of pieces) {
    if (at === 0) {
      const samples = sampleCount(x);
      shape = [samples, ...piece.shape.slice(1)];
      data = new Float32Array((piece.data.length / piece.shape[0]) * samples);
    }
    data.set(piece.data, at);
    at += piece.data.length;
  }
  return { data, shape };
}

/** A model's output for inputs made by the options alone, a batch at a time. */
export async function* predictBatches(
  model: LayersModel,
  x: Dataset,
  options: PredictOptions = {},
): AsyncGenerator<NamedArray> {
  const { batchSize = 32, scaleX = 1, arrange, transform, output = 0 } = options;
  checkNumber(output, {
    action: "predict",
    name: "output",
    low: 0,
    high: model.outputs.length - 1,
    whole: true,
  });
  const signal = options.signal ?? currentSignal();
  if (!(Number.isInteger(batchSize) && batchSize > 0)) {
    throw new RangeError(`Cannot predict: batchSize must be a whole number above 0, got ${batchSize}`);
  }
  const source = makeSource(x);
  const { samples } = source;
  for (let start = 0; start < samples; start += batchSize) {
    throwIfAborted(signal);
    const end = Math.min(start + batchSize, samples);
    const indices = Int32Array.from({ length: end - start }, (_, index) => start + index);
    const prediction = tf.tidy(() => {
      const values = new Float32Array(source.take(indices));
      const raw = splitInputs(model, tf.tensor(values, [indices.length, ...source.sampleShape]));
      const scaled: BatchTransform = (batch) => ({
        ...batch,
        x: scaleX === 1 ? batch.x : tf.mul(batch.x, scaleX),
      });
      const changes = [scaled, arrange, transform].filter((change) => change !== undefined);
      const { inputs } = changes.reduce<PartsOfBatch>(changeFirst, { inputs: raw, truths: [raw[0]] });
      return applyMasked(model, inputs, { training: false })[output].value;
    });
    const { shape } = prediction;
    const data = prediction.dataSync() as Float32Array;
    prediction.dispose();
    yield { data, shape };
    await new Promise((resolve) => setImmediate(resolve));
  }
}
