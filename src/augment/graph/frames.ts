/**
 * Augmentations of image sequences inside the training step. A batch is x `[batch, rows, columns, times]` and y
 * `[batch, rows, columns, targets]`; what moves pixels moves both. Their typed-array twins are in `augment/frames`.
 */
import type { Tensor, Tensor4D } from "@tensorflow/tfjs-node-gpu";
import { checkNumber } from "../../core/check";
import { withConfig } from "../../core/describe";
import { randomInteger, randomUniform, tf } from "../../engine";
import type { BatchTransform } from "../../engine/batchTransform";

/** Options shared by the frame augmentations. */
export interface GraphFrameOptions {
  /** Chance that a sample is changed; default 0.5. */
  probability?: number;
}

export function checkProbability(probability: number): void {
  if (!(probability >= 0 && probability <= 1)) {
    throw new RangeError(`Cannot augment frames: probability must lie in [0, 1], got ${probability}`);
  }
}

/** 1 for the samples to change, 0 for the others: `[batch, 1, 1, 1]`. */
export function chosen(x: Tensor, probability: number): Tensor {
  return tf.less(randomUniform([x.shape[0], 1, 1, 1]), probability);
}

/** Applies `move` to both halves of the chosen samples. */
export function moveBoth(
  batch: { x: Tensor; y: Tensor },
  which: Tensor,
  move: (images: Tensor4D) => Tensor,
): { x: Tensor; y: Tensor } {
  const apply = (images: Tensor): Tensor => tf.where(which, move(images as Tensor4D), images);
  return { x: apply(batch.x), y: apply(batch.y) };
}

/**
 * Mirrors a share of the samples top to bottom and, drawn apart, left to right.
 *
 * @param options `probability` of each mirroring (default 0.5)
 * @throws {RangeError} if the probability lies outside [0, 1]
 * @example
 * await train.fit(forecaster, { x: inputs, y: target }, { ...options, loss: "mae", augment: flipFrames() });
 */
export function flipFrames(options: GraphFrameOptions = {}): BatchTransform {
  const { probability = 0.5 } = options;
  checkProbability(probability);
  const augmentation: BatchTransform = (batch) => {
    const upright = moveBoth(batch, chosen(batch.x, probability), (images) => tf.reverse(images, 1));
    return moveBoth(upright, chosen(batch.x, probability), (images) => tf.reverse(images, 2));
  };
  return withConfig(augmentation, options);
}

/**
 * Turns every sample by 0, 1, 2 or 3 quarter turns; frames must be square.
 *
 * @throws {RangeError} if the frames are oblong
 * @example
 * await train.fit(forecaster, { x: inputs, y: target }, { ...options, loss: "mae", augment: turnFrames() });
 */
export function turnFrames(): BatchTransform {
  return (batch) => {
    const [size, rows, columns] = batch.x.shape;
    if (rows !== columns) {
      throw new RangeError(
        `Cannot turn frames: a quarter turn needs square frames, got ${rows} x ${columns}`,
      );
    }
    const turns = randomInteger([size, 1, 1, 1], { min: 0, max: 4 });
    const odd = tf.equal(tf.mod(turns, 2), 1);
    const quarter = moveBoth(batch, odd, (images) => tf.reverse(tf.transpose(images, [0, 2, 1, 3]), 1));
    return moveBoth(quarter, tf.greaterEqual(turns, 2), (images) => tf.reverse(images, [1, 2]));
  };
}

/**
 * Plays a share of the samples backwards, target first: x and y are one sequence.
 *
 * @param options `probability` (default 0.5)
 * @throws {RangeError} if the probability lies outside [0, 1]
 * @example
 * await train.fit(forecaster, { x: inputs, y: target }, { ...options, loss: "mae", augment: reverseFrames() });
 */
export function reverseFrames(options: GraphFrameOptions = {}): BatchTransform {
  const { probability = 0.5 } = options;
  checkProbability(probability);
  const augmentation: BatchTransform = ({ x, y }) => {
    const sequence = tf.concat([x, y], 3);
    const played = tf.where(chosen(x, probability), tf.reverse(sequence, 3), sequence);
    const [before, after] = tf.split(played, [x.shape[3]!, y.shape[3]!], 3);
    return { x: before, y: after };
  };
  return withConfig(augmentation, options);
}

/** Options of {@link blurFrames}. */
export interface BlurFramesOptions extends GraphFrameOptions {
  /** Standard deviation of the Gaussian in pixels; default 1. */
  deviation?: number;
}

/**
 * Blurs the inputs of a share of the samples with a Gaussian, not the targets.
 *
 * @param options `deviation` in pixels (default 1), `probability` (default 0.5)
 * @throws {RangeError} if deviation lies outside (0, 1000] or the probability lies outside [0, 1]
 * @example
 * await train.fit(forecaster, { x: inputs, y: target }, { ...options, loss: "mae", augment: blurFrames({ probability: 0.25 }) });
 */
export function blurFrames(options: BlurFramesOptions = {}): BatchTransform {
  const { deviation = 1, probability = 0.5 } = options;
  checkProbability(probability);
  checkNumber(deviation, { action: "blur frames", name: "deviation", low: 0, above: true, high: 1000 });
  const radius = Math.max(1, Math.ceil(3 * deviation));
  const weights = Array.from({ length: 2 * radius + 1 }, (_, k) =>
    Math.exp(-((k - radius) ** 2) / (2 * deviation * deviation)),
  );
  const sum = weights.reduce((total, value) => total + value, 0);
  const kernel = weights.map((value) => value / sum);
  const augmentation: BatchTransform = ({ x, y }) => {
    const [batch, rows, columns, times] = x.shape as [number, number, number, number];
    const along = (images: Tensor4D, axis: 1 | 2): Tensor4D => {
      const edge = (place: number): Tensor4D =>
        tf.slice(
          images,
          axis === 1 ? [0, place, 0, 0] : [0, 0, place, 0],
          axis === 1 ? [-1, 1, -1, -1] : [-1, -1, 1, -1],
        );
      const repeats = axis === 1 ? [1, radius, 1, 1] : [1, 1, radius, 1];
      const last = (axis === 1 ? images.shape[1] : images.shape[2]) - 1;
      const padded = tf.concat([tf.tile(edge(0), repeats), images, tf.tile(edge(last), repeats)], axis);
      const filter = tf.tensor4d(kernel, axis === 1 ? [kernel.length, 1, 1, 1] : [1, kernel.length, 1, 1]);
      return tf.conv2d(padded as Tensor4D, filter, 1, "valid");
    };
    // Times become samples, so that one filter serves all.
    const images = tf.reshape(tf.transpose(x, [0, 3, 1, 2]), [batch * times, rows, columns, 1]) as Tensor4D;
    const blurred = along(along(images, 1), 2);
    const back = tf.transpose(tf.reshape(blurred, [batch, times, rows, columns]), [0, 2, 3, 1]);
    return { x: tf.where(chosen(x, probability), back, x), y };
  };
  return withConfig(augmentation, options);
}

/** Options of {@link dropPatches}. */
export interface DropPatchesOptions extends GraphFrameOptions {
  /** Patches per sample; default 8. */
  count?: number;
  /** Height and width of a patch in pixels; default 8. */
  size?: number;
}

/**
 * Blanks square patches of the inputs of a share of the samples, at all times alike (coarse dropout), not the targets.
 *
 * @param options `count` (default 8), `size` in pixels (default 8), `probability` (default 0.5)
 * @throws {RangeError} if a patch does not fit the frames or the probability lies outside [0, 1]
 * Source: DeVries and Taylor 2017.
 * @example
 * await train.fit(forecaster, { x: inputs, y: target }, { ...options, loss: "mae", augment: dropPatches({ probability: 0.25 }) });
 */
export function dropPatches(options: DropPatchesOptions = {}): BatchTransform {
  const { count = 8, size = 8, probability = 0.5 } = options;
  const action = "drop patches";
  checkProbability(probability);
  checkNumber(count, { action, name: "count", low: 0, high: 10_000, whole: true });
  const augmentation: BatchTransform = ({ x, y }) => {
    const [batch, rows, columns] = x.shape as [number, number, number, number];
    checkNumber(size, { action, name: "size", low: 1, high: Math.min(rows, columns), whole: true });
    if (count === 0) return { x, y };
    /** Whether a place lies in each patch along one axis: `[batch, count, extent]`. */
    const covers = (extent: number): Tensor => {
      const start = randomInteger([batch, count, 1], { min: 0, max: extent - size + 1 });
      const place = tf.reshape(tf.range(0, extent, 1, "int32"), [1, 1, extent]);
      return tf.cast(
        tf.logicalAnd(tf.greaterEqual(place, start), tf.less(place, tf.add(start, size))),
        "float32",
      );
    };
    // [batch, rows, count] x [batch, count, columns]: how many patches cover each pixel.
    const covered = tf.matMul(covers(rows), covers(columns), true, false);
    const hole = tf.logicalAnd(tf.greater(tf.expandDims(covered, 3), 0), chosen(x, probability));
    return { x: tf.where(hole, tf.zerosLike(x), x), y };
  };
  return withConfig(augmentation, options);
}

/** Options of {@link shiftIntensity}. */
export interface ShiftIntensityOptions extends GraphFrameOptions {
  /** Largest shift either way, or the least and the largest, in the batch's unit; default 10 / 255. */
  shift?: number | readonly [least: number, largest: number];
  /** Images at the front of x that are no intensities and stay as they are; default 0. */
  skip?: number;
  /** Least value, which "no echo" keeps, in the batch's unit; default 0. */
  low?: number;
  /** Greatest value, in the batch's unit; default 1. */
  high?: number;
}

/**
 * Adds one random number to every echo of a share of the samples, inputs and target alike; "no echo" stays. The
 * defaults are those of pixels / 255, the networks' unit.
 *
 * @param options `shift` (default 10 / 255), `skip` (default 0), `low` (default 0), `high` (default 1), `probability` (default 0.5)
 * @throws {RangeError} if shift, low or high are impossible or the probability lies outside [0, 1]
 * @example
 * await train.fit(forecaster, { x: inputs, y: target }, { ...options, loss: "mae", augment: shiftIntensity() });
 */
export function shiftIntensity(options: ShiftIntensityOptions = {}): BatchTransform {
  const { shift = 10 / 255, skip = 0, low = 0, high = 1, probability = 0.5 } = options;
  const action = "shift intensities";
  checkProbability(probability);
  if (typeof shift === "number") checkNumber(shift, { action, name: "shift", low: 0 });
  const [least, largest] = typeof shift === "number" ? [-shift, shift] : shift;
  checkNumber(least, { action, name: "the least shift" });
  checkNumber(largest, { action, name: "the largest shift", low: least });
  checkNumber(skip, { action, name: "skip", low: 0, high: 10_000, whole: true });
  checkNumber(low, { action, name: "low" });
  checkNumber(high, { action, name: "high", low });
  const augmentation: BatchTransform = ({ x, y }) => {
    const by = randomUniform([x.shape[0], 1, 1, 1], { min: least, max: largest });
    const which = chosen(x, probability);
    const move = (images: Tensor) =>
      tf.where(tf.greater(images, low), tf.clipByValue(tf.add(images, by), low, high), images);
    if (skip === 0) return moveBoth({ x, y }, which, move);
    const [kept, seen] = tf.split(x, [skip, (x.shape[3] as number) - skip], 3);
    const moved = moveBoth({ x: seen, y }, which, move);
    return { x: tf.concat([kept, moved.x], 3), y: moved.y };
  };
  return withConfig(augmentation, options);
}
