import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { checkOptions } from "../../core/check";
import { throwIfAborted } from "../../core/signal";
import { ready } from "../../engine/report";
import type { CrossValidateOptions, FoldPlace, FoldWork } from "../../validate/crossValidateOptions";
import { taskName } from "../../validate/foldTask";
import { TaskBoard } from "../board/taskBoard";
import { throwFailed } from "../failures";
import { originOf } from "../module/experiment";
import { makeJob } from "../task/makeJob";
import { type TaskEnd, TaskProcess } from "./taskProcess";

/** Options of `local`. */
export interface LocalOptions {
  /** Which GPUs of this machine: all, or their numbers. Without a GPU the CPU takes the place of one. Default "all". */
  devices?: "all" | readonly number[];
  /** Tasks at a time on each device. Default 1. */
  processes?: number;
  /** Threads of a task. Default: as many as this process has, which gives the bytes that it would give. */
  threads?: number;
  /** How often a task is tried again whose process was killed. Default 3. */
  retries?: number;
}

class LocalPlace implements FoldPlace {
  readonly #options: LocalOptions;

  constructor(options: LocalOptions) {
    this.#options = options;
  }

  check(options: CrossValidateOptions): void {
    originOf(options);
  }

  async run(work: FoldWork): Promise<void> {
    const { options, tasks, signal } = work;
    const { processes = 1, threads, retries = 3 } = this.#options;
    const devices = await this.#devices();
    const slots = devices.flatMap((device) => Array<string | undefined>(processes).fill(device));
    const scratch = mkdtempSync(path.join(tmpdir(), "podium-local-"));
    const names = tasks.map((task) => taskName(task, options));
    const board = new TaskBoard(`${work.name} on this machine`, names, { isShown: options.progress ?? true });
    board.slots = slots.length;
    const waiting = [...tasks.keys()];
    try {
      const job = await makeJob(work, threads);
      mkdirSync(job.run, { recursive: true });
      writeFileSync(path.join(scratch, "job.json"), JSON.stringify(job));
      await Promise.all(
        slots.map(async (device) => {
          for (;;) {
            const index = waiting.shift();
            if (index === undefined || signal?.aborted) return;
            const file = path.join(scratch, `task-${index}.json`);
            writeFileSync(file, JSON.stringify({ job: "job.json", task: tasks[index] }));
            const where = device === undefined ? "CPU" : `GPU ${device}`;
            let end: TaskEnd;
            let tries = 0;
            do {
              board.set(index, { state: "running", where });
              const child = new TaskProcess(file, { device, onState: (state) => board.set(index, state) });
              end = await child.ended(signal);
            } while (end.wasKilled && !signal?.aborted && tries++ < retries);
            const state = end.isDone ? "done" : signal?.aborted ? "cancelled" : "failed";
            board.set(index, { state, error: end.error, log: end.log });
          }
        }),
      );
    } finally {
      board.end();
      rmSync(scratch, { recursive: true, force: true });
    }
    throwIfAborted(signal);
    throwFailed(board.tasks);
  }

  /** Numbers of the GPUs to use; one `undefined` for the CPU. */
  async #devices(): Promise<(string | undefined)[]> {
    const { devices = "all" } = this.#options;
    const { device, cards } = await ready();
    const visible = process.env.CUDA_VISIBLE_DEVICES?.split(",") ?? cards.map((_, index) => String(index));
    const gpus = device === "gpu" ? visible : [];
    if (devices === "all") return gpus.length > 0 ? gpus : [undefined];
    const missing = devices.filter((number) => gpus[number] === undefined);
    if (missing.length > 0) {
      throw new RangeError(
        `Cannot use GPU ${missing.join(", ")}: this machine's numbers are required, got ${gpus.length} GPUs`,
      );
    }
    return devices.map((number) => gpus[number]);
  }
}

/**
 * This machine's GPUs, or several processes on its CPU, as the place where `validate.crossValidate` fits folds and seeds
 * side by side: one process a task. The result is that of one after another on the same kind of device, byte for byte.
 * What runs is an experiment's module, as `experiment` loads it.
 *
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} if a number is not whole or out of reach
 * @example
 * const eachGpu = local({ devices: "all" });
 * // then validate.crossValidate({ ...first, directory: "runs", on: eachGpu })
 */
export function local(options: LocalOptions = {}): FoldPlace {
  const { devices = "all" } = options;
  if (devices !== "all" && (!Array.isArray(devices) || devices.length === 0)) {
    throw new RangeError(`Cannot fit folds here: devices must be "all" or numbers of GPUs, got ${devices}`);
  }
  const whole = (low: number) => ({ low, whole: true });
  checkOptions(
    options,
    { devices: "any", processes: whole(1), threads: whole(1), retries: whole(0) },
    { action: "fit folds here" },
  );
  return new LocalPlace(options);
}
