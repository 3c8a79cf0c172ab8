import { tf } from "../../engine";
import type { Symbolic, Toolkit } from "./toolkit";

/** Frames as a sequence: `[samples, rows, columns, times]` -> `[samples, times, rows, columns, 1]`. */
export function framesAsSequence(net: Toolkit, x: Symbolic): Symbolic {
  const [, rows, columns, times] = x.shape as [null, number, number, number];
  const permuted = net.apply(tf.layers.permute({ dims: [3, 1, 2] }), x);
  return net.apply(tf.layers.reshape({ targetShape: [times, rows, columns, 1] }), permuted);
}

/** Pads `x` with zeros to the rows and columns of `like`, which an odd size lost when it was halved. */
export function padLike(net: Toolkit, x: Symbolic, like: Symbolic): Symbolic {
  const missing = [1, 2].map((axis) => (like.shape[axis] as number) - (x.shape[axis] as number));
  if (missing.every((count) => count === 0)) return x;
  const [rows, columns] = missing.map((count): [number, number] => [count >> 1, count - (count >> 1)]);
  return net.apply(tf.layers.zeroPadding2d({ padding: [rows, columns] }), x);
}

/**
 * Joins two sets of maps group by group, so that a grouped convolution after it sees each group's of both:
 * two `[samples, rows, columns, channels]` -> `[samples, rows, columns, sum of channels]`.
 */
export function joinGroups(net: Toolkit, a: Symbolic, b: Symbolic, groups: number): Symbolic {
  const [, rows, columns] = a.shape as [null, number, number];
  const apart = [a, b].map((x) => {
    const targetShape = [rows, columns, groups, (x.shape[3] as number) / groups];
    return net.apply(tf.layers.reshape({ targetShape }), x);
  });
  const channels = (a.shape[3] as number) + (b.shape[3] as number);
  return net.apply(tf.layers.reshape({ targetShape: [rows, columns, channels] }), net.join(...apart));
}

/** The time steps as channels: `[samples, times, rows, columns, channels]` -> `[samples, rows, columns, times * channels]`. */
export function timesAsChannels(net: Toolkit, x: Symbolic): Symbolic {
  const [, times, rows, columns, channels] = x.shape as [null, number, number, number, number];
  const permuted = net.apply(tf.layers.permute({ dims: [2, 3, 1, 4] }), x);
  return net.apply(tf.layers.reshape({ targetShape: [rows, columns, times * channels] }), permuted);
}
