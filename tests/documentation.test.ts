import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
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

/** The exports of a module, and of the namespaces among them. */
function namesOf(module: ts.Symbol, before: string): Exported[] {
  return checker.getExportsOfModule(module).flatMap((symbol) => {
    const name = `${before}${symbol.name}`;
    const target = resolved(symbol);
    return target.flags & ts.SymbolFlags.ValueModule
      ? namesOf(target, `${name}.`)
      : [{ name, symbol: target }];
  });
}

/** Everything that `import * as podium from "podium"` reaches. */
function publicApi(): Exported[] {
  const file = program.getSourceFile(entry)!;
  return namesOf(checker.getSymbolAtLocation(file)!, "");
}

const api = publicApi();
/** Such as `augment.graph` of `augment.graph.mixup`. */
const stageOf = (name: string): string => name.slice(0, name.lastIndexOf("."));
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

/** What examples take for granted: values that a reader has at hand at such a place, of whatever type fits. */
const atHand = `
  before bytes calibration classReport competition confusionMatrix consume data directory earlier first fold folds forecast hours network opticalFlow persistence
  inputs jitter labelNames labels latest load model motions now options outOfFold parse paths people pixels prediction predicted
  predictions probabilities raw read readFile result room run runs scaler scores second series signal source target test
  tf train truth two validation windows x y
`
  .trim()
  .split(/\s+/);

test("every example is of the types that the library has", () => {
  const stages = [...new Set(api.map(({ name }) => stageOf(name)))];
  const values = (stage: string): string[] =>
    api
      .filter(({ name, symbol }) => stageOf(name) === stage && symbol.flags & ts.SymbolFlags.Value)
      .map(({ name }) => name.split(".").at(-1)!);
  const written: { name: string; code: string }[] = [];
  for (const { name, symbol } of api) {
    for (const tag of symbol.getJsDocTags(checker)) {
      if (tag.name === "example") written.push({ name, code: ts.displayPartsToString(tag.text) });
    }
  }
  const functions = written.map(({ name, code }, i) => {
    const stage = stageOf(name);
    const own = [
      ...code.matchAll(/(?:const|let|function)\s+(\w+)|(?:const|let)\s+[{[]([^=]*)[}\]]\s*=/g),
    ].flatMap((match) => (match[1] ?? match[2]).split(",").map((part) => part.split(":").at(-1)!.trim()));
    const uses = (word: string): boolean =>
      !own.includes(word) &&
      new RegExp(`(?<!(?<!\\.\\.)\\.|[\\w"])${word}\\b(?!:)`).test(code.replace(/\/\/.*$/gm, ""));
    const taken = new Set<string>();
    const lines: string[] = [];
    for (const other of [stage, ...stages.filter((one) => one !== stage)]) {
      const names = values(other).filter(
        (word) =>
          uses(word) &&
          !taken.has(word) &&
          (other === stage || !(atHand.includes(word) || stages.includes(word))),
      );
      for (const word of names) taken.add(word);
      if (names.length > 0) lines.push(`const { ${names.join(", ")} } = podium.${other};`);
    }
    const named = stages.filter(
      (word) => !word.includes(".") && code.includes(`${word}.`) && uses(word) && !taken.has(word),
    );
    // A stage's name may also be that of data, as in "scaler.fit(train)".
    const asStages = named.filter(
      (word) =>
        !new RegExp(`\\b${word}\\.(shape|length|map|train|test|labels?|template|\\w+Ids|\\w+Names)\\b`).test(
          code,
        ),
    );
    if (asStages.length > 0) lines.push(`const { ${asStages.join(", ")} } = podium;`);
    const given = atHand.filter((word) => uses(word) && !taken.has(word) && !asStages.includes(word));
    if (given.length > 0) lines.push(`const { ${given.join(", ")} } = given;`);
    const body = code.replace(/^import \* as podium.*$/gm, "");
    return `export async function example${i}() { // ${name}\n${lines.join(" ")}\n${body}\n}`;
  });
  const text = `import * as podium from "../src/index";\ndeclare const given: any;\n${functions.join("\n")}`;
  const virtual = path.join(root, "src", "examples.ts");
  const settings = { ...program.getCompilerOptions(), noUnusedLocals: false };
  const host = ts.createCompilerHost(settings);
  const { fileExists, getSourceFile, readFile } = host;
  host.fileExists = (file) => file === virtual || fileExists.call(host, file);
  host.readFile = (file) => (file === virtual ? text : readFile.call(host, file));
  host.getSourceFile = (file, ...rest) =>
    file === virtual
      ? ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true)
      : getSourceFile.call(host, file, ...rest);
  const examples = ts.createProgram([virtual], settings, host, program);
  const lines = text.split("\n");
  const wrong = ts.getPreEmitDiagnostics(examples, examples.getSourceFile(virtual)).map((diagnostic) => {
    const { line } = ts.getLineAndCharacterOfPosition(diagnostic.file!, diagnostic.start!);
    const name = lines
      .slice(0, line + 1)
      .findLast((one) => one.startsWith("export async"))
      ?.split("// ")[1];
    return `${name}: ${lines[line].trim()} ${ts.flattenDiagnosticMessageText(diagnostic.messageText, " ")}`;
  });
  assert.ok(written.length > 200, `examples are found, got ${written.length}`);
  assert.deepEqual(wrong, []);
});

test("every dependency earns its line in the README", () => {
  const { dependencies, devDependencies, overrides } = JSON.parse(
    readFileSync(path.join(root, "package.json"), "utf8"),
  );
  const readme = readFileSync(path.join(root, "README.md"), "utf8");
  const section = readme.slice(readme.indexOf("## Dependencies"));
  const silent = Object.keys({ ...dependencies, ...devDependencies, ...overrides }).filter(
    (name) => !section.includes(`\`${name}\``),
  );
  assert.deepEqual(silent, []);
});
