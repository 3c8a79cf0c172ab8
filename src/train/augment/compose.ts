import type { Tensor } from "@tensorflow/tfjs-node-gpu";
import { randomInteger, randomUniform, tf } from "../../engine";
import type { GraphAugmentation } from "../types";

/** One step of {@link composeGraphAugmentations}. */
export interface GraphAugmentationStep {
  /** What to do with the chosen samples. */
  apply: GraphAugmentation;
  /** Chance that a sample, or the batch, is chosen; default 1. */
  probability?: number;
  /** What is chosen: each sample by itself, or the batch as one. Default `sample`. */
  per?: "sample" | "batch";
}

function requireSameShape(before: Tensor, after: Tensor, name: string): void {
  if (`${before.shape}` !== `${after.shape}`) {
    throw new RangeError(
      `Cannot compose augmentations: to choose by chance, ${name} must keep its shape [${before.shape}], got [${after.shape}]; class numbers become shares by oneHotLabels as prepare`,
    );
  }
}

/** `after` where `which` `[batch or 1]` is true, else `before`. */
function choose(which: Tensor, after: Tensor, before: Tensor): Tensor {
  const ones = Array<number>(before.rank - 1).fill(1);
  return tf.where(tf.reshape(which, [which.shape[0], ...ones]), tf.cast(after, before.dtype), before);
}

/**
 * Joins augmentations of the training step: one after the other, each on samples chosen by chance.
 *
 * @param steps what to do, in order, each with its `probability` (default 1) and what it chooses (`per`, default each
 *   sample by itself); a bare augmentation is always applied
 * @throws {RangeError} if a probability lies outside [0, 1]; in training, if a step by chance changes a shape
 * @example
 * const augment = composeGraphAugmentations([
 *   { apply: randomRotations(), probability: 0.5 },
 *   { apply: randomRolls(), probability: 0.5 },
 *   randomJitter(),
 * ]);
 */
export function composeGraphAugmentations(
  steps: readonly (GraphAugmentationStep | GraphAugmentation)[],
): GraphAugmentation {
  const parts = steps.map((step) => (typeof step === "function" ? { apply: step } : step));
  for (const { probability = 1 } of parts) {
    if (!(probability >= 0 && probability <= 1)) {
      throw new RangeError(
        `Cannot compose augmentations: probability must lie in [0, 1], got ${probability}`,
      );
    }
  }
  return (batch) =>
    parts.reduce((before, { apply, probability = 1, per = "sample" }) => {
      if (probability === 1) return apply(before);
      const which = tf.less(randomUniform([per === "batch" ? 1 : before.x.shape[0]]), probability);
      const after = apply(before);
      requireSameShape(before.x, after.x, "x");
      requireSameShape(before.y, after.y, "y");
      return { x: choose(which, after.x, before.x), y: choose(which, after.y, before.y) };
    }, batch);
}

/**
 * Applies one of several augmentations, drawn anew for each batch, all equally probable.
 *
 * @param augmentations at least one
 * @throws {RangeError} if there is none; in training, if their shapes differ
 * @example
 * const augment = oneOfGraphAugmentations([randomSegmentOrder(), randomRotations()]);
 */
export function oneOfGraphAugmentations(augmentations: readonly GraphAugmentation[]): GraphAugmentation {
  if (augmentations.length === 0) {
    throw new RangeError("Cannot choose an augmentation: need at least one, got none");
  }
  return (batch) => {
    const drawn = randomInteger([1], { min: 0, max: augmentations.length });
    const made = augmentations.map((augment) => augment(batch));
    return made.reduce((before, after, index) => {
      requireSameShape(before.x, after.x, "x");
      requireSameShape(before.y, after.y, "y");
      const which = tf.equal(drawn, tf.scalar(index, "int32"));
      return { x: choose(which, after.x, before.x), y: choose(which, after.y, before.y) };
    });
  };
}
