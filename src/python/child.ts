import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import path from "node:path";
import type { Readable } from "node:stream";
import { Dealer, Subscriber } from "zeromq";
import { lastUnits } from "../core/text";
import { address, type Connection, type Content, decodeMessage, encodeMessage } from "../kernel/wire/wire";
import { PythonEnded } from "./pythonError";

/** A message of the child's that shows something. */
export type OnOutput = (type: string, content: Content) => void;

/** An answer of the child's. */
export interface Answer {
  readonly content: Content;
  readonly buffers: readonly Uint8Array[];
}

interface Waiting {
  readonly onOutput: OnOutput;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
  answer?: Answer;
  isIdle: boolean;
}

/** The folder of this stage's Python; it stands beside the sources, whether this runs from src or from dist. */
export const pythonFolder = path.join(__dirname, "..", "..", "src", "python");

const boot = `import sys
sys.path.insert(0, sys.argv[1])
from podium_runtime.kernel import main
sys.path.remove(sys.argv.pop(1))
sys.path.append(${JSON.stringify(pythonFolder)})
main(sys.stdin.read())`;

/** Characters of what the process itself wrote that are kept, and lines of them that an error repeats. */
const keptWords = 20_000;
const keptLines = 20;
/** Milliseconds after which an interrupt that fell between two requests is sent again. */
const patience = 1000;

const meanings: Readonly<Record<string, string>> = {
  SIGSEGV: "a segmentation fault (SIGSEGV)",
  SIGABRT: "an abort (SIGABRT)",
  SIGBUS: "a bus error (SIGBUS)",
  SIGKILL: "a kill from outside (SIGKILL), as the system does where memory runs out",
};

/** What a process wrote of its end: from the crash on, where it was one, without the list of all modules. */
function lastWords(written: string): string {
  const lines = written
    .replace(/^Extension modules: .*$/m, "")
    .trim()
    .split("\n");
  const crash = lines.findIndex((line) => line.startsWith("Fatal Python error"));
  return (crash < 0 ? lines.slice(-keptLines) : lines.slice(crash, crash + keptLines)).join("\n");
}

/** A Python process that answers one request at a time. It ends with this process, however that ends. */
export class Child {
  readonly #process: ChildProcess;
  readonly #connection: Connection;
  readonly #shell = new Dealer({ linger: 0, sendHighWaterMark: 0, receiveHighWaterMark: 0 });
  readonly #outputs = new Subscriber({ linger: 0, receiveHighWaterMark: 0 });
  readonly #end = () => this.end();
  #words = "";
  #waiting: Waiting | undefined;
  #isEnding = false;
  /** Why no request can be sent any more. */
  #ended: Error | undefined;

  private constructor(python: string) {
    const name = `@podium-${randomUUID()}`;
    const ports = { shell_port: 1, iopub_port: 2, stdin_port: 3, control_port: 4, hb_port: 5 };
    this.#connection = { transport: "ipc", ip: name, key: randomUUID(), ...ports };
    // Its own group, so that processes that it starts end with it and a terminal's Ctrl-C reaches this process first.
    this.#process = spawn(python, ["-c", boot, pythonFolder], {
      stdio: ["pipe", "ignore", "pipe", "pipe"],
      detached: true,
      env: {
        // Threads that wait for others turn in a loop by default: where cores are shared, trees then take many times as long.
        OMP_WAIT_POLICY: "PASSIVE",
        ...process.env,
        PYTHONHOME: undefined,
        PLOTLY_RENDERER: "plotly_mimetype",
      },
    });
    this.#process.stdin?.on("error", () => {});
    this.#process.stdin?.end(JSON.stringify({ ip: name, key: this.#connection.key, parent: process.pid }));
    this.#process.stderr?.setEncoding("utf8").on("data", (text) => {
      this.#words = lastUnits(this.#words + text, keptWords);
    });
    this.#process.on("exit", (status, signal) => this.#leave(signal ?? status));
    process.on("exit", this.#end);
  }

  /**
   * Starts a process and waits until it answers.
   *
   * @param python the program
   * @throws {Error} if it does not start
   */
  static async start(python: string): Promise<Child> {
    const child = new Child(python);
    await child.#open();
    child.#rest();
    return child;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get isAlive(): boolean {
    return !this.#ended;
  }

  async #open(): Promise<void> {
    const start = this.#process.stdio[3] as Readable;
    await new Promise<void>((resolve, reject) => {
      const refuse = (reason: string) =>
        reject(
          new Error(`Cannot start Python: ${this.#process.spawnfile} must run ipykernel, got ${reason}`),
        );
      start.once("data", () => resolve());
      this.#process.once("error", (error) => refuse(error.message));
      // What it wrote may come after its end.
      this.#process.once("close", (status) => refuse(`an end with status ${status}\n${this.#words.trim()}`));
    });
    this.#process.on("error", () => {});
    start.destroy();
    this.#shell.connect(address(this.#connection, this.#connection.shell_port));
    this.#outputs.connect(address(this.#connection, this.#connection.iopub_port));
    this.#outputs.subscribe();
    // Its welcome: from now on no output is missed.
    await this.#outputs.receive();
  }

  /** Lets this process end while the child has nothing to do. */
  #rest(): void {
    this.#process.unref();
    (this.#process.stderr as unknown as { unref(): void }).unref();
  }

  /**
   * Sends a request and waits until it is answered and all that it showed is here.
   *
   * @throws {PythonEnded} if the process ends
   */
  request(
    type: string,
    content: Content,
    options: { buffers?: readonly Uint8Array[]; onOutput: OnOutput },
  ): Promise<Answer> {
    if (this.#waiting) throw new Error("Cannot ask Python: it must have answered the question before");
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      this.#waiting = { onOutput: options.onOutput, resolve, reject, isIdle: false };
      this.#process.ref();
      const { buffers } = options;
      this.#shell.send(encodeMessage({ type, content, buffers }, this.#connection.key)).catch(reject);
      void this.#listen(this.#shell, this.#waiting);
      void this.#listen(this.#outputs, this.#waiting);
    });
  }

  /** Listens only while something is asked: a socket that is listened to would keep this process alive. */
  async #listen(socket: Dealer | Subscriber, waiting: Waiting): Promise<void> {
    const isShell = socket === this.#shell;
    try {
      while (isShell ? !waiting.answer : !waiting.isIdle) {
        const { header, content, buffers } = decodeMessage(await socket.receive(), this.#connection.key);
        if (isShell) waiting.answer = { content, buffers };
        else if (header.msg_type !== "status") waiting.onOutput(header.msg_type, content);
        else waiting.isIdle = content.execution_state === "idle";
      }
      if (!waiting.answer || !waiting.isIdle) return;
      this.#finish();
      waiting.resolve(waiting.answer);
    } catch (error) {
      if (this.#waiting !== waiting) return;
      this.#finish();
      waiting.reject(this.#ended ?? error);
    }
  }

  #finish(): void {
    this.#waiting = undefined;
    this.#rest();
  }

  /** Interrupts what runs; gives a function that ends the trying. */
  interrupt(): () => void {
    const send = () => {
      if (this.#waiting && this.isAlive) this.#process.kill("SIGINT");
    };
    send();
    const again = setTimeout(send, patience);
    return () => clearTimeout(again);
  }

  /** Ends the process and all that it started. */
  end(): void {
    this.#isEnding = true;
    this.#kill();
  }

  #kill(): void {
    const { pid } = this.#process;
    if (pid === undefined || this.#ended) return;
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }

  /** Waits for the end of a process that was told to. */
  async gone(): Promise<void> {
    if (this.#ended) return;
    this.#process.ref();
    await new Promise((resolve) => this.#process.once("exit", resolve));
  }

  #leave(reason: string | number | null): void {
    process.off("exit", this.#end);
    // Those that it had started, such as workers of joblib's.
    this.#kill();
    const words = lastWords(this.#words);
    const how = this.#isEnding ? "a restart" : (meanings[String(reason)] ?? `its end with ${reason}`);
    this.#ended = new PythonEnded(
      `Cannot go on in Python: its process must stay alive, got ${how}; names that it held are gone, the next call starts a new one${words && `\n\n${words}`}`,
    );
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#shell.close();
    this.#outputs.close();
    waiting?.reject(this.#ended);
  }
}
