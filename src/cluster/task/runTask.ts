import { hostname } from "node:os";
import path from "node:path";
import { fitTask } from "../../validate/fitTask";
import { partOf } from "../../validate/foldTask";
import { optionsOf } from "../module/experiment";
import { versionsHere } from "../places";
import { finishFold, lastChange } from "./attempts";
import type { TaskSpec } from "./taskSpec";

/** The folder in which a run's attempts are made. */
export function attemptsFolder(run: string): string {
  return path.join(run, ".attempts");
}

/** The folder of all attempts at a task. */
function attemptsAt({ run, task }: TaskSpec): string {
  return path.join(attemptsFolder(run), partOf(task).join("-"));
}

/** Whether a task has kept anything to go on from since a time, in milliseconds. */
export function hasKept(spec: TaskSpec, since: number): boolean {
  return lastChange(attemptsAt(spec)) >= since;
}

/**
 * Does a task: one fold of one seed, to its finished folder in the run's. A task whose folder is there is done; one that
 * was stopped goes on from its last epoch.
 *
 * @returns the fold's folder
 * @throws {RangeError} if code, data, settings or versions are not those of the task, naming the machine
 * @throws {DOMException} if the signal aborts
 */
export async function runTask(spec: TaskSpec, signal: AbortSignal): Promise<string> {
  const { versions, task, origin, changes, identity, folder, run } = spec;
  const here = await versionsHere();
  for (const [name, wanted] of Object.entries(versions)) {
    const got = here[name as keyof typeof here];
    if (got !== wanted) {
      const title = name === "podium" ? "Podium" : "TensorFlow";
      throw new RangeError(
        `Cannot run the task on ${hostname()}: ${title} must be ${wanted}, as it was begun with, got ${got}`,
      );
    }
  }
  const final = path.join(run, ...partOf(task));
  await finishFold(final, {
    attempts: attemptsAt(spec),
    signal,
    async fit(directory) {
      const found = await optionsOf(origin, folder);
      const told = Object.entries(changes).map(([name, value]) => [name, value ?? undefined]);
      // Scores are made where the folds come together; they may be the notebook's own.
      const own = { directory, scores: {}, on: undefined, progress: true, signal };
      await fitTask({ ...found, ...Object.fromEntries(told), ...own }, { task, directory, identity });
    },
  });
  return final;
}
