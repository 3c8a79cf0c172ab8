import { integerColumn, readTextTable, type TextTable } from "./textTable";

/** Options of {@link rowsById}. */
export interface RowsByIdOptions {
  /** Ids, in the order wanted; each must have one row, and each row one of them. */
  ids: Int32Array;
  /** The file that the ids came from, for errors. */
  idsPath: string;
  /** Names that the header must have besides `id`; others may be there too. */
  columns: readonly string[];
  /** Stops the reading; default: the notebook cell's signal. */
  signal?: AbortSignal;
}

/**
 * Reads a small CSV with one row an id.
 *
 * @param path the file
 * @param options the ids and columns; see {@link RowsByIdOptions}
 * @returns the table and, for each id, the number of its row
 * @throws {SyntaxError} with file and line, as `readTextTable`, or if ids and rows do not match one to one
 * @example
 * const { table, rowOf } = await rowsById("labels.csv", { ids, idsPath: "features.csv", columns: ["label"] });
 */
export async function rowsById(
  path: string,
  options: RowsByIdOptions,
): Promise<{ table: TextTable; rowOf: Int32Array }> {
  const { ids, idsPath, columns, signal } = options;
  const table = await readTextTable(path, { columns: ["id", ...columns], signal });
  const placeOf = new Map<number, number>();
  for (const [place, id] of ids.entries()) placeOf.set(id, place);
  const where = (row: number) => `${path}:${table.lines[row]}`;
  const rowOf = new Int32Array(ids.length).fill(-1);
  for (const [row, id] of integerColumn(table, "id").entries()) {
    const place = placeOf.get(id);
    if (place === undefined) {
      throw new SyntaxError(
        `Cannot read ${where(row)}: every id must have rows in ${idsPath}, got ${id}, which has none`,
      );
    }
    if (rowOf[place] >= 0) {
      throw new SyntaxError(
        `Cannot read ${where(row)}: each id must come once, got ${id} again (first in line ${table.lines[rowOf[place]]})`,
      );
    }
    rowOf[place] = row;
  }
  const bare = rowOf.indexOf(-1);
  if (bare >= 0) {
    const count = rowOf.filter((row) => row < 0).length;
    throw new SyntaxError(
      `Cannot read ${path}: every id of ${idsPath} must have a row, got none for ${count} ids, the first ${ids[bare]}`,
    );
  }
  return { table, rowOf };
}
