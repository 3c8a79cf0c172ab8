import type { CrossValidateOptions, FoldTask } from "./crossValidateOptions";

/** A fit's folder below the run's. */
export function partOf({ seed, fold, epochs }: FoldTask): readonly [string, string] {
  return [`seed-${seed}`, fold === undefined ? `all-${epochs}` : `fold-${fold}`];
}

/** A fit in words. */
export function taskName({ seed, fold }: FoldTask, { folds, seeds = [0] }: CrossValidateOptions): string {
  const part = fold === undefined ? "All samples" : `Fold ${fold + 1} of ${folds.length}`;
  return `${part}${seeds.length > 1 ? `, seed ${seed}` : ""}`;
}
