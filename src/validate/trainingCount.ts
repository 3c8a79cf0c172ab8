import type { CrossValidateOptions } from "./crossValidateOptions";

/** How often a cross-validation trains a model: in each fold and seed, with pseudo-labels anew, and on all samples. */
export function trainingCount(
  options: Pick<CrossValidateOptions, "folds" | "seeds" | "pseudoLabels" | "refit">,
): number {
  const { folds, seeds = [0], pseudoLabels, refit = false } = options;
  const rounds = pseudoLabels ? (pseudoLabels.rounds ?? 1) : 0;
  return (folds.length + (refit ? 1 : 0)) * seeds.length * (1 + rounds);
}
