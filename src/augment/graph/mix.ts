/**
 * Mixtures of windows inside the training step: x is `[batch, steps, channels]`, y class shares `[batch, classes]`. Their
 * typed-array twins are in `augment/mix`.
 */
import type { Tensor, Tensor1D } from "@tensorflow/tfjs-node-gpu";
import { checkNumber } from "../../core/check";
import { withConfig } from "../../core/describe";
import { randomInteger, randomUniform, tf } from "../../engine";
import type { BatchTransform } from "../../engine/batchTransform";
import type { GraphSeriesOptions } from "./series";

/** Whether y is class numbers `[batch]` or `[batch, 1]`. */
function isNumbers(y: Tensor): boolean {
  return y.rank === 1 || (y.rank === 2 && y.shape[1] === 1);
}

/**
 * Turns class numbers into rows of class shares `[batch, classes]`, so that mixed and unmixed batches look alike. Give
 * it to `fit` as `arrange`, and train with `categoricalCrossEntropy`; anything but class numbers stays as it is.
 *
 * @param options `classes`: how many there are
 * @throws {RangeError} if `classes` is not a whole number from 2
 * @example
 * const shares = { arrange: oneHotLabels({ classes: labelNames.length }), loss: "categoricalCrossEntropy" };
 * await train.fit(model, { x, y }, { ...options, ...shares, augment: mixup() });
 */
export function oneHotLabels(options: { classes: number }): BatchTransform {
  const { classes } = options;
  if (!(Number.isInteger(classes) && classes >= 2)) {
    throw new RangeError(`Cannot make class shares: classes must be a whole number from 2, got ${classes}`);
  }
  const augmentation: BatchTransform = ({ x, y }) => {
    if (!isNumbers(y)) return { x, y };
    const numbers = tf.reshape(tf.cast(y, "int32"), [y.shape[0]]) as Tensor1D;
    return { x, y: tf.cast(tf.oneHot(numbers, classes), "float32") };
  };
  return withConfig(augmentation, options);
}

/** Options of {@link mixup} and {@link cutmix}. */
export interface GraphMixOptions extends GraphSeriesOptions {
  /** Both parameters of the beta distribution of the share; default 0.2 for mixup, 1 for cutmix. */
  alpha?: number;
}

/** How many equally probable values stand for the beta distribution. */
const quantiles = 4096;

/** Mixes each window with another of the batch; `blend` gets both and the share `[batch, 1, 1]` that stays. */
function mix(
  options: GraphMixOptions & { alpha: number },
  blend: (own: Tensor, given: { other: Tensor; share: Tensor }) => { x: Tensor; kept: Tensor },
): BatchTransform {
  const { alpha, probability = 1 } = options;
  checkNumber(alpha, { action: "mix windows", name: "alpha", low: 0, above: true });
  if (!(probability >= 0 && probability <= 1)) {
    throw new RangeError(`Cannot mix windows: probability must lie in [0, 1], got ${probability}`);
  }
  const table = betaQuantiles(alpha, quantiles);
  const augmentation: BatchTransform = ({ x, y, weight = tf.ones([x.shape[0]]) }) => {
    const batch = x.shape[0];
    if (isNumbers(y)) {
      throw new RangeError(
        `Cannot mix windows: y must be class shares [batch, classes], as oneHotLabels makes them as arrange, got [${y.shape}]`,
      );
    }
    const partners = tf.cast(tf.topk(randomUniform([batch]), batch).indices, "int32") as Tensor1D;
    const drawn = tf.gather(
      tf.tensor1d(table),
      randomInteger([batch], { min: 0, max: quantiles }) as Tensor1D,
    );
    const chosen = tf.cast(tf.less(randomUniform([batch]), probability), "float32");
    // Samples of weight 0 are no one's partner.
    const otherWeight = tf.gather(weight, partners);
    const given = tf.mul(chosen, tf.cast(tf.notEqual(otherWeight, 0), "float32"));
    const share = tf.reshape(tf.sub(1, tf.mul(given, tf.sub(1, drawn))), [batch, 1, 1]);
    const mixed = blend(x, { other: tf.gather(x, partners), share });
    const lost = tf.sub(1, tf.reshape(mixed.kept, [batch]));
    // Each part counts by its sample's weight: in the weight of the whole, and in the class shares.
    const whole = tf.add(weight, tf.mul(lost, tf.sub(otherWeight, weight)));
    const part = tf.reshape(tf.divNoNan(tf.mul(lost, otherWeight), whole), [batch, 1]);
    const targets = tf.add(tf.mul(y, tf.sub(1, part)), tf.mul(tf.gather(y, partners), part));
    const counted = tf.mul(whole, tf.cast(tf.notEqual(weight, 0), "float32"));
    return { x: mixed.x, y: targets, weight: counted };
  };
  return withConfig(augmentation, { ...options, blend });
}

/**
 * Blends each window with another of its batch, and their class shares and weights alike; windows of weight 0 are left out.
 * Class numbers become shares by
 * {@link oneHotLabels}, in validation too; the losses that take shares are `categoricalCrossEntropy` and `focal`.
 *
 * @param options `alpha` (default 0.2), `probability` (default 1)
 * @throws {RangeError} if alpha or the probability are impossible; in training, if y is class numbers
 * Source: Zhang et al. 2018 (arXiv:1710.09412), alpha 0.2; the beta distribution by 4,096 equally probable values.
 * @example
 * const shares = { arrange: oneHotLabels({ classes: labelNames.length }), loss: "categoricalCrossEntropy" };
 * await train.fit(model, { x, y }, { ...options, ...shares, augment: mixup() });
 */
export function mixup(options: GraphMixOptions = {}): BatchTransform {
  return mix({ ...options, alpha: options.alpha ?? 0.2 }, (own, { other, share }) => ({
    x: tf.add(tf.mul(own, share), tf.mul(other, tf.sub(1, share))),
    kept: share,
  }));
}

/**
 * Replaces a stretch of each window by the same stretch of another of its batch; labels, class shares as for
 * {@link mixup}, count by length.
 *
 * @param options `alpha` (default 1), `probability` (default 1)
 * @throws {RangeError} if alpha or the probability are impossible; in training, if y is class numbers
 * Source: Yun et al. 2019 (arXiv:1905.04899), along time.
 * @example
 * const shares = { arrange: oneHotLabels({ classes: labelNames.length }), loss: "categoricalCrossEntropy" };
 * await train.fit(model, { x, y }, { ...options, ...shares, augment: cutmix() });
 */
export function cutmix(options: GraphMixOptions = {}): BatchTransform {
  return mix({ ...options, alpha: options.alpha ?? 1 }, (own, { other, share }) => {
    const [batch, steps] = own.shape;
    const length = tf.round(tf.mul(tf.sub(1, share), steps)); // [batch, 1, 1]
    const start = tf.floor(tf.mul(randomUniform([batch, 1, 1]), tf.add(tf.sub(steps, length), 1)));
    const time = tf.reshape(tf.range(0, steps, 1, "float32"), [1, steps, 1]);
    const inside = tf.logicalAnd(tf.greaterEqual(time, start), tf.less(time, tf.add(start, length)));
    return { x: tf.where(inside, other, own), kept: tf.sub(1, tf.div(length, steps)) };
  });
}

/** Points at which the density is added up. */
const grid = 1 << 14;

/**
 * Equally probable values of the beta distribution with both parameters `alpha`, rising: the middles of `count` equal
 * parts of its probability.
 */
export function betaQuantiles(alpha: number, count: number): Float32Array {
  // Half the distribution lies below 1/2. With x = y^(1/alpha) its density has no pole at 0: (1 - x)^(alpha - 1) dy.
  const end = 0.5 ** alpha;
  const sums = new Float64Array(grid + 1);
  for (let i = 0; i < grid; i++) {
    const middle = ((i + 0.5) / grid) * end;
    sums[i + 1] = sums[i] + (1 - middle ** (1 / alpha)) ** (alpha - 1);
  }
  const out = new Float32Array(count);
  for (let i = 0, at = 0; i < count; i++) {
    const probability = (i + 0.5) / count;
    if (probability > 0.5) {
      out[i] = 1 - out[count - 1 - i];
      continue;
    }
    const wanted = 2 * probability * sums[grid];
    while (at < grid - 1 && sums[at + 1] < wanted) at++;
    const y = ((at + (wanted - sums[at]) / (sums[at + 1] - sums[at])) / grid) * end;
    out[i] = y ** (1 / alpha);
  }
  return out;
}
