import type { Frames } from "../../core/frames";

/**
 * Where the radars see: pixels that show an echo in any image. NaN counts as no echo.
 *
 * @param source frames `[samples, rows, columns, times]`
 * @param options `above`: the value an echo exceeds (default 0, in the frames' unit); `least`: in how many images
 *   (default 1; more guards against noise)
 * @returns 1 where seen, 0 elsewhere, `[rows, columns]`
 * @throws {RangeError} if `least` is no positive whole number, or `above` is NaN
 * @example
 * const mask = coverageMask(images, { least: 3 });
 */
export function coverageMask(source: Frames, options: { above?: number; least?: number } = {}): Uint8Array {
  const { above = 0, least = 1 } = options;
  if (Number.isNaN(above)) throw new RangeError("Cannot find the coverage: above must be a number, got NaN");
  if (!(Number.isInteger(least) && least > 0)) {
    throw new RangeError(`Cannot find the coverage: least must be a positive whole number, got ${least}`);
  }
  const [, rows, columns, times] = source.shape;
  const pixels = rows * columns;
  const seen = new Uint32Array(pixels);
  for (const shard of source.shards) {
    const level = shard instanceof Float32Array ? Math.fround(above) : above;
    for (let start = 0; start < shard.length; start += pixels * times) {
      for (let pixel = 0, i = start; pixel < pixels; pixel++) {
        for (let time = 0; time < times; time++, i++) if (shard[i] > level) seen[pixel]++;
      }
    }
  }
  return Uint8Array.from(seen, (count) => (count >= least ? 1 : 0));
}

/**
 * Adds all images up: where it rained most over a data set. What is not finite spoils its own pixel only.
 *
 * @param source frames `[samples, rows, columns, times]`
 * @returns float64 sums in the frames' unit, `[rows, columns]`
 * @example
 * const total = sumImages(images);
 */
export function sumImages(source: Frames): Float64Array {
  const [, rows, columns, times] = source.shape;
  const pixels = rows * columns;
  const out = new Float64Array(pixels);
  for (const shard of source.shards) {
    for (let start = 0; start < shard.length; start += pixels * times) {
      for (let pixel = 0, i = start; pixel < pixels; pixel++) {
        let sum = 0;
        for (let time = 0; time < times; time++, i++) sum += shard[i];
        out[pixel] += sum;
      }
    }
  }
  return out;
}
