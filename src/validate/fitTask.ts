import { hostname } from "node:os";
import type { PreparedFold } from "../core/estimator";
import { fitOf, makeRun } from "./crossValidate";
import type { CrossValidateOptions, FoldRun, FoldTask, RunIdentity } from "./crossValidateOptions";
import { differenceWords } from "./differences";
import { runFold } from "./foldRun";
import { contextOf, identify } from "./identify";
import { runDifferences } from "./runFolder";

/**
 * Fits one fold of a cross-validation into a folder, as `crossValidate` does, once settings and data are found to be
 * those of the run; a fit that was stopped there goes on.
 *
 * @param options those of the cross-validation
 * @param given `task`: which fit; `directory`: its folder; `identity`: what the run is, as whoever began it found
 * @throws {RangeError} naming what differs from the run, and where
 */
export async function fitTask(
  options: CrossValidateOptions,
  given: { task: FoldTask; directory: string; identity: RunIdentity },
): Promise<FoldRun> {
  const { task, directory } = given;
  const run = makeRun(options);
  const { identity, first } = await identify(run);
  const { config, data } = JSON.parse(JSON.stringify(identity)) as RunIdentity;
  const found = runDifferences(given.identity, { config, data });
  if (Object.keys(found).length > 0) {
    throw new RangeError(
      `Cannot run the task on ${hostname()} in ${process.cwd()}: settings and data must be those of the run, got others: ${differenceWords(found)}`,
    );
  }
  const { seeds = [0] } = options;
  const isFirst = task.fold === 0 && task.seed === seeds[0];
  const prepared: PreparedFold | undefined = isFirst ? first : undefined;
  return runFold(contextOf(run, task), { ...fitOf(run, task), directory, prepared });
}
