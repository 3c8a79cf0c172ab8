import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { checkOptions } from "../../core/check";
import type {
  CrossValidateOptions,
  FoldPlace,
  FoldTask,
  FoldWork,
} from "../../validate/crossValidateOptions";
import { isFinished } from "../../validate/foldRun";
import { partOf, taskName } from "../../validate/foldTask";
import { TaskBoard } from "../board/taskBoard";
import { throwFailed } from "../failures";
import { originOf } from "../module/experiment";
import { makeJob } from "../task/makeJob";
import type { TaskState } from "../task/program";
import { attemptsFolder } from "../task/runTask";
import { type QueueEntry, queueOf, slurmCommand } from "./commands";
import type { SlurmOptions } from "./slurmOptions";
import { fileName, type Submitted, slurmFolder, submit } from "./submission";

/** Where `npx podium slurm` puts the options of its command line. */
const variable = "PODIUM_SLURM";

/** Looks at the queue between which a task that has left it may still bring its files. */
const looks = 3;

class SlurmCluster implements FoldPlace {
  readonly #options: SlurmOptions;

  constructor(options: SlurmOptions) {
    this.#options = options;
  }

  check(options: CrossValidateOptions): void {
    originOf(options);
  }

  async run(work: FoldWork): Promise<void> {
    const { options, tasks, signal, name } = work;
    const job = await makeJob(work, this.#options.cpus);
    const send = (some: readonly FoldTask[]) => submit(job, { tasks: some, options: this.#options, name });
    const submitted = await send(tasks);
    const names = tasks.map((task) => taskName(task, options));
    const board = new TaskBoard(name, names, { isShown: options.progress ?? true });
    const given: Followed = { tasks, board, run: job.run, name, submitted, send };
    try {
      await this.#follow(given, signal);
      signal?.throwIfAborted();
      rmSync(attemptsFolder(job.run), { recursive: true, force: true });
    } catch (error) {
      // Whoever stops waiting wants no more of it either; what is finished stays.
      if (signal?.aborted) {
        await slurmCommand("scancel", jobsOf(given));
        for (const [i, { state }] of board.tasks.entries()) {
          if (state === "waiting" || state === "running") board.set(i, { state: "cancelled" });
        }
      }
      throw error;
    } finally {
      board.end();
    }
    throwFailed(board.tasks);
    rmSync(slurmFolder(job.run), { recursive: true, force: true });
  }

  /** Looks at the queue until every task is done or failed. */
  async #follow(given: Followed, signal: AbortSignal | undefined): Promise<void> {
    const { tasks, board, name, send } = given;
    const { interval = 5, retries = 3 } = this.#options;
    const lost = new Map<FoldTask, number>();
    const gone = new Map<FoldTask, number>();
    for (;;) {
      const queue = await queueOf(jobsOf(given)).catch((error: Error) => error);
      // A controller that restarts is no end of its tasks.
      const words = queue instanceof Error ? ` (${queue.message})` : "";
      board.title = `${name} on Slurm, job ${jobsOf(given).join(", ")}${words}`;
      const entries = queue instanceof Error ? undefined : byName(given.submitted, queue);
      const again: FoldTask[] = [];
      for (const [i, task] of tasks.entries()) {
        if (board.tasks[i].state === "done" || board.tasks[i].state === "failed") continue;
        const found = stand(given, task, entries);
        if (found) {
          gone.delete(task);
          board.set(i, found);
          continue;
        }
        if (!entries) continue;
        gone.set(task, (gone.get(task) ?? 0) + 1);
        if ((gone.get(task) as number) < looks) continue;
        gone.delete(task);
        lost.set(task, (lost.get(task) ?? 0) + 1);
        if ((lost.get(task) as number) <= retries) again.push(task);
        else {
          const log = logOf(given, task);
          const last = log.trim().split("\n").at(-1) ?? "";
          board.set(i, {
            state: "failed",
            error: `it left Slurm's queue ${retries + 1} times without a result: ${last}`,
            log,
          });
        }
      }
      if (again.length > 0) given.submitted = await send(again);
      board.slots = Math.max(1, board.count("running"));
      if (board.count("waiting") + board.count("running") === 0) return;
      await wait(interval * 1000, undefined, { signal });
    }
  }
}

/** Tasks that Slurm does. */
interface Followed {
  readonly tasks: readonly FoldTask[];
  readonly board: TaskBoard;
  /** The run's folder. */
  readonly run: string;
  readonly name: string;
  submitted: readonly Submitted[];
  send(tasks: readonly FoldTask[]): Promise<readonly Submitted[]>;
}

function jobsOf({ submitted }: Followed): string[] {
  return submitted.map(({ job }) => job);
}

/** How a task stands; `undefined` where it is neither finished nor queued. */
function stand(
  given: Followed,
  task: FoldTask,
  entries: Map<string, QueueEntry> | undefined,
): Parameters<TaskBoard["set"]>[1] | undefined {
  const { run } = given;
  const name = fileName(task);
  if (isFinished(path.join(run, ...partOf(task)))) return { state: "done", note: stateOf(run, name)?.note };
  const entry = entries?.get(name);
  if (entry) return shown(entry, () => stateOf(run, name));
  const said = entries && stateOf(run, name);
  if (said?.state !== "failed" && said?.state !== "stopped") return undefined;
  return { state: "failed", error: said.error, log: logOf(given, task) };
}

/** The elements of all arrays by their tasks' names. */
function byName(submitted: readonly Submitted[], queue: Map<string, QueueEntry[]>): Map<string, QueueEntry> {
  return new Map(
    submitted.flatMap(({ job, names }) =>
      (queue.get(job) ?? []).map((entry) => [names[entry.element], entry] as const),
    ),
  );
}

/** What a task said last; `undefined` before it began. */
function stateOf(run: string, name: string): TaskState | undefined {
  const file = path.join(slurmFolder(run), `${name}.state.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as TaskState) : undefined;
}

/** The end of what a task printed. */
function logOf({ run, submitted }: Followed, task: FoldTask): string {
  const parts = submitted.map(({ names }, i) => {
    const element = names.indexOf(fileName(task));
    const file = path.join(slurmFolder(run), `log-${i}-${element}.txt`);
    return element >= 0 && existsSync(file) ? readFileSync(file, "utf8") : "";
  });
  return parts.join("").slice(-8000);
}

function shown(entry: QueueEntry, ask: () => TaskState | undefined): Parameters<TaskBoard["set"]>[1] {
  if (entry.state !== "RUNNING" && entry.state !== "COMPLETING") {
    const isPlain = ["None", "Resources", "Priority"].includes(entry.reason);
    return { state: "waiting", where: undefined, note: isPlain ? undefined : entry.reason };
  }
  const { share, note } = ask() ?? {};
  return { state: "running", where: entry.node, share, note };
}

/**
 * A cluster of Slurm as the place where folds are fitted: an array of tasks, each one fold of one seed, in the run's
 * folder, which all machines have to see. A task whose time is over saves and queues again; one whose machine dies is
 * queued again by Slurm. Interrupting cancels what is not finished; a driver that was killed finds its tasks again.
 *
 * @param options see {@link SlurmOptions}
 * @throws {RangeError} if an option is out of reach
 * @example
 * const university = slurm({ partition: "gpu", gpus: 1, time: "4:00:00" });
 * // then validate.crossValidate({ ...first, directory: "runs", on: university })
 */
export function slurm(options: SlurmOptions = {}): FoldPlace {
  const told = process.env[variable];
  const all: SlurmOptions = { ...(told ? JSON.parse(told) : {}), ...options };
  checkOptions(
    all,
    {
      partition: "any",
      account: "any",
      gpus: { low: 0, whole: true },
      cpus: { low: 1, whole: true },
      memory: { low: 0, above: true },
      time: "any",
      warning: { low: 1, whole: true },
      retries: { low: 0, whole: true },
      atOnce: { low: 1, whole: true },
      flags: "any",
      interval: { low: 0, above: true },
    },
    { action: "use Slurm" },
  );
  return new SlurmCluster(all);
}
