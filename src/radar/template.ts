import { readLines, splitLine } from "../data";
import { extent } from "./layout";

/** Rows that a submission must have: those of `sample_submission.csv`. */
export interface Template {
  /** The file names, in the file's order. */
  readonly names: readonly string[];
}

const COMMA = 44;

/**
 * Reads `sample_submission.csv`: the header `file_name,0,…,14399` and one row a test file. The numbers are counted, not
 * read.
 *
 * @param path the file, plain or with `.gz`
 * @throws {SyntaxError} with file and line, if the columns are not those, a row has too few or too many fields, or a
 *   name is repeated
 * @example
 * const template = await readTemplate("sample_submission.csv.gz");
 * template.names[0]; // "test_00000.npy"
 */
export async function readTemplate(path: string, options: { signal?: AbortSignal } = {}): Promise<Template> {
  const pixels = extent * extent;
  const lineOf = new Map<string, number>();
  let rows = 0;

  function takeHeader(bytes: Buffer): void {
    const columns = splitLine(bytes.toString("utf8").replace(/^\uFEFF/, ""));
    const odd = columns.findIndex((name, index) => name !== (index === 0 ? "file_name" : String(index - 1)));
    if (odd >= 0 || columns.length !== pixels + 1) {
      const got =
        odd >= 0 ? `${JSON.stringify(columns[odd])} as column ${odd + 1}` : `${columns.length} columns`;
      throw new SyntaxError(
        `Cannot read ${path}:1: the header must be file_name,0,…,${pixels - 1}, got ${got}`,
      );
    }
  }
  // Rows of a template are alike, most often; comparing is faster than counting.
  let pixelsBefore = Buffer.alloc(0);
  function countCommas(bytes: Buffer, from: number): number {
    const rest = from < 0 ? bytes.subarray(0, 0) : bytes.subarray(from);
    if (pixelsBefore.length > 0 && rest.equals(pixelsBefore)) return pixels;
    let commas = 0;
    for (const byte of rest) if (byte === COMMA) commas++;
    if (commas === pixels) pixelsBefore = Buffer.from(rest);
    return commas;
  }
  function takeRow(bytes: Buffer, line: number): void {
    const comma = bytes.indexOf(COMMA);
    const commas = countCommas(bytes, comma);
    if (commas !== pixels) {
      throw new SyntaxError(
        `Cannot read ${path}:${line}: the header names ${pixels + 1} columns, got ${commas + 1} fields`,
      );
    }
    const name = splitLine(bytes.toString("utf8", 0, comma))[0];
    const first = lineOf.get(name);
    if (first !== undefined) {
      throw new SyntaxError(
        `Cannot read ${path}:${line}: each file must come once, got ${name} again (first in line ${first})`,
      );
    }
    lineOf.set(name, line);
  }

  for await (const { bytes, line } of readLines(path, options)) {
    if (rows++ === 0) takeHeader(bytes);
    else takeRow(bytes, line);
  }
  if (lineOf.size === 0) {
    throw new SyntaxError(
      `Cannot read ${path}: a template must have a header and at least one row, got ${rows === 0 ? "an empty file" : "a header only"}`,
    );
  }
  return { names: [...lineOf.keys()] };
}
