import type { DataFrame } from "danfojs-node";
import { checkOptions } from "../../core/check";
import { typeOfValues } from "../../core/danfojsFixes";
import { frameOfLists } from "../../core/dataFrame";
import { type Progress, startProgress } from "../../core/progress";
import { shownPath } from "../../core/shownPath";
import { currentSignal, throwIfAborted } from "../../core/signal";
import { readChunks } from "../stream";
import { decodeText, type LineLimits, lineRules, lineTooLong, mostLineBytes, splitLine } from "./lines";
import { cut, shorten } from "./rowParser";
import { type ColumnKind, GrowingColumn, missingWords } from "./tableColumns";

/** Options of {@link readTable}. */
export interface ReadTableOptions extends LineLimits {
  /** Names of the columns to read, in the order wanted; default all. */
  columns?: readonly string[];
  /** What columns hold, by name, such as `{ id: "string" }` for ids with leading zeros; default: by their values. */
  types?: Readonly<Record<string, ColumnKind>>;
  /** Fields that are missing values; default what pandas takes for such: empty, `NA`, `NaN`, `null`, `None`, … */
  missing?: readonly string[];
  /** The character between fields; default `","`, of a `.tsv` a tab. */
  separator?: string;
  /** Stops the reading; default: the notebook cell's signal. */
  signal?: AbortSignal;
}

const names = { each: "any", least: 0, most: 1 << 20 } as const;

/** Reads all rows into columns; those of `types` are held to their kind. */
async function readColumns(
  path: string,
  options: ReadTableOptions & { types: Readonly<Record<string, ColumnKind>> },
): Promise<GrowingColumn[]> {
  const { types, signal, mostBytes, mostLineBytes: most = mostLineBytes } = options;
  const separator = options.separator ?? (/\.tsv(\.gz)?$/.test(path) ? "\t" : ",");
  const missing = new Set(options.missing ?? missingWords);
  let progress: Progress | undefined;
  let header: string[] | undefined;
  let columns: GrowingColumn[] = [];
  /** The column at each place of the file; `undefined` for those that are left out. */
  let places: (GrowingColumn | undefined)[] = [];
  let line = 0;
  let rest: Buffer = Buffer.alloc(0);
  const refuse = (at: number) => (problem: string) =>
    new SyntaxError(`Cannot read ${path}:${at}: ${problem}`);

  function begin(fields: string[], at: number): void {
    header = fields.map((name, place) => name.trim() || `Unnamed: ${place}`);
    const twice = header.find((name, place) => header!.indexOf(name) < place);
    if (twice !== undefined) throw refuse(at)(`the header must name ${shorten(twice)} once`);
    const wanted = options.columns ?? header;
    for (const name of [...wanted, ...Object.keys(types)]) {
      if (header.includes(name)) continue;
      throw refuse(at)(`the header must name ${shorten(name)}, got ${cut(header.join(", "))}`);
    }
    columns = wanted.map((name) => new GrowingColumn(name, types[name], missing));
    places = header.map((name) => columns.find((column) => column.name === name));
  }

  function take(record: string, at: number): void {
    if (record === "") return;
    const fields = splitLine(record, (problem) => refuse(at)(`${problem} in ${shorten(record)}`), separator);
    if (header === undefined) {
      begin(fields, at);
      return;
    }
    if (fields.length !== header.length) {
      throw refuse(at)(`the header names ${header.length} columns, got ${fields.length} fields`);
    }
    for (let place = 0; place < fields.length; place++) places[place]?.push(fields[place], refuse(at));
  }

  /** Takes the records of whole lines; returns the text of one whose quotes are open still. */
  function takeLines(text: string): string {
    const hasQuotes = text.includes('"');
    let open = "";
    let first = 0;
    for (const each of text.split("\n")) {
      line++;
      const record = open === "" ? each : `${open}\n${each}`;
      if (open === "") first = line;
      // Quotes are closed where they are even in number; what else is wrong with them, splitLine says.
      if (hasQuotes && (record.split('"').length - 1) % 2 === 1) {
        open = record;
        continue;
      }
      open = "";
      take(record.endsWith("\r") ? record.slice(0, -1) : record, first);
    }
    return open;
  }

  function takeBytes(bytes: Buffer): void {
    const text = decodeText(bytes, { path, line: line + 1 });
    const open = takeLines(line === 0 && header === undefined ? text.replace(/^\uFEFF/, "") : text);
    if (open === "") return;
    line -= open.split("\n").length;
    rest = Buffer.concat([Buffer.from(open), Buffer.of(10), rest]);
    if (rest.length > most) throw lineTooLong(path, line + 1, most);
  }

  try {
    for await (const { bytes, position, size } of readChunks(path, { signal, mostBytes })) {
      throwIfAborted(signal);
      const joined = rest.length > 0 ? Buffer.concat([rest, bytes]) : Buffer.from(bytes);
      const cutAt = joined.lastIndexOf(10);
      rest = joined.subarray(cutAt + 1);
      if (cutAt >= 0) takeBytes(joined.subarray(0, cutAt));
      if (rest.length > most) throw lineTooLong(path, line + 1, most);
      if (position < size) progress ??= startProgress(`Read ${shownPath(path)}`, { unit: "MB" });
      progress?.update(Math.round(position / 1e6), `${columns[0]?.values.length ?? 0} rows`);
    }
    if (rest.length > 0) {
      const open = takeLines(
        decodeText(rest, { path, line: line + 1 }).replace(line === 0 ? /^\uFEFF/ : "", ""),
      );
      if (open !== "") {
        const at = line - open.split("\n").length + 1;
        throw refuse(at)("a quote must be closed, got none to the file's end");
      }
    }
  } finally {
    progress?.end();
  }
  if (header === undefined) {
    throw new SyntaxError(`Cannot read ${path}: a table must have a header, got an empty file`);
  }
  return columns;
}

/**
 * Reads any CSV into a danfojs `DataFrame`, plain or gzipped (`.gz`): numbers, booleans and texts by all values of a
 * column, missing values as NaN, quoted fields with separators, doubled quotes and line ends inside, CRLF, a byte order
 * mark, blank lines. Whole numbers beyond 2^53 and dates stay texts; a column without a name is called as pandas does,
 * `Unnamed: 0`.
 *
 * @param path the file
 * @throws {SyntaxError} with file and line, if the file is empty or not UTF-8, a quote is open or stands within a field,
 *   a column is missing or repeated, a line has too few or too many fields or is too long, or a field is not what
 *   `types` says
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} if an option is out of reach
 * @throws {Error} with the file's name, if it cannot be read
 * @example
 * const table = await readTable("data/motion/train_labels.csv");
 * table.columns; // ["id", "label", "label_desc"]
 * table.groupby(["label_desc"]).col(["id"]).count();
 */
export async function readTable(path: string, options: ReadTableOptions = {}): Promise<DataFrame> {
  checkOptions(
    options,
    { ...lineRules, columns: names, types: "any", missing: names, separator: "any", signal: "any" },
    { action: `read ${path}` },
  );
  const { types = {}, separator, signal = currentSignal() } = options;
  if (separator !== undefined && (separator.length !== 1 || separator === '"')) {
    throw new RangeError(
      `Cannot read ${path}: separator must be one character other than a quote, got ${JSON.stringify(separator)}`,
    );
  }
  const kinds = ["number", "boolean", "string"];
  for (const [name, kind] of Object.entries(types)) {
    if (kinds.includes(kind)) continue;
    throw new RangeError(`Cannot read ${path}: types.${name} must be ${kinds.join(", ")}, got ${kind}`);
  }
  const all = { ...options, signal, types };
  let columns = await readColumns(path, all);
  // Where a text came late, what came before is read again as it stands in the file.
  const lost = columns.filter((column) => column.isLost).map(({ name }) => [name, "string"] as const);
  if (lost.length > 0) {
    columns = await readColumns(path, { ...all, types: { ...types, ...Object.fromEntries(lost) } });
  }
  const lists = columns.map(({ values }) => values);
  return frameOfLists(
    columns.map(({ name }) => name),
    lists,
    lists.map(typeOfValues),
  );
}
