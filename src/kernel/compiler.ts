import { existsSync } from "node:fs";
import { SourceMap } from "node:module";
import path from "node:path";
import type { Converter, ConvertResult, Diagnostic, IsCompleteResult } from "tslab/dist/converter";
import { declaredNames, keepAssigned } from "./declarations";
import { type EmittedMaps, loadTypeScript, prepareTypeScript } from "./typescript";

/** A place in a source: lines and columns count from 1. */
export interface SourcePosition {
  /** A cell's name, `cell-3.ts`, or the path of a file. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

type Lookup = (line: number, column: number) => { line: number; column: number } | undefined;

// tslab wraps a cell's code into a function on the same line.
const prefixes = { plain: "(function(exports, require) { ", async: "(async function(exports, require) { " };
const cellOutput = "outDir/__tslab__.js";

/**
 * tslab's converter, that also names each cell's code, keeps its source maps and diagnostics, and remembers which
 * names the cells declared, those of a cell that failed half-way too.
 */
export class Compiler implements Converter {
  /** Sources by cell name, for code frames. */
  readonly sources = new Map<string, string>();
  /** What TypeScript said about the last cell. */
  diagnostics: readonly Diagnostic[] = [];
  /** Whether a cell's text is finished, and if not, how far its next line is indented. */
  readonly isComplete: (code: string) => IsCompleteResult;

  readonly #maps: EmittedMaps;
  readonly #create: () => Converter;
  #made: Converter | undefined;
  readonly #lookups = new Map<string, { file: string; lookup: Lookup }>();
  readonly #initial: string;
  #declarations: string;
  #pending: string | undefined;
  #cell = "cell-0.ts";

  /** @param declarations ambient names that every cell knows */
  constructor(declarations: string) {
    this.#maps = prepareTypeScript();
    const { createConverter, isCompleteCode }: typeof import("tslab/dist/converter") =
      require("tslab/dist/converter");
    this.#create = () => createConverter({ isJS: false, isBrowser: false });
    this.isComplete = isCompleteCode;
    this.#initial = declarations;
    this.#declarations = declarations;
  }

  /** tslab's converter; made on first use, which takes seconds. */
  get #converter(): Converter {
    this.#made ??= this.#create();
    return this.#made;
  }

  /** Makes what the first cell needs, so that it need not. */
  load(): void {
    void this.#converter;
  }

  /** Names the cell that is compiled next. */
  begin(cell: number, source: string): void {
    this.#cell = `cell-${cell}.ts`;
    this.sources.set(this.#cell, source);
    this.diagnostics = [];
    this.#pending = undefined;
  }

  /** Takes over the cell's declarations: all of them, or those that got a value before it failed. */
  end(succeeded: boolean, values: Record<string, unknown>): void {
    if (this.#pending === undefined) return;
    this.#declarations = succeeded
      ? this.#pending
      : keepAssigned(
          loadTypeScript(),
          { before: this.#declarations, after: this.#pending },
          (name) => values[name] !== undefined,
        );
    this.#pending = undefined;
  }

  /** Called when a cell is compiled and about to run. */
  onCompiled: () => void = () => {};

  convert(_declarations: string, source: string): ConvertResult {
    this.#maps.byText.clear();
    const result = this.#converter.convert(this.#declarations, source);
    this.diagnostics = result.diagnostics;
    for (const { path: file, data } of result.sideOutputs ?? []) this.#keepFile(file, data);
    if (result.diagnostics.length > 0) return result;
    // TypeScript's declarations of a cell without any may be undefined, which tslab joins as text.
    this.#pending = (result.declOutput ?? "").replace(/^undefined/, "");
    if (!result.output) return result;
    const prefix = result.hasToplevelAwait ? prefixes.async : prefixes.plain;
    const lookup = this.#chain(cellOutput, result.output, 1);
    const length = result.output.split("\n").length;
    this.#lookups.set(this.#cell, {
      file: this.#cell,
      // What follows the cell's own lines is the call of tslab's wrapper.
      lookup: (line, column) =>
        line > length ? undefined : lookup(line, line === 1 ? column - prefix.length : column),
    });
    this.onCompiled();
    return { ...result, output: `${result.output}\n//# sourceURL=${this.#cell}` };
  }

  /** Whether a cell so far declared a value of that name. */
  declares(name: string): boolean {
    return declaredNames(loadTypeScript(), this.#declarations).includes(name);
  }

  inspect(_declarations: string, source: string, position: number) {
    return this.#converter.inspect(this.#declarations, source, position);
  }

  complete(_declarations: string, source: string, position: number) {
    return this.#converter.complete(this.#declarations, source, position);
  }

  addModule(...args: Parameters<Converter["addModule"]>): Diagnostic[] {
    const diagnostics = this.#converter.addModule(...args);
    this.diagnostics = diagnostics;
    return diagnostics;
  }

  /** Builds the program with these modules' types, so that the first cell need not. */
  warm(modules: readonly string[]): void {
    const imports = modules.map((name, i) => `import * as warm${i} from ${JSON.stringify(name)};`);
    const uses = modules.map((_, i) => `warm${i};`);
    this.#converter.convert(this.#initial, [...imports, ...uses].join("\n"));
  }

  /** Where a place in compiled code came from; `undefined` for code that is no cell's nor a local file's. */
  originOf(file: string, line: number, column: number): SourcePosition | undefined {
    const known = this.#lookups.get(file);
    const found = known?.lookup(line, column);
    return known && found && { file: known.file, ...found };
  }

  close(): void {
    this.#made?.close();
  }

  #keepFile(file: string, text: string): void {
    const source = [".ts", ".tsx"].map((end) => file.replace(/\.js$/, end)).find(existsSync);
    const name = path.posix.join("outDir", path.relative(process.cwd(), file));
    // tslab puts one line before the text of a module that a cell defines, none before a file's.
    const lookup = this.#chain(name, text, source ? 0 : 1);
    this.#lookups.set(file, { file: source ?? file, lookup });
  }

  /** Follows both passes of tslab back: to JavaScript with imports, then to the source. */
  #chain(name: string, text: string, extraLines: number): Lookup {
    const second = this.#maps.byText.get(text);
    const first = this.#maps.byName.get(name);
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
}
