import assert from "node:assert/strict";
import path from "node:path";
import test, { after, before } from "node:test";
import ts from "@tslab/typescript-for-tslab";
import * as podium from "../../src/index";
import { program } from "../publicApi";
import { examplesOf } from "./code";
import { makeScope, type Scope, scopeNames } from "./scope";
import * as stated from "./stated";

type Example = (scope: Scope) => Promise<void>;

/** Types of a module beside this one that exists only here: messages of what is wrong in it, by line. */
function typeErrors(text: string): { line: number; message: string }[] {
  const virtual = path.join(__dirname, "generated.ts");
  const settings = program.getCompilerOptions();
  const host = ts.createCompilerHost(settings);
  const { fileExists, getSourceFile, readFile } = host;
  host.fileExists = (file) => file === virtual || fileExists.call(host, file);
  host.readFile = (file) => (file === virtual ? text : readFile.call(host, file));
  host.getSourceFile = (file, ...rest) =>
    file === virtual
      ? ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true)
      : getSourceFile.call(host, file, ...rest);
  const examples = ts.createProgram([virtual], settings, host, program);
  return ts
    .getPreEmitDiagnostics(examples, examples.getSourceFile(virtual))
    .map(({ file, start, messageText }) => ({
      line: ts.getLineAndCharacterOfPosition(file!, start!).line,
      message: ts.flattenDiagnosticMessageText(messageText, " "),
    }));
}

/** Tests that the examples of these stages have the library's types, run, and give what their comments state. */
export function testExamples(stages: readonly string[]): void {
  const examples = examplesOf(stages, scopeNames);
  const functions = examples.map(
    ({ name, code }, i) => `export async function example${i}(scope: Scope) { // ${name}\n${code}\n}`,
  );
  const imports = new Set(
    examples.flatMap((example) => example.imports).map((line) => line.replace(/;$/, "")),
  );
  imports.delete('import * as podium from "podium"');
  const text = [
    'import * as podium from "../../src/index";',
    'import type { Scope } from "./scope";',
    'import { assertStated } from "./stated";',
    ...imports,
    ...functions,
  ].join("\n");

  test(`examples of ${stages.join(", ")} are of the types that the library has`, () => {
    assert.ok(examples.length > 20, `examples are found, got ${examples.length}`);
    const lines = text.split("\n");
    const wrong = typeErrors(text).map(({ line, message }) => {
      const head = lines.slice(0, line + 1).findLast((one) => one.startsWith("export async"));
      return `${head?.split("// ")[1]}: ${lines[line].trim()}: ${message}`;
    });
    assert.deepEqual(wrong, []);
  });

  const { outputText } = ts.transpileModule(text, { compilerOptions: program.getCompilerOptions() });
  const known: Record<string, unknown> = { "../../src/index": podium, "./stated": stated };
  const exported: Record<string, Example> = {};
  new Function("exports", "require", outputText)(exported, (name: string) => known[name] ?? require(name));

  let made: Awaited<ReturnType<typeof makeScope>>;
  before(async () => {
    made = await makeScope();
  });
  after(() => made.remove());
  examples.forEach(({ name }, i) => {
    test(`the example of ${name} runs`, () => exported[`example${i}`](made.scope));
  });
}
