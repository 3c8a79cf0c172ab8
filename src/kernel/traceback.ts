import { inspect } from "node:util";
import type { Diagnostic } from "tslab/dist/converter";
import type { Compiler, SourcePosition } from "./compile/compiler";
import { ownCode } from "./compile/foreignLines";
import { namesObject } from "./compile/namesInOnePlace";
import { packageOf } from "./packageName";

/** The content of Jupyter's `error` message. */
export interface CellError {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: string[];
}

const red = (text: string) => `\x1b[31m${text}\x1b[39m`;
const dim = (text: string) => `\x1b[2m${text}\x1b[22m`;
const framePattern = /^\s+at (async )?(?:(.*?) \()?(?:file:\/\/)?(.+?):(\d+):(\d+)\)?$/;
const hiddenFrames = /node:internal|node:vm|evalmachine|[\\/]tslab[\\/]dist[\\/]/;
const most = { frames: 12, causes: 4 };

/** What a front end shows for a thrown value: its lines are those of the cells that the person wrote. */
export function describeError(thrown: unknown, compiler: Compiler | undefined): CellError {
  const { ename, evalue } = nameOf(thrown);
  return { ename, evalue, traceback: describe(thrown, compiler, 0) };
}

/** The method by which an error of another language says how it is shown. */
const foreignKey = Symbol.for("podium.foreignError");

function foreignError(thrown: unknown): CellError | undefined {
  return (thrown as Record<symbol, CellError | undefined> | undefined)?.[foreignKey];
}

function nameOf(thrown: unknown): { ename: string; evalue: string } {
  const foreign = thrown instanceof Error ? foreignError(thrown) : undefined;
  if (foreign) return { ename: foreign.ename, evalue: foreign.evalue };
  if (!(thrown instanceof Error)) return { ename: "Thrown value", evalue: inspect(thrown) };
  return { ename: thrown.name || thrown.constructor.name, evalue: messageOf(thrown) };
}

function messageOf(error: Error): string {
  const missing = /^Cannot find module '([^'./][^']*)'/.exec(error.message)?.[1];
  if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND" || !missing)
    return asWritten(error.message);
  const install = `npm install ${packageOf(missing)}`;
  return `Cannot find package '${missing}': run \`${install}\` in ${process.cwd()} in a terminal, then this cell again`;
}

const called = new RegExp(`\\(0 , ${namesObject}\\.([\\p{ID_Continue}$]+)\\)`, "gu");

/** What V8 says about compiled code, with the names that the person wrote. */
export function asWritten(text: string): string {
  return text.replace(called, "$1").replaceAll(`${namesObject}.`, "");
}

function describe(thrown: unknown, compiler: Compiler | undefined, depth: number): string[] {
  const { ename, evalue } = nameOf(thrown);
  const lines = [`${red(ename)}: ${evalue}`];
  if (!(thrown instanceof Error)) return lines;

  const foreign = foreignError(thrown);
  if (foreign) lines.splice(0, 1, ...foreign.traceback);
  // Of the way to another language only the notebook's own lines are of interest.
  const frames = readFrames(thrown).filter(({ origin }) => !foreign || compiler?.sources.has(origin.file));
  const first = frames.find((frame) => compiler?.sources.has(frame.origin.file))?.origin;
  if (first) lines.push(...codeFrame(compiler?.sources.get(first.file) ?? "", first), "");
  lines.push(...frames.slice(0, most.frames).map((frame) => frame.text));
  if (depth >= most.causes) return lines;
  const inner = thrown instanceof AggregateError ? thrown.errors : [];
  const causes = thrown.cause === undefined ? inner : [thrown.cause, ...inner];
  for (const cause of causes.slice(0, most.causes)) {
    const [head, ...rest] = describe(cause, compiler, depth + 1);
    lines.push("", `Caused by ${head}`, ...rest);
  }
  return lines;
}

interface Frame {
  text: string;
  origin: SourcePosition;
}

/**
 * Lets the stack of every error name the cells' own lines and leave out the kernel's, wherever it is printed: V8 asks
 * this before it makes a stack's text.
 */
export function keepStacksReadable(compiler: Compiler): void {
  Error.prepareStackTrace = (error, sites) => {
    const lines = sites.flatMap((site) => {
      const line = `    at ${site}`;
      const match = framePattern.exec(line);
      if (!match) return hiddenFrames.test(line) ? [] : [line];
      const [, late = "", name, file, row, column] = match;
      if (isHidden(line, file)) return [];
      const place = compiler.originOf(file, Number(row), Number(column));
      // What is left of a cell's code stands for no line of it.
      if (!place) return isCell(file) ? [] : [line];
      const where = `${place.file}:${place.line}:${place.column}`;
      return [`    at ${late}${name ? `${asWritten(name)} (${where})` : where}`];
    });
    return [asWritten(headOf(error)), ...lines].join("\n");
  };
}

function headOf(error: Error): string {
  try {
    return String(error);
  } catch {
    return "Error";
  }
}

const isCell = (file: string) => /^cell-\d+\.ts$/.test(file);

function isHidden(line: string, file: string): boolean {
  return hiddenFrames.test(line) || file.startsWith(__dirname);
}

function readFrames(error: Error): Frame[] {
  const frames: Frame[] = [];
  for (const line of String(error.stack ?? "").split("\n")) {
    const match = framePattern.exec(line);
    if (!match || isHidden(line, match[3])) continue;
    const [, late = "", name, file, row, column] = match;
    const origin = { file, line: Number(row), column: Number(column) };
    const caller = name && !/<anonymous>|^exports$/.test(name) ? `${late}${name} ` : "";
    frames.push({ text: `    at ${caller}${dim(`(${placeName(origin)})`)}`, origin });
  }
  return frames;
}

function placeName({ file, line, column }: SourcePosition): string {
  const cell = /^cell-(\d+)\.ts$/.exec(file);
  return `${cell ? `cell [${cell[1]}]` : file}:${line}:${column}`;
}

/** The lines around a place, with a mark under its column. */
function codeFrame(source: string, place: { line: number; column: number }, length = 1): string[] {
  const lines = source.split("\n");
  const first = Math.max(1, place.line - 2);
  const last = Math.min(lines.length, place.line + 2);
  const width = String(last).length;
  const out: string[] = [];
  for (let line = first; line <= last; line++) {
    const mark = line === place.line ? ">" : " ";
    out.push(`${red(mark)} ${dim(`${String(line).padStart(width)} |`)} ${lines[line - 1]}`);
    if (line !== place.line) continue;
    const indent = lines[line - 1].slice(0, place.column - 1).replace(/[^\t]/g, " ");
    const room = Math.max(1, lines[line - 1].length - place.column + 1);
    out.push(`  ${dim(`${" ".repeat(width)} |`)} ${indent}${red("^".repeat(Math.min(length, room)))}`);
  }
  return out;
}

/** What a front end shows for a cell that TypeScript refuses. */
export function describeDiagnostics(diagnostics: readonly Diagnostic[], source: string): CellError {
  const traceback: string[] = [];
  const heads: string[] = [];
  let before: Diagnostic | undefined;
  for (const diagnostic of diagnostics) {
    const { start, end, fileName, code, messageText } = diagnostic;
    const isDetail = before?.start.offset === start.offset && before.end.offset === end.offset;
    before = diagnostic;
    if (isDetail) {
      traceback.push(`    ${messageText}`);
      continue;
    }
    const place = { line: start.line + 1, column: start.character + 1 };
    const kind = code === ownCode ? "Error" : `TypeScript error TS${code}`;
    const where = `${fileName ? `${fileName}:` : "line "}${place.line}:${place.column}`;
    heads.push(`${where} - ${messageText}`);
    if (traceback.length > 0) traceback.push("");
    traceback.push(`${red(kind)} ${dim(where)}: ${messageText}`);
    if (!fileName) traceback.push(...codeFrame(source, place, end.offset - start.offset));
  }
  const more = heads.length > 1 ? ` (and ${heads.length - 1} more)` : "";
  return { ename: "TypeScript error", evalue: `${heads[0]}${more}`, traceback };
}

/** What a front end shows for a cell that was stopped. */
export function describeInterrupt(note?: string): CellError {
  const evalue = note ?? "The cell was interrupted";
  return { ename: "KeyboardInterrupt", evalue, traceback: [`${red("KeyboardInterrupt")}: ${evalue}`] };
}
