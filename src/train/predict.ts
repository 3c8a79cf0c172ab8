import type { LayersModel, Tensor } from "@tensorflow/tfjs-node-gpu";
import { currentSignal, throwIfAborted } from "../data";
import { tf } from "../engine";
import { makeSource } from "./source";
import type { Dataset, GraphAugmentation, NamedArray } from "./types";

/** Options of {@link predict}. */
export interface PredictOptions {
  /** Samples at a time (default 32). */
  readonly batchSize?: number;
  /** Scales every value of x (default 1), as `fit` did. */
  readonly scaleX?: number;
  /** What `fit` was given as `prepare` (default none); only its `x` is used. */
  readonly prepare?: GraphAugmentation;
  /** Stops at the next batch (default the notebook cell's). */
  readonly signal?: AbortSignal;
}

/**
 * A model's output for every sample, batch by batch, without training behaviour.
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
  let data: Float32Array | undefined;
  let shape: number[] = [];
  for await (const { start, samples, output } of predictBatches(model, x, options)) {
    const rows = output.shape[0];
    shape = [samples, ...output.shape.slice(1)];
    data ??= new Float32Array((output.data.length / rows) * samples);
    data.set(output.data, (output.data.length / rows) * start);
  }
  return { data: data ?? new Float32Array(0), shape };
}

/** A model's output for one batch. */
export interface BatchOutput {
  /** The batch's first sample. */
  readonly start: number;
  /** How many samples there are in all. */
  readonly samples: number;
  readonly output: NamedArray;
}

/** As {@link predict}, a batch at a time, so that all outputs need not fit in memory. */
export async function* predictBatches(
  model: LayersModel,
  x: Dataset,
  options: PredictOptions = {},
): AsyncGenerator<BatchOutput> {
  const { batchSize = 32, scaleX = 1, prepare } = options;
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
    const output = tf.tidy(() => {
      const values = new Float32Array(source.take(indices));
      const raw = tf.tensor(values, [indices.length, ...source.sampleShape]);
      const scaled = scaleX === 1 ? raw : tf.mul(raw, scaleX);
      const ready = prepare ? prepare({ x: scaled, y: scaled }).x : scaled;
      return model.apply(ready, { training: false }) as Tensor;
    });
    const { shape } = output;
    const data = output.dataSync() as Float32Array;
    output.dispose();
    yield { start, samples, output: { data, shape } };
    await new Promise((resolve) => setImmediate(resolve));
  }
}
