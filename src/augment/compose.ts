import { randomSource } from "../core/random";
import { type Series, takeWindows } from "../core/series";
import { checkProbabilities, probabilityIn, type StepProbability } from "./probability";

/** What an augmentation is told when it is applied. */
export interface AugmentDraw {
  /** Seed of its draws. */
  seed: number;
  /** Epoch, counted from 0. */
  epoch: number;
}

/** A change of a series that keeps its shape. */
export type SeriesAugmentation = (source: Series, draw: AugmentDraw) => Series;

/** One step of {@link composeAugmentations}. */
export interface AugmentationStep {
  /** What to do with the chosen windows. */
  apply: SeriesAugmentation;
  /** Chance that a window is chosen, or a function that gives an epoch, from 0, its own; default 1. */
  probability?: StepProbability;
  /** Whether the step takes part in an epoch, counted from 0; default always. */
  when?: (epoch: number) => boolean;
}

/**
 * Joins augmentations: one after the other, each on windows chosen by chance, in the epochs that it is meant for.
 *
 * @param steps what to do, in order; a step in epoch `e` draws from the seed, its place and `e` alone
 * @returns an augmentation of a series `[windows, steps, channels]`; the same seed and epoch give the same series
 * @throws {RangeError} if a probability lies outside [0, 1] or a step changes the shape
 * Source: the first place of DACON 235689 permuted in even epochs, rotated in odd ones, then rolled.
 * @example
 * const augment = composeAugmentations([
 *   { apply: (x, draw) => permuteSegments(x, draw), probability: 0.5, when: (epoch) => epoch % 2 === 0 },
 *   { apply: (x, draw) => rollSeries(x, draw), probability: 0.5 },
 * ]);
 * const first = augment(windows, { seed: 2021, epoch: 0 });
 */
export function composeAugmentations(steps: readonly AugmentationStep[]): SeriesAugmentation {
  checkProbabilities(steps);
  return (source, { seed, epoch }) => {
    let current = source;
    for (const [place, { apply, probability = 1, when }] of steps.entries()) {
      if (when && !when(epoch)) continue;
      const chance = probabilityIn(epoch, probability);
      const random = randomSource(seed).fork(`${place}/${epoch}`);
      const windows = Array.from({ length: current.shape[0] }, (_, w) => w);
      const chosen = windows.filter(() => random.uniform() < chance);
      const changed = apply(takeWindows(current, chosen), { seed: random.integer(0, 2 ** 31), epoch });
      const [, rows, channels] = current.shape;
      const size = rows * channels;
      if (changed.data.length !== chosen.length * size) {
        throw new RangeError(
          `Cannot compose augmentations: step ${place} must keep the shape [${chosen.length},${rows},${channels}], got [${changed.shape}]`,
        );
      }
      const data = current.data.slice();
      chosen.forEach((w, i) => data.set(changed.data.subarray(i * size, (i + 1) * size), w * size));
      current = { ...current, data };
    }
    return current;
  };
}
