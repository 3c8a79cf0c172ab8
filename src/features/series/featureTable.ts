import type { DataFrame } from "danfojs-node";
import { columnNames, type HasFrame, type TableColumns, tableColumn, withFrame } from "../../core/dataFrame";

/** A table of numbers: one row a window, one named column a feature; what ridge and tree models learn from. */
export interface FeatureTable {
  /** Values in C order. */
  readonly data: Float32Array;
  /** `[rows, columns]`. */
  readonly shape: readonly [rows: number, columns: number];
  /** One name a column, in order. */
  readonly columns: readonly string[];
}

/** A table that features were made as: `toFrame` gives it as a danfojs frame. */
export type MadeTable = FeatureTable & HasFrame;

/** A table of features that knows its frame. */
export function madeTable(data: Float32Array, columns: readonly string[]): MadeTable {
  const width = columns.length;
  const rows = data.length / width;
  const table: FeatureTable = { data, shape: [rows, width], columns };
  return withFrame(
    table,
    () =>
      new Map(
        columns.map((name, at) => [
          name,
          Float32Array.from({ length: rows }, (_, row) => data[row * width + at]),
        ]),
      ),
  );
}

/**
 * The numbers of a danfojs frame, or of columns by name, as a table that estimators learn from; missing values are NaN.
 *
 * @param frame the frame
 * @param options `columns`: which, in the order wanted (default all)
 * @returns float32 `[rows, columns]`
 * @throws {RangeError} if there is no column, or no such one
 * @throws {TypeError} with row and column, if a value is neither number, boolean nor missing
 * @example
 * const frame = windowStatistics(raw).toFrame();
 * tableFromFrame(frame.loc({ columns: ["acc_x.mean", "acc_y.mean"] })).columns; // ["acc_x.mean", "acc_y.mean"]
 */
export function tableFromFrame(
  frame: DataFrame | TableColumns,
  options: { columns?: readonly string[] } = {},
): MadeTable {
  const action = "make features of a frame";
  const { columns = columnNames(frame) } = options;
  if (columns.length === 0) throw new RangeError(`Cannot ${action}: need at least one column, got none`);
  const lists = columns.map((name) => tableColumn(frame, name, action));
  const width = columns.length;
  const data = new Float32Array(lists[0].length * width);
  lists.forEach((list, at) => {
    for (let row = 0; row < list.length; row++) {
      const value = list[row] ?? Number.NaN;
      if (typeof value !== "number" && typeof value !== "boolean") {
        throw new TypeError(
          `Cannot ${action}: values must be numbers, got ${JSON.stringify(value)} in row ${row} of ${columns[at]}; leave that column out by columns`,
        );
      }
      data[row * width + at] = Number(value);
    }
  });
  return madeTable(data, columns);
}

/**
 * Joins tables of the same rows side by side. NaN and infinity are copied like any value.
 *
 * @param tables at least one
 * @throws {RangeError} if there is none, if rows disagree, or if two columns share a name
 * @example
 * const all = concatTables([windowStatistics(raw), spectralStatistics(raw)]);
 */
export function concatTables(tables: readonly FeatureTable[]): MadeTable {
  if (tables.length === 0) throw new RangeError("Cannot join tables: need at least one, got none");
  const rows = tables[0].shape[0];
  const columns = tables.flatMap((table) => table.columns);
  const seen = new Set<string>();
  for (const name of columns) {
    if (seen.has(name)) throw new RangeError(`Cannot join tables: names must differ, got ${name} twice`);
    seen.add(name);
  }
  const data = new Float32Array(rows * columns.length);
  let first = 0;
  for (const table of tables) {
    if (table.shape[0] !== rows) {
      throw new RangeError(`Cannot join tables: rows must agree, got ${rows} and ${table.shape[0]}`);
    }
    const width = table.columns.length;
    for (let row = 0; row < rows; row++) {
      data.set(table.data.subarray(row * width, (row + 1) * width), row * columns.length + first);
    }
    first += width;
  }
  return madeTable(data, columns);
}
