import { channelIndices, type Series } from "../../core/series";
import { type Scaler, scalerFrom, standardScaler } from "./scale";

/** Root mean square of some channels in some windows together, without NaN. */
function rootMeanSquare(
  { data, shape }: Series,
  options: { channels: readonly number[]; windows: ArrayLike<number> | undefined },
): number {
  const [, steps, width] = shape;
  const { channels, windows = Array.from({ length: shape[0] }, (_, w) => w) } = options;
  let [sum, count] = [0, 0];
  for (let w = 0; w < windows.length; w++) {
    for (let row = windows[w] * steps; row < (windows[w] + 1) * steps; row++) {
      for (const channel of channels) {
        const value = data[row * width + channel];
        if (Number.isNaN(value)) continue;
        sum += value * value;
        count++;
      }
    }
  }
  return Math.sqrt(sum / count);
}

/**
 * Scales the three axes of a vector alike, so that a rotation of the scaled vector is one of the sensor: divides them
 * by their common root mean square and moves nothing. Other channels get mean 0 and standard deviation 1. NaN does not
 * count, infinity is refused.
 *
 * @param triples names of the channels of each vector
 * @throws {RangeError} in fitting, if a name is unknown
 * @example
 * const scaler = axesScaler([["acc_x", "acc_y", "acc_z"]]);
 */
export function axesScaler(triples: readonly (readonly string[])[]): Scaler {
  return {
    fit(source, options) {
      const { state } = standardScaler().fit(source, options);
      const centre = [...state.centre];
      const scale = [...state.scale];
      for (const triple of triples) {
        const places = channelIndices(source, triple);
        const size = rootMeanSquare(source, { channels: places, windows: options?.indices });
        for (const c of places) [centre[c], scale[c]] = [0, size > 0 ? size : 1];
      }
      return scalerFrom({ ...state, kind: "axes", centre, scale });
    },
  };
}
