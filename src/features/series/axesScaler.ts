import { channelIndices } from "../../core/series";
import { type Scaler, scalerFrom, standardScaler } from "./scale";

/**
 * Scales the three axes of a vector alike, so that a rotation of the scaled vector is one of the sensor: divides them by
 * their common root mean square and moves nothing. Other channels get mean 0 and standard deviation 1.
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
        const squares = places.map((c) => state.centre[c] ** 2 + state.scale[c] ** 2);
        const size = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / places.length);
        for (const c of places) [centre[c], scale[c]] = [0, size];
      }
      return scalerFrom({ ...state, kind: "axes", centre, scale });
    },
  };
}
