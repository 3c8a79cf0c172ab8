import { existsSync } from "node:fs";
import { SourceMap } from "node:module";
import path from "node:path";
import { Worker } from "node:worker_threads";
import type {
  CompletionInfo,
  ConvertResult,
  Diagnostic,
  IsCompleteResult,
  SideOutput,
} from "tslab/dist/converter";
import type { CodeMetadata } from "tslab/dist/metadata";
import type { CompiledCell } from "./cellCompiler";
import type { CompilerCalls, CompilerData, CompilerReply, CompilerRequest } from "./compilerThread";
import { type EmittedMaps, loadTypeScript } from "./typescript";

/** A place in a source: lines and columns count from 1. */
export interface SourcePosition {
  /** A cell's name, `cell-3.ts`, or the path of a file. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

type Lookup = (line: number, column: number) => { line: number; column: number } | undefined;

interface Waiting {
  resolve(value: never): void;
  reject(error: unknown): void;
}

// tslab wraps a cell's code into a function on the same line.
const prefixes = { plain: "(function(exports, require) { ", async: "(async function(exports, require) { " };
const cellOutput = "outDir/__tslab__.js";

/**
 * The main thread's end of the compiler: it names each cell's code, keeps its source maps and diagnostics, remembers
 * which names the cells declared, those of a cell that failed half-way too, and hands tslab's executor what the
 * compiler's thread made.
 */
export class Compiler {
  /** Sources by cell name, for code frames. */
  readonly sources = new Map<string, string>();
  /** What TypeScript said about the last cell. */
  diagnostics: readonly Diagnostic[] = [];
  /** What the last cell said about itself in its first comment. */
  metadata: CodeMetadata = {};
  /** Called when a compiled cell is about to run. */
  onRun: () => void = () => {};

  readonly #data: CompilerData;
  readonly #waiting = new Map<number, Waiting>();
  readonly #lookups = new Map<string, { file: string; lookup: Lookup }>();
  #thread: Worker | undefined;
  #calls = 0;
  /** Cells so far: one that was given up may come back from the thread after the next has begun. */
  #turn = 0;
  #declarations: string;
  #pending: string | undefined;
  #cell = "cell-0.ts";
  #result: ConvertResult = { diagnostics: [] };
  /** Local files that were compiled but not yet handed on: tslab compiles each but once. */
  #files: SideOutput[] = [];

  /**
   * @param declarations ambient names that every cell knows
   * @param expected modules that a cell is expected to import
   */
  constructor(declarations: string, expected: readonly string[]) {
    this.#declarations = declarations;
    this.#data = { declarations, expected };
  }

  /** Starts the thread, which at once gets ready for the first cell. */
  start(): void {
    if (this.#thread) return;
    const thread = new Worker(path.join(__dirname, `compilerThread${path.extname(__filename)}`), {
      workerData: this.#data,
    });
    this.#thread = thread;
    thread.on("message", (reply: CompilerReply) => this.#settle(reply));
    // It keeps nothing that the next call could not give to another one.
    thread.on("error", (cause) => this.#leave(cause));
  }

  /** Compiles the cell that runs next. */
  async compile(cell: number, source: string): Promise<void> {
    const turn = ++this.#turn;
    this.#cell = `cell-${cell}.ts`;
    this.sources.set(this.#cell, source);
    this.diagnostics = [];
    this.#pending = undefined;
    const compiled = await this.#call("compile", this.#declarations, source);
    for (const file of compiled.result.sideOutputs ?? []) this.#keepFile(file, compiled.maps);
    if (turn === this.#turn) this.#take(compiled);
  }

  /** Takes over the cell's declarations: all of them, or those that got a value before it failed. */
  async end(succeeded: boolean, values: Record<string, unknown>): Promise<void> {
    const pending = this.#pending;
    if (pending === undefined) return;
    this.#pending = undefined;
    if (succeeded) {
      this.#declarations = pending;
      return;
    }
    const assigned = new Set(Object.keys(values).filter((name) => values[name] !== undefined));
    this.#declarations = await this.#call("keepAssigned", this.#declarations, pending, assigned);
  }

  /** Forgets a cell that was compiled but not run. */
  drop(): void {
    this.#turn++;
    this.#pending = undefined;
  }

  /** The compiled cell, for tslab's executor. */
  convert(): ConvertResult {
    const result = { ...this.#result, sideOutputs: this.#files.splice(0) };
    if (!result.output) return result;
    this.onRun();
    return { ...result, output: `${result.output}\n//# sourceURL=${this.#cell}` };
  }

  /** What TypeScript said about a cell that defines a module, for tslab's executor. */
  addModule(): Diagnostic[] {
    return this.#result.diagnostics;
  }

  /** Whether a cell so far declared a value of that name. */
  async declares(name: string): Promise<boolean> {
    return this.#declarations.includes(name) && this.#call("declares", this.#declarations, name);
  }

  inspect(source: string, position: number): Promise<string | undefined> {
    return this.#call("inspect", this.#declarations, source, position);
  }

  complete(source: string, position: number): Promise<CompletionInfo> {
    return this.#call("complete", this.#declarations, source, position);
  }

  /**
   * Whether a cell's text is finished, and if not, how far its next line is indented. On this thread: a console waits
   * for it no longer than a second, while the other may be reading types.
   */
  isComplete(code: string): IsCompleteResult {
    loadTypeScript();
    const { isCompleteCode }: typeof import("tslab/dist/converter") = require("tslab/dist/converter");
    return isCompleteCode(code);
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
    if ("error" in reply) waiting?.reject(reply.error);
    else waiting?.resolve(reply.value as never);
  }

  /** Keeps what the cell that runs next was compiled to. */
  #take({ metadata, result, maps }: CompiledCell): void {
    this.metadata = metadata;
    this.#result = result;
    this.diagnostics = result.diagnostics;
    if (metadata.module || result.diagnostics.length > 0) return;
    // TypeScript's declarations of a cell without any may be undefined, which tslab joins as text.
    this.#pending = (result.declOutput ?? "").replace(/^undefined/, "");
    if (!result.output) return;
    const prefix = result.hasToplevelAwait ? prefixes.async : prefixes.plain;
    const lookup = chain(maps, { name: cellOutput, text: result.output, extraLines: 1 });
    const length = result.output.split("\n").length;
    this.#lookups.set(this.#cell, {
      file: this.#cell,
      // What follows the cell's own lines is the call of tslab's wrapper.
      lookup: (line, column) =>
        line > length ? undefined : lookup(line, line === 1 ? column - prefix.length : column),
    });
  }

  #keepFile(file: SideOutput, maps: EmittedMaps): void {
    this.#files.push(file);
    const source = [".ts", ".tsx"].map((end) => file.path.replace(/\.js$/, end)).find(existsSync);
    const name = path.posix.join("outDir", path.relative(process.cwd(), file.path));
    // tslab puts one line before the text of a module that a cell defines, none before a file's.
    const lookup = chain(maps, { name, text: file.data, extraLines: source ? 0 : 1 });
    this.#lookups.set(file.path, { file: source ?? file.path, lookup });
  }
}

/** Follows both passes of tslab back: to JavaScript with imports, then to the source. */
function chain(
  emitted: EmittedMaps,
  { name, text, extraLines }: { name: string; text: string; extraLines: number },
): Lookup {
  const second = emitted.byText.get(text);
  const first = emitted.byName.get(name);
  if (!first || !second) return () => undefined;
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
