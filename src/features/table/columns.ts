/** Columns by name, whatever holds them. */
import type { DataFrame } from "danfojs-node";
import { columnNames, type TableColumns, tableColumn } from "../../core/dataFrame";

/** A table of any values: a danfojs frame, or columns by name. */
export type TableLike = DataFrame | TableColumns;

/** A table whose columns are as long as each other. */
export interface CheckedTable {
  readonly names: readonly string[];
  readonly rows: number;
  /** @throws {RangeError} if there is no such column */
  column(name: string): ArrayLike<unknown>;
}

/** The columns of a table. @throws {RangeError} if they are of different lengths or two share a name */
export function columnsOf(table: TableLike): CheckedTable {
  const names = columnNames(table);
  const values = new Map(names.map((name) => [name, tableColumn(table, name, "read a table")]));
  if (values.size < names.length) {
    const twice = names.find((name, index) => names.indexOf(name) < index);
    throw new RangeError(`Cannot read a table: names of columns must differ, got "${twice}" twice`);
  }
  const rows = names.length > 0 ? (values.get(names[0]) as ArrayLike<unknown>).length : 0;
  for (const [name, column] of values) {
    if (column?.length !== rows) {
      throw new RangeError(
        `Cannot read a table: columns must have equally many rows, got ${rows} of "${names[0]}" and ${column?.length} of "${name}"`,
      );
    }
  }
  return { names, rows, column: (name) => values.get(name) ?? tableColumn(table, name, "encode a table") };
}

/** A category: text, a number, a truth value; `null` is a missing one. */
export type Category = string | number | boolean | null;

/** A cell as a category: dates are their milliseconds. */
export function categoryOf(cell: unknown): Category {
  if (typeof cell === "string" || typeof cell === "boolean") return cell;
  if (typeof cell === "number") return Number.isNaN(cell) ? null : cell;
  if (typeof cell === "bigint") return Number(cell);
  if (cell instanceof Date) return categoryOf(cell.getTime());
  if (cell === null || cell === undefined) return null;
  throw new TypeError(
    `Cannot read a table: cells must be text, numbers, truth values, dates or missing, got ${typeof cell}`,
  );
}

/** A cell as a number; NaN where it is missing. @throws {TypeError} if it is something else */
export function numberOf(cell: unknown, place: { column: string; row: number }): number {
  if (typeof cell === "number") return cell;
  if (typeof cell === "boolean") return cell ? 1 : 0;
  if (typeof cell === "bigint") return Number(cell);
  if (cell === null || cell === undefined) return Number.NaN;
  throw new TypeError(
    `Cannot encode "${place.column}": its cells must be numbers, got ${JSON.stringify(cell)} in row ${place.row}; give the column an encoding such as "oneHot" or "category", or "drop" it`,
  );
}

const rankOf = (value: Category): number => ["number", "boolean", "string", "object"].indexOf(typeof value);

/** Categories in order: numbers, truth values, text, missing. */
export function sortCategories(values: Iterable<Category>): Category[] {
  return [...values].sort((a, b) => {
    const rank = rankOf(a) - rankOf(b);
    if (rank !== 0 || a === null || b === null) return rank;
    return a < b ? -1 : a > b ? 1 : 0;
  });
}

/** Class numbers of labels, and the labels by number. */
export interface ClassNumbers {
  /** One class number a row. */
  readonly labels: Int32Array;
  /** The label of each class number, sorted. */
  readonly names: readonly (string | number | boolean)[];
}

/**
 * Numbers labels by their sorted values, as the truth of a classifier.
 *
 * @param values one label a row, such as a frame's column's `values`
 * @throws {RangeError} if a label is missing, with its row
 * @example
 * classNumbers(["cat", "dog", "cat"]).names; // ["cat", "dog"]
 */
export function classNumbers(values: ArrayLike<unknown>): ClassNumbers {
  const cells = Array.from(values, categoryOf);
  const missing = cells.indexOf(null);
  if (missing >= 0) {
    throw new RangeError(
      `Cannot number classes: every row must have a label, got a missing one in row ${missing}`,
    );
  }
  const names = sortCategories(new Set(cells)) as (string | number | boolean)[];
  const numbers = new Map<Category, number>(names.map((name, number) => [name, number]));
  return { labels: Int32Array.from(cells, (cell) => numbers.get(cell) as number), names };
}
