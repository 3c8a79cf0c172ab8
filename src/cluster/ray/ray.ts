import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import path from "node:path";
import { atomicWrite } from "../../core/atomicFile";
import { checkOptions } from "../../core/check";
import { throwIfAborted } from "../../core/signal";
import type { CrossValidateOptions, FoldPlace, FoldWork } from "../../validate/crossValidateOptions";
import { partOf, taskName } from "../../validate/foldTask";
import { TaskBoard } from "../board/taskBoard";
import { throwFailed } from "../failures";
import { originOf } from "../module/experiment";
import { commandFile, packageRoot } from "../places";
import { publish } from "../task/attempts";
import { makeJob } from "../task/makeJob";
import { attemptsFolder } from "../task/runTask";
import { type DriverEvent, RayDriver } from "./rayDriver";
import { rayPython } from "./rayPython";

/** Options of `ray`. */
export interface RayOptions {
  /** A running cluster's address, such as `10.0.0.1:6379`. Default: one is started on this machine and ends with it. */
  address?: string;
  /** GPUs of a task. Default: one where the cluster has any. */
  gpus?: number;
  /** Processors of a task, and its threads. Default: one is counted, with as many threads as this process has. */
  cpus?: number;
  /** Memory of a task, in GiB. Default: not counted. */
  memory?: number;
  /** How often a task is tried again whose worker or machine was lost. Default 3. */
  retries?: number;
  /**
   * Files and folders, from the working folder, that tasks read: they go to machines that do not see this one's folders,
   * once each. Default: none.
   */
  files?: readonly string[];
  /** Podium's folder on the machines. Default: as here. */
  podium?: string;
  /** Whether Ray asks for its token (in `~/.ray/auth_token`, or where `RAY_AUTH_TOKEN_PATH` says). Default "token". */
  auth?: "token" | "none";
}

/** Bytes of a GiB. */
const gibibyte = 2 ** 30;

/** A cluster of Ray: what `validate.crossValidate` takes as `on`. */
export interface RayPlace extends FoldPlace {
  /** Leaves the cluster; a Ray that was started here ends, as it does with the notebook. */
  close(): Promise<void>;
}

class RayCluster implements RayPlace {
  readonly #options: RayOptions;
  #driver: Promise<RayDriver> | undefined;

  constructor(options: RayOptions) {
    this.#options = options;
  }

  check(options: CrossValidateOptions): void {
    originOf(options);
  }

  async run(work: FoldWork): Promise<void> {
    const { options, tasks, folder, signal } = work;
    const { cpus, files = [], podium = packageRoot } = this.#options;
    const spec = await makeJob(work, cpus);
    const driver = await this.#start(signal);
    const key = path.basename(spec.run);
    const job = randomUUID();
    const probe = { file: path.join(spec.run, ".probe"), content: job };
    const names = tasks.map((task) => taskName(task, options));
    const board = new TaskBoard(`${work.name} on Ray`, names, { isShown: options.progress ?? true });
    atomicWrite(probe.file, probe.content);
    try {
      const staging = attemptsFolder(spec.run);
      const command = [process.execPath, path.join(podium, path.relative(packageRoot, commandFile))];
      driver.order({ do: "job", job, key, spec, probe, command, home: podium, files, staging });
      await follow(driver, {
        job,
        tasks,
        board,
        signal,
        onDone: (i, result) => {
          if (result !== undefined) publish(result, path.join(folder, ...partOf(tasks[i])));
        },
      });
      rmSync(staging, { recursive: true, force: true });
    } finally {
      rmSync(probe.file, { force: true });
      board.end();
    }
    throwFailed(board.tasks);
  }

  async close(): Promise<void> {
    const driver = this.#driver;
    this.#driver = undefined;
    await (await driver)?.close();
  }

  /** The driver, one for all that run at the same time. */
  async #start(signal: AbortSignal | undefined): Promise<RayDriver> {
    // One that could not be started, or has ended, is made anew.
    const isOver = await this.#driver?.then(
      (driver) => driver.isOver,
      () => true,
    );
    if (isOver) this.#driver = undefined;
    this.#driver ??= this.#makeDriver();
    const driver = (await this.#driver) as RayDriver;
    driver.hold(true);
    try {
      await Promise.race([driver.ready, aborted(signal)]);
    } finally {
      driver.hold(false);
    }
    return driver;
  }

  async #makeDriver(): Promise<RayDriver> {
    const { address, gpus, cpus = 1, memory, retries = 3, auth = "token" } = this.#options;
    const python = await rayPython();
    const settings = {
      address,
      num_gpus: gpus,
      num_cpus: cpus,
      memory: memory && memory * gibibyte,
      retries,
    };
    const token = auth === "token" && { RAY_AUTH_MODE: auth };
    return new RayDriver(python, {
      settings,
      env: { RAY_USAGE_STATS_ENABLED: "0", ...process.env, ...token },
    });
  }
}

/** Rejects when the signal aborts. */
function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** Milliseconds in which cancelled tasks are waited for. */
const cancelTime = 15_000;

/** Hands tasks to the driver and writes what becomes of them on the board, until all are done, failed or cancelled. */
export async function follow(
  driver: RayDriver,
  given: {
    job: string;
    tasks: readonly unknown[];
    board: TaskBoard;
    signal: AbortSignal | undefined;
    /** Called with the folder that a task's result came in, where it has come. */
    onDone: (index: number, folder: string | undefined) => void;
  },
): Promise<void> {
  const { job, tasks, board, signal, onDone } = given;
  const first = driver.takeNumbers(tasks.length);
  let left = tasks.length;
  driver.hold(true);
  let hear: (event: DriverEvent) => void = () => {};
  let stop: () => void = () => {};
  try {
    await new Promise<void>((resolve, reject) => {
      const end = (index: number, changes: Parameters<TaskBoard["set"]>[1]): void => {
        if (board.tasks[index].ended !== undefined) return;
        board.set(index, changes);
        left--;
        if (left === 0) resolve();
      };
      hear = (event) => {
        const { node, log, error } = event as { node?: string; log?: string; error?: string };
        const index = event.id === undefined ? Number.NaN : event.id - first;
        if (event.event === "cluster") board.slots = Number(event.slots);
        if (event.event === "cluster" && event.fits === false) {
          board.title = `${board.title} (no machine has what a task needs yet)`;
        }
        if (!board.tasks[index]) return;
        if (event.event === "state") board.set(index, stateOf(event));
        if (event.event === "done") {
          try {
            onDone(index, (event.folder as string | null) ?? undefined);
            end(index, { state: "done", where: node, log });
          } catch (failure) {
            end(index, { state: "failed", where: node, error: (failure as Error).message });
          }
        }
        if (event.event === "failed") end(index, { state: "failed", where: node, error, log });
        if (event.event === "cancelled") end(index, { state: "cancelled" });
      };
      stop = () => {
        driver.order({ do: "cancel", job });
        tasks.forEach((_, i) => {
          if (board.tasks[i].state === "waiting") end(i, { state: "cancelled" });
        });
        setTimeout(resolve, cancelTime).unref();
      };
      driver.listeners.add(hear);
      driver.ended.then((words) =>
        reject(
          new Error(
            `Cannot go on: the driver of Ray must run, got its end; finished tasks are kept, the same call continues: ${words}`,
          ),
        ),
      );
      signal?.addEventListener("abort", stop, { once: true });
      tasks.forEach((task, i) => driver.order({ do: "run", id: first + i, job, task }));
      if (tasks.length === 0) resolve();
    });
  } finally {
    driver.listeners.delete(hear);
    signal?.removeEventListener("abort", stop);
    driver.hold(false);
  }
  throwIfAborted(signal);
}

function stateOf(event: DriverEvent): Parameters<TaskBoard["set"]>[1] {
  const { node, gpu, share, note } = event as {
    node?: string;
    gpu?: string;
    share?: number | null;
    note?: string | null;
  };
  return {
    state: "running",
    where: gpu ? `${node}, GPU ${gpu}` : node,
    share: share ?? undefined,
    note: note ?? undefined,
  };
}

/**
 * A cluster of Ray as the place where folds are fitted: the machines of an `address`, or a Ray on this machine. Each task
 * is one fold of one seed, in a process of its own; what is finished stays finished, whatever dies.
 *
 * Ray of a pinned version is installed at first use; `PODIUM_RAY_PYTHON` names a Python that has another. It asks for a
 * token unless told otherwise.
 *
 * @param options see {@link RayOptions}
 * @throws {RangeError} if an option is out of reach
 * @example
 * const laboratory = ray({ address: "10.0.0.1:6379", gpus: 1 });
 * // then validate.crossValidate({ ...first, directory: "runs", on: laboratory })
 */
export function ray(options: RayOptions = {}): RayPlace {
  checkOptions(
    options,
    {
      address: "any",
      gpus: { low: 0 },
      cpus: { low: 1, whole: true },
      memory: { low: 0, above: true },
      retries: { low: 0, whole: true },
      files: "any",
      podium: "any",
      auth: ["token", "none"],
    },
    { action: "use Ray" },
  );
  return new RayCluster(options);
}
