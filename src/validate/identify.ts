/** What a cross-validation is: everything that its result depends on, in words. */
import type { FoldContext, PreparedFold } from "../core/estimator";
import { randomSource } from "../core/random";
import type { CrossValidateOptions, FoldTask, RunIdentity } from "./crossValidateOptions";
import { describeFold, foldsBeyondFirst } from "./foldData";
import { makeFoldData } from "./foldRun";
import { configOf } from "./runFolder";

/** A cross-validation whose folds are checked. */
export interface Run {
  readonly options: CrossValidateOptions;
  readonly prepare: NonNullable<CrossValidateOptions["prepare"]>;
  readonly samples: number;
}

/** Seed of one fold in one round. */
function foldSeedOf(seed: number, fold: number | undefined): number {
  return randomSource(seed)
    .fork(`fold ${fold ?? "all"}`)
    .integer(0, 2 ** 31);
}

/** What hooks are told of a fit. */
export function contextOf({ options, samples }: Run, { seed, fold }: FoldTask): FoldContext {
  const { folds } = options;
  return {
    fold,
    seed,
    foldSeed: foldSeedOf(seed, fold),
    trainIndices: fold === undefined ? Int32Array.from({ length: samples }, (_, i) => i) : folds[fold].train,
    validationIndices: fold === undefined ? new Int32Array(0) : folds[fold].validation,
  };
}

/**
 * What a run is, by its settings and all its samples.
 *
 * @returns with the data of the first fold in the first round, which were made for it
 */
export async function identify(run: Run): Promise<{ identity: RunIdentity; first: PreparedFold }> {
  const { folds, seeds = [0] } = run.options;
  const config = configOf(run.options, (seed, fold) => contextOf(run, { seed, fold }));
  const dataOf = (fold: number) => makeFoldData(contextOf(run, { seed: seeds[0], fold }), run);
  const descriptions: Record<string, string> = {};
  for (const fold of foldsBeyondFirst(folds)) {
    for (const [part, words] of Object.entries(describeFold(await dataOf(fold), true))) {
      descriptions[`fold ${fold + 1} ${part}`] = words;
    }
  }
  const first = await dataOf(0);
  return { identity: { config, data: { ...describeFold(first, true), ...descriptions } }, first };
}
