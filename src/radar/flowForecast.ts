import { existsSync } from "node:fs";
import { crc32 } from "node:zlib";
import { type Frames, frames } from "../data/frames";
import { takeValues } from "../data/lazyFrames";
import { extrapolate } from "../features/extrapolate";
import { openPixelFile, TensorFileWriter } from "../train/tensorFile";

/** Samples forecast at a time, and whole pixels of them. */
const blockSamples = 1024;

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

/** The samples, some at a time. */
function* blocksOf(source: Frames): Generator<Frames> {
  const [samples, rows, columns, times] = source.shape;
  for (let start = 0; start < samples; start += blockSamples) {
    const count = Math.min(blockSamples, samples - start);
    const indices = Int32Array.from({ length: count }, (_, i) => start + i);
    yield frames(takeValues(source, indices), { shape: [count, rows, columns, times], unit: source.unit });
  }
}

/** Optical flow's forecasts of some samples at a time. */
async function* forecastsOf(source: Frames, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  for (const block of blocksOf(source)) yield rounded((await extrapolate(block, { signal })).shards[0]);
}

function checksum(source: Frames): string {
  let sum = 0;
  for (const { shards } of blocksOf(source)) {
    const [{ buffer, byteOffset, byteLength }] = shards;
    sum = crc32(new Uint8Array(buffer, byteOffset, byteLength), sum);
  }
  return String(sum);
}

/**
 * The forecast of `features.extrapolate` in whole pixels, of any number of samples.
 *
 * @param source frames `[samples, rows, columns, times]` in pixels, at least two times
 * @returns uint8 frames `[samples, rows, columns, 1]`
 * @throws {RangeError} if the file holds forecasts of other samples
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
    let at = 0;
    for await (const block of forecastsOf(source, signal)) {
      values.set(block, at);
      at += block.length;
    }
    return frames(values, { shape, unit: "pixel" });
  }
  const metadata = { "samples' crc32": checksum(source) };
  if (!existsSync(file)) {
    const writer = new TensorFileWriter(file, shape, { dtype: "uint8", metadata });
    try {
      for await (const block of forecastsOf(source, signal)) writer.append(block);
    } catch (error) {
      writer.abandon();
      throw error;
    }
    writer.finish();
  }
  const { pixels, metadata: kept } = openPixelFile(file);
  if (pixels.shape.join() !== shape.join() || kept["samples' crc32"] !== metadata["samples' crc32"]) {
    throw new RangeError(
      `Cannot forecast by flow: ${file} holds the forecasts of other samples; take another folder for another run`,
    );
  }
  return pixels;
}
