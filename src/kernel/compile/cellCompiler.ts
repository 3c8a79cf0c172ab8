import type { CompletionInfo, Converter, ConvertResult } from "tslab/dist/converter";
import type { CodeMetadata } from "tslab/dist/metadata";
import { declaredNames, keepAssigned } from "./declarations";
import { type EmittedMaps, loadTypeScript, prepareTypeScript } from "./typescript";

/** A cell as tslab's executor takes it, with the source maps of what was emitted. */
export interface CompiledCell {
  readonly metadata: CodeMetadata;
  /** What TypeScript made of a cell, or said about one that defines a module. */
  readonly result: ConvertResult;
  readonly maps: EmittedMaps;
}

/** tslab's converter, which keeps no cells: the names that earlier ones declared come with every call. */
export class CellCompiler {
  readonly #maps: EmittedMaps;
  readonly #create: () => Converter;
  readonly #metadataOf: (source: string) => CodeMetadata;
  #made: Converter | undefined;

  constructor() {
    this.#maps = prepareTypeScript();
    const { createConverter }: typeof import("tslab/dist/converter") = require("tslab/dist/converter");
    const { getCodeMetadata }: typeof import("tslab/dist/metadata") = require("tslab/dist/metadata");
    this.#create = () => createConverter({ isJS: false, isBrowser: false });
    this.#metadataOf = getCodeMetadata;
  }

  /** tslab's converter; made on first use, which takes a second: it reads the types of Node. */
  get converter(): Converter {
    this.#made ??= this.#create();
    return this.#made;
  }

  compile(declarations: string, source: string): CompiledCell {
    this.#maps.byName.clear();
    this.#maps.byText.clear();
    const metadata = this.#metadataOf(source);
    const result: ConvertResult = metadata.module
      ? { diagnostics: this.converter.addModule(metadata.module, source, metadata) }
      : this.converter.convert(declarations, source);
    return { metadata, result, maps: this.#maps };
  }

  /** The declarations after a cell that failed half-way, of which these names have a value. */
  keepAssigned(before: string, after: string, assigned: ReadonlySet<string>): string {
    return keepAssigned(loadTypeScript(), { before, after }, (name) => assigned.has(name));
  }

  /** Whether the declarations hold a value of that name. */
  declares(declarations: string, name: string): boolean {
    return declaredNames(loadTypeScript(), declarations).includes(name);
  }

  /** What is known of the name at that place; `undefined` where there is none. */
  inspect(declarations: string, source: string, position: number): string | undefined {
    const info = this.converter.inspect(declarations, source, position);
    if (!info) return undefined;
    const { printQuickInfo }: typeof import("tslab/dist/inspect") = require("tslab/dist/inspect");
    return printQuickInfo(info);
  }

  complete(declarations: string, source: string, position: number): CompletionInfo {
    const { start, end, candidates } = this.converter.complete(declarations, source, position);
    return { start, end, candidates };
  }
}
