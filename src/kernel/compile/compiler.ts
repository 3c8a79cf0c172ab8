import { SourceMap } from "node:module";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { CompletionInfo, ConvertResult, Diagnostic } from "tslab/dist/converter";
import type { CodeMetadata } from "tslab/dist/metadata";
import type { CompiledCell, CompiledCode, CompiledFile, PastCell } from "./cellCompiler";
import type { CompilerCalls, CompilerData, CompilerReply, CompilerRequest } from "./compilerThread";
import type { Inspection } from "./inspection";
import { quickCompletions } from "./quickCompletions";
import { loadTypeScript } from "./typescript";

/** A place in a source: lines and columns count from 1. */
export interface SourcePosition {
  /** A cell's name, `cell-3.ts`, or the path of a file. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

type Lookup = (line: number, column: number) => { line: number; column: number } | undefined;

/** A cell that was compiled, or refused. */
export interface Compiled extends CompiledCell {
  /** Its run. */
  readonly run: number;
  readonly source: string;
  /** Its file's name. */
  readonly cell: string;
}

interface Waiting {
  resolve(value: never): void;
  reject(error: unknown): void;
}

/** What TypeScript says where a template or a comment has no end yet. */
const isUnfinished = new Set([1160, 1010]);

/** Time that the first completion waits for types, in milliseconds. */
const patience = 300;

// tslab wraps a cell's code into a function on the same line.
const prefixes = { plain: "(function(exports, require) { ", async: "(async function(exports, require) { " };

/**
 * The main thread's end of the compiler: it names each cell's code, keeps its source maps and diagnostics, tells the
 * thread which names the cells gave values, those of a cell that failed half-way too, and hands tslab's executor what
 * the thread made.
 */
export class Compiler {
  /** Sources by cell name, for code frames. */
  readonly sources = new Map<string, string>();
  /** The cell that tslab's executor is handed next. */
  next: Compiled | undefined;
  /** Called when a compiled cell is about to run. */
  onRun: () => void = () => {};

  /** What the names of the notebook hold. */
  values: Readonly<Record<string, unknown>> = {};

  readonly #data: CompilerData;
  /** The cells that declared anything, for a thread that replaces one that ended. */
  readonly #past: PastCell[] = [];
  readonly #waiting = new Map<number, Waiting>();
  readonly #lookups = new Map<string, { file: string; lookup: Lookup }>();
  #thread: Worker | undefined;
  /** Whether the thread has answered anything. */
  #isWarm = false;
  #calls = 0;
  /** Local files that were compiled but not yet handed on: each is compiled but once. */
  #files: CompiledFile[] = [];

  /**
   * @param ambient declarations of what every cell knows
   * @param expected modules that a cell is expected to import
   */
  constructor(ambient: string, expected: readonly string[]) {
    this.#data = { ambient, expected, past: this.#past };
  }

  /** Starts the thread, which at once gets ready for the first cell. */
  start(): void {
    if (this.#thread) return;
    const thread = new Worker(path.join(__dirname, `compilerThread${path.extname(__filename)}`), {
      workerData: this.#data,
      // The size bounds what V8 lets lie of earlier programs before it cleans up.
      resourceLimits: { maxOldGenerationSizeMb: 1024 },
    });
    this.#thread = thread;
    thread.on("message", (reply: CompilerReply) => this.#settle(reply));
    thread.on("error", (cause) => this.#leave(cause));
  }

  /** What the next cell said about itself in its first comment. */
  get metadata(): CodeMetadata {
    return this.next?.metadata ?? {};
  }

  /**
   * Compiles a cell, to be handed to `end` or `drop`.
   *
   * @param run tells the runs of cells apart, from 1 on: what the thread compiles of its own accord is 0
   */
  async compile(run: number, cell: number, source: string): Promise<Compiled> {
    const name = `cell-${cell}.ts`;
    this.sources.set(name, source);
    const compiled = await this.#call("compile", source, run);
    for (const file of compiled.files) this.#keepFile(file);
    if (compiled.metadata.module) this.#past.push({ source });
    if (compiled.output) this.#keepCell(name, compiled.output);
    return { ...compiled, run, source, cell: name };
  }

  /**
   * Takes over the names of a cell that ran.
   *
   * @param assigned those that it gave a value (default: all)
   */
  async end({ output, source, run }: Compiled, assigned?: ReadonlySet<string>): Promise<void> {
    if (!output) return;
    if (output.declares) this.#past.push({ source, assigned });
    await this.#call("end", assigned, run);
  }

  /** Forgets a cell that was compiled, or still is, and does not run. */
  drop(run: number): void {
    void this.#call("drop", run).catch(() => {});
  }

  /** The next cell, for tslab's executor. */
  convert(): ConvertResult {
    const { diagnostics = [], output, cell } = this.next ?? {};
    const sideOutputs = this.#files.splice(0).map(({ path, code }) => ({ path, data: code }));
    if (!output || diagnostics.length > 0) return { diagnostics: [...diagnostics], sideOutputs };
    this.onRun();
    const code = `${output.code}\n//# sourceURL=${cell}`;
    return { diagnostics: [], sideOutputs, output: code, hasToplevelAwait: output.isAsync };
  }

  /** What TypeScript said about a cell that defines a module, for tslab's executor. */
  addModule(): Diagnostic[] {
    return [...(this.next?.diagnostics ?? [])];
  }

  /** Whether a cell so far gave the name a value. */
  async declares(name: string): Promise<boolean> {
    return this.#call("declares", name);
  }

  inspect(source: string, position: number): Promise<Inspection | undefined> {
    return this.#call("inspect", source, position);
  }

  /** What may stand at a place; while the first types are read, by the values that are there. */
  async complete(source: string, position: number): Promise<CompletionInfo> {
    const full = this.#call("complete", source, position);
    if (this.#isWarm) return full;
    const early = await Promise.race([full, pause(patience)]);
    const info = early ?? quickCompletions(source, position, this.values);
    return info.candidates.length > 0 ? info : full;
  }

  /**
   * Whether a cell's text is finished and TypeScript, and if not finished, how far its next line is indented. On this thread: a console waits
   * for it no longer than a second, while the other may be reading types.
   */
  isComplete(code: string): { status: "complete" | "incomplete" | "invalid"; indent: string } {
    const compiler = loadTypeScript();
    const { isCompleteCode }: typeof import("tslab/dist/converter") = require("tslab/dist/converter");
    const { completed, indent = "" } = isCompleteCode(code);
    if (!completed) return { status: "incomplete", indent };
    // Its own field, which it does not publish.
    const { parseDiagnostics } = compiler.createSourceFile("cell.ts", code, compiler.ScriptTarget.ES2022) as {
      parseDiagnostics?: readonly { readonly code: number }[];
    };
    if (parseDiagnostics?.some(({ code }) => isUnfinished.has(code)))
      return { status: "incomplete", indent: "" };
    return { status: parseDiagnostics?.length ? "invalid" : "complete", indent };
  }

  /** Where a place in compiled code came from; `undefined` for code that is no cell's nor a local file's. */
  originOf(file: string, line: number, column: number): SourcePosition | undefined {
    const known = this.#lookups.get(file);
    const found = known?.lookup(line, column);
    return known && found && { file: known.file, ...found };
  }

  close(): void {
    void this.#thread?.terminate();
    this.#leave();
  }

  /** Fails what waits for a thread that is gone. */
  #leave(cause?: unknown): void {
    this.#thread = undefined;
    this.#isWarm = false;
    for (const { reject } of this.#waiting.values()) {
      reject(new Error("Cannot compile: the compiler's thread ended", { cause }));
    }
    this.#waiting.clear();
  }

  #call<Name extends keyof CompilerCalls>(
    method: Name,
    ...given: Parameters<CompilerCalls[Name]>
  ): Promise<ReturnType<CompilerCalls[Name]>> {
    this.start();
    const id = this.#calls++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#thread?.postMessage({ id, method, given } satisfies CompilerRequest);
    });
  }

  #settle(reply: CompilerReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    this.#isWarm = true;
    if ("error" in reply) waiting?.reject(reply.error);
    else waiting?.resolve(reply.value as never);
  }

  #keepCell(cell: string, { code, maps, isAsync }: NonNullable<CompiledCell["output"]>): void {
    const prefix = isAsync ? prefixes.async : prefixes.plain;
    const lookup = chain({ code, maps }, 1);
    const length = code.split("\n").length;
    this.#lookups.set(cell, {
      file: cell,
      // What follows the cell's own lines is the call of tslab's wrapper.
      lookup: (line, column) =>
        line > length ? undefined : lookup(line, line === 1 ? column - prefix.length : column),
    });
  }

  #keepFile(file: CompiledFile): void {
    this.#files.push(file);
    // One line precedes the text of a module that a cell defines, none a file's.
    const lookup = chain(file, file.source ? 0 : 1);
    this.#lookups.set(file.path, { file: file.source ?? file.path, lookup });
  }
}

/** Follows both passes back: to JavaScript with imports, then to the source. */
function chain({ maps: [second, first] }: CompiledCode, extraLines: number): Lookup {
  // Parsed only when an error asks.
  let maps: [SourceMap, SourceMap] | undefined;
  return (line, column) => {
    maps ??= [new SourceMap(JSON.parse(second)), new SourceMap(JSON.parse(first))];
    const middle = maps[0].findEntry(line - 1, column - 1);
    if (!("originalLine" in middle)) return undefined;
    const origin = maps[1].findEntry(middle.originalLine, middle.originalColumn);
    if (!("originalLine" in origin) || origin.originalLine < extraLines) return undefined;
    return { line: origin.originalLine - extraLines + 1, column: origin.originalColumn + 1 };
  };
}
