/** The epoch inside the training step: an input of the graph, so that schedules need no graph of their own. */
import type { Scalar, Tensor, Tensor1D } from "@tensorflow/tfjs-node-gpu";
import { tf } from "./load";

/** Samples of a step. */
export interface Batch {
  x: Tensor;
  y: Tensor;
  /** `[batch]`, how much each sample counts; what leaves it out leaves it as it is. */
  weight?: Tensor;
}

/** A change of the batch on the device, built of tensor ops and `engine` random functions only. */
export type BatchTransform = (batch: Batch) => Batch;

/** Where training is while a step runs or is recorded. */
interface Place {
  /** int32, the epoch from 0. */
  readonly epoch: Scalar;
  /** Epochs in all: how far a schedule is asked. */
  readonly epochs: number;
}

let current: Place | undefined;

/** Runs `f` with {@link scheduled} reading schedules at the epoch that a tensor holds. */
export function withEpoch<T>(place: Place, f: () => T): T {
  const outer = current;
  current = place;
  try {
    return f();
  } finally {
    current = outer;
  }
}

/**
 * Runs `f`, such as an augmentation to be looked at, as in an epoch of training; outside of this and of training the
 * epoch is 0.
 *
 * @param epoch counted from 0
 * @throws {RangeError} if it is not a whole number from 0
 * @example
 * const batch = { x: tf.ones([4, 600, 6]), y: tf.zeros([4, 1]) };
 * const inThirdEpoch = atEpoch(2, () => augment.graph.jitterSeries()(batch));
 */
export function atEpoch<T>(epoch: number, f: () => T): T {
  if (!(Number.isSafeInteger(epoch) && epoch >= 0)) {
    throw new RangeError(`Cannot set the epoch: it must be a whole number from 0, got ${epoch}`);
  }
  const scalar = tf.scalar(epoch, "int32");
  try {
    return withEpoch({ epoch: scalar, epochs: epoch + 1 }, f);
  } finally {
    scalar.dispose();
  }
}

/**
 * The present epoch's value of a schedule, for graph augmentations of one's own: an input of the compiled step, which
 * is recorded once for all epochs. The schedule is asked for every epoch beforehand, so it must depend on nothing else.
 *
 * @param schedule a number for each epoch, counted from 0
 * @returns float32 scalar
 * @throws {RangeError} if the schedule gives something else than a number
 * @example
 * const fading: podium.engine.BatchTransform = ({ x, y }) => {
 *   const noise = tf.mul(randomNormal(x.shape), scheduled((epoch) => 0.1 / (1 + epoch)));
 *   return { x: tf.add(x, noise), y };
 * };
 */
export function scheduled(schedule: (epoch: number) => number): Scalar {
  const { epoch, epochs } = current ?? { epoch: undefined, epochs: 1 };
  const values = Float32Array.from({ length: epochs }, (_, index) => {
    const value = schedule(index);
    if (!Number.isFinite(value)) {
      throw new RangeError(
        `Cannot follow the schedule: it must give a number for each epoch, got ${value} for ${index}`,
      );
    }
    return value;
  });
  if (!epoch || values.every((value) => value === values[0])) return tf.scalar(values[0]);
  return tf.tidy(() => {
    const place = tf.reshape(epoch, [1]) as Tensor1D;
    return tf.reshape(tf.gather(table(values), place), []) as Scalar;
  });
}

/** A vector made in parts: a captured step refuses large constants. */
function table(values: Float32Array): Tensor1D {
  const part = 1024;
  if (values.length <= part) return tf.tensor1d(values);
  const parts = Array.from({ length: Math.ceil(values.length / part) }, (_, index) =>
    tf.tensor1d(values.slice(index * part, (index + 1) * part)),
  );
  return tf.concat1d(parts);
}
