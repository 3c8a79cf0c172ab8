import type { Tensor, Tensor1D } from "@tensorflow/tfjs-node-gpu";
import { nearest } from "../../core/check";
import { withConfig } from "../../core/describe";
import { tf } from "../../engine";
import type { Direction } from "../../metrics/direction";
import type { Loss, Metric } from "../types";
import { absolute, perSample, sameShape } from "./loss";
import { loss } from "./losses";

/** A metric that is the weighted mean of one value per sample. */
function meanOf(
  name: string,
  direction: Direction,
  values: (truth: Tensor, prediction: Tensor) => Tensor1D,
): Metric {
  return {
    name,
    direction,
    update: (truth, prediction, weight) =>
      tf.tidy(() => {
        const weighted = tf.mul(values(truth, prediction), weight);
        return tf.stack([tf.sum(weighted), tf.sum(weight)]) as Tensor1D;
      }),
    result: (sums) => sums[0] / sums[1],
  };
}

/** Class numbers of a truth that is class numbers or class shares, int32 in the prediction's shape less its last axis. */
function labelsOf(truth: Tensor, prediction: Tensor): Tensor {
  const shape = prediction.shape.slice(0, -1);
  const classes = prediction.shape[prediction.rank - 1];
  const isShares = truth.rank === prediction.rank && truth.shape[truth.rank - 1] === classes && classes > 1;
  return isShares ? tf.cast(tf.argMax(truth, -1), "int32") : tf.reshape(tf.cast(truth, "int32"), shape);
}

/**
 * Share of samples whose most probable class is the true one; for a single output, whose value lies on the right side
 * of `threshold`.
 *
 * Truth is class numbers `[batch, …]` or class shares `[batch, …, classes]`.
 *
 * @param options `name` (default "accuracy"); `threshold` of a single output (default 0.5)
 * @example
 * await fit(model, { x, y }, { ...options, metrics: [accuracy()] });
 */
export function accuracy(options: { name?: string; threshold?: number } = {}): Metric {
  const { name = "accuracy", threshold = 0.5 } = options;
  const metric: Metric = meanOf(name, "max", (truth, prediction) => {
    if (prediction.shape[prediction.rank - 1] === 1) {
      const yes = tf.cast(tf.greater(prediction, threshold), "int32");
      const right = tf.equal(yes, tf.cast(sameShape(truth, prediction), "int32"));
      return perSample(tf.cast(right, "float32"));
    }
    const guess = tf.cast(tf.argMax(prediction, -1), "int32");
    return perSample(tf.cast(tf.equal(guess, labelsOf(truth, prediction)), "float32"));
  });
  return withConfig(metric, { of: "accuracy", ...options });
}

/**
 * Share of samples whose true class is among the `k` most probable ones.
 *
 * A class counts as among them where fewer than `k` classes are more probable, as in Keras's `TopKCategoricalAccuracy`.
 *
 * @param options `k` (default 5); `name` (default "top" and k)
 * @throws {RangeError} if `k` is not a whole number above 0
 * @example
 * await fit(model, { x, y }, { ...options, metrics: [topK({ k: 3 })] });
 */
export function topK(options: { k?: number; name?: string } = {}): Metric {
  const { k = 5 } = options;
  if (!(Number.isInteger(k) && k > 0)) {
    throw new RangeError(`Cannot make a metric: k must be a whole number above 0, got ${k}`);
  }
  const metric: Metric = meanOf(options.name ?? `top${k}`, "max", (truth, prediction) => {
    const classes = prediction.shape[prediction.rank - 1];
    const own = tf.cast(tf.oneHot(labelsOf(truth, prediction) as Tensor1D, classes), "float32");
    const score = tf.sum(tf.mul(own, prediction), -1, true);
    const above = tf.sum(tf.cast(tf.greater(prediction, score), "float32"), -1);
    return perSample(tf.cast(tf.less(above, k), "float32"));
  });
  return withConfig(metric, { of: "topK", ...options });
}

/**
 * A loss as a metric: its weighted mean over the samples.
 *
 * @param given a loss or its name
 * @param options `name` as it appears in logs
 * @throws {RangeError} if the name is unknown
 * @example
 * await fit(forecaster, { x: inputs, y: target }, { ...options, loss: "mae", metrics: [lossMetric("logCosh", { name: "logCosh" })] });
 */
export function lossMetric(given: Loss | string, options: { name: string }): Metric {
  const of = loss(given);
  const metric: Metric = meanOf(options.name, "min", (truth, prediction) => of(truth, prediction));
  return withConfig(metric, { of, ...options });
}

/**
 * Mean absolute error.
 *
 * @example
 * await fit(forecaster, { x: inputs, y: target }, { ...options, loss: "mae", metrics: [mae()] });
 */
export function mae(): Metric {
  return meanOf("mae", "min", (truth, prediction) =>
    perSample(absolute(tf.sub(prediction, tf.cast(sameShape(truth, prediction), "float32")))),
  );
}

/**
 * Mean square error.
 *
 * @example
 * await fit(forecaster, { x: inputs, y: target }, { ...options, loss: "mae", metrics: [mse()] });
 */
export function mse(): Metric {
  return lossMetric("meanSquaredError", { name: "mse" });
}

/** Settings of {@link auc}. */
export interface AucOptions {
  /** Thresholds that counts are taken at, the two ends included. Default 200. */
  thresholds?: number;
  /** `roc`: true against false positives; `pr`: precision against recall. Default "roc". */
  curve?: "roc" | "pr";
  /** Truth above it is a yes. Default 0, as Keras has it: any rain is one. */
  cut?: number;
  /** As it appears in logs. Default "auc". */
  name?: string;
}

/**
 * Area under the ROC or precision-recall curve from counts at fixed thresholds; every output counts as one yes/no
 * prediction.
 *
 * Truth is 0 and 1, or values that `cut` divides, in the prediction's shape. Predictions between two thresholds count as
 * tied, so those within a narrow range score poorly: `metrics.auc` ranks arrays exactly.
 *
 * Source: Keras 3 `AUC` (200 thresholds, interpolation), which takes predictions outside [0, 1] for its ends; they are refused
 * here.
 *
 * @throws {RangeError} if there are fewer than 2 thresholds; when the epoch ends, if a prediction lay outside [0, 1]
 * @example
 * await fit(model, { x, y: shares }, { ...options, loss: "binaryCrossEntropy", metrics: [auc()] });
 */
export function auc(options: AucOptions = {}): Metric {
  const { thresholds: count = 200, curve = "roc", name = "auc", cut = 0 } = options;
  if (!(Number.isInteger(count) && count > 1)) {
    throw new RangeError(`Cannot make a metric: need at least 2 thresholds, got ${count}`);
  }
  if (!Number.isFinite(cut)) throw new RangeError(`Cannot make a metric: cut must be finite, got ${cut}`);
  const thresholds = Float32Array.from({ length: count }, (_, i) => i / (count - 1));
  thresholds[0] = -1e-7;
  thresholds[count - 1] = 1 + 1e-7;
  const metric: Metric = {
    name,
    direction: "max",
    // Sums: true and false positives at each threshold, then all positives and all negatives, and how far predictions lay
    // outside [0, 1].
    update: (truth, prediction, weight) =>
      tf.tidy(() => {
        const positive = tf.reshape(tf.cast(tf.greater(sameShape(truth, prediction), cut), "float32"), [-1]);
        const batch = prediction.shape[0];
        const spread = tf.reshape(
          tf.broadcastTo(tf.reshape(weight, [batch, 1]), [batch, prediction.size / batch]),
          [-1],
        );
        const yes = tf.mul(positive, spread);
        const no = tf.sub(spread, yes);
        const above = tf.cast(
          tf.greater(tf.reshape(prediction, [1, -1]), tf.tensor2d(thresholds, [count, 1])),
          "float32",
        );
        const counts = tf.matMul(tf.stack([yes, no]), above, false, true); // [2, thresholds]
        const flat = tf.reshape(prediction, [-1]);
        // Rounding may leave a share a little above 1.
        const beyond = tf.sub(absolute(tf.sub(flat, tf.clipByValue(flat, 0, 1))), 1e-5);
        const outside = tf.sum(tf.mul(tf.maximum(beyond, 0), spread));
        return tf.concat([
          tf.reshape(counts, [-1]),
          tf.stack([tf.sum(yes), tf.sum(no), outside]),
        ]) as Tensor1D;
      }),
    result: (sums) => {
      const outside = sums[2 * count + 2];
      if (Number.isNaN(outside)) return Number.NaN;
      if (outside > 0) {
        throw new RangeError(
          `Cannot measure ${name}: predictions must lie in [0, 1], as of a sigmoid, got some outside; metrics.auc ranks any`,
        );
      }
      const hits = sums.subarray(0, count);
      const falseAlarms = sums.subarray(count, 2 * count);
      return curve === "roc"
        ? areaUnderRoc(hits, { falseAlarms, positives: sums[2 * count], negatives: sums[2 * count + 1] })
        : areaUnderPrecisionRecall(hits, { falseAlarms, positives: sums[2 * count] });
    },
  };
  return withConfig(metric, { of: "auc", ...options });
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function areaUnderRoc(
  hits: Float64Array,
  counts: { falseAlarms: Float64Array; positives: number; negatives: number },
): number {
  const { falseAlarms, positives, negatives } = counts;
  let area = 0;
  for (let i = 0; i + 1 < hits.length; i++) {
    const width = ratio(falseAlarms[i], negatives) - ratio(falseAlarms[i + 1], negatives);
    area += (width * (ratio(hits[i], positives) + ratio(hits[i + 1], positives))) / 2;
  }
  return area;
}

/** Interpolates precision between thresholds (J. Davis and M. Goadrich, 2006), as Keras does. */
function areaUnderPrecisionRecall(
  hits: Float64Array,
  counts: { falseAlarms: Float64Array; positives: number },
): number {
  const { falseAlarms, positives } = counts;
  let area = 0;
  for (let i = 0; i + 1 < hits.length; i++) {
    const gained = hits[i] - hits[i + 1];
    const here = hits[i] + falseAlarms[i];
    const next = hits[i + 1] + falseAlarms[i + 1];
    const slope = ratio(gained, Math.max(here - next, 0));
    const intercept = hits[i + 1] - slope * next;
    const growth = here > 0 && next > 0 ? here / next : 1;
    area += ratio(slope * (gained + intercept * Math.log(growth)), Math.max(positives, 0));
  }
  return area;
}

const makers: Readonly<Record<string, () => Metric>> = {
  accuracy,
  acc: () => accuracy({ name: "acc" }),
  top5: topK,
  auc,
  mae,
  mse,
};

/**
 * The metric of a name: accuracy (acc), top5, auc, mae, mse, or any loss.
 *
 * @param name the name, or a metric, which is returned as it is
 * @throws {RangeError} if the name is unknown
 * @example
 * metric("accuracy").name; // "accuracy"
 */
export function metric(name: string | Metric): Metric {
  if (typeof name !== "string") return name;
  if (Object.hasOwn(makers, name)) return makers[name]();
  try {
    return lossMetric(name, { name });
  } catch (cause) {
    const near = nearest(name, Object.keys(makers));
    const hint = near === undefined ? "" : `; did you mean "${near}"?`;
    throw new RangeError(
      `Cannot find a metric: the name must be one of ${Object.keys(makers).join(", ")} or a loss, got "${name}"${hint}`,
      { cause },
    );
  }
}
