import type { Tensor } from "@tensorflow/tfjs-node-gpu";
import type { Series } from "../../core";
import { tf } from "../../engine";
import { concatChannels, difference, energy, product, selectChannels, tilt } from "../../features";

const acc = ["acc_x", "acc_y", "acc_z"] as const;
const gyro = ["gy_x", "gy_y", "gy_z"] as const;

/**
 * The first place's 18 channels: acceleration, its cyclic change, roll and pitch, sum of squares and product; angular
 * rate, its cyclic change, sum of squares and product.
 *
 * @param source windows `[windows, steps, 6]`
 * @returns float32 `[windows, steps, 18]`
 */
export function firstFeatures(source: Series): Series {
  const of = (channels: readonly string[]): Series[] => [
    selectChannels(source, channels),
    difference(source, { channels, cyclic: true }),
  ];
  const sums = (channels: readonly string[]): Series[] => [
    energy(source, { channels }),
    product(source, { channels }),
  ];
  return concatChannels([
    ...of(acc),
    tilt(source, { channels: acc }),
    ...sums(acc),
    ...of(gyro),
    ...sums(gyro),
  ]);
}

/** {@link firstFeatures} in the graph: float32 `[batch, steps, 6]` to `[batch, steps, 18]`. */
export function firstFeaturesInGraph(source: Tensor): Tensor {
  const steps = source.shape[1] as number;
  const [a, g] = tf.split(source, 2, 2);
  const degrees = (angle: Tensor): Tensor => tf.mul(angle, 180 / Math.PI);
  const changes = (x: Tensor): Tensor => {
    const [before, last] = tf.split(x, [steps - 1, 1], 1);
    return tf.sub(x, tf.concat([last, before], 1));
  };
  const sums = (x: Tensor): Tensor[] => {
    const [p, q, r] = tf.split(x, 3, 2);
    return [tf.sum(tf.square(x), 2, true), tf.mul(tf.mul(p, q), r)];
  };
  const [x, y, z] = tf.split(a, 3, 2);
  const roll = degrees(tf.atan2(y, z));
  const pitch = degrees(tf.atan2(tf.neg(x), tf.sqrt(tf.add(tf.square(y), tf.square(z)))));
  return tf.concat([a, changes(a), roll, pitch, ...sums(a), g, changes(g), ...sums(g)], 2);
}
