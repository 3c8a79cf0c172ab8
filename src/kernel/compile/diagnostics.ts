import path from "node:path";
import type * as ts from "@tslab/typescript-for-tslab";
import type { Diagnostic } from "tslab/dist/converter";
import { packageOf } from "../packageName";
import { ourNameFor } from "./familiarNames";
import { foreignLines, ownCode } from "./foreignLines";
import { cellPrefix, type NotebookHost } from "./host";

/** Files of a program, the cell first. */
interface Checked {
  readonly program: ts.Program;
  readonly files: readonly ts.SourceFile[];
  readonly host: NotebookHost;
}

/** TypeScript's numbers of what it says about a name that is not there. */
const unknownName = new Set([2304, 2305, 2307, 2339, 2503, 2551, 2552, 2614, 2694, 2724]);
const unknownModule = 2307;

/** What is wrong with a cell and the local files that it imports; where one cannot be read, only that. */
export function readDiagnostics(compiler: typeof ts, checked: Checked): Diagnostic[] {
  const { program, files } = checked;
  for (const find of [program.getSyntacticDiagnostics, program.getSemanticDiagnostics]) {
    const found = files.flatMap((file) => find(file));
    if (found.length === 0) continue;
    const foreign = foreignLinesOf(files[0]);
    if (foreign.length > 0) return foreign;
    const end = found.find((one) => isAtEnd(compiler, one, files[0]));
    // What else there is follows from what is missing.
    if (end) return [unfinished(compiler, end, checked)];
    return found.flatMap((one) => describe(compiler, one, checked));
  }
  return [];
}

function foreignLinesOf(cell: ts.SourceFile): Diagnostic[] {
  const source = cell.text.slice(cellPrefix.length);
  const lines = source.split("\n");
  return foreignLines(source).map(({ line, text, message }) => {
    const offset = lines.slice(0, line).join("\n").length + Math.min(line, 1);
    const character = lines[line].indexOf(text);
    const place = (column: number) => ({ offset: offset + column, line, character: column });
    const [start, end] = [place(character), place(character + text.length)];
    return { start, end, messageText: message, category: 1, code: ownCode };
  });
}

/** Whether something is missing where the cell's text ends. */
function isAtEnd(compiler: typeof ts, diagnostic: ts.Diagnostic, cell: ts.SourceFile): boolean {
  if (diagnostic.file !== cell || diagnostic.start === undefined) return false;
  const isSyntax = diagnostic.code < 2000;
  return isSyntax && endOfCode(compiler, cell) <= diagnostic.start;
}

function endOfCode(compiler: typeof ts, cell: ts.SourceFile): number {
  const scanner = compiler.createScanner(cell.languageVersion, true, cell.languageVariant, cell.text);
  let end = 0;
  while (scanner.scan() !== compiler.SyntaxKind.EndOfFileToken) end = scanner.getTextPos();
  return Math.max(end, cellPrefix.length);
}

function unfinished(compiler: typeof ts, diagnostic: ts.Diagnostic, checked: Checked): Diagnostic {
  const cell = checked.files[0];
  const missing = compiler.flattenDiagnosticMessageText(diagnostic.messageText, "\n").replace(/\.$/, "");
  const end = endOfCode(compiler, cell);
  const [described] = describe(compiler, { ...diagnostic, start: end, length: 0 }, checked);
  return {
    ...described,
    messageText: `The cell is not finished: ${missing[0].toLowerCase()}${missing.slice(1)}`,
  };
}

/** A diagnostic, and one for each line of its explanation and for what a person may have meant. */
function describe(compiler: typeof ts, diagnostic: ts.Diagnostic, checked: Checked): Diagnostic[] {
  const { file, start = 0, length = 0, category, code } = diagnostic;
  if (!file) return [];
  const isCell = file === checked.files[0];
  const lines = checked.host.isWritten(file.fileName) ? 1 : 0;
  const place = (offset: number) => {
    const { line, character } = compiler.getLineAndCharacterOfPosition(file, offset);
    return { offset, line: line - lines, character };
  };
  const from = isCell ? {} : { fileName: path.relative(checked.host.directory, file.fileName) };
  const common = { start: place(start), end: place(start + length), category, code, ...from };
  const texts = textsOf(diagnostic.messageText).map((text) => text.replaceAll(ofCells, ""));
  return [...texts, ...hints(compiler, diagnostic, checked)].map((messageText) => ({
    ...common,
    messageText,
  }));
}

/** How TypeScript tells types of two cells apart. */
const ofCells = /import\("[^"]*__cell__"\)\./g;

function textsOf(message: string | ts.DiagnosticMessageChain): string[] {
  if (typeof message === "string") return [message];
  return [message.messageText, ...(message.next ?? []).flatMap(textsOf)];
}

/** What the person may have meant by a name that is not there. */
function hints(compiler: typeof ts, diagnostic: ts.Diagnostic, { host }: Checked): string[] {
  const { file, start = 0, length = 0, code } = diagnostic;
  if (!file || !unknownName.has(code)) return [];
  const name = file.text.slice(start, start + length).replace(/^["']|["']$/g, "");
  if (code === unknownModule) {
    const ours = ourNameFor(name);
    if (ours) return [`Here: ${ours}`];
    if (/^[./]/.test(name)) return [];
    const installed = packageOf(name);
    if (installed === "podium")
      return ['Here: `import * as podium from "podium"`, whose stages are its names'];
    return [`Run \`npm install ${installed}\` in ${host.directory} in a terminal, then this cell again`];
  }
  const message = compiler.flattenDiagnosticMessageText(diagnostic.messageText, "\n");
  // A property of something that is no module has other reasons.
  if ((code === 2339 || code === 2551) && !message.includes("'typeof import(")) return [];
  const asked = [name, ...memberNames(file.text.slice(start + length))].reverse();
  const ours = asked.map(ourNameFor).find((text) => text !== undefined);
  return ours ? [`Here: ${ours}`] : [];
}

/** The names behind an unknown one: of `np.random.normal` "random" and "normal". */
function memberNames(text: string): string[] {
  const members = /^(\s*\.\s*[\w$]+)+/.exec(text)?.[0] ?? "";
  return members
    .split(".")
    .slice(1)
    .map((name) => name.trim());
}
