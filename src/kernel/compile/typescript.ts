import path from "node:path";
import type * as ts from "@tslab/typescript-for-tslab";
import { type CachedModule, loadCached } from "./codeCache";
import { documentWhenAsked, withoutDocumentation } from "./documentation";

/** The folder of the package that this kernel is part of. */
export const packageRoot = path.join(__dirname, "..", "..", "..");

/** tslab's file of what the earlier cells declared. */
const earlierCells = "__prev__.d.ts";

const mapComment = /\s*\/\/# sourceMappingURL=\S+\s*$/;

/** Source maps of emitted files: by the file's name from the first pass, by its text from the second. */
export interface EmittedMaps {
  readonly byName: Map<string, string>;
  readonly byText: Map<string, string>;
}

let kept: CachedModule | undefined;

/** TypeScript as tslab brings it. */
export function loadTypeScript(): typeof ts {
  const file = require.resolve("@tslab/typescript-for-tslab");
  if (!require.cache[file]) {
    kept = loadCached(file, path.join(packageRoot, ".cache", "kernel", "typescript.code"));
  }
  return require(file);
}

/** Keeps TypeScript's compiled code, so that the next kernel loads it in half the time. */
export function keepTypeScript(): void {
  kept?.keep();
}

/**
 * Puts a TypeScript between tslab and its own that keeps source maps, which tslab drops, and that finds packages beside
 * the kernel where the notebook's folder has none. tslab offers no option for either, so it is given a changed copy
 * of the module; call this before tslab's converter is loaded.
 */
export function prepareTypeScript(): EmittedMaps {
  const original = loadTypeScript();
  const maps: EmittedMaps = { byName: new Map(), byText: new Map() };

  const createWatchCompilerHost = (...given: unknown[]) => {
    const [rootFiles, options, system, , ...reporters] = given as [
      string[],
      ts.CompilerOptions,
      ts.System,
      ...unknown[],
    ];
    const read = system.readFile.bind(system);
    system.readFile = (file, encoding) => {
      const text = read(file, encoding);
      return text && isPackaged(file) ? withoutDocumentation(text) : text;
    };
    const create = original.createWatchCompilerHost as (
      ...args: unknown[]
    ) => ts.WatchCompilerHost<ts.BuilderProgram>;
    const host = create(
      rootFiles,
      { ...options, sourceMap: true },
      system,
      (...args: Parameters<typeof original.createEmitAndSemanticDiagnosticsBuilderProgram>) =>
        keepMaps(original.createEmitAndSemanticDiagnosticsBuilderProgram(...args), maps),
      ...reporters,
    );
    addFallback(original, host, system, options);
    return host;
  };

  const transpileModule: typeof ts.transpileModule = (input, options) => {
    const compilerOptions = { ...options.compilerOptions, sourceMap: true };
    const result = original.transpileModule(input, { ...options, compilerOptions });
    const outputText = result.outputText.replace(mapComment, "\n");
    maps.byText.set(outputText, result.sourceMapText ?? "");
    return { ...result, outputText };
  };

  documentWhenAsked(original, (file) => (isPackaged(file) ? original.sys.readFile(file) : undefined));

  const file = require.resolve("@tslab/typescript-for-tslab");
  const module = require.cache[file];
  if (module) module.exports = { ...original, createWatchCompilerHost, transpileModule };
  return maps;
}

function keepMaps<T extends ts.BuilderProgram>(builder: T, maps: EmittedMaps): T {
  const emit = builder.emit.bind(builder);
  builder.emit = (file, write, ...rest) => {
    const keep: ts.WriteFileCallback = (name, text, ...more) => {
      if (name.endsWith(".js.map")) maps.byName.set(name.slice(0, -".map".length), text);
      else write?.(name, text.replace(mapComment, "\n"), ...more);
    };
    const [token, declarationsOnly, transformers] = rest;
    const after = [
      shorthandOfEarlierCells(builder.getProgram().getTypeChecker()),
      ...(transformers?.after ?? []),
    ];
    return emit(file, keep, token, declarationsOnly, { ...transformers, after });
  };
  return builder;
}

/**
 * Writes `{ name }` out as `{ name: exports.name }` where an earlier cell declared the name: tslab, which does so with
 * every other use of such a name, leaves this one as it is, and the cell fails.
 */
function shorthandOfEarlierCells(checker: ts.TypeChecker): ts.TransformerFactory<ts.SourceFile> {
  const compiler = loadTypeScript();
  const { factory } = compiler;
  return (context) => {
    function visit(node: ts.Node): ts.Node {
      if (compiler.isShorthandPropertyAssignment(node)) {
        const original = compiler.getOriginalNode(node);
        const declarations = checker.getShorthandAssignmentValueSymbol(original)?.declarations ?? [];
        if (declarations.some((one) => path.basename(one.getSourceFile().fileName) === earlierCells)) {
          const value = factory.createPropertyAccessExpression(
            factory.createIdentifier("exports"),
            node.name.text,
          );
          return factory.createPropertyAssignment(factory.createIdentifier(node.name.text), value);
        }
      }
      return compiler.visitEachChild(node, visit, context);
    }
    return (file) => compiler.visitNode(file, visit) as ts.SourceFile;
  };
}

/** Whether a file belongs to a package or to the kernel's own, not to the notebook. */
function isOfPackage(file: string): boolean {
  return file.includes("/node_modules/") || file.startsWith(`${packageRoot}/`);
}

/** Whether a file holds a package's types; notebooks lie in the kernel's own folder too. */
function isPackaged(file: string): boolean {
  return file.endsWith(".d.ts") && path.basename(file) !== earlierCells && isOfPackage(file);
}

/** Resolves packages from the kernel's own package where the notebook's folder lacks it. */
function addFallback(
  compiler: typeof ts,
  host: ts.WatchCompilerHost<ts.BuilderProgram>,
  system: ts.System,
  options: ts.CompilerOptions,
): void {
  const own = path.join(packageRoot, "index.ts");
  const name = JSON.parse(system.readFile(path.join(packageRoot, "package.json")) ?? "{}").name;
  const here = path.join(system.getCurrentDirectory(), "index.ts");
  // Inside the package or a project that has it, TypeScript's own way is right and faster.
  if (compiler.resolveModuleName(name, here, options, system).resolvedModule) return;
  const newCache = (current: ts.CompilerOptions) =>
    compiler.createModuleResolutionCache(system.getCurrentDirectory(), (text) => text, current);
  let packages: ts.ModuleResolutionCache | undefined;
  host.resolveModuleNameLiterals = (literals, file, redirected, current) => {
    // What a package's hundreds of files find does not change; what a notebook did not find may come to be.
    const isPackage = isOfPackage(file);
    if (isPackage) packages ??= newCache(current);
    const cache = isPackage ? packages : newCache(current);
    return literals.map(({ text }) => {
      const found = compiler.resolveModuleName(text, file, current, system, cache, redirected);
      if (found.resolvedModule || text.startsWith(".")) return found;
      return compiler.resolveModuleName(text, own, current, system, cache, redirected);
    });
  };
}
