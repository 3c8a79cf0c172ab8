import type { Tensor, Tensor3D } from "@tensorflow/tfjs-node-gpu";
import { randomNormal, randomUniform, tf } from "../../engine";
import type { GraphAugmentation } from "../types";
import type { GraphSeriesOptions } from "./series";
import { changeSome } from "./series";

/** Numbers of the three channels of a vector. */
export type ChannelTriple = readonly [x: number, y: number, z: number];

/** Options of {@link randomRotations}. */
export interface RandomRotationsOptions extends GraphSeriesOptions {
  /**
   * Channel triples that turn; those of one group get the same rotation. Default: the first three channels, the next
   * three and so on, each a group of its own.
   */
  groups?: readonly (readonly ChannelTriple[])[];
  /** Largest angle in degrees, drawn in `[-angle, angle)`; default 180. */
  angle?: number;
}

/** Rotations about random axes, `[batch, groups * 9]`, row by row: Rodrigues' formula. */
function drawRotations(batch: number, groups: number, angle: number): Tensor {
  const drawn = randomNormal([batch, groups, 3]);
  const axis = tf.div(drawn, tf.norm(drawn, "euclidean", 2, true));
  const limit = (angle * Math.PI) / 180;
  const turn = randomUniform([batch, groups, 1], { min: -limit, max: limit });
  const [x, y, z] = tf.split(axis, 3, 2);
  const [c, s] = [tf.cos(turn), tf.sin(turn)];
  const d = tf.sub(1, c);
  const symmetric = (a: Tensor, b: Tensor): Tensor => tf.mul(tf.mul(a, b), d);
  const [xy, xz, yz] = [symmetric(x, y), symmetric(x, z), symmetric(y, z)];
  const [sx, sy, sz] = [tf.mul(s, x), tf.mul(s, y), tf.mul(s, z)];
  const rows = [
    [tf.add(symmetric(x, x), c), tf.sub(xy, sz), tf.add(xz, sy)],
    [tf.add(xy, sz), tf.add(symmetric(y, y), c), tf.sub(yz, sx)],
    [tf.sub(xz, sy), tf.add(yz, sx), tf.add(symmetric(z, z), c)],
  ];
  return tf.reshape(tf.concat(rows.flat(), 2), [batch, groups * 9]);
}

function defaultGroups(channels: number): ChannelTriple[][] {
  if (channels % 3 !== 0) {
    throw new RangeError(
      `Cannot rotate: channels must be a multiple of three or groups given, got ${channels}`,
    );
  }
  return Array.from({ length: channels / 3 }, (_, i) => [[3 * i, 3 * i + 1, 3 * i + 2]]);
}

/** Where the rotations' values go in a matrix over all channels, and the matrix that they are added to. */
function layOut(
  groups: readonly (readonly ChannelTriple[])[],
  channels: number,
): { places: Float32Array; rest: Float32Array } {
  const places = new Float32Array(groups.length * 9 * channels * channels);
  const rest = Float32Array.from({ length: channels * channels }, (_, i) => Number(i % (channels + 1) === 0));
  for (const [group, triples] of groups.entries()) {
    for (const triple of triples) {
      for (const [row, to] of triple.entries()) {
        if (!(Number.isInteger(to) && to >= 0 && to < channels && rest[to * channels + to] === 1)) {
          throw new RangeError(
            `Cannot rotate: channels must be different whole numbers in [0, ${channels}), got ${to}`,
          );
        }
        rest[to * channels + to] = 0;
        for (const [column, from] of triple.entries()) {
          // Transposed, since rows of channels are multiplied from the left.
          places[(group * 9 + row * 3 + column) * channels * channels + from * channels + to] = 1;
        }
      }
    }
  }
  return { places, rest };
}

/**
 * Turns the sensor's axes about a random axis by a random angle, as if it were worn otherwise; lengths of the triples
 * are kept. Channels of a triple must be in one unit and not scaled apart.
 *
 * @param options `groups` of triples (default each three channels), `angle` in degrees (default 180), `probability`
 *   (default 1)
 * @throws {RangeError} if a channel is unknown or named twice, or the probability lies outside [0, 1]
 * Source: Um et al. 2017 (arXiv:1706.00527); the first place of DACON 235689 turned acc and gyro independently.
 * @example
 * const together = randomRotations({ groups: [[[0, 1, 2], [3, 4, 5]]], probability: 0.5 });
 */
export function randomRotations(options: RandomRotationsOptions = {}): GraphAugmentation {
  const { angle = 180 } = options;
  if (!(angle >= 0 && angle <= 180)) {
    throw new RangeError(`Cannot rotate: angle must lie in [0, 180] degrees, got ${angle}`);
  }
  return changeSome(options, (x: Tensor3D, [batch, , channels]) => {
    const groups = options.groups ?? defaultGroups(channels);
    const { places, rest } = layOut(groups, channels);
    const spread = tf.tensor2d(places, [groups.length * 9, channels * channels]);
    const matrix = tf.add(
      tf.matMul(drawRotations(batch, groups.length, angle) as ReturnType<typeof tf.tensor2d>, spread),
      tf.tensor2d(rest, [1, channels * channels]),
    );
    return tf.matMul(x, tf.reshape(matrix, [batch, channels, channels])); // [batch, steps, channels]
  });
}
