import type { Series } from "../../core/series";
import { channelIndices } from "../../core/series";

/** Options of {@link tilt}. */
export interface TiltOptions {
  /** The accelerometer's x, y and z; default `["acc_x", "acc_y", "acc_z"]`. */
  channels?: readonly [x: string, y: string, z: string];
}

/**
 * Roll and pitch of the sensor, from the direction of gravity in its axes. NaN and infinity touch their own step only.
 *
 * @param source series `[windows, steps, channels]`; any unit of acceleration
 * @returns float32 `[windows, steps, 2]`, channels `roll` in [-180, 180] and `pitch` in [-90, 90], degrees
 * @throws {RangeError} if a name is unknown
 * Source: `roll = atan2(y, z)`, `pitch = atan2(-x, sqrt(y^2 + z^2))`, NXP application note AN3461, equations 25 and 26.
 * @example
 * tilt(series(Float32Array.of(0, 1, 0), { steps: 1, channels: ["acc_x", "acc_y", "acc_z"] })).data; // Float32Array [90, 0], roll and pitch
 */
export function tilt(source: Series, options: TiltOptions = {}): Series {
  const { channels: names = ["acc_x", "acc_y", "acc_z"] } = options;
  const [x, y, z] = channelIndices(source, names);
  const [windows, steps, channels] = source.shape;
  const degrees = 180 / Math.PI;
  const data = new Float32Array(windows * steps * 2);
  for (let i = 0; i < data.length; i += 2) {
    const row = (i / 2) * channels;
    const forward = source.data[row + x];
    const side = source.data[row + y];
    const up = source.data[row + z];
    data[i] = degrees * Math.atan2(side, up);
    data[i + 1] = degrees * Math.atan2(-forward, Math.sqrt(side * side + up * up));
  }
  return { ...source, data, shape: [windows, steps, 2], channels: ["roll", "pitch"] };
}
