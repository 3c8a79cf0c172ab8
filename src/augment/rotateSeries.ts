import { checkNumber } from "../core/check";
import type { RandomSource } from "../core/random";
import type { Series } from "../core/series";
import { channelIndices } from "../core/series";
import { changeWindows, type SeriesAugmentOptions } from "./windows";

/** Options of {@link rotateSeries}. */
export interface RotateSeriesOptions extends SeriesAugmentOptions {
  /** Channel triples x, y, z to rotate; default the first three channels, the next three and so on. */
  triples?: readonly (readonly [x: string, y: string, z: string])[];
  /** Whether every triple gets the same rotation; default `false`, each its own. */
  together?: boolean;
  /** Largest angle in degrees, drawn in `[-angle, angle)`; default 180. */
  angle?: number;
}

/** A rotation about a random axis, row by row: Rodrigues' formula. */
function randomRotation(random: RandomSource, angle: number): number[] {
  const axis = [random.normal(), random.normal(), random.normal()];
  const length = Math.hypot(...axis);
  const [x, y, z] = axis.map((value) => value / length);
  const turn = ((2 * random.uniform() - 1) * angle * Math.PI) / 180;
  const [c, s] = [Math.cos(turn), Math.sin(turn)];
  const d = 1 - c;
  return [
    x * x * d + c,
    x * y * d - z * s,
    x * z * d + y * s,
    x * y * d + z * s,
    y * y * d + c,
    y * z * d - x * s,
    x * z * d - y * s,
    y * z * d + x * s,
    z * z * d + c,
  ];
}

/**
 * Turns the sensor's axes about a random axis by a random angle, as if it were worn otherwise.
 *
 * @param source series `[windows, steps, channels]`, not scaled a channel apart
 * @returns float32 of the same shape; lengths of the triples are kept
 * @throws {RangeError} if a channel is unknown or named twice, the angle lies outside [0, 180], or without `triples` the channels are not a multiple of three
 * Source: Um et al. 2017 (arXiv:1706.00527); the first place of DACON 235689 turned acc and gyro independently.
 * @example
 * rotateSeries(raw, { triples: [["acc_x", "acc_y", "acc_z"], ["gy_x", "gy_y", "gy_z"]], seed: 1 });
 */
export function rotateSeries(source: Series, options: RotateSeriesOptions = {}): Series {
  const { triples, together = false, angle = 180 } = options;
  checkNumber(angle, { action: "rotate", name: "angle", low: 0, high: 180 });
  const width = source.channels.length;
  if (!triples && width % 3 !== 0) {
    throw new RangeError(
      `Cannot rotate: channels must be a multiple of three or triples named, got ${width}`,
    );
  }
  const places = triples
    ? triples.map((names) => channelIndices(source, names))
    : Array.from({ length: width / 3 }, (_, i) => [3 * i, 3 * i + 1, 3 * i + 2]);
  const turned = places.flat();
  const twice = turned.find((channel, i) => turned.indexOf(channel) !== i);
  if (twice !== undefined || places.some((triple) => triple.length !== 3)) {
    throw new RangeError(
      `Cannot rotate: triples must be of three different channels each, got ${JSON.stringify(triples)}`,
    );
  }
  return changeWindows(source, { ...options, name: "rotateSeries" }, ({ values, channels }, out, random) => {
    out.set(values);
    let turn = randomRotation(random, angle);
    places.forEach(([x, y, z], triple) => {
      if (triple > 0 && !together) turn = randomRotation(random, angle);
      for (let row = 0; row < values.length; row += channels) {
        const [a, b, c] = [values[row + x], values[row + y], values[row + z]];
        out[row + x] = turn[0] * a + turn[1] * b + turn[2] * c;
        out[row + y] = turn[3] * a + turn[4] * b + turn[5] * c;
        out[row + z] = turn[6] * a + turn[7] * b + turn[8] * c;
      }
    });
  });
}
