import { syncBuiltinESMExports } from "node:module";
import readline from "node:readline";
import readlinePromises from "node:readline/promises";
import { Readable } from "node:stream";
import { type CellContext, currentCell } from "../context";
import type { Questions } from "./questions";

/**
 * Ends a cell with an error that its code cannot be told of.
 *
 * @returns whether the cell runs
 */
type Fail = (cell: CellContext, error: unknown) => boolean;

/** The lines that a person types, as `process.stdin` of one cell. They are asked for when code waits for one. */
class StandardInput extends Readable {
  readonly fd = 0;
  readonly isTTY = true;
  isRaw = false;
  readonly #questions: Questions;
  readonly #cell: CellContext;
  readonly #fail: Fail;
  /** readline's interface, where that reads: it would lose a line that comes before its question. */
  #reader: readline.Interface | undefined;
  /** What the reader asks for. */
  #question: string | undefined;
  #isWanted = false;
  #isAsking = false;

  constructor(questions: Questions, cell: CellContext, fail: Fail) {
    super({ encoding: "utf8" });
    this.#questions = questions;
    this.#cell = cell;
    this.#fail = fail;
  }

  setRawMode(): this {
    return this;
  }

  /** Lets readline read, which then is asked what it waits for. */
  serve(reader: readline.Interface): void {
    this.#reader = reader;
    reader.on("newListener", (event) => {
      if (event === "line") setImmediate(() => this.#askIfWanted());
    });
    const prompt = reader.prompt.bind(reader);
    reader.prompt = (preserveCursor) => {
      // The front end shows the text with the question.
      const holder = reader as { output?: unknown };
      const { output } = holder;
      holder.output = undefined;
      try {
        prompt(preserveCursor);
      } finally {
        holder.output = output;
      }
      this.#question = reader.getPrompt();
      this.#askIfWanted();
    };
    reader.on("close", () => {
      if (this.#reader === reader) this.#reader = undefined;
    });
  }

  override _read(): void {
    this.#isWanted = true;
    // What is to be read is often said only after the reader was made.
    setImmediate(() => this.#askIfWanted());
  }

  #askIfWanted(): void {
    const reader = this.#reader;
    if (!this.#isWanted || this.#isAsking || this.destroyed || this.#cell.hasEnded) return;
    const isAwaited = reader
      ? this.#question !== undefined || reader.listenerCount("line") > 0
      : this.listenerCount("data") + this.listenerCount("readable") > 0;
    if (!isAwaited) return;
    const prompt = this.#question ?? "";
    this.#question = undefined;
    this.#isAsking = true;
    this.#questions.later({ prompt }, this.#cell).then(
      (line) => {
        this.#isWanted = false;
        this.#isAsking = false;
        this.push(`${line}\n`);
      },
      (error) => {
        this.#isAsking = false;
        // Whoever waits for a line would wait for ever.
        if (!this.#cell.hasEnded && !this.#fail(this.#cell, error)) this.destroy();
      },
    );
  }
}

/** Lets cells read what a person types by `process.stdin` and `readline`. */
export function provideStandardInput(questions: Questions, fail: Fail): void {
  const inputs = new WeakMap<CellContext, StandardInput>();
  const own = Object.getOwnPropertyDescriptor(process, "stdin");
  Object.defineProperty(process, "stdin", {
    configurable: true,
    enumerable: true,
    get: () => {
      const cell = currentCell();
      if (!cell) return own?.get?.call(process);
      const known = inputs.get(cell);
      if (known && !known.destroyed) return known;
      const input = new StandardInput(questions, cell, fail);
      inputs.set(cell, input);
      return input;
    },
  });
  for (const module of [readline, readlinePromises] as {
    createInterface: typeof readline.createInterface;
  }[]) {
    const { createInterface } = module;
    const create = (...given: unknown[]) => {
      const [options, ...rest] = given as [readline.ReadLineOptions, ...unknown[]];
      const isOptions = options && !(options instanceof Readable);
      const input = isOptions ? options.input : (given[0] as unknown);
      if (!(input instanceof StandardInput)) return Reflect.apply(createInterface, module, given);
      // Of a terminal it would read keys, and draw the line itself.
      const asked = isOptions ? { ...options } : { input, output: rest[0] as NodeJS.WritableStream };
      const reader = createInterface({ ...asked, terminal: false });
      input.serve(reader);
      return reader;
    };
    module.createInterface = create as typeof createInterface;
  }
  syncBuiltinESMExports();
}
