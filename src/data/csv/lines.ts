import { isUtf8 } from "node:buffer";
import { readChunks } from "../stream";

/**
 * Reads a file line by line as bytes, without line ends, plain or gzipped; blank lines are left out but counted. The
 * bytes are valid until the next line is asked for.
 *
 * @param path the file
 * @param options `signal`: stops the reading; default: the notebook cell's
 * @example
 * for await (const { bytes, line } of readLines("table.csv")) console.log(line, bytes.toString());
 */
export async function* readLines(
  path: string,
  options: { signal?: AbortSignal } = {},
): AsyncGenerator<{ bytes: Buffer; line: number }> {
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

/**
 * Divides one line of CSV into fields: quotes are taken off, doubled quotes are one, commas inside quotes stay.
 *
 * @param line without its line end
 * @example
 * splitLine('1,"Curl, left",""""'); // ["1", "Curl, left", "\""]
 */
export function splitLine(line: string): string[] {
  if (!line.includes('"')) return line.split(",");
  const fields: string[] = [];
  let at = 0;
  while (true) {
    let field = "";
    if (line[at] === '"') {
      for (at++; at < line.length; at++) {
        if (line[at] !== '"') field += line[at];
        else if (line[at + 1] === '"') {
          field += '"';
          at++;
        } else break;
      }
      at++;
    }
    while (at < line.length && line[at] !== ",") field += line[at++];
    fields.push(field);
    if (at >= line.length) return fields;
    at++;
  }
}
