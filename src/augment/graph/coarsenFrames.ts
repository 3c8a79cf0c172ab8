import { withConfig } from "../../core/describe";
import { tf } from "../../engine";
import type { BatchTransform } from "../../engine/batchTransform";
import { checkProbability, chosen, type GraphFrameOptions, moveBoth } from "./frames";

/**
 * Shows a share of the samples in half the resolution: the four images of every second row and column, in a square. Rain
 * is then made of cells half as wide, as other weather is, and the shape stays. Not smoothed before.
 *
 * @param options `probability` (default 0.5)
 * @throws {RangeError} if the probability lies outside [0, 1], or rows or columns are odd
 * @example
 * await train.fit(forecaster, { x: inputs, y: target }, { ...options, loss: "mae", augment: coarsenFrames() });
 */
export function coarsenFrames(options: GraphFrameOptions = {}): BatchTransform {
  const { probability = 0.5 } = options;
  checkProbability(probability);
  const augmentation: BatchTransform = (batch) => {
    const [size, rows, columns] = batch.x.shape as [number, number, number];
    if (rows % 2 || columns % 2) {
      throw new RangeError(`Cannot coarsen frames: rows and columns must be even, got ${rows} x ${columns}`);
    }
    return moveBoth(batch, chosen(batch.x, probability), (images) => {
      const times = images.shape[3];
      const pairs = tf.reshape(images, [size, rows / 2, 2, columns / 2, 2 * times]);
      const halves = tf.reshape(tf.transpose(pairs, [0, 2, 1, 3, 4]), [size, rows, columns / 2, 2, times]);
      return tf.reshape(tf.transpose(halves, [0, 1, 3, 2, 4]), [size, rows, columns, times]);
    });
  };
  return withConfig(augmentation, options);
}
