import type { Tensor, Tensor2D, Tensor3D } from "@tensorflow/tfjs-node-gpu";
import { randomNormal, randomUniform, tf } from "../../engine";
import type { BatchTransform } from "../../engine/batchTransform";
import { changeSome, type GraphSeriesOptions } from "./series";

/** Numbers of the three channels of a vector. */
export type ChannelTriple = readonly [x: number, y: number, z: number];

/** Options of {@link rotateSeries}. */
export interface RotateSeriesOptions extends GraphSeriesOptions {
  /**
   * Channel triples that turn; those of one group get the same rotation. Default: the first three channels, the next
   * three and so on, each a group of its own.
   */
  groups?: readonly (readonly ChannelTriple[])[];
  /** Largest angle in degrees, drawn in `[-angle, angle)`; default 180. */
  angle?: number;
}

/** Rotations about random axes, `[batch, groups, 9]`, row by row: Rodrigues' formula. */
function drawRotations(batch: number, options: { groups: number; angle: number }): Tensor {
  const { groups, angle } = options;
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
  return tf.concat(rows.flat(), 2);
}

function defaultGroups(channels: number): ChannelTriple[][] {
  if (channels % 3 !== 0) {
    throw new RangeError(
      `Cannot rotate: channels must be a multiple of three or groups given, got ${channels}`,
    );
  }
  return Array.from({ length: channels / 3 }, (_, i) => [[3 * i, 3 * i + 1, 3 * i + 2]]);
}

/** Where each value of the triples' rotations goes in a flat matrix over all channels, and which channels stay. */
function layOut(
  groups: readonly (readonly ChannelTriple[])[],
  channels: number,
): { groupOf: number[]; places: number[]; kept: number[] } {
  const groupOf = groups.flatMap((triples, group) => triples.map(() => group));
  const triples = groups.flat();
  const turned = triples.flat();
  for (const [i, channel] of turned.entries()) {
    const isNew = turned.indexOf(channel) === i;
    if (!(Number.isInteger(channel) && channel >= 0 && channel < channels && isNew)) {
      throw new RangeError(
        `Cannot rotate: channels must be different whole numbers in [0, ${channels}), got ${channel}`,
      );
    }
  }
  // Transposed, since rows of channels are multiplied from the left.
  const places = triples.flatMap((triple) =>
    triple.flatMap((to) => triple.map((from) => from * channels + to)),
  );
  const kept = Array.from({ length: channels }, (_, c) => c).filter((c) => !turned.includes(c));
  return { groupOf, places, kept: kept.map((c) => c * (channels + 1)) };
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
 * const together = rotateSeries({ groups: [[[0, 1, 2], [3, 4, 5]]], probability: 0.5 });
 */
export function rotateSeries(options: RotateSeriesOptions = {}): BatchTransform {
  const { angle = 180 } = options;
  if (!(angle >= 0 && angle <= 180)) {
    throw new RangeError(`Cannot rotate: angle must lie in [0, 180] degrees, got ${angle}`);
  }
  return changeSome(options, (x: Tensor3D, [batch, , channels]) => {
    const groups = options.groups ?? defaultGroups(channels);
    const { groupOf, places, kept } = layOut(groups, channels);
    const drawn = drawRotations(batch, { groups: groups.length, angle });
    const each = tf.reshape(tf.gather(drawn, tf.tensor1d(groupOf, "int32"), 1), [batch, places.length]);
    const values = tf.concat([each, tf.ones([batch, kept.length])], 1);
    const spread = tf.oneHot(tf.tensor1d([...places, ...kept], "int32"), channels * channels);
    const matrix = tf.matMul(values as Tensor2D, tf.cast(spread, "float32") as Tensor2D);
    return tf.matMul(x, tf.reshape(matrix, [batch, channels, channels])); // [batch, steps, channels]
  });
}
