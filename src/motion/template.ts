import { cut, integerColumn, isNumber, readTextTable } from "../data";

/** Rows and columns that a submission must have: those of `sample_submission.csv`. */
export interface Template {
  /** The ids, in the file's order. */
  readonly ids: Int32Array;
  /** Names of the class columns: "0", "1", … */
  readonly columns: readonly string[];
  /**
   * Requires that the ids are those of the template, in any order.
   *
   * @throws {SyntaxError} that names the first id that one of them lacks, if they differ
   */
  requireIds(ids: ArrayLike<number>, from: string): void;
}

/**
 * Reads `sample_submission.csv`: the header `id,0,1,…` and one row an id.
 *
 * @param path the file
 * @throws {SyntaxError} with file and line, if the columns are not `id` and the classes from 0 on, an id is repeated, or
 *   a field is no number
 * @example
 * const template = await readTemplate("data/motion/sample_submission.csv");
 * template.columns.length; // one column per class
 */
export async function readTemplate(path: string, options: { signal?: AbortSignal } = {}): Promise<Template> {
  const table = await readTextTable(path, { columns: ["id"], signal: options.signal });
  const columns = table.columns.slice(1);
  const odd = columns.findIndex((name, label) => name !== String(label));
  if (table.columns[0] !== "id" || odd >= 0 || columns.length === 0) {
    const at = table.columns[0] !== "id" ? 0 : odd + 1;
    throw new SyntaxError(
      `Cannot read ${path}:1: the header must be id,0,1,2,…, got ${JSON.stringify(table.columns[at] ?? "")} as column ${at + 1}`,
    );
  }
  for (const [row, fields] of table.rows.entries()) {
    const odd = fields.findIndex((field) => !isNumber(field));
    if (odd >= 0) {
      throw new SyntaxError(
        `Cannot read ${path}:${table.lines[row]}: column ${table.columns[odd]} must be a number, got ${JSON.stringify(cut(fields[odd]))}`,
      );
    }
  }
  const ids = integerColumn(table, "id");
  if (ids.length === 0) {
    throw new SyntaxError(
      `Cannot read ${path}: a template must have a header and at least one row, got a header only`,
    );
  }
  const lineOf = new Map<number, number>();
  for (const [row, id] of ids.entries()) {
    const first = lineOf.get(id);
    if (first !== undefined) {
      throw new SyntaxError(
        `Cannot read ${path}:${table.lines[row]}: each id must come once, got ${id} again (first in line ${first})`,
      );
    }
    lineOf.set(id, table.lines[row]);
  }
  return {
    ids,
    columns,
    requireIds(others, from) {
      const there = new Set(Array.from(others));
      for (const [id, line] of lineOf) {
        if (!there.has(id)) {
          throw new SyntaxError(
            `Cannot read ${path}:${line}: every id must have rows in ${from}, got ${id}, which has none`,
          );
        }
      }
      const extra = Array.from(others).find((id) => !lineOf.has(id));
      if (extra !== undefined) {
        throw new SyntaxError(
          `Cannot read ${path}: every id of ${from} must have a row, got none for ${extra}`,
        );
      }
    },
  };
}
