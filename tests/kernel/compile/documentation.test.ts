import assert from "node:assert/strict";
import path from "node:path";
import test from "node:test";
import type * as ts from "@tslab/typescript-for-tslab";
import { documentWhenAsked, withoutDocumentation } from "../../../src/kernel/compile/documentation";

const compiler: typeof ts = require("@tslab/typescript-for-tslab");
const types = path.dirname(require.resolve("@types/node/package.json"));
// Classes with overloads, inherited members, accessors, links and tags.
const files = ["events.d.ts", "url.d.ts", "net.d.ts"].map((name) => path.join(types, name));
const own = path.join(__dirname, "shapes.d.ts");
const shapes = `
/** A shape. */
export declare class Shape {
  /**
   * Its area.
   *
   * @returns in square metres
   */
  area(): number;
  /** How it is called. */
  get name(): string;
  set name(value: string);
}
export declare class Square extends Shape {
  area(): number;
  get name(): string;
}
/** Of two, {@link Shape} and {@link Square}. @deprecated */
export type Pattern = "/** not a comment */" | "/**/x";
`;

function read(file: string): string | undefined {
  return file === own ? shapes : compiler.sys.readFile(file);
}

/** What TypeScript tells of everything that the files declare. */
function tell(readText: (file: string) => string | undefined): string[] {
  const options: ts.CompilerOptions = { target: compiler.ScriptTarget.ES2022, types: [], noResolve: true };
  const host = compiler.createCompilerHost(options);
  host.readFile = readText;
  host.fileExists = (file) => file === own || compiler.sys.fileExists(file);
  const getSourceFile = host.getSourceFile;
  host.getSourceFile = (file, target, ...rest) =>
    files.includes(file) || file === own
      ? compiler.createSourceFile(file, readText(file) ?? "", target, false)
      : getSourceFile(file, target, ...rest);
  const program = compiler.createProgram([...files, own], options, host);
  const checker = program.getTypeChecker();
  const told: string[] = [];
  for (const file of [...files, own]) {
    const source = program.getSourceFile(file);
    assert.ok(source);
    const visit = (node: ts.Node): void => {
      const { name } = node as ts.NamedDeclaration;
      const symbol = name && checker.getSymbolAtLocation(name);
      if (symbol) {
        const text = compiler.displayPartsToString(symbol.getDocumentationComment(checker));
        const tags = symbol
          .getJsDocTags(checker)
          .map((tag) => [tag.name, compiler.displayPartsToString(tag.text)]);
        told.push(JSON.stringify([path.basename(file), name.getText(source), text, tags]));
      }
      compiler.forEachChild(node, visit);
    };
    visit(source);
  }
  return told;
}

test("documentation that is read when asked for is what TypeScript tells of files with it, inherited too", () => {
  const expected = tell(read);
  const reads: string[] = [];
  documentWhenAsked(compiler, (file) => {
    reads.push(file);
    return read(file);
  });
  const bare = (file: string) => withoutDocumentation(read(file) ?? "");
  assert.deepEqual(
    tell((file) => (file.endsWith(".d.ts") ? bare(file) : read(file))),
    expected,
  );
  // Each file once, however often it is asked.
  for (const file of [...files, own]) assert.equal(reads.filter((name) => name === file).length, 1);
  // So that the comparison is one.
  assert.ok(expected.filter((line) => !line.includes('"",[]')).length > 300);
  const area = expected.filter((line) => line.includes('"area"'));
  assert.deepEqual(
    area,
    Array(2).fill('["shapes.d.ts","area","Its area.",[["returns","in square metres"]]]'),
  );
});

test("a file without its documentation keeps every place, and text that only looks like it", () => {
  const bare = withoutDocumentation(shapes);
  assert.equal(bare.length, shapes.length);
  assert.ok(bare.includes('"/** not a comment */" | "/**/x"'));
  assert.ok(!bare.includes("/** A shape"));
});

test("a file that has changed since it was read is left without documentation", () => {
  const file = compiler.createSourceFile(
    "changed.d.ts",
    withoutDocumentation(shapes),
    compiler.ScriptTarget.ES2022,
    true,
  );
  documentWhenAsked(compiler, () => `${shapes} `);
  const symbol = { declarations: [file.statements[0]] };
  const { objectAllocator } = compiler as unknown as {
    objectAllocator: { getSymbolConstructor(): { prototype: { getDocumentationComment(): unknown[] } } };
  };
  const ask = objectAllocator.getSymbolConstructor().prototype.getDocumentationComment;
  assert.deepEqual(ask.call(symbol), []);
});
