import type { Frames } from "../../core";
import { cachedFrames } from "../../data";
import { extrapolateEach } from "../../features";

/** To be raised when the same samples are forecast otherwise. */
const version = 2;

/** Options of {@link flowForecast}. */
export interface FlowForecastOptions {
  /**
   * Where the forecasts are kept instead of in memory, and read from if they are there and of the same samples. Default:
   * in memory.
   */
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
 * @throws {SyntaxError} if the file is damaged, or of another kind
 */
export function flowForecast(source: Frames, options: FlowForecastOptions = {}): Promise<Frames<Uint8Array>> {
  const { file, signal } = options;
  const [samples, rows, columns] = source.shape;
  return cachedFrames(file, {
    of: source,
    version,
    shape: [samples, rows, columns, 1],
    make: (keep) =>
      extrapolateEach(source, { signal, keep: (first, values) => keep(first, rounded(values)) }),
  });
}
