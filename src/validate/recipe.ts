import type { Estimator } from "../core/estimator";
import { type CrossValidation, crossValidate } from "./crossValidate";
import type { CrossValidateOptions } from "./crossValidateOptions";
import type { Fold } from "./folds/folds";

/** What every recipe can be told about its run. */
export interface RecipeOptions
  extends Partial<
    Pick<
      CrossValidateOptions,
      | "seeds"
      | "groups"
      | "directory"
      | "name"
      | "seconds"
      | "clock"
      | "predictionMemory"
      | "scores"
      | "testAugment"
      | "pseudoLabels"
      | "refit"
      | "progress"
      | "signal"
    >
  > {
  /** How many folds, or the folds themselves. Default the recipe's. */
  folds?: number | readonly Fold[];
}

/** What a recipe is: everything that a cross-validation needs. */
export interface Recipe extends Pick<CrossValidateOptions, "prepare" | "scores" | "testAugment"> {
  /** What its runs are called. */
  readonly name: string;
  readonly folds: readonly Fold[];
  readonly seeds: readonly number[];
  readonly estimator: Estimator;
}

/** The fields that are set. */
function given<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/**
 * Cross-validates a recipe; what the options say takes the place of the recipe's own.
 *
 * @throws as {@link crossValidate}
 */
export function runRecipe(recipe: Recipe, options: RecipeOptions): Promise<CrossValidation> {
  const { seeds, groups, directory, name, seconds, clock, predictionMemory } = options;
  const { scores, testAugment, pseudoLabels, refit, progress, signal } = options;
  return crossValidate({
    ...recipe,
    ...given({ seeds, groups, directory, name, seconds, clock, predictionMemory }),
    ...given({ scores, testAugment, pseudoLabels, refit, progress, signal }),
  });
}
