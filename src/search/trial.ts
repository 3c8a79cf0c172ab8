import type { Parameters, Space } from "./space";

/**
 * What an objective throws, through `trial.report`, whose trial is given up; `optimize` takes it.
 *
 * @example
 * const reason = new search.TrialPruned("The loss is above 10"); // to be thrown
 */
export class TrialPruned extends Error {
  override readonly name = "TrialPruned";
}

/** The trial that an objective runs. */
export interface Trial<S extends Space = Space> {
  /** From 0. */
  readonly number: number;
  readonly parameters: Parameters<S>;
  /** A seed of its own, the same whenever the trial runs. */
  readonly seed: number;
  /** A folder of its own, in which what it trains goes on after a crash; `undefined` where nothing is kept. */
  readonly directory: string | undefined;
  /** Stops the objective. */
  readonly signal: AbortSignal | undefined;
  /**
   * Notes a score on the way, such as an epoch's or the mean of the folds so far.
   *
   * @param step counts from 0 upwards
   * @throws {TrialPruned} if the trial is worse than others were at that step: let it pass
   */
  report(score: number, step: number): Promise<void>;
}
