import { Console } from "node:console";
import { Allowances } from "./allowances";
import { type CellContext, currentCell } from "./context";
import { Terminal } from "./display/terminal";

type Write = typeof process.stdout.write;
type Name = "stdout" | "stderr";

/** Publishes text of a cell. */
export type PublishText = (name: Name, text: string, cell: CellContext | undefined) => void;

/** Most often that text is published, in milliseconds between. */
const interval = 50;

/** Sends what the process writes to its standard streams to the notebook, gathered but never out of order. */
export class Streams {
  readonly #publish: PublishText;
  readonly #allowances = new Allowances();
  readonly #terminals = { stdout: new Terminal(), stderr: new Terminal() };
  #console: object | undefined;
  #name: Name = "stdout";
  #cell: CellContext | undefined;
  #text = "";
  #sent = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(publish: PublishText) {
    this.#publish = publish;
  }

  /** Takes the streams over, and the console that writes to them. */
  capture(): void {
    this.#console ??= provideConsole();
    for (const name of ["stdout", "stderr"] as const) {
      Object.assign(
        process[name],
        this.#terminals[name].methods((text) => this.#add(name, text)),
      );
      process[name].write = this.#writer(name);
    }
  }

  /** Publishes what is gathered. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#text === "") return;
    const text = this.#terminals[this.#name].plain(this.#text);
    this.#text = "";
    this.#sent = performance.now();
    const shown = this.#allowances.within(text, this.#cell);
    if (shown !== "") this.#publish(this.#name, shown, this.#cell);
  }

  /** Publishes what is gathered, and says what the cell printed beyond its allowance. */
  end(cell: CellContext): void {
    this.flush();
    const notice = this.#allowances.end(cell);
    if (notice !== "") this.#publish(this.#name, notice, cell);
  }

  #writer(name: Name): Write {
    const decoder = new TextDecoder();
    const write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
      this.#add(name, typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true }));
      if (rest.length === 0) return true;
      const done = rest.find((argument) => typeof argument === "function");
      if (done) queueMicrotask(done as () => void);
      return true;
    };
    return write as Write;
  }

  #add(name: Name, text: string): void {
    const cell = currentCell();
    const isOther = cell !== this.#cell;
    if (name !== this.#name || isOther) this.flush();
    this.#name = name;
    this.#cell = cell;
    this.#text += text;
    // At once after a pause, and what a cell begins with, so that a synchronous loop shows its lines; no timer would
    // fire in it.
    if (isOther || performance.now() - this.#sent >= interval) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), interval);
  }
}

/**
 * Lets `console` write to the streams, and do nothing else: Node's own tells V8's inspector of every call, and asks the
 * terminal for its colours.
 */
function provideConsole(): object {
  const { stdout, stderr } = process;
  const own = new Console({ stdout, stderr, colorMode: false, ignoreErrors: false });
  const methods = Object.entries(own).filter(([, method]) => typeof method === "function");
  return Object.assign(console, Object.fromEntries(methods));
}
