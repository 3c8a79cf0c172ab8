import { cut, decodeText, isNumber, readLines, splitLine } from "../data";
import { extent } from "./layout";

/** Rows that a submission must have: those of `sample_submission.csv`. */
export interface Template {
  /** The file names, in the file's order. */
  readonly names: readonly string[];
}

const COMMA = 44;
const pixels = extent * extent;

/** The fields of a line of UTF-8. */
export function splitRow(bytes: Buffer, place: { path: string; line: number }): string[] {
  return splitLine(
    decodeText(bytes, place),
    (problem) => new SyntaxError(`Cannot read ${place.path}:${place.line}: ${problem}`),
  );
}

/**
 * Requires that a line is the header `file_name,0,…,14399`.
 *
 * @throws {SyntaxError} with file and line, naming the first column that is another
 */
export function requireHeader(bytes: Buffer, place: { path: string; line: number }): void {
  const columns = splitRow(bytes, place);
  columns[0] = columns[0].replace(/^\uFEFF/, "");
  const odd = columns.findIndex((name, index) => name !== (index === 0 ? "file_name" : String(index - 1)));
  if (odd < 0 && columns.length === pixels + 1) return;
  const got =
    odd >= 0 ? `${JSON.stringify(cut(columns[odd]))} as column ${odd + 1}` : `${columns.length} columns`;
  throw new SyntaxError(
    `Cannot read ${place.path}:${place.line}: the header must be file_name,0,…,${pixels - 1}, got ${got}`,
  );
}

/**
 * Reads `sample_submission.csv`: the header `file_name,0,…,14399` and one row a test file.
 *
 * @param path the file, plain or with `.gz`
 * @throws {SyntaxError} with file and line, if the columns are not those, a row has too few or too many fields, a field is
 *   no number, or a name is repeated
 * @example
 * const template = await readTemplate("data/radar/sample_submission.csv");
 * template.names[0]; // "test_00000.npy"
 */
export async function readTemplate(path: string, options: { signal?: AbortSignal } = {}): Promise<Template> {
  const lineOf = new Map<string, number>();
  let rows = 0;
  let pixelsBefore = Buffer.alloc(0);

  function takeRow(bytes: Buffer, line: number): void {
    const comma = bytes.indexOf(COMMA);
    const rest = bytes.subarray(comma < 0 ? bytes.length : comma);
    // Rows of a template are alike, most often; comparing is faster than reading.
    if (!rest.equals(pixelsBefore)) {
      const fields = splitRow(rest, { path, line }).slice(1);
      if (fields.length !== pixels) {
        throw new SyntaxError(
          `Cannot read ${path}:${line}: the header names ${pixels + 1} columns, got ${fields.length + 1} fields`,
        );
      }
      const odd = fields.findIndex((field) => !isNumber(field));
      if (odd >= 0) {
        throw new SyntaxError(
          `Cannot read ${path}:${line}: column ${odd} must be a number, got ${JSON.stringify(cut(fields[odd]))}`,
        );
      }
      pixelsBefore = Buffer.from(rest);
    }
    const [name] = splitRow(bytes.subarray(0, Math.max(0, comma)), { path, line });
    const first = lineOf.get(name);
    if (first !== undefined) {
      throw new SyntaxError(
        `Cannot read ${path}:${line}: each file must come once, got ${name} again (first in line ${first})`,
      );
    }
    lineOf.set(name, line);
  }

  for await (const { bytes, line } of readLines(path, options)) {
    if (rows++ === 0) requireHeader(bytes, { path, line });
    else takeRow(bytes, line);
  }
  if (lineOf.size === 0) {
    throw new SyntaxError(
      `Cannot read ${path}: a template must have a header and at least one row, got ${rows === 0 ? "an empty file" : "a header only"}`,
    );
  }
  return { names: [...lineOf.keys()] };
}
