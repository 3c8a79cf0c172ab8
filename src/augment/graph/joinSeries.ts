import type { Tensor, Tensor1D } from "@tensorflow/tfjs-node-gpu";
import { withConfig } from "../../core/describe";
import { randomUniform, tf } from "../../engine";
import type { BatchTransform } from "../../engine/batchTransform";
import { checkJoin, type JoinSeriesOptions } from "../joinSeries";
import type { GraphSeriesOptions } from "./series";

/** Options of {@link joinSeries}. */
export interface GraphJoinOptions extends GraphSeriesOptions, Pick<JoinSeriesOptions, "pairs" | "cut"> {}

/**
 * Lets windows of one label go on as one of another of the batch, in either order, labelled as both, such as those of the
 * left and of the right arm; a window whose counterpart is not in the batch stays. Where such labels are rare, the
 * typed-array twin `augment.joinSeries`, before training, meets more of them.
 *
 * @param options `pairs` of labels; `cut`: share of the window at which the second begins (default [0.25, 0.75]);
 *   `probability` for a window that has a counterpart (default 1)
 * @throws {RangeError} if an option is out of reach; in training, if a label is no class of the shares
 * @throws {TypeError} if an option is unknown
 * @example
 * const pairs = [{ first: 0, second: 1, joined: 2 }];
 * await train.fit(model, { x, y }, { ...options, augment: augment.graph.joinSeries({ pairs, probability: 0.5 }) });
 */
export function joinSeries(options: GraphJoinOptions): BatchTransform {
  checkJoin(options);
  const { pairs, cut: [low, high] = [0.25, 0.75], probability = 1 } = options;
  const augmentation: BatchTransform = ({ x, y, weight }) => {
    if (x.rank !== 3) {
      throw new RangeError(`Cannot join windows: x must be [batch, steps, channels], got [${x.shape}]`);
    }
    const [batch, steps] = x.shape;
    const isNumbers = y.rank === 1 || (y.rank === 2 && y.shape[1] === 1);
    const labels = (isNumbers ? tf.reshape(tf.cast(y, "int32"), [batch]) : tf.argMax(y, -1)) as Tensor1D;
    const place = tf.range(0, batch, 1, "int32");
    // Samples of weight 0 are no one's counterpart.
    const counts: Tensor = weight ? tf.cast(tf.notEqual(weight, 0), "float32") : tf.ones([batch]);
    let partners: Tensor = place;
    let joined: Tensor = labels;
    for (const { first, second, joined: label } of pairs) {
      for (const [own, other] of [
        [first, second],
        [second, first],
      ]) {
        const isOwn = tf.equal(labels, own);
        const isOther = tf.mul(tf.cast(tf.equal(labels, other), "float32"), counts);
        // Each window draws among the counterparts: 0 for all that are none.
        const drawn = tf.mul(tf.add(randomUniform([batch, batch]), 1e-3), tf.expandDims(isOther, 0));
        const partner = tf.cast(tf.argMax(drawn, 1), "int32");
        const isJoined = tf.logicalAnd(isOwn, tf.greater(tf.sum(isOther), 0));
        partners = tf.where(isJoined, partner, partners);
        joined = tf.where(isJoined, tf.fill([batch], label, "int32"), tf.cast(joined, "int32"));
      }
    }
    const isChosen = tf.logicalAnd(
      tf.notEqual(partners, place),
      tf.less(randomUniform([batch]), probability),
    );
    const begin = tf.round(tf.mul(tf.add(tf.mul(randomUniform([batch, 1]), high - low), low), steps));
    const isOwnFirst = tf.less(randomUniform([batch, 1]), 0.5);
    const time = tf.reshape(tf.range(0, steps, 1, "float32"), [1, steps]);
    const isBefore = tf.less(time, begin); // [batch, steps]
    const isOwnPart = tf.logicalOr(
      tf.logicalAnd(isBefore, isOwnFirst),
      tf.logicalAnd(tf.logicalNot(isBefore), tf.logicalNot(isOwnFirst)),
    );
    const keeps = tf.logicalOr(isOwnPart, tf.logicalNot(tf.expandDims(isChosen, 1)));
    const changed = tf.where(
      tf.expandDims(keeps, 2),
      x,
      tf.gather(x, tf.cast(partners, "int32") as Tensor1D),
    );
    const numbers = tf.where(isChosen, tf.cast(joined, "int32"), tf.cast(labels, "int32"));
    const rest = weight && { weight };
    if (isNumbers) return { x: changed, y: tf.reshape(tf.cast(numbers, y.dtype), y.shape), ...rest };
    const classes = y.shape[1]!;
    const odd = pairs.find(({ first, second, joined: label }) => Math.max(first, second, label) >= classes);
    if (odd) {
      throw new RangeError(
        `Cannot join windows: labels must be classes of the shares, in [0, ${classes}), got ${odd.first}, ${odd.second} and ${odd.joined}`,
      );
    }
    const shares = tf.cast(tf.oneHot(numbers as Tensor1D, classes), y.dtype);
    return { x: changed, y: tf.where(tf.expandDims(isChosen, 1), shares, y), ...rest };
  };
  return withConfig(augmentation, { ...options });
}
