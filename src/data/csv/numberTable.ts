import { checkOptions } from "../../core/check";
import { currentSignal, throwIfAborted } from "../../core/signal";
import { readChunks } from "../stream";
import { decodeText, type LineLimits, lineRules, lineTooLong, mostLineBytes, splitLine } from "./lines";
import { cut, RowParser, shorten } from "./rowParser";

/** A table of numbers: some columns whole numbers, the others float32 side by side. */
export interface NumberTable {
  /** The file it was read from. */
  readonly path: string;
  /** Rows without the header. */
  readonly rows: number;
  /** The whole-number columns by name, `[rows]` each. */
  readonly integers: Readonly<Record<string, Int32Array>>;
  /** The other columns, `[rows, valueColumns]` in C order. */
  readonly values: Float32Array;
  /** Names of the columns in `values`, in order. */
  readonly valueColumns: readonly string[];
  /** The line of the file (the first is 1) that a row came from. */
  lineOf(row: number): number;
}

/** Options of {@link readNumberTable}. */
export interface NumberTableOptions extends LineLimits {
  /** Columns that hold whole numbers; default none. */
  integers?: readonly string[];
  /** The other columns, in the order wanted; default: as the file has them. A column of neither list is refused. */
  values?: readonly string[];
  /** Stops the reading; default: the notebook cell's signal. */
  signal?: AbortSignal;
  /** Called with the bytes read so far (of the file as it lies, before decompression) and the rows so far. */
  onProgress?: (bytes: number, rows: number) => void;
}

const NEWLINE = 10;
/** The rule of a list of columns. */
const names = { each: "any", least: 0, most: 1 << 24 } as const;

/** Places the header's columns; refuses missing, repeated and unknown ones. */
function placeColumns(
  where: string,
  header: readonly string[],
  options: NumberTableOptions,
): { slots: Int32Array; values: readonly string[]; integers: readonly string[] } {
  const refuse = (problem: string) =>
    new SyntaxError(`Cannot read ${where}: ${problem}, got ${cut(header.join(", "))}`);
  const named = new Set<string>();
  for (const name of header) {
    if (named.has(name)) throw refuse(`the header must name ${JSON.stringify(name)} once`);
    named.add(name);
  }
  const integers = options.integers ?? [];
  const values = options.values ?? header.filter((name) => !integers.includes(name));
  const wanted = [...integers, ...values];
  const missing = wanted.find((name) => !named.has(name));
  if (missing !== undefined) throw refuse(`the header must name the column ${JSON.stringify(missing)}`);
  const slotOf = new Map(values.map((name, column) => [name, column]));
  for (const [column, name] of integers.entries()) slotOf.set(name, -1 - column);
  const slots = Int32Array.from(header, (name) => {
    const slot = slotOf.get(name);
    if (slot !== undefined) return slot;
    throw refuse(
      `the header must have no column but ${wanted.join(", ")}; ${JSON.stringify(name)} is unknown`,
    );
  });
  return { slots, values, integers };
}

/**
 * Reads a CSV of numbers, plain or gzipped (`.gz`), into typed arrays: `id` and such as int32, all else as float32
 * `[rows, columns]`, each value as `Math.fround(Number(text))`.
 *
 * Takes a byte order mark, CRLF, quoted fields, blank lines and columns in any order.
 *
 * @param path the file
 * @throws {SyntaxError} with file and line, if the header is not UTF-8, a field is not a finite number, a quote stands
 *   within a field, a line has too few or too many fields or is too long, a column is missing, repeated or unknown, or
 *   the file is empty or cut off
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} if a limit is not a whole number from 1 on
 * @throws {Error} with the file's name, if it cannot be read
 * @example
 * const table = await readNumberTable("data/motion/train_features.csv", { integers: ["id", "time"] });
 * // table.values is row by row, table.rows times table.valueColumns.length
 */
export async function readNumberTable(path: string, options: NumberTableOptions = {}): Promise<NumberTable> {
  checkOptions(
    options,
    { ...lineRules, integers: names, values: names, signal: "any", onProgress: "any" },
    { action: `read ${path}` },
  );
  const {
    signal = currentSignal(),
    onProgress,
    mostLineBytes: mostLine = mostLineBytes,
    mostBytes,
  } = options;
  let parser: RowParser | undefined;
  let columns: ReturnType<typeof placeColumns> | undefined;
  let rest: Uint8Array = new Uint8Array(0);
  let headerLine = 1;

  /** Reads the header and makes the parser; returns where the rows begin, or nothing where all lines are blank. */
  function begin(bytes: Uint8Array, share: number): number | undefined {
    let from = headerLine === 1 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
    for (; ; headerLine++) {
      const at = bytes.indexOf(NEWLINE, from) + 1;
      if (at === 0) return undefined;
      const where = `${path}:${headerLine}`;
      const text = decodeText(Buffer.from(bytes.subarray(from, at - 1)), { path, line: headerLine });
      from = at;
      if (text === "" || text === "\r") continue;
      const header = splitLine(
        text.replace(/\r$/, ""),
        (problem) => new SyntaxError(`Cannot read ${where}: ${problem} in ${shorten(text)}`),
      ).map((name) => name.trim());
      columns = placeColumns(where, header, options);
      parser = new RowParser(path, header, columns.slots, columns.values.length, headerLine);
      const second = bytes.indexOf(NEWLINE, at);
      // Room for as many rows as the file would hold of the second line's length, and some more.
      if (second > at) parser.guess(Math.ceil((bytes.length * 1.1) / (second - at) / Math.max(share, 1e-6)));
      return at;
    }
  }

  /** Takes the whole lines of a piece and keeps what follows the last newline. */
  function take(bytes: Uint8Array, share: number): void {
    let at = 0;
    if (rest.length > 0) {
      at = bytes.indexOf(NEWLINE) + 1;
      const joined = Buffer.concat([rest, at === 0 ? bytes : bytes.subarray(0, at)]);
      rest = joined;
      requireShort(rest);
      if (at === 0) return; // still no line end
      const from = parser === undefined ? begin(joined, 1) : 0;
      if (from !== undefined) parser!.parse(joined.subarray(from));
    }
    const cut = bytes.lastIndexOf(NEWLINE) + 1;
    if (cut > at && parser === undefined) at += begin(bytes.subarray(at, cut), share) ?? cut - at;
    if (cut > at) parser!.parse(bytes.subarray(at, cut));
    rest = Buffer.from(bytes.subarray(cut));
    requireShort(rest);
  }

  function requireShort(line: Uint8Array): void {
    if (line.length <= mostLine) return;
    throw lineTooLong(path, parser ? parser.lineOf(parser.rows) : headerLine, mostLine);
  }

  for await (const { bytes, position, size } of readChunks(path, { signal, mostBytes })) {
    throwIfAborted(signal);
    take(bytes, size > 0 ? position / size : 1);
    onProgress?.(position, parser?.rows ?? 0);
  }
  if (rest.length > 0) take(Uint8Array.of(NEWLINE), 1);
  if (parser === undefined || columns === undefined || parser.rows === 0) {
    throw new SyntaxError(
      `Cannot read ${path}: a table must have a header and at least one row, got ${parser ? "a header only" : "an empty file"}`,
    );
  }
  const done = parser;
  const integers: Record<string, Int32Array> = {};
  for (const [index, name] of columns.integers.entries()) {
    integers[name] = done.integers[index].subarray(0, done.rows);
  }
  return {
    path,
    rows: done.rows,
    integers,
    values: done.values.subarray(0, done.rows * columns.values.length),
    valueColumns: columns.values,
    lineOf: (row) => done.lineOf(row),
  };
}
