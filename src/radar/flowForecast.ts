import { existsSync } from "node:fs";
import { type Frames, frames } from "../data/frames";
import { extrapolateEach } from "../features/extrapolate";
import { checksumOfSamples } from "../train/dataManifest";
import { makeSource } from "../train/source";
import { openPixelFile, TensorFileWriter } from "../train/tensorFile";

/** To be raised when the same samples are forecast otherwise. */
const version = 1;

/** Options of {@link flowForecast}. */
export interface FlowForecastOptions {
  /** Where the forecasts are kept, and read from if they are there, instead of in memory. Default: in memory. */
  file?: string;
  /** Stops between samples. Default the notebook cell's. */
  signal?: AbortSignal;
}

/** Whole pixels. */
function rounded(values: Float32Array): Uint8Array {
  const whole = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) whole[i] = Math.min(255, Math.max(0, Math.round(values[i])));
  return whole;
}

/**
 * The forecast of `features.extrapolate` in whole pixels, of any number of samples.
 *
 * @param source frames `[samples, rows, columns, times]` in pixels, at least two times
 * @returns uint8 frames `[samples, rows, columns, 1]`
 * @throws {RangeError} if the file holds forecasts of other samples, or made otherwise
 */
export async function flowForecast(
  source: Frames,
  options: FlowForecastOptions = {},
): Promise<Frames<Uint8Array>> {
  const { file, signal } = options;
  const [samples, rows, columns] = source.shape;
  const shape = [samples, rows, columns, 1] as const;
  if (file === undefined) {
    const values = new Uint8Array(samples * rows * columns);
    await extrapolateEach(source, {
      signal,
      keep: (first, some) => values.set(rounded(some), first * rows * columns),
    });
    return frames(values, { shape, unit: "pixel" });
  }
  const of = `samples ${checksumOfSamples(makeSource(source), samples)}, version ${version}`;
  if (!existsSync(file)) {
    const writer = new TensorFileWriter(file, shape, { dtype: "uint8", metadata: { of } });
    // Forecasts come in any order, but not far from it.
    const waiting = new Map<number, Uint8Array>();
    let written = 0;
    const keep = (first: number, values: Float32Array) => {
      waiting.set(first, rounded(values));
      for (let some = waiting.get(written); some; some = waiting.get(written)) {
        waiting.delete(written);
        writer.append(some);
        written += some.length / (rows * columns);
      }
    };
    try {
      await extrapolateEach(source, { signal, keep });
    } catch (error) {
      writer.abandon();
      throw error;
    }
    writer.finish();
  }
  const { pixels, metadata } = openPixelFile(file);
  if (pixels.shape.join() !== shape.join() || metadata.of !== of) {
    throw new RangeError(
      `Cannot forecast by flow: ${file} holds the forecasts of other samples or of an older version; take another folder for another run`,
    );
  }
  return pixels;
}
