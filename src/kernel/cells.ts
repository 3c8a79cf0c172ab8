import { createRequire } from "node:module";
import path from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Converter } from "tslab/dist/converter";
import type { Executor } from "tslab/dist/executor";
import { afterBreak, type Gate, isBroken } from "./breaking";
import { Compiler } from "./compile/compiler";
import { provideModule } from "./compile/modules";
import type { CellContext } from "./context";
import type { MimeBundle } from "./display/bundle";
import { Displays, displayDeclarations, type Publish } from "./display/display";
import { describeValue } from "./display/mime";
import { type MagicCell, magicOf, readMagic } from "./magics";
import { Names } from "./names";
import {
  type CellError,
  describeDiagnostics,
  describeError,
  describeInterrupt,
  keepStacksReadable,
} from "./traceback";

/** How a cell ended: with what its last line shows, or with an error. */
export type Outcome = { bundle?: MimeBundle } | { error: CellError };

/** A cell that runs. */
interface Running {
  readonly controller: AbortController;
  /** Ends the wait for the cell, whatever it still does. */
  release(): void;
  readonly released: Promise<"released">;
}

/** Compiles and runs cells, one at a time, in tslab's executor. */
export class Cells {
  readonly displays: Displays;
  readonly compiler: Compiler;
  readonly #names = new Names();
  readonly #publish: Publish;
  readonly #gate: Gate;
  /** Modules that a cell is expected to import, and that are not loaded yet. */
  readonly #expected: string[];
  #executor: Executor | undefined;
  #running: Running | undefined;
  /** What the executor reported of the running cell. */
  #thrown: { error: unknown } | undefined;

  /**
   * @param gate where a cell's code can be broken
   * @param expected modules that a cell is expected to import
   */
  constructor(publish: Publish, gate: Gate, expected: readonly string[]) {
    this.#publish = publish;
    this.#gate = gate;
    this.#expected = [...expected];
    this.displays = new Displays(publish);
    this.compiler = new Compiler(displayDeclarations, expected);
    this.compiler.values = this.#names.values;
    keepStacksReadable(this.compiler);
  }

  get executor(): Executor {
    if (this.#executor) return this.#executor;
    const { compiler } = this;
    const converter = compiler as unknown as Converter;
    // tslab's executor asks its TypeScript, which is on another thread here, what a cell says about itself.
    provideModule("tslab/dist/metadata", { getCodeMetadata: () => compiler.metadata });
    // Where tslab's own `display`, imported by a cell, publishes.
    provideModule("tslab/dist/jupyter", {
      lastWriteDisplayData: (content: Record<string, unknown>, update: boolean) =>
        this.#publish(update ? "update_display_data" : "display_data", content),
    });
    const { createExecutor }: typeof import("tslab/dist/executor") = require("tslab/dist/executor");
    this.#executor = createExecutor(
      process.cwd(),
      { node: converter, browser: converter, close: () => compiler.close() },
      {
        log: () => {},
        error: (error: unknown) => {
          if (isBroken(error)) afterBreak();
          this.#thrown = { error };
        },
      },
    );
    const { display, clearOutput } = this.displays;
    Object.assign(this.#names.values, { display, clearOutput });
    // What compiled cells use: not tslab's own object of names, which takes a hundred times as long.
    Object.assign(runtime(), { exports: this.#names.values, bind: this.#names.bind });
    return this.#executor;
  }

  /**
   * Runs a cell to its end, its displays and a promise on its last line included.
   *
   * @param cell the count of this run; 0 for code that is no cell of the notebook
   */
  async run(cell: number, source: string, context: CellContext): Promise<Outcome> {
    const running = start();
    this.#running = running;
    this.displays.begin();
    context.signal = running.controller.signal;
    try {
      const magic = readMagic(source);
      return magic && this.knowsMagic(magic)
        ? await this.#finishMagic(magic, running)
        : await this.#finish(cell, source, running);
    } finally {
      if (this.#running === running) this.#running = undefined;
    }
  }

  /** Whether the cell is one of a console's words for leaving it, and no name that an earlier cell declared. */
  async asksToExit(source: string): Promise<boolean> {
    const name = /^\s*(exit|quit)(\(\))?;?\s*$/.exec(source)?.[1];
    return name !== undefined && !(await this.compiler.declares(name));
  }

  /** Loads the modules that a cell is expected to import. */
  loadExpected(): void {
    const require = createRequire(path.join(process.cwd(), "expected.js"));
    for (const name of this.#expected.splice(0)) {
      try {
        require(name);
      } catch {
        // The cell that imports it will say what is wrong.
      }
    }
  }

  /** Whether there is something that runs such a cell; modules that a cell is expected to import may bring it. */
  knowsMagic({ name }: MagicCell): boolean {
    if (!magicOf(name)) this.loadExpected();
    return magicOf(name) !== undefined;
  }

  /** Asks the cell to stop through its signal; asked again, gives the notebook back without waiting for it. */
  interrupt(): void {
    const running = this.#running;
    if (!running) return;
    if (running.controller.signal.aborted) running.release();
    else running.controller.abort(new DOMException("The cell was interrupted", "AbortError"));
  }

  /** Ends the wait for a cell whose code was broken. */
  release(): void {
    this.#running?.controller.abort(new DOMException("The cell was interrupted", "AbortError"));
    this.#running?.release();
  }

  close(): void {
    this.release();
    this.compiler.close();
  }

  async #finishMagic({ name, body, line }: MagicCell, running: Running): Promise<Outcome> {
    const { signal } = running.controller;
    const work = async () => {
      const value = await this.#gate.call(() => magicOf(name)?.run(body, line));
      const bundle = await describeValue(value ?? undefined);
      await this.displays.settle();
      return { bundle };
    };
    try {
      const outcome = await Promise.race([work(), running.released]);
      if (outcome !== "released") return outcome;
      return { error: describeInterrupt("The cell was interrupted; work that does not listen may go on") };
    } catch (error) {
      if (isBroken(error) || isAbort(error, signal)) {
        running.controller.abort();
        return { error: describeInterrupt() };
      }
      return { error: describeError(error, this.compiler) };
    }
  }

  async #finish(cell: number, source: string, running: Running): Promise<Outcome> {
    const { executor, compiler } = this;
    const { signal } = running.controller;
    this.#thrown = undefined;
    let assigned: ReadonlySet<string> | undefined = new Set();
    try {
      const compiled = compiler.compile(cell, source);
      if (this.#expected.some((name) => isImported(source, name))) {
        await nextTurn();
        this.loadExpected();
      }
      const early = await Promise.race([compiled, running.released]);
      if (early === "released" || signal.aborted) {
        compiler.drop();
        return { error: describeInterrupt() };
      }
      const state = await Promise.race([this.#execute(executor, source), running.released]);
      if (state === "released") {
        executor.interrupt();
        // The executor reports the interrupt in a later turn, which must not fall into the next cell.
        await nextTurn();
        return { error: describeInterrupt("The cell was interrupted; work that does not listen may go on") };
      }
      if (compiler.diagnostics.length > 0)
        return { error: describeDiagnostics(compiler.diagnostics, source) };
      if (this.#thrown) throw (this.#thrown as { error: unknown }).error;
      assigned = undefined;
      const { value } = runtime();
      const shown = Promise.resolve(this.#gate.call(() => describeValue(value ?? undefined)));
      const bundle = await Promise.race([shown, running.released]);
      const settled =
        bundle === "released" ? bundle : await Promise.race([this.displays.settle(), running.released]);
      if (bundle === "released" || settled === "released") return { error: describeInterrupt() };
      return { bundle };
    } catch (error) {
      if (isBroken(error) || isAbort(error, signal)) {
        running.controller.abort();
        return { error: describeInterrupt() };
      }
      return { error: describeError(error, compiler) };
    } finally {
      runtime().value = undefined;
      await compiler.end(assigned && this.#names.assigned());
    }
  }

  /** In a turn of its own: where the cell's code is broken from outside, nothing of the kernel is on its stack. */
  #execute(executor: Executor, source: string): Promise<boolean> {
    return new Promise((resolve, reject) => {
      setImmediate(() => {
        this.compiler.onRun = () => this.#gate.enter();
        const { names, cleared } = this.compiler.names;
        this.#names.declare(names, cleared);
        executor.execute(source).then(resolve, reject);
        this.#gate.leave();
      });
    });
  }
}

/** What the code of cells finds in the global scope. */
function runtime(): { exports: object; bind: Names["bind"]; value: unknown } {
  return (globalThis as unknown as { __tslab__: ReturnType<typeof runtime> }).__tslab__;
}

function start(): Running {
  let release = () => {};
  const released = new Promise<"released">((resolve) => {
    release = () => resolve("released");
  });
  return { controller: new AbortController(), release, released };
}

/** Whether the code imports the module by a statement. */
function isImported(source: string, name: string): boolean {
  return source.includes(`from "${name}"`) || source.includes(`from '${name}'`);
}

function isAbort(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted && (error === signal.reason || (error as Error)?.name === "AbortError");
}
