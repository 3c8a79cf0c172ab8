import { isUtf8 } from "node:buffer";
import { checkOptions } from "../../core/check";
import { limitRules, type ReadLimits, readChunks } from "../stream";

/**
 * Bytes as text.
 *
 * @param place file and number of the line that they begin on, for errors
 * @throws {SyntaxError} with file and line, if they are not UTF-8, or hold a NUL as UTF-16 does
 * @example
 * decodeText(Buffer.from("id,label\n"), { path: "labels.csv", line: 1 }); // "id,label\n"
 */
export function decodeText(bytes: Buffer, place: { path: string; line: number }): string {
  if (isUtf8(bytes) && !bytes.includes(0)) return bytes.toString("utf8");
  let { line } = place;
  for (let at = 0; at < bytes.length; line++) {
    const end = bytes.indexOf(10, at) + 1 || bytes.length;
    const piece = bytes.subarray(at, end);
    if (!isUtf8(piece) || piece.includes(0)) break;
    at = end;
  }
  throw new SyntaxError(
    `Cannot read ${place.path}:${line}: text must be UTF-8, got other bytes; convert it, such as by iconv -f cp949 -t utf-8 (Korean Excel) or iconv -f latin1 -t utf-8`,
  );
}

/** Bytes after which a line without an end is refused, unless a reader is told otherwise. */
export const mostLineBytes = 1 << 24;

/** What a reader of lines is told of its limits. */
export interface LineLimits extends ReadLimits {
  /** Bytes after which a line that has not ended is refused; default 16 MiB. */
  mostLineBytes?: number;
}

/** The rules of the limits. */
export const lineRules = { ...limitRules, mostLineBytes: { whole: true, low: 1 } };

/** The error for a line that is too long. */
export function lineTooLong(path: string, line: number, most: number): SyntaxError {
  return new SyntaxError(
    `Cannot read ${path}:${line}: a line must have at most ${most} bytes (option mostLineBytes), got more`,
  );
}

/**
 * Reads a file line by line as bytes, without line ends, plain or gzipped; blank lines are left out but counted. The
 * bytes are valid until the next line is asked for.
 *
 * @param path the file
 * @param options `signal`: stops the reading (default: the notebook cell's); `mostLineBytes`, `mostBytes`: limits
 * @throws {SyntaxError} with file and line, if a line is too long
 * @example
 * for await (const { bytes, line } of readLines("table.csv")) console.log(line, bytes.toString());
 */
export async function* readLines(
  path: string,
  options: LineLimits & { signal?: AbortSignal } = {},
): AsyncGenerator<{ bytes: Buffer; line: number }> {
  checkOptions(options, { ...lineRules, signal: "any" }, { action: `read ${path}` });
  const { mostLineBytes: most = mostLineBytes } = options;
  let rest: Buffer = Buffer.alloc(0);
  let line = 0;

  function* whole(piece: Buffer): Generator<{ bytes: Buffer; line: number }> {
    let at = 0;
    for (let end = piece.indexOf(10); end >= 0; end = piece.indexOf(10, at)) {
      line++;
      const bytes = piece.subarray(at, end > at && piece[end - 1] === 13 ? end - 1 : end);
      if (bytes.length > 0) yield { bytes, line };
      at = end + 1;
    }
    if (piece.length - at > most) throw lineTooLong(path, line + 1, most);
    rest = Buffer.from(piece.subarray(at));
  }
  for await (const { bytes } of readChunks(path, options)) {
    const piece = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let from = 0;
    if (rest.length > 0) {
      // Only the line that the pieces divide is put together in new memory.
      from = piece.indexOf(10) + 1 || piece.length;
      yield* whole(Buffer.concat([rest, piece.subarray(0, from)]));
    }
    if (from < piece.length) yield* whole(piece.subarray(from));
  }
  if (rest.length > 0) yield* whole(Buffer.concat([rest, Buffer.of(10)]));
}

/**
 * Divides one line of CSV into fields: quotes are taken off, doubled quotes are one, commas inside quotes stay.
 *
 * @param line without its line end
 * @param refuse makes the error of a line whose quotes do not begin and end a field
 * @param separator one character between fields; default a comma
 * @throws {SyntaxError} if a quote stands within a field, is not closed, or something follows the closing one
 * @example
 * splitLine('1,"Curl, left",""""'); // ["1", "Curl, left", "\""]
 */
export function splitLine(
  line: string,
  refuse = (problem: string): Error => new SyntaxError(`Cannot divide a line: ${problem} in ${line}`),
  separator = ",",
): string[] {
  if (!line.includes('"')) return line.split(separator);
  const fields: string[] = [];
  for (let at = 0; ; ) {
    const isQuoted = line[at] === '"';
    const comma = line.indexOf(separator, at);
    const end = isQuoted ? quotedEnd(line, at) : comma < 0 ? line.length : comma;
    if (end > line.length) throw refuse("a quote must be closed, got none to the end");
    const field = isQuoted ? line.slice(at + 1, end - 1).replaceAll('""', '"') : line.slice(at, end);
    if (isQuoted ? end < line.length && line[end] !== separator : field.includes('"')) {
      throw refuse("a quote must begin or end a field, or be doubled inside quotes, got another");
    }
    fields.push(field);
    if (end === line.length) return fields;
    at = end + 1;
  }
}

/** Where a quoted field ends, behind its closing quote; past the text's end if that is missing. */
export function quotedEnd(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] !== '"') return at + 1;
  }
  return text.length + 1;
}
