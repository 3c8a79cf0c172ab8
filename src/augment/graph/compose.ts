import type { Tensor } from "@tensorflow/tfjs-node-gpu";
import { withConfig } from "../../core/describe";
import { randomInteger, randomUniform, tf } from "../../engine";
import type { Batch, BatchTransform } from "../../engine/batchTransform";
import { scheduled } from "../../engine/batchTransform";
import { checkProbabilities, probabilityIn, type StepProbability } from "../probability";

/** One step of {@link composeAugmentations}. */
export interface AugmentationStep {
  /** What to do with the chosen samples. */
  apply: BatchTransform;
  /** Chance that a sample, or the batch, is chosen, or a function that gives an epoch, from 0, its own; default 1. */
  probability?: StepProbability;
  /** Whether the step takes part in an epoch, counted from 0; default always. */
  when?: (epoch: number) => boolean;
  /** What is chosen: each sample by itself, or the batch as one. Default `sample`. */
  per?: "sample" | "batch";
}

function requireSameShape(before: Tensor, after: Tensor, name: string): void {
  if (`${before.shape}` !== `${after.shape}`) {
    throw new RangeError(
      `Cannot compose augmentations: to choose by chance, ${name} must keep its shape [${before.shape}], got [${after.shape}]; class numbers become shares by oneHotLabels as arrange`,
    );
  }
}

/** `after` where `which` `[batch or 1]` is true, else `before`. */
function choose(which: Tensor, after: Tensor, before: Tensor): Tensor {
  const ones = Array<number>(before.rank - 1).fill(1);
  return tf.where(tf.reshape(which, [which.shape[0], ...ones]), tf.cast(after, before.dtype), before);
}

/** Samples, truth and weights of one of two batches; weights only where they are known. */
function chooseBatch(which: Tensor, after: Batch, before: Batch): Batch {
  const chosen = { x: choose(which, after.x, before.x), y: choose(which, after.y, before.y) };
  if (!before.weight || !after.weight) return chosen;
  return { ...chosen, weight: choose(which, after.weight, before.weight) };
}

/** The chance in the present epoch. */
function chanceOf({ probability = 1, when }: AugmentationStep): number | Tensor {
  if (typeof probability === "number" && !when) return probability;
  return scheduled((epoch) => (when && !when(epoch) ? 0 : probabilityIn(epoch, probability)));
}

/**
 * Joins augmentations of the training step: one after the other, each on samples chosen by chance, in the epochs that
 * it is meant for. The epoch is an input of the compiled step; `when` and `probability` are asked for every epoch when
 * the step is recorded, so they must depend on nothing else.
 *
 * @param steps what to do, in order, each with its `probability` (default 1), its epochs (`when`, default all) and what
 *   it chooses (`per`, default each sample by itself); a bare augmentation is always applied
 * @throws {RangeError} if a probability lies outside [0, 1]; in training, if a step by chance changes a shape
 * Source: the first place of DACON 235689 permuted in even epochs, rotated in odd ones, then rolled.
 * @example
 * const augment = composeAugmentations([
 *   { apply: permuteSegments(), when: (epoch) => epoch % 2 === 0 },
 *   { apply: rotateSeries(), when: (epoch) => epoch % 2 === 1 },
 *   { apply: rollSeries(), probability: (epoch) => Math.min(1, epoch / 10) },
 *   jitterSeries(),
 * ]);
 */
export function composeAugmentations(steps: readonly (AugmentationStep | BatchTransform)[]): BatchTransform {
  const parts = steps.map((step) => (typeof step === "function" ? { apply: step } : step));
  checkProbabilities(parts);
  const augmentation: BatchTransform = (batch) =>
    parts.reduce((before, step) => {
      const { apply, per = "sample" } = step;
      const probability = chanceOf(step);
      if (probability === 1) return { weight: before.weight, ...apply(before) };
      const which = tf.less(randomUniform([per === "batch" ? 1 : before.x.shape[0]]), probability);
      const after = apply(before);
      requireSameShape(before.x, after.x, "x");
      requireSameShape(before.y, after.y, "y");
      return chooseBatch(which, after, before);
    }, batch);
  return withConfig(augmentation, parts);
}

/**
 * Applies one of several augmentations, drawn anew for each batch, all equally probable.
 *
 * @param augmentations at least one
 * @throws {RangeError} if there is none; in training, if their shapes differ
 * @example
 * const augment = oneOfAugmentations([permuteSegments(), rotateSeries()]);
 */
export function oneOfAugmentations(augmentations: readonly BatchTransform[]): BatchTransform {
  if (augmentations.length === 0) {
    throw new RangeError("Cannot choose an augmentation: need at least one, got none");
  }
  const augmentation: BatchTransform = (batch) => {
    const drawn = randomInteger([1], { min: 0, max: augmentations.length });
    const made = augmentations.map((augment): Batch => ({ weight: batch.weight, ...augment(batch) }));
    return made.reduce((before, after, index) => {
      requireSameShape(before.x, after.x, "x");
      requireSameShape(before.y, after.y, "y");
      const which = tf.equal(drawn, tf.scalar(index, "int32"));
      return chooseBatch(which, after, before);
    });
  };
  return withConfig(augmentation, augmentations);
}
