import type { Tensor, Tensor4D } from "@tensorflow/tfjs-node-gpu";
import { checkNumber } from "../../core/check";
import { withConfig } from "../../core/describe";
import { randomUniform, tf } from "../../engine";
import type { BatchTransform } from "../../engine/batchTransform";
import { checkProbability, chosen, type GraphFrameOptions, moveBoth } from "./frames";

/** Options of {@link stretchIntensity}. */
export interface StretchIntensityOptions extends GraphFrameOptions {
  /** Largest factor by which differences between echoes grow, drawn from 1; default 2. */
  contrast?: number;
  /** The value, in the batch's unit, that some echo of each sample is moved to; default 63 / 255, where rain begins. */
  level?: number;
  /** Images at the front of x that are no intensities and stay as they are; default 0. */
  skip?: number;
  /** Least value, which "no echo" keeps, in the batch's unit; default 0. */
  low?: number;
  /** Greatest value, in the batch's unit; default 0.9. */
  high?: number;
}

/**
 * Makes showers of widespread rain: differences between a sample's echoes grow by a random factor, about a random echo
 * between `level` and somewhat more than the sample's mean, which becomes `level`. What falls to `low` is no echo;
 * "no echo" stays. Inputs and target alike.
 *
 * @param options `contrast` (default 2), `level` (default 63 / 255), `skip` (default 0), `low` (default 0), `high` (default 0.9), `probability` (default 0.5)
 * @throws {RangeError} if a number is impossible or the probability lies outside [0, 1]
 * @example
 * await train.fit(forecaster, { x: inputs, y: target }, { ...options, loss: "mae", augment: stretchIntensity() });
 */
export function stretchIntensity(options: StretchIntensityOptions = {}): BatchTransform {
  const { contrast = 2, level = 63 / 255, skip = 0, low = 0, high = 0.9, probability = 0.5 } = options;
  const action = "stretch intensities";
  checkProbability(probability);
  checkNumber(contrast, { action, name: "contrast", low: 1, high: 1000 });
  checkNumber(level, { action, name: "level" });
  checkNumber(skip, { action, name: "skip", low: 0, high: 10_000, whole: true });
  checkNumber(low, { action, name: "low" });
  checkNumber(high, { action, name: "high", low });
  const augmentation: BatchTransform = ({ x, y }) => {
    const shape = [x.shape[0], 1, 1, 1] as const;
    const which = chosen(x, probability);
    const [kept, seen] = skip === 0 ? [undefined, x] : tf.split(x, [skip, (x.shape[3] as number) - skip], 3);
    const factor = randomUniform([...shape], { min: 1, max: contrast });
    // A tenth above the mean of the latest image: about its rain's own middle.
    const last = tf.slice(seen as Tensor4D, [0, 0, 0, (seen.shape[3] as number) - 1], [-1, -1, -1, 1]);
    const room = tf.relu(tf.add(tf.mean(last, [1, 2, 3], true), 0.1 - level));
    const about = tf.sub(
      tf.add(level, tf.mul(room, randomUniform([...shape]))),
      randomUniform([...shape], { min: 0, max: 0.04 }),
    );
    const stretch = (images: Tensor) => {
      const moved = tf.add(tf.mul(tf.sub(images, about), factor), level);
      return tf.where(tf.greater(images, low), tf.clipByValue(moved, low, high), images);
    };
    const made = moveBoth({ x: seen, y }, which, stretch);
    return { x: kept ? tf.concat([kept, made.x], 3) : made.x, y: made.y };
  };
  return withConfig(augmentation, options);
}
