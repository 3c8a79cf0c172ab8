import { checkOptions } from "../../core/check";
import { currentSignal } from "../../core/signal";
import { limitRules, type ReadLimits, readChunks } from "../stream";
import { decodeText, quotedEnd, splitLine } from "./lines";
import { cut, shorten } from "./rowParser";

const [COMMA, NEWLINE] = Buffer.from(",\n");
/** Bytes that a table of text may have, unless the reader is told otherwise. */
const MOST_BYTES = 1 << 28;

/** A small table of text. */
export interface TextTable {
  /** The file it was read from. */
  readonly path: string;
  /** The header's names. */
  readonly columns: readonly string[];
  /** Fields of each row, as many as there are columns. */
  readonly rows: readonly (readonly string[])[];
  /** The line of the file (the first is 1) that each row begins on. */
  readonly lines: readonly number[];
}

/** Divides text into records at line ends outside quotes, which begin a field; blank lines give none. */
function* records(text: string, path: string): Generator<{ record: string; line: number }> {
  let line = 1;
  for (let at = 0; at < text.length; ) {
    let end = at;
    while (true) {
      if (text[end] === '"') end = quotedEnd(text, end);
      for (
        let code = text.charCodeAt(end);
        code !== COMMA && code !== NEWLINE;
        code = text.charCodeAt(++end)
      ) {
        if (end >= text.length) break;
      }
      if (text[end] !== ",") break;
      end++;
    }
    if (end > text.length) {
      throw new SyntaxError(
        `Cannot read ${path}:${line}: a quote must be closed, got none to the file's end`,
      );
    }
    const record = text.slice(at, text[end - 1] === "\r" && end > at ? end - 1 : end);
    if (record !== "") yield { record, line };
    for (let mark = text.indexOf("\n", at); mark >= 0 && mark <= end; mark = text.indexOf("\n", mark + 1))
      line++;
    at = end + 1;
  }
}

/**
 * Reads a small CSV as text, plain or gzipped (`.gz`): UTF-8 with or without byte order mark, CRLF, quoted fields with
 * commas, doubled quotes and line ends inside.
 *
 * @param path the file
 * @param options `columns`: names the header must have, in any order; others may be there too (default none);
 *   `signal`: stops the reading (default: the notebook cell's); `mostBytes`: bytes that the text may have, unpacked
 *   (default 256 MiB)
 * @throws {SyntaxError} with file and line, if the file is empty, too long or not UTF-8, a quote is open or stands
 *   within a field, a column is missing or repeated, or a line has too few or too many fields
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} if the limit is not a whole number from 1 on
 * @throws {Error} with the file's name, if it cannot be read
 * @example
 * const labels = await readTextTable("data/motion/train_labels.csv", { columns: ["id", "label", "label_desc"] });
 * labels.rows[0]; // such as ["0", "37", "Shoulder Press (dumbbell)"]
 */
export async function readTextTable(
  path: string,
  options: { columns?: readonly string[]; signal?: AbortSignal } & ReadLimits = {},
): Promise<TextTable> {
  checkOptions(
    options,
    { ...limitRules, columns: { each: "any", least: 0, most: 1000 }, signal: "any" },
    { action: `read ${path}` },
  );
  const { columns: required = [], signal = currentSignal(), mostBytes = MOST_BYTES } = options;
  const pieces: Buffer[] = [];
  for await (const { bytes } of readChunks(path, { signal, mostBytes })) pieces.push(Buffer.from(bytes));
  const text = decodeText(Buffer.concat(pieces), { path, line: 1 }).replace(/^\uFEFF/, "");
  const rows: string[][] = [];
  const lines: number[] = [];
  let columns: string[] | undefined;
  for (const { record, line } of records(text, path)) {
    const refuse = (problem: string) => new SyntaxError(`Cannot read ${path}:${line}: ${problem}`);
    const fields = splitLine(record, (problem) => refuse(`${problem} in ${shorten(record)}`));
    if (columns === undefined) {
      columns = fields.map((name) => name.trim());
      const repeated = repeatedName(columns);
      if (repeated !== undefined) throw refuse(`the header must name ${shorten(repeated)} once`);
      const missing = required.find((name) => !columns!.includes(name));
      if (missing !== undefined) {
        throw refuse(`the header must name ${missing}, got ${cut(columns.join(", "))}`);
      }
    } else if (fields.length !== columns.length) {
      throw refuse(`the header names ${columns.length} columns, got ${fields.length} fields`);
    } else {
      rows.push(fields);
      lines.push(line);
    }
  }
  if (columns === undefined)
    throw new SyntaxError(`Cannot read ${path}: a table must have a header, got an empty file`);
  return { path, columns, rows, lines };
}

function repeatedName(names: readonly string[]): string | undefined {
  const known = new Set<string>();
  for (const name of names) {
    if (known.has(name)) return name;
    known.add(name);
  }
  return undefined;
}

/**
 * A column of a text table as whole numbers.
 *
 * @param table the table
 * @param name the column
 * @returns int32 `[rows]`
 * @throws {RangeError} if there is no such column
 * @throws {SyntaxError} with file and line, if a field is not a whole number
 * @example
 * const table = await readTextTable("data/motion/train_labels.csv", { columns: ["id", "label"] });
 * integerColumn(table, "id"); // Int32Array [0, 1, 2, …]
 */
export function integerColumn(table: TextTable, name: string): Int32Array {
  const column = table.columns.indexOf(name);
  if (column < 0) {
    throw new RangeError(
      `Cannot take column ${name}: ${table.path} has the columns ${table.columns.join(", ")}`,
    );
  }
  return Int32Array.from(table.rows, (row, index) => {
    const value = /^[ \t]*[+-]?\d+[ \t]*$/.test(row[column]) ? Number(row[column]) : Number.NaN;
    if ((value | 0) !== value) {
      throw new SyntaxError(
        `Cannot read ${table.path}:${table.lines[index]}: column ${name} must be a whole number, got ${shorten(row[column])}`,
      );
    }
    return value;
  });
}
