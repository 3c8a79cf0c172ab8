import type { LayersModel } from "@tensorflow/tfjs-node-gpu";
import { type Frames, sampleOf } from "../../core/frames";
import { convertRadarValues } from "../../core/frameUnits";
import { currentSignal, throwIfAborted } from "../../core/signal";
import { joinRows, predictBatches } from "./predict";

/** Options of {@link forecastAhead}. */
export interface ForecastAheadOptions {
  /** Images to forecast, one time step after the other. Default 6, an hour. */
  steps?: number;
  /** Samples at a time. Default 32. */
  batchSize?: number;
  /** Stops between batches. Default the notebook cell's. */
  signal?: AbortSignal;
}

/** Moves each pixel's times one back and puts the newest at the end: `[…, times]`. */
function shiftIn(window: Float32Array, newest: Float32Array, times: number): void {
  for (let pixel = 0; pixel < newest.length; pixel++) {
    window.copyWithin(pixel * times, pixel * times + 1, (pixel + 1) * times);
    window[(pixel + 1) * times - 1] = newest[pixel];
  }
}

/** The mean forecast of the models, held to [0, 1]. */
async function forecastOnce(
  models: readonly LayersModel[],
  window: { data: Float32Array; shape: readonly number[] },
  options: { batchSize: number; signal?: AbortSignal },
): Promise<Float32Array> {
  const [samples, rows, columns] = window.shape;
  const mean = new Float32Array(samples * rows * columns);
  for (const model of models) {
    const { data, shape } = await joinRows(window, predictBatches(model, window, options));
    if (data.length !== mean.length) {
      throw new RangeError(
        `Cannot forecast on: the model must give [${samples}, ${rows}, ${columns}, 1], got [${shape}]`,
      );
    }
    for (let i = 0; i < data.length; i++) mean[i] += data[i] / models.length;
  }
  return mean.map((value) => Math.min(1, Math.max(0, value)));
}

/**
 * Forecasts further ahead than a network was trained for, by taking its forecasts for the images that have come: each
 * step loses detail, as the errors of a step are the next one's inputs.
 *
 * @param models a network from `[samples, rows, columns, times]` to `[samples, rows, columns, 1]`, pixels / 255 both, or
 *   several whose mean goes on
 * @param inputs frames `[samples, rows, columns, times]` in any unit, oldest image first
 * @param options `steps` (default 6), `batchSize` (default 32), signal
 * @returns float32 frames `[samples, rows, columns, steps]` in pixels
 * @throws {RangeError} if steps is no whole number above 0, there is no model, or it gives other than one image
 * @example
 * const hour = await train.forecastAhead(forecaster, competition.test, { steps: 6 });
 */
export async function forecastAhead(
  models: LayersModel | readonly LayersModel[],
  inputs: Frames,
  options: ForecastAheadOptions = {},
): Promise<Frames<Float32Array>> {
  const { steps = 6, batchSize = 32, signal = currentSignal() } = options;
  const all = Array.isArray(models) ? (models as readonly LayersModel[]) : [models as LayersModel];
  if (!(Number.isInteger(steps) && steps > 0) || all.length === 0) {
    throw new RangeError(
      `Cannot forecast on: need a model and a whole number of steps above 0, got ${all.length} and ${steps}`,
    );
  }
  const [samples, rows, columns, times] = inputs.shape;
  const pixels = rows * columns;
  // Shards as the inputs', so that forecast and truth of the same samples lie alike.
  const shards = inputs.shards.map((shard) => new Float32Array((shard.length / times) * steps));
  const forecast: Frames<Float32Array> = {
    shards,
    shardSize: inputs.shardSize,
    shape: [samples, rows, columns, steps],
    unit: "pixel",
  };
  for (let start = 0; start < samples; start += batchSize) {
    throwIfAborted(signal);
    const count = Math.min(batchSize, samples - start);
    const window = new Float32Array(count * pixels * times);
    for (let i = 0; i < count; i++) {
      const sample = sampleOf(inputs, start + i);
      window.set(convertRadarValues(sample, { from: inputs.unit, to: "unit" }), i * pixels * times);
    }
    for (let step = 0; step < steps; step++) {
      const shape = [count, rows, columns, times];
      const newest = await forecastOnce(all, { data: window, shape }, { batchSize, signal });
      for (let i = 0; i < count; i++) {
        const out = sampleOf(forecast, start + i);
        for (let pixel = 0; pixel < pixels; pixel++) {
          out[pixel * steps + step] = 255 * newest[i * pixels + pixel];
        }
      }
      shiftIn(window, newest, times);
    }
  }
  return forecast;
}
