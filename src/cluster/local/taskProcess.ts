import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { BoardTask } from "../board/boardTask";
import { commandFile } from "../places";
import type { TaskState } from "../task/program";

/** Lines of a task's log that are kept. */
const keptLines = 200;

/** How a task's process ended. */
export interface TaskEnd {
  readonly isDone: boolean;
  /** Whether it was killed: to try again may help. */
  readonly wasKilled: boolean;
  readonly error?: string;
  readonly log: string;
}

/** A task in a process of its own, which ends with this one. */
export class TaskProcess {
  readonly #child: ChildProcess;
  readonly #log: string[] = [];
  readonly #onState: (state: Partial<BoardTask>) => void;
  #last: Partial<TaskState> = {};

  /**
   * @param file the task's spec
   * @param options `device`: the one GPU that it sees, `undefined` for none
   */
  constructor(
    file: string,
    options: { device: string | undefined; onState: (state: Partial<BoardTask>) => void },
  ) {
    this.#onState = options.onState;
    this.#child = spawn(process.execPath, [commandFile, "task", file, "--lines"], {
      env: { ...process.env, CUDA_VISIBLE_DEVICES: options.device ?? "" },
      stdio: ["pipe", "pipe", "pipe"],
    });
    const { stdout, stderr } = this.#child;
    if (stdout) createInterface({ input: stdout }).on("line", (line) => this.#read(line));
    if (stderr) createInterface({ input: stderr }).on("line", (line) => this.#keep(line));
  }

  #keep(line: string): void {
    this.#log.push(line);
    if (this.#log.length > keptLines) this.#log.shift();
  }

  #read(line: string): void {
    try {
      this.#last = JSON.parse(line);
    } catch {
      this.#keep(line);
      return;
    }
    const { state, share, note } = this.#last;
    if (state === "running") this.#onState({ share, note });
  }

  /** Waits for its end; an abort asks it to stop, and what it has kept stays. */
  ended(signal: AbortSignal | undefined): Promise<TaskEnd> {
    const child = this.#child;
    const stop = (): void => void child.stdin?.end();
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop, { once: true });
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (status, killedBy) => {
        signal?.removeEventListener("abort", stop);
        const isDone = status === 0 && this.#last.state === "done";
        const words = killedBy ? `its process was killed by ${killedBy}` : `it ended with status ${status}`;
        const error = isDone ? undefined : (this.#last.error ?? words);
        resolve({ isDone, wasKilled: killedBy !== null, error, log: this.#log.join("\n") });
      });
    });
  }
}
