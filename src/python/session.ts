import { currentSignal, throwIfAborted } from "../core/signal";
import type { Content } from "../kernel/wire/wire";
import { type Answer, Child } from "./child";
import { outputsShown, showOutput } from "./outputs";
import { pythonProgram } from "./place";
import { PythonEnded, PythonError } from "./pythonError";
import { Segments } from "./segments";

/** What is asked of the child besides running code. */
export interface Asking {
  readonly buffers?: readonly Uint8Array[];
  readonly signal?: AbortSignal;
  readonly onOutput?: (type: string, content: Content) => void;
}

/** The one Python child: started when it is needed, asked one thing after another. */
export class Session {
  readonly segments = new Segments();
  /** Numbers of objects of Python's that TypeScript holds no more. */
  readonly released: number[] = [];
  #child: Promise<Child> | undefined;
  #running: Child | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #count = 0;
  /** Counts the processes: objects of an earlier one are gone. */
  generation = 0;

  /** Whether something is asked that is not yet answered. */
  get isBusy(): boolean {
    return this.#count > 0;
  }

  /** Whether the process runs. */
  get isAlive(): boolean {
    return this.#running?.isAlive === true;
  }

  /** The number of the process; `undefined` while there is none. */
  async pid(): Promise<number | undefined> {
    const child = await this.#child?.catch(() => undefined);
    return child?.isAlive ? child.pid : undefined;
  }

  /** Does work after what was asked before; nothing comes between its requests. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    this.#count++;
    const before = this.#queue;
    const turn = (async () => {
      await before.catch(() => {});
      return work();
    })();
    this.#queue = turn;
    try {
      return await turn;
    } finally {
      this.#count--;
    }
  }

  /** Sends a request, within `alone`. */
  async send(type: string, content: Content, asking: Asking = {}): Promise<Answer> {
    const { buffers, signal = currentSignal(), onOutput = showOutput } = asking;
    let child: Child;
    try {
      throwIfAborted(signal);
      child = await this.#start();
      throwIfAborted(signal);
    } catch (error) {
      this.segments.takeBack();
      throw error;
    }
    this.segments.hand();
    let stopTrying = () => {};
    const stop = () => {
      stopTrying = child.interrupt();
    };
    signal?.addEventListener("abort", stop, { once: true });
    try {
      const answer = await child.request(type, content, { buffers, onOutput });
      await outputsShown();
      throwIfAborted(signal);
      if (answer.content.status === "error") throw errorOf(answer.content);
      return answer;
    } finally {
      signal?.removeEventListener("abort", stop);
      stopTrying();
    }
  }

  /** Asks for one of this stage's own actions, within `alone`. */
  async ask(content: Content, asking: Asking = {}): Promise<Answer> {
    const forget = this.segments.takeForgotten();
    const release = this.released.splice(0);
    try {
      const answer = await this.send("podium_request", { ...content, forget, release }, asking);
      this.segments.unused(answer.content.unused as number[]);
      return answer;
    } catch (error) {
      const { unused } = (error as { podium?: { unused: number[] } }).podium ?? {};
      if (unused) this.segments.unused(unused);
      throw error;
    }
  }

  async #start(): Promise<Child> {
    const known = await this.#child?.catch(() => undefined);
    if (known?.isAlive) return known;
    if (known) {
      this.segments.unusedAll();
      this.released.length = 0;
      console.log("Python is started again: names that its last process held are gone");
    }
    this.generation++;
    this.#child = pythonProgram().then(Child.start);
    try {
      this.#running = await this.#child;
      return this.#running;
    } catch (error) {
      this.#child = undefined;
      throw error;
    }
  }

  /** Ends the process, whatever it does; the next request starts another. */
  async end(): Promise<void> {
    const child = await this.#child?.catch(() => undefined);
    this.#child = undefined;
    if (!child) return;
    child.end();
    await child.gone();
    this.segments.unusedAll();
    this.released.length = 0;
    this.generation++;
  }
}

function errorOf(content: Content): Error {
  const { ename, evalue, traceback, unused } = content as {
    ename: string;
    evalue: string;
    traceback: string[];
    unused?: number[];
  };
  const error = new PythonError({ ename, evalue, traceback });
  // The segments that became unused are told with every answer.
  if (unused) Object.defineProperty(error, "podium", { value: { unused }, enumerable: false });
  return error;
}

export { PythonEnded };

/** The notebook's. */
export const session = new Session();
