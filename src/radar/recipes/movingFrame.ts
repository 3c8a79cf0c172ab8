import type { Frames } from "../../core";
import { cachedFrames } from "../../data";
import { alignFramesEach } from "../../features";

/** To be raised when the same samples are moved otherwise. */
const version = 3;

/** Options of {@link movingFrame}. */
export interface MovingFrameOptions {
  /**
   * Where the images are kept instead of in memory, and read from if they are there and of the same samples. Default: in
   * memory.
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
 * The images of `features.alignFramesEach` in whole pixels, of any number of samples: how much of each pixel's past is
 * known, then every image moved on with the rain to the time to forecast. The last is optical flow's forecast.
 *
 * @param source frames `[samples, rows, columns, times]` in pixels, at least two times
 * @returns uint8 frames `[samples, rows, columns, 1 + times]`
 * @throws {SyntaxError} if the file is damaged, or of another kind
 */
export function movingFrame(source: Frames, options: MovingFrameOptions = {}): Promise<Frames<Uint8Array>> {
  const { file, signal } = options;
  const [samples, rows, columns, times] = source.shape;
  return cachedFrames(file, {
    of: source,
    version,
    shape: [samples, rows, columns, 1 + times],
    make: (keep) =>
      alignFramesEach(source, { signal, keep: (first, values) => keep(first, rounded(values)) }),
  });
}
