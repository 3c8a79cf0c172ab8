/** Who sets the learning rate of a run: one hand alone. */
import type { Optimizer } from "../optimizers";
import type { Callback, FitContext } from "../types";

/** What of a run decides the learning rate. */
interface RateSource extends FitContext {
  readonly optimizer: Optimizer;
  readonly callbacks: readonly Callback[];
}

/** Who sets the learning rate of each update, by name. */
function schedulesOf({ optimizer, callbacks }: RateSource): string[] {
  const names = callbacks.filter((callback) => callback.learningRateAt).map(({ name }) => name);
  return optimizer.schedule ? ["the optimizer's schedule", ...names] : names;
}

/**
 * Checks that one alone sets the learning rate, as far as callbacks say it.
 *
 * @throws {RangeError} naming those that would
 */
export function checkRateSetters(run: RateSource): void {
  const assigning = run.callbacks.filter(
    ({ setsLearningRate, learningRateAt }) => setsLearningRate && !learningRateAt,
  );
  const setters = [...schedulesOf(run), ...assigning.map(({ name }) => name)];
  if (setters.length > 1) {
    throw new RangeError(`Cannot train: only one may set the learning rate, got ${setters.join(" and ")}`);
  }
}

/**
 * Refuses a rate that a schedule would replace at once.
 *
 * @throws {RangeError} naming the schedule
 */
export function refuseBesideSchedule(rate: number, run: RateSource): void {
  const [schedule] = schedulesOf(run);
  if (schedule === undefined) return;
  throw new RangeError(
    `Cannot change the learning rate: nothing else may set it, got ${rate} beside ${schedule}`,
  );
}

/** The learning rate of update number `step`. */
export function learningRateAt(step: number, run: RateSource): number {
  for (const callback of run.callbacks) {
    const rate = callback.learningRateAt?.(step, run);
    if (rate !== undefined) return rate;
  }
  return run.optimizer.schedule?.(step) ?? run.learningRate;
}
