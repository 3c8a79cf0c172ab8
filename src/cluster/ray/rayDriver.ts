import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { lastUnits } from "../../core/text";
import { packageRoot } from "../places";

/** What Python tells; see `driver.py`. */
export interface DriverEvent {
  readonly event: "ready" | "cluster" | "state" | "done" | "failed" | "cancelled" | "error";
  readonly id?: number;
  readonly [field: string]: unknown;
}

/** How Ray is reached and what a task takes of it; names are those of `driver.py`. */
export interface DriverSettings {
  readonly address?: string;
  readonly num_cpus?: number;
  readonly num_gpus?: number;
  /** Bytes. */
  readonly memory?: number;
  readonly retries: number;
}

/** Bytes of Python's messages that are kept for an error. */
const mostWords = 8000;

/** The Python process that speaks with Ray: orders and events are lines of JSON. */
export class RayDriver {
  /** What the cluster is, once it is there. */
  readonly ready: Promise<DriverEvent>;
  /** When the process ends, with what it said last. */
  readonly ended: Promise<string>;
  isOver = false;
  /** Who hears what becomes of tasks. */
  readonly listeners = new Set<(event: DriverEvent) => void>();
  readonly #process: ChildProcess;
  #tasks = 0;
  #holders = 0;
  #words = "";

  /**
   * @param python the program of an environment that has Ray
   * @param env set for Ray, such as its authentication
   */
  constructor(python: string, given: { settings: DriverSettings; env: NodeJS.ProcessEnv }) {
    const { settings, env } = given;
    const script = path.join(packageRoot, "src", "cluster", "ray", "driver.py");
    // A group of its own: an interrupt of the terminal is ours to hand on.
    this.#process = spawn(python, ["-u", script], { env, stdio: ["pipe", "pipe", "pipe"], detached: true });
    const { stdin, stdout, stderr } = this.#process;
    stdin?.on("error", () => {
      // The end of the process tells why.
    });
    stderr?.on("data", (chunk: Buffer) => {
      this.#words = lastUnits(this.#words + chunk.toString("utf8"), mostWords);
    });
    this.ended = new Promise((resolve) => {
      this.#process.once("error", (error) => {
        this.isOver = true;
        resolve(error.message);
      });
      this.#process.once("close", () => {
        this.isOver = true;
        resolve(this.#words.trim());
      });
    });
    this.ready = new Promise((resolve, reject) => {
      let failure: string | undefined;
      if (stdout) {
        createInterface({ input: stdout }).on("line", (line) => {
          const event = JSON.parse(line) as DriverEvent;
          if (event.event === "ready") resolve(event);
          if (event.event === "error") failure = String(event.error);
          for (const listener of this.listeners) listener(event);
        });
      }
      this.ended.then((words) => {
        // Ray says no more where it is asked with a wrong token.
        const hint = /Failed to connect|ConnectionError/.test(failure ?? "")
          ? "; a cluster must run at the address, and ask for the token in RAY_AUTH_TOKEN or ~/.ray/auth_token"
          : "";
        reject(new Error(`Cannot start Ray: its driver ended: ${failure ?? words}${hint}`));
      });
    });
    this.ready.catch(() => {
      // Whoever waits for it gets it as well.
    });
    this.order({ do: "start", settings });
    // A program that has nothing else to do ends, and the driver with its standard input.
    this.#refer(false);
  }

  /** Whether the driver keeps this program from ending: as long as anyone holds it. */
  hold(isHeld: boolean): void {
    this.#holders += isHeld ? 1 : -1;
    this.#refer(this.#holders > 0);
  }

  #refer(isHeld: boolean): void {
    const { stdin, stdout, stderr } = this.#process;
    for (const each of [this.#process, stdin, stdout, stderr] as { ref?(): void; unref?(): void }[]) {
      if (isHeld) each.ref?.();
      else each.unref?.();
    }
  }

  /** Numbers for tasks that no other task of this driver has; the first of them. */
  takeNumbers(count: number): number {
    this.#tasks += count;
    return this.#tasks - count;
  }

  order(order: Readonly<Record<string, unknown>>): void {
    this.#process.stdin?.write(`${JSON.stringify(order)}\n`);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Ends the driver, and the Ray that it started. */
  async close(): Promise<void> {
    this.hold(true);
    this.#process.stdin?.end();
    await this.ended;
  }
}
