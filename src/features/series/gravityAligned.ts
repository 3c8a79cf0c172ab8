import type { Series } from "../../core/series";
import { channelIndices } from "../../core/series";
import { movingMean } from "./moving";

/** Options of {@link gravityAligned}. */
export interface GravityAlignedOptions {
  /** The accelerometer's x, y and z; default `["acc_x", "acc_y", "acc_z"]`. */
  acceleration?: readonly [x: string, y: string, z: string];
  /** The gyroscope's x, y and z; default `["gy_x", "gy_y", "gy_z"]`. */
  rotation?: readonly [x: string, y: string, z: string];
  /** Steps over which gravity's direction is the mean of acceleration; default 51, a second at 50 Hz. */
  length?: number;
}

/**
 * What both sensors tell along gravity and across it, whichever way they are worn: gravity's direction is that of the mean
 * acceleration around each step. NaN and infinity touch the steps whose mean holds them.
 *
 * @param source series `[windows, steps, channels]`
 * @returns float32 `[windows, steps, 4]`: channels `acc.vertical`, `acc.horizontal`, `gy.vertical`, `gy.horizontal`; what is
 *   horizontal is a length, from 0
 * @throws {RangeError} if a name is unknown, or length is no whole number from 1
 * Source: D. Mizell, "Using gravity to estimate accelerometer orientation", 2003.
 * @example
 * const still = series(Float32Array.of(0, 0, 1, 0, 0, 9), { steps: 1, channels: motion.channels });
 * gravityAligned(still).data; // Float32Array [1, 0, 9, 0]
 */
export function gravityAligned(source: Series, options: GravityAlignedOptions = {}): Series {
  const { acceleration = ["acc_x", "acc_y", "acc_z"], rotation = ["gy_x", "gy_y", "gy_z"] } = options;
  const { length = 51 } = options;
  const places = [acceleration, rotation].map((names) => channelIndices(source, names));
  const gravity = movingMean(source, { channels: acceleration, length });
  const [windows, steps, channels] = source.shape;
  const data = new Float32Array(windows * steps * 4);
  for (let row = 0; row < windows * steps; row++) {
    const [x, y, z] = gravity.data.subarray(row * 3, row * 3 + 3);
    const size = Math.hypot(x, y, z) || 1;
    places.forEach((at, sensor) => {
      const [a, b, c] = at.map((channel) => source.data[row * channels + channel]);
      const vertical = (a * x + b * y + c * z) / size;
      data[row * 4 + 2 * sensor] = vertical;
      data[row * 4 + 2 * sensor + 1] = Math.sqrt(Math.max(0, a * a + b * b + c * c - vertical * vertical));
    });
  }
  const names = ["acc.vertical", "acc.horizontal", "gy.vertical", "gy.horizontal"];
  return { ...source, data, shape: [windows, steps, 4], channels: names };
}
