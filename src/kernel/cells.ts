import { createRequire } from "node:module";
import path from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Converter } from "tslab/dist/converter";
import type { Executor } from "tslab/dist/executor";
import { afterBreak, type Gate, isBroken } from "./breaking";
import { type Compiled, Compiler } from "./compile/compiler";
import { provideModule } from "./compile/modules";
import { type CellContext, currentCell } from "./context";
import type { Comms } from "./controls/comms";
import { Controls } from "./controls/controls";
import { controlDeclarations } from "./controls/declarations";
import type { MimeBundle } from "./display/bundle";
import { Displays, displayDeclarations, type Publish } from "./display/display";
import { displayHelpers, helperDeclarations } from "./display/helpers";
import { describeValue } from "./display/mime";
import { type Prompts, promptDeclarations } from "./input/prompts";
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

/** Why the wait for a cell ended before the cell did: for an error, or as the person wished. */
class Release {
  constructor(readonly error?: unknown) {}
}

/** A cell that runs. */
interface Running {
  readonly run: number;
  readonly controller: AbortController;
  /** Ends the wait for the cell, whatever it still does. */
  release(release: Release): void;
  readonly released: Promise<Release>;
  /** The values that its names had before it. */
  earlier: ReadonlyMap<string, unknown>;
  /** What the executor reported. */
  thrown?: { readonly error: unknown };
  /** What its last line gave. */
  value?: unknown;
}

/** What cells are run with. */
interface CellsParts {
  readonly publish: Publish;
  /** Where a cell's code can be broken. */
  readonly gate: Gate;
  /** Modules that a cell is expected to import. */
  readonly expected: readonly string[];
  /** What cells ask by. */
  readonly prompts: Prompts;
  /** Channels to objects of front ends. */
  readonly comms: Comms;
}

interface CellRun {
  readonly running: Running;
  readonly context: CellContext;
}

/** Compiles and runs cells in tslab's executor: several at a time, where they await. */
export class Cells {
  readonly displays: Displays;
  readonly compiler: Compiler;
  readonly comms: Comms;
  readonly #controls: Controls;
  readonly #names = new Names();
  readonly #publish: Publish;
  readonly #gate: Gate;
  readonly #prompts: Prompts;
  /** Modules that a cell is expected to import, and that are not loaded yet. */
  readonly #expected: string[];
  #executor: Executor | undefined;
  readonly #running = new Map<CellContext, Running>();
  #runs = 0;

  constructor({ publish, gate, expected, prompts, comms }: CellsParts) {
    this.#publish = publish;
    this.#gate = gate;
    this.#expected = [...expected];
    this.#prompts = prompts;
    this.displays = new Displays(publish);
    this.comms = comms;
    this.#controls = new Controls(comms, this.displays);
    const declarations = [displayDeclarations, helperDeclarations, promptDeclarations, controlDeclarations];
    this.compiler = new Compiler(declarations.join(""), expected);
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
          const running = this.#current;
          if (running) running.thrown = { error };
        },
      },
    );
    const { display, clearOutput } = this.displays;
    const { prompt, promptSecret, confirm, alert } = this.#prompts;
    Object.assign(display, displayHelpers(this.displays));
    Object.assign(this.#names.values, { display, clearOutput, prompt, promptSecret, confirm, alert });
    this.#names.values.controls = this.#controls.namespace;
    // What compiled cells use: not tslab's own object of names, which takes a hundred times as long.
    Object.assign(runtime(), { exports: this.#names.values, bind: this.#names.bind });
    Object.defineProperty(runtime(), "value", {
      set: (value: unknown) => {
        const running = this.#current;
        if (running) running.value = value;
      },
    });
    return this.#executor;
  }

  /**
   * Runs a cell to its end, its displays and a promise on its last line included.
   *
   * @param cell the count of this run; 0 for code that is no cell of the notebook
   */
  async run(cell: number, source: string, context: CellContext): Promise<Outcome> {
    const running = start(++this.#runs);
    this.#running.set(context, running);
    this.displays.begin(context);
    context.signal = running.controller.signal;
    try {
      const magic = readMagic(source);
      return magic && this.knowsMagic(magic)
        ? await this.#finishMagic(magic, { running, context })
        : await this.#finish(cell, source, { running, context });
    } finally {
      this.#running.delete(context);
    }
  }

  /** The run that the code belongs to which runs now. */
  get #current(): Running | undefined {
    const context = currentCell();
    return context && this.#running.get(context);
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

  /** Asks a cell to stop through its signal; asked again, gives the notebook back without waiting for it. */
  interrupt(context: CellContext): void {
    const running = this.#running.get(context);
    if (!running) return;
    if (running.controller.signal.aborted) running.release(new Release());
    else running.controller.abort(new DOMException("The cell was interrupted", "AbortError"));
  }

  /** Ends the wait for a cell whose code was broken. */
  release(context: CellContext): void {
    const running = this.#running.get(context);
    running?.controller.abort(new DOMException("The cell was interrupted", "AbortError"));
    running?.release(new Release());
  }

  /**
   * Ends a cell with an error that its code cannot be told of.
   *
   * @returns whether the cell runs
   */
  fail(context: CellContext, error: unknown): boolean {
    const running = this.#running.get(context);
    running?.release(new Release(error));
    return running !== undefined;
  }

  close(): void {
    for (const context of this.#running.keys()) this.release(context);
    this.compiler.close();
  }

  async #finishMagic({ name, body, line }: MagicCell, { running, context }: CellRun): Promise<Outcome> {
    const { signal } = running.controller;
    const work = async () => {
      const value = await this.#gate.call(() => magicOf(name)?.run(body, line));
      const bundle = await describeValue(value ?? undefined);
      await this.displays.settle(context);
      return { bundle };
    };
    try {
      const outcome = await Promise.race([work(), running.released]);
      if (!(outcome instanceof Release)) return outcome;
      if (outcome.error !== undefined) return this.#failure(outcome.error, signal);
      return { error: describeInterrupt("The cell was interrupted; work that does not listen may go on") };
    } catch (error) {
      if (isBroken(error)) running.controller.abort();
      return this.#failure(error, signal);
    }
  }

  async #finish(cell: number, source: string, { running, context }: CellRun): Promise<Outcome> {
    const { executor, compiler } = this;
    const { signal } = running.controller;
    let code: Compiled | undefined;
    let hasEnded = false;
    const given = ({ error }: Release, note?: string): Outcome =>
      error === undefined ? { error: describeInterrupt(note) } : this.#failure(error, signal);
    try {
      const compiled = compiler.compile(running.run, cell, source);
      if (this.#expected.some((name) => isImported(source, name))) {
        await nextTurn();
        this.loadExpected();
      }
      const early = await Promise.race([compiled, running.released]);
      if (early instanceof Release || signal.aborted) {
        compiler.drop(running.run);
        return given(early instanceof Release ? early : new Release());
      }
      code = early;
      const state = await Promise.race([this.#execute(executor, code, running), running.released]);
      if (state instanceof Release) {
        // It ends every cell that awaits.
        if (this.#running.size === 1) executor.interrupt();
        // The executor reports the interrupt in a later turn.
        await nextTurn();
        return given(state, "The cell was interrupted; work that does not listen may go on");
      }
      if (code.diagnostics.length > 0) return { error: describeDiagnostics(code.diagnostics, source) };
      if (running.thrown) throw running.thrown.error;
      hasEnded = true;
      const shown = Promise.resolve(this.#gate.call(() => describeValue(running.value ?? undefined)));
      const bundle = await Promise.race([shown, running.released]);
      if (bundle instanceof Release) return given(bundle);
      const settled = await Promise.race([this.displays.settle(context), running.released]);
      if (settled instanceof Release) return given(settled);
      return { bundle };
    } catch (error) {
      if (isBroken(error)) running.controller.abort();
      return this.#failure(error, signal);
    } finally {
      running.value = undefined;
      if (code) await compiler.end(code, hasEnded ? undefined : this.#names.assigned(running.earlier));
    }
  }

  #failure(error: unknown, signal: AbortSignal): Outcome {
    if (isBroken(error) || isAbort(error, signal)) return { error: describeInterrupt() };
    return { error: describeError(error, this.compiler) };
  }

  /** In a turn of its own: where the cell's code is broken from outside, nothing of the kernel is on its stack. */
  #execute(executor: Executor, code: Compiled, running: Running): Promise<boolean> {
    return new Promise((resolve, reject) => {
      setImmediate(() => {
        this.compiler.next = code;
        this.compiler.onRun = () => this.#gate.enter();
        const { names = [], cleared = [] } = code.output ?? {};
        running.earlier = this.#names.declare(names, cleared);
        executor.execute(code.source).then(resolve, reject);
        this.#gate.leave();
      });
    });
  }
}

/** What the code of cells finds in the global scope. */
function runtime(): { exports: object; bind: Names["bind"] } {
  return (globalThis as unknown as { __tslab__: ReturnType<typeof runtime> }).__tslab__;
}

function start(run: number): Running {
  let release: Running["release"] = () => {};
  const released = new Promise<Release>((resolve) => {
    release = resolve;
  });
  return { run, controller: new AbortController(), release, released, earlier: new Map() };
}

/** Whether the code imports the module by a statement. */
function isImported(source: string, name: string): boolean {
  return source.includes(`from "${name}"`) || source.includes(`from '${name}'`);
}

function isAbort(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted && (error === signal.reason || (error as Error)?.name === "AbortError");
}
