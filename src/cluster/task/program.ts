/** What `npx podium task` runs. */
import { execFileSync } from "node:child_process";
import { fstatSync } from "node:fs";
import { atomicWrite } from "../../core/atomicFile";
import { type ProgressState, progressKey, progressLine } from "../../core/progress";
import { readTask, type TaskSpec } from "./taskSpec";

/** A task's state, as those who wait for it read it. */
export interface TaskState {
  readonly state: "running" | "done" | "failed" | "requeued" | "stopped";
  /** Where the fold's finished folder is. */
  readonly directory?: string;
  readonly error?: string;
  /** Share of the work that is done, from 0 to 1. */
  readonly share?: number;
  /** Such as `epoch 3/20, loss 0.41`. */
  readonly note?: string;
  readonly seconds?: number;
}

/** How `npx podium task` is called. */
export interface TaskCall {
  readonly file: string;
  /** Whether states go to standard output, one line of JSON each. */
  readonly lines: boolean;
  /** A file that holds the latest state. */
  readonly stateFile?: string;
  /** Whether the task gives itself back to Slurm's queue when it is warned. */
  readonly requeue: boolean;
}

/** Exit status of a task that is refused or fails: to try again would not help. */
const failed = 1;
/** Of one that was told to stop. */
const stopped = 3;
/** Milliseconds between two states on the way. */
const interval = 1000;
/** Milliseconds in which a task that was told to stop has to end. */
const grace = 10_000;

/** Ends with standard input where that is a pipe, so that no task outlives whoever started it. */
function endWithInput(stop: (why: string) => void): void {
  // As bigint: after another look at a pipe Node leaves links unresolved, and would load a linked package twice.
  const input = fstatSync(0, { bigint: true });
  if (!input?.isFIFO() && !input?.isSocket()) return;
  process.stdin.on("end", () => stop("standard input closed"));
  process.stdin.on("error", () => stop("standard input closed"));
  process.stdin.resume();
  // The pipe alone keeps no finished task alive.
  (process.stdin as unknown as { unref?: () => void }).unref?.();
}

function reporter({ lines, stateFile }: TaskCall): (state: TaskState) => void {
  const begin = performance.now();
  return (state) => {
    const text = JSON.stringify({ ...state, seconds: (performance.now() - begin) / 1000 });
    if (lines) process.stdout.write(`${text}\n`);
    if (stateFile) atomicWrite(stateFile, `${text}\n`);
  };
}

/** Sends progress as states, at most one a second. */
function reportProgress(report: (state: TaskState) => void, isQuiet: boolean): void {
  let last = Number.NEGATIVE_INFINITY;
  (globalThis as { [progressKey]?: unknown })[progressKey] = (state: ProgressState) => {
    const now = performance.now();
    if (now - last < interval && !state.finished) return;
    last = now;
    const { done, total, note } = state;
    const share = total ? Math.min(1, done / total) : undefined;
    report({ state: "running", share, note: note ?? progressLine(state) });
    if (!isQuiet) process.stderr.write(`${progressLine(state)}\n`);
  };
}

/** Gives a warned task back to Slurm's queue. */
function requeue(): void {
  const { SLURM_ARRAY_JOB_ID: array, SLURM_ARRAY_TASK_ID: element, SLURM_JOB_ID: job } = process.env;
  execFileSync("scontrol", ["requeue", array ? `${array}_${element}` : String(job)], { stdio: "inherit" });
}

/** What loads TensorFlow, which reads the number of threads when it is loaded. */
function tasks(): typeof import("./runTask") {
  return require("./runTask");
}

/**
 * Runs a task as a process of its own: says how it stands, stops when its standard input closes or a signal comes.
 *
 * @returns its exit status: 0 done, 1 refused or failed, 3 stopped
 */
export async function taskProgram(call: TaskCall): Promise<number> {
  process.setSourceMapsEnabled(true);
  const begun = Date.now();
  const report = reporter(call);
  const controller = new AbortController();
  let warned = false;
  const stop = (why: string): void => {
    controller.abort(new DOMException(`The task was stopped: ${why}`, "AbortError"));
    setTimeout(() => process.exit(stopped), grace).unref();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop(signal));
  // SIGUSR1 is Node's own.
  process.on("SIGUSR2", () => {
    warned = true;
    stop("its time is nearly over");
  });
  endWithInput(stop);
  reportProgress(report, call.lines);
  let spec: TaskSpec | undefined;
  try {
    spec = readTask(call.file);
    report({ state: "running" });
    process.env.PODIUM_THREADS ??= String(spec.threads);
    if (spec.data !== undefined) process.env.PODIUM_DATA = spec.data;
    process.chdir(spec.folder);
    const directory = await tasks().runTask(spec, controller.signal);
    report({ state: "done", directory });
    return 0;
  } catch (error) {
    if (controller.signal.aborted) {
      if (!warned || !call.requeue || !spec) {
        report({ state: "stopped", error: (controller.signal.reason as Error).message });
      } else if (tasks().hasKept(spec, begun)) {
        report({ state: "requeued" });
        requeue();
      } else {
        // It would be warned for ever.
        report({ state: "failed", error: "Cannot run the task: an epoch must end in its time, got none" });
        return failed;
      }
      return stopped;
    }
    const { message, stack } = error as Error;
    report({ state: "failed", error: message });
    process.stderr.write(`${stack ?? message}\n`);
    return failed;
  }
}
