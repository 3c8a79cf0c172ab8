import { readFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { hostname } from "node:os";
import path from "node:path";
import { shortHash } from "../../core/describe";
import { packageRoot } from "../places";
import { type CodeFile, findLocal, isLocal, typescript } from "./moduleCode";

/** What Node's loader has and its types do not tell. */
interface LoadedModule extends NodeJS.Module {
  _compile(code: string, file: string): void;
}
const { _nodeModulePaths: packagePaths } = Module as unknown as {
  _nodeModulePaths(folder: string): string[];
};

/** The one entry of the library; it imports this file. */
const libraryIndex = path.join(__dirname, "..", "..", "index");

/**
 * The text of a file of code, once it is found to be the one that is asked for.
 *
 * @throws {RangeError} naming machine and file, if its checksum is another
 */
function textOf({ path: file, hash, text }: CodeFile, folder: string): string {
  const whole = path.resolve(folder, file);
  const read = text ?? readFileSync(whole, "utf8");
  if (shortHash(read) === hash) return read;
  throw new RangeError(
    `Cannot run ${file}: its checksum must be ${hash}, got ${shortHash(read)}, on ${hostname()}${text === undefined ? ` in ${whole}` : ", of the text in the task"}`,
  );
}

function compile(text: string, file: string): string {
  if (file.endsWith(".json")) return `module.exports = ${text};`;
  const ts = typescript();
  const { outputText, diagnostics = [] } = ts.transpileModule(text, {
    fileName: file,
    reportDiagnostics: true,
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
      esModuleInterop: true,
      experimentalDecorators: true,
      jsx: ts.JsxEmit.React,
      inlineSourceMap: true,
    },
  });
  const [wrong] = diagnostics;
  if (!wrong) return outputText;
  const { line, character } = ts.getLineAndCharacterOfPosition(
    wrong.file as NonNullable<typeof wrong.file>,
    wrong.start ?? 0,
  );
  const words = ts.flattenDiagnosticMessageText(wrong.messageText, " ");
  throw new SyntaxError(`Cannot run ${file}:${line + 1}:${character + 1}: ${words}`);
}

/** A package as the experiment's folder has it, else as Podium has it; `podium` is this library itself. */
function requirePackage(request: string, file: string): unknown {
  if (request === "podium") return require(libraryIndex);
  const own = createRequire(file);
  let place: string;
  try {
    place = own.resolve(request);
  } catch (error) {
    try {
      place = createRequire(path.join(packageRoot, "package.json")).resolve(request);
    } catch {
      throw error;
    }
  }
  return own(place);
}

/**
 * Runs an experiment's module and what it imports, from the texts that are given and not from the files on disk.
 *
 * @param files the module first
 * @param folder the folder that its paths begin in
 * @returns what it exports
 * @throws {RangeError} if a checksum is not that of the text
 * @throws {SyntaxError} if a text is no TypeScript
 */
export function loadModule(files: readonly CodeFile[], folder: string): Record<string, unknown> {
  const texts = new Map(files.map((file) => [path.resolve(folder, file.path), file]));
  const loaded = new Map<string, NodeJS.Module>();
  const load = (whole: string): unknown => {
    const before = loaded.get(whole);
    if (before) return before.exports;
    const module = new Module(whole) as LoadedModule;
    loaded.set(whole, module);
    Object.assign(module, { filename: whole, paths: packagePaths(path.dirname(whole)) });
    module.require = ((request: string) => {
      if (!isLocal(request)) return requirePackage(request, whole);
      const next = findLocal(whole, request, (name) => texts.has(name));
      if (next !== undefined) return load(next);
      throw new Error(
        `Cannot run ${path.relative(folder, whole)}: its import "${request}" must be one of the task's files`,
      );
    }) as NodeJS.Require;
    const code = texts.get(whole) as CodeFile;
    module._compile(compile(textOf(code, folder), whole), whole);
    module.loaded = true;
    return module.exports;
  };
  return load(path.resolve(folder, files[0].path)) as Record<string, unknown>;
}
