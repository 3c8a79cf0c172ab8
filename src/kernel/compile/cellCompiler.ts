import path from "node:path";
import type * as ts from "@tslab/typescript-for-tslab";
import type { CompletionInfo, Diagnostic } from "tslab/dist/converter";
import type { CodeMetadata } from "tslab/dist/metadata";
import { type Augmentation, augmentationsOf, overlap } from "./augmentations";
import { findCompletions } from "./completions";
import { readDiagnostics } from "./diagnostics";
import { documentWhenAsked } from "./documentation";
import { cellPrefix, NotebookHost } from "./host";
import { type Inspection, inspectName } from "./inspection";
import { namesInOnePlace } from "./namesInOnePlace";
import { NotebookScope } from "./scope";
import { loadTypeScript } from "./typescript";

/** Code that runs, and the maps of both passes that made it. */
export interface CompiledCode {
  readonly code: string;
  /** From the code to JavaScript with imports, and from that to the source. */
  readonly maps: readonly [string, string];
}

/** A local file that a cell imports. */
export interface CompiledFile extends CompiledCode {
  /** Where `require` looks for it. */
  readonly path: string;
  /** The file on disk that it was made from; `undefined` for a module that a cell defined. */
  readonly source: string | undefined;
}

/** A cell as it runs. */
export interface CompiledCell {
  readonly metadata: CodeMetadata;
  /** What TypeScript says about it; a cell of which it says anything does not run. */
  readonly diagnostics: readonly Diagnostic[];
  /** Local files that changed since a cell imported them. */
  readonly files: readonly CompiledFile[];
  /** `undefined` for a cell that defines a module or is refused. */
  readonly output?: CompiledCode & {
    readonly isAsync: boolean;
    /** Names that it gives values, and those of them that begin anew. */
    readonly names: readonly string[];
    readonly cleared: readonly string[];
    /** Whether it declares anything, types included. */
    readonly declares: boolean;
  };
}

/** A cell that ran: its code, and the names that it gave a value, all of them where none is told. */
export interface PastCell {
  readonly source: string;
  readonly assigned?: ReadonlySet<string>;
}

/** TypeScript's node of a cell, with the table of names that it does not publish. */
type CellFile = ts.SourceFile & { locals?: Map<ts.__String, ts.Symbol>; imports: ts.StringLiteralLike[] };

/** A cell that was compiled and has not ended. */
interface PendingCell {
  readonly file: CellFile;
  readonly checker: ts.TypeChecker;
  readonly names: readonly string[];
  readonly augmentations: readonly Augmentation[];
  /** Of its names, those that were not known before, where other code sees them already. */
  early?: readonly string[];
}

/** Compiles the cells of a notebook, which to TypeScript are one program. */
export class CellCompiler {
  readonly #ts = loadTypeScript();
  readonly #host = new NotebookHost(this.#ts);
  readonly #service = this.#ts.createLanguageService(this.#host);
  readonly #scope = new NotebookScope(this.#ts);
  readonly #metadataOf: (source: string) => CodeMetadata;
  /** Names that the code of cells finds with the notebook's. */
  readonly #known = new Set<string>();
  /** Versions of the local files that were handed on. */
  readonly #done = new Map<string, string>();
  /** The cell that was asked about last. */
  #looked: string | undefined;
  /** The cells that run, by their numbers. */
  readonly #pending = new Map<number, PendingCell>();
  /** What cells added to the global scope and to modules. */
  #augmentations: readonly Augmentation[] = [];

  /** @param ambient declarations of what every cell knows */
  constructor(ambient: string) {
    const { getCodeMetadata }: typeof import("tslab/dist/metadata") = require("tslab/dist/metadata");
    this.#metadataOf = getCodeMetadata;
    documentWhenAsked(this.#ts, this.#host.documentedText);
    const { file, program } = this.#open(ambient);
    for (const name of file.locals?.keys() ?? []) this.#known.add(this.#ts.unescapeLeadingUnderscores(name));
    this.#scope.add(file, program.getTypeChecker(), () => true);
  }

  /**
   * Compiles a cell.
   *
   * @param run tells the runs of cells apart (default: one at a time)
   */
  compile(source: string, run = 0): CompiledCell {
    this.#pending.delete(run);
    const metadata = this.#metadataOf(source);
    if (metadata.module) {
      const written = path.join(this.#host.directory, `${metadata.module}.${metadata.jsx ? "tsx" : "ts"}`);
      this.#host.write(written, source);
      const program = this.#program();
      const files = [program.getSourceFile(written) as ts.SourceFile];
      return {
        metadata,
        files: [],
        diagnostics: readDiagnostics(this.#ts, { program, files, host: this.#host }),
      };
    }
    const { file, program, augmentations } = this.#open(source);
    const local = this.#localFiles(file, program);
    const diagnostics = readDiagnostics(this.#ts, { program, files: [file, ...local], host: this.#host });
    if (diagnostics.length > 0) return { metadata, files: [], diagnostics };
    const files = local.flatMap((one) => this.#compileFile(one, program));
    const output = this.#compileCell(file, program);
    const checker = program.getTypeChecker();
    this.#pending.set(run, { file, checker, names: output.names, augmentations });
    return { metadata, files, diagnostics, output };
  }

  /**
   * Takes over the names of a cell that ran.
   *
   * @param assigned those that it gave a value (default: all)
   */
  end(assigned?: ReadonlySet<string>, run = 0): void {
    const pending = this.#pending.get(run);
    if (!pending) return;
    this.#looked = undefined;
    this.#pending.delete(run);
    const { file, checker, names, augmentations, early = [] } = pending;
    const lost = new Set(assigned ? names.filter((name) => !assigned.has(name)) : []);
    for (const name of early) if (lost.has(name)) this.#known.delete(name);
    this.#scope.drop(file, early);
    for (const name of names) if (!lost.has(name)) this.#known.add(name);
    for (const other of this.#pending.values()) {
      other.early = other.early?.filter((name) => !names.includes(name));
    }
    this.#scope.add(file, checker, (name) => !lost.has(name));
    this.#augmentations = augmentations;
  }

  /** Forgets a cell that was compiled and did not run. */
  drop(run: number): void {
    this.#pending.delete(run);
  }

  /** Whether a cell so far gave the name a value. */
  declares(name: string): boolean {
    return this.#known.has(name);
  }

  /** What is known of the name at that place; `undefined` where there is none. */
  inspect(source: string, position: number): Inspection | undefined {
    this.#look(source);
    const place = { file: this.#host.cell, position: position + cellPrefix.length };
    return inspectName(this.#ts, { service: this.#service, ...place });
  }

  complete(source: string, position: number): CompletionInfo {
    this.#look(source);
    return findCompletions(this.#service, { file: this.#host.cell, source, position });
  }

  #program(): ts.Program {
    const program = this.#service.getProgram();
    if (!program) throw new Error("Cannot compile: TypeScript gave no program");
    return program;
  }

  /** TypeScript's view of a cell that a person still writes. */
  #look(source: string): void {
    // Asked twice in a row, as front ends do, it need not be made twice.
    if (this.#looked !== source) this.#open(source);
    this.#looked = source;
  }

  /** TypeScript's view of a cell among the names of the earlier ones. */
  #open(source: string): {
    file: CellFile;
    program: ts.Program;
    augmentations: readonly Augmentation[];
  } {
    this.#looked = undefined;
    this.#showPending();
    // The first line of a script, which a module's first line is before.
    this.#host.write(this.#host.cell, source.replace(/^#!/, "//"));
    const own = augmentationsOf(this.#ts, source);
    const earlier = this.#augmentations.filter((one) => !own.some((other) => overlap(one, other)));
    this.#host.keep(
      this.#scope.modules,
      earlier.map(({ text }) => text),
    );
    const program = this.#program();
    // Finds the names of every file, and would undo what comes next.
    program.getTypeChecker();
    const file = program.getSourceFile(this.#host.cell) as CellFile;
    const kept = program.getSourceFile(this.#host.kept);
    this.#scope.enclose(file);
    if (kept) this.#scope.enclose(kept);
    return { file, program, augmentations: [...earlier, ...own] };
  }

  /** Lets code see the names of cells that still run: their values are there as soon as those cells assign them. */
  #showPending(): void {
    for (const pending of this.#pending.values()) {
      if (pending.early) continue;
      pending.early = pending.names.filter((name) => !this.#known.has(name));
      const early = new Set(pending.early);
      for (const name of early) this.#known.add(name);
      this.#scope.add(pending.file, pending.checker, (name) => early.has(name));
    }
  }

  /** The files beside the notebook that the cell imports, and those that they import. */
  #localFiles(cell: ts.SourceFile, program: ts.Program): ts.SourceFile[] {
    const found = new Set<ts.SourceFile>();
    const checker = program.getTypeChecker();
    const visit = (file: ts.SourceFile) => {
      for (const specifier of (file as CellFile).imports) {
        const imported = checker.getSymbolAtLocation(specifier)?.declarations?.find(this.#ts.isSourceFile);
        if (!imported || found.has(imported) || !this.#host.isLocal(imported.fileName)) continue;
        found.add(imported);
        visit(imported);
      }
    };
    visit(cell);
    found.delete(cell);
    return [...found];
  }

  #compileFile(file: ts.SourceFile, program: ts.Program): CompiledFile[] {
    const version = this.#host.getScriptVersion(file.fileName);
    if (this.#done.get(file.fileName) === version) return [];
    this.#done.set(file.fileName, version);
    const [script, map] = this.#emit(file, program);
    const { outputText, sourceMapText = "" } = this.#ts.transpileModule(script, {
      fileName: "file.js",
      compilerOptions: secondPass(this.#ts),
    });
    const source = this.#host.isWritten(file.fileName) ? undefined : file.fileName;
    const place = file.fileName.replace(/\.[jt]sx?$/, ".js");
    return [{ path: place, source, code: withoutMapComment(outputText), maps: [sourceMapText, map] }];
  }

  #compileCell(file: CellFile, program: ts.Program): NonNullable<CompiledCell["output"]> {
    const compiler = this.#ts;
    const [script, map] = this.#emit(file, program);
    const names: string[] = [];
    const locals = [...(file.locals ?? [])].map(
      ([name, symbol]) => [compiler.unescapeLeadingUnderscores(name), symbol] as const,
    );
    const transformer = namesInOnePlace(compiler, {
      declared: new Set(locals.map(([name]) => name)),
      isKnown: (name) => this.#known.has(name),
      hasValue: hasValue(compiler, file),
      onName: (name) => void names.push(name),
    });
    const { outputText, sourceMapText = "" } = compiler.transpileModule(script, {
      fileName: "cell.js",
      compilerOptions: secondPass(compiler),
      transformers: { before: [transformer] },
    });
    const { SymbolFlags } = compiler;
    const renewed = SymbolFlags.Enum | SymbolFlags.ValueModule;
    const lasting = SymbolFlags.Function | SymbolFlags.Class;
    const cleared = locals.filter(([, { flags }]) => flags & renewed && !(flags & lasting));
    return {
      code: withoutMapComment(outputText),
      maps: [sourceMapText, map],
      isAsync: awaits(compiler, file),
      names,
      cleared: cleared.map(([name]) => name),
      declares: locals.length > 0 || augmentationsOf(compiler, file.text).length > 0,
    };
  }

  /** JavaScript with imports, and its map. */
  #emit(file: ts.SourceFile, program: ts.Program): [script: string, map: string] {
    let script = "";
    let map = "";
    program.emit(file, (name, text) => {
      if (name.endsWith(".map")) map = text;
      else script = withoutMapComment(text);
    });
    return [script, map];
  }
}

function secondPass(compiler: typeof ts): ts.CompilerOptions {
  return {
    module: compiler.ModuleKind.CommonJS,
    target: compiler.ScriptTarget.ES2022,
    esModuleInterop: true,
    newLine: compiler.NewLineKind.LineFeed,
    sourceMap: true,
  };
}

function withoutMapComment(code: string): string {
  return code.replace(/\s*\/\/# sourceMappingURL=\S+\s*$/, "\n");
}

/** Whether the cell ends with an expression; types and imports may follow it. */
function hasValue(compiler: typeof ts, file: ts.SourceFile): boolean {
  const last = file.statements.findLast(
    (statement) =>
      !compiler.isInterfaceDeclaration(statement) &&
      !compiler.isTypeAliasDeclaration(statement) &&
      !compiler.isImportDeclaration(statement) &&
      !compiler.isExportDeclaration(statement),
  );
  return last !== undefined && (compiler.isExpressionStatement(last) || compiler.isExportAssignment(last));
}

/** Whether the code awaits outside of its functions. */
function awaits(compiler: typeof ts, node: ts.Node): boolean {
  if (compiler.isAwaitExpression(node)) return true;
  if (compiler.isForOfStatement(node) && node.awaitModifier) return true;
  // What names a method is worked out where its class is.
  if (compiler.isFunctionLike(node)) return node.name !== undefined && awaits(compiler, node.name);
  if (compiler.isClassStaticBlockDeclaration(node)) return false;
  return compiler.forEachChild(node, (child) => awaits(compiler, child) || undefined) ?? false;
}
