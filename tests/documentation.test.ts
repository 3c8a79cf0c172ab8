import assert from "node:assert/strict";
import path from "node:path";
import test from "node:test";
// The compiler that notebooks use, so that what it cannot read fails here.
import ts from "@tslab/typescript-for-tslab";

const root = path.join(__dirname, "..");
const entry = path.join(root, "src", "index.ts");
const program = ts.createProgram([entry], {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.CommonJS,
  moduleResolution: ts.ModuleResolutionKind.Node10,
  esModuleInterop: true,
  strict: true,
  skipLibCheck: true,
  types: ["node"],
});
const checker = program.getTypeChecker();

interface Exported {
  /** Such as `motion.load`. */
  name: string;
  symbol: ts.Symbol;
}

function resolved(symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** Everything that `import * as podium from "podium"` reaches. */
function publicApi(): Exported[] {
  const file = program.getSourceFile(entry)!;
  const out: Exported[] = [];
  for (const stage of checker.getExportsOfModule(checker.getSymbolAtLocation(file)!)) {
    for (const symbol of checker.getExportsOfModule(resolved(stage))) {
      out.push({ name: `${stage.name}.${symbol.name}`, symbol: resolved(symbol) });
    }
  }
  return out;
}

const api = publicApi();
const isFunction = (symbol: ts.Symbol): boolean =>
  (symbol.flags & (ts.SymbolFlags.Function | ts.SymbolFlags.Class)) !== 0;

function documentation(symbol: ts.Symbol): string {
  return ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim();
}

test("every export says what it is", () => {
  assert.ok(api.length > 100, `the public API is found, got ${api.length} names`);
  const silent = api.filter(({ symbol, name }) => documentation(symbol).length < 10 && name !== "engine.tf");
  assert.deepEqual(
    silent.map(({ name }) => name),
    [],
  );
});

test("every exported function shows an example", () => {
  const bare = api.filter(
    ({ symbol }) => isFunction(symbol) && !symbol.getJsDocTags(checker).some((tag) => tag.name === "example"),
  );
  assert.deepEqual(
    bare.map(({ name }) => name),
    [],
  );
});

test("functions take at most two positional arguments", () => {
  const long = api.filter(({ symbol }) => {
    const declaration = symbol.valueDeclaration;
    return declaration && ts.isFunctionDeclaration(declaration) && declaration.parameters.length > 3;
  });
  assert.deepEqual(
    long.map(({ name }) => name),
    [],
  );
});
