import { statSync } from "node:fs";
import path from "node:path";
import type * as ts from "@tslab/typescript-for-tslab";
import { withoutDocumentation } from "./documentation";
import { packageRoot } from "./typescript";

/** What makes every cell a module, on the line before the person's first. */
export const cellPrefix = "export {};\n";

/** The text of a file that is nowhere on disk. */
interface Text {
  readonly text: string;
  readonly version: number;
}

/**
 * What TypeScript sees of a notebook: the cell that is worked on, the modules that earlier ones imported or defined, and
 * the files of the disk.
 */
export class NotebookHost implements ts.LanguageServiceHost {
  readonly directory = process.cwd();
  /** Where the cell seems to be. */
  readonly cell = path.join(this.directory, "__cell__.ts");
  /** A file of what earlier cells imported and added to other modules. */
  readonly kept = path.join(this.directory, "__kept__.ts");
  readonly #texts = new Map<string, Text>();
  readonly #ts: typeof ts;
  readonly #options: ts.CompilerOptions;
  readonly #hasPackage: boolean;
  readonly #packages: ts.ModuleResolutionCache;
  #version = 0;

  constructor(compiler: typeof ts) {
    this.#ts = compiler;
    this.#options = {
      // Not ES2015, for the sake of dynamic imports.
      module: compiler.ModuleKind.ESNext,
      moduleResolution: compiler.ModuleResolutionKind.Node10,
      esModuleInterop: true,
      target: compiler.ScriptTarget.ES2022,
      lib: ["lib.es2022.d.ts"],
      newLine: compiler.NewLineKind.LineFeed,
      experimentalDecorators: true,
      resolveJsonModule: true,
      jsx: compiler.JsxEmit.React,
      allowJs: true,
      checkJs: true,
      skipLibCheck: true,
      sourceMap: true,
      // Only a name: nothing is written.
      outDir: path.join(this.directory, "__out__"),
      // An import that only later cells use is one too.
      preserveValueImports: true,
      ignoreDeprecations: "5.0",
    };
    this.#options.typeRoots = this.#typeRoots();
    this.#packages = this.#newCache();
    const name = JSON.parse(this.readFile(path.join(packageRoot, "package.json")) ?? "{}").name;
    const here = path.join(this.directory, "index.ts");
    this.#hasPackage = Boolean(compiler.resolveModuleName(name, here, this.#options, this).resolvedModule);
    this.write(this.cell, "");
    this.write(this.kept, "");
  }

  /** Gives a file that is not on disk a text; the same text again counts as a change too. */
  write(file: string, text: string): void {
    this.#texts.set(file, { text: cellPrefix + text, version: ++this.#version });
  }

  /** Keeps known the types of these modules, and what cells added to them and to the global scope. */
  keep(modules: Iterable<string>, augmentations: readonly string[]): void {
    const imports = Array.from(modules, (name) => `import ${JSON.stringify(name)};`);
    const text = [...imports, ...augmentations].join("\n");
    if (this.#texts.get(this.kept)?.text !== cellPrefix + text) this.write(this.kept, text);
  }

  /** Whether the file is the notebook's own, to be compiled for its cells. */
  isLocal(file: string): boolean {
    return /\.[jt]sx?$/.test(file) && !file.endsWith(".d.ts") && !isPackaged(file);
  }

  /** Whether a cell defined the file. */
  isWritten(file: string): boolean {
    return this.#texts.has(file);
  }

  getScriptFileNames = (): string[] => [...this.#texts.keys()];

  getScriptVersion = (file: string): string => {
    const written = this.#texts.get(file);
    if (written) return String(written.version);
    // What packages hold does not change under a running kernel.
    if (isPackaged(file)) return "0";
    const { mtimeMs, size } = statSync(file, { throwIfNoEntry: false }) ?? { mtimeMs: 0, size: 0 };
    return `${mtimeMs} ${size}`;
  };

  getScriptSnapshot = (file: string): ts.IScriptSnapshot | undefined => {
    const text = this.#texts.get(file)?.text ?? this.#ts.sys.readFile(file);
    if (text === undefined) return undefined;
    const snapshot = this.#ts.ScriptSnapshot.fromString(
      file.endsWith(".d.ts") && isPackaged(file) ? withoutDocumentation(text) : text,
    );
    // Trees of earlier cells live on: none is made from another's.
    return Object.assign(snapshot, { getChangeRange: () => undefined });
  };

  /** A package's file of types as it is on disk; `undefined` for others. */
  documentedText = (file: string): string | undefined =>
    file.endsWith(".d.ts") && isPackaged(file) ? this.#ts.sys.readFile(file) : undefined;

  getCompilationSettings = (): ts.CompilerOptions => this.#options;
  getCurrentDirectory = (): string => this.directory;
  getDefaultLibFileName = (options: ts.CompilerOptions): string => this.#ts.getDefaultLibFilePath(options);
  useCaseSensitiveFileNames = (): boolean => true;
  fileExists = (file: string): boolean => this.#texts.has(file) || this.#ts.sys.fileExists(file);
  readFile = (file: string): string | undefined => this.#texts.get(file)?.text ?? this.#ts.sys.readFile(file);
  directoryExists = (directory: string): boolean => this.#ts.sys.directoryExists(directory);
  getDirectories = (directory: string): string[] => this.#ts.sys.getDirectories(directory);
  readDirectory: typeof ts.sys.readDirectory = (...given) => this.#ts.sys.readDirectory(...given);
  realpath = (file: string): string => this.#ts.sys.realpath?.(file) ?? file;

  /** Finds packages beside the kernel where the notebook's folder has none. */
  resolveModuleNameLiterals: ts.LanguageServiceHost["resolveModuleNameLiterals"] = (
    literals,
    file,
    redirected,
    options,
  ) => {
    // What a package's hundreds of files find does not change; what a notebook did not find may come to be.
    const cache = isPackaged(file) ? this.#packages : this.#newCache();
    return literals.map(({ text }) => {
      const found = this.#ts.resolveModuleName(text, file, options, this, cache, redirected);
      if (found.resolvedModule || text.startsWith(".") || this.#hasPackage) return found;
      const own = path.join(packageRoot, "index.ts");
      return this.#ts.resolveModuleName(text, own, options, this, cache, redirected);
    });
  };

  #newCache(): ts.ModuleResolutionCache {
    return this.#ts.createModuleResolutionCache(this.directory, (text) => text, this.#options);
  }

  /** Where Node's types are looked for: near the notebook, else near the kernel. */
  #typeRoots(): string[] {
    const roots = this.#ts.getDefaultTypeRoots(this.directory, this) ?? [];
    if (roots.some((root) => this.fileExists(path.join(root, "node", "package.json")))) return roots;
    const own = require.resolve("@types/node/package.json", { paths: [require.resolve("tslab")] });
    return [...roots, path.dirname(path.dirname(own))];
  }
}

/** Whether a file is a package's or holds the kernel's own types: notebooks lie in the kernel's folder too. */
function isPackaged(file: string): boolean {
  return file.includes("/node_modules/") || (file.endsWith(".d.ts") && file.startsWith(`${packageRoot}/`));
}
