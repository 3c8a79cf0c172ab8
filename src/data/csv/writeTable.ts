import type { DataFrame } from "danfojs-node";
import { writeFileAtomic } from "../../core/atomicFile";
import { checkOptions } from "../../core/check";
import { isMissing } from "../../core/danfojsFixes";
import { columnNames, type TableColumns, tableColumn } from "../../core/dataFrame";

/** Options of {@link writeTable}. */
export interface WriteTableOptions {
  /**
   * What the file must have, such as a competition's sample submission: its columns in its order, and one row for each
   * value of its first column, in its order. Default: the table as it is.
   */
  template?: DataFrame | TableColumns;
  /** Stops the writing; default the notebook cell's signal. */
  signal?: AbortSignal;
}

/** A cell of CSV: quoted where it must be, nothing where it is missing. */
function cellText(value: unknown): string {
  if (isMissing(value)) return "";
  const text = value instanceof Date ? value.toISOString() : String(value);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The row of each value of a column, each of which must come once. */
function rowsByValue(values: ArrayLike<unknown>, refuse: (problem: string) => Error): Map<string, number> {
  const rows = new Map<string, number>();
  for (let row = 0; row < values.length; row++) {
    const value = String(values[row]);
    if (rows.has(value)) throw refuse(`must come once, got ${value} again in row ${row}`);
    rows.set(value, row);
  }
  return rows;
}

/** The order in which rows go into a template's. */
function orderOf(
  table: DataFrame | TableColumns,
  template: DataFrame | TableColumns,
  path: string,
): { names: readonly string[]; order: number[] } {
  const action = `write ${path}`;
  const names = columnNames(template);
  const odd = columnNames(table).find((name) => !names.includes(name));
  const lacking = names.find((name) => !columnNames(table).includes(name));
  if (odd !== undefined || lacking !== undefined) {
    throw new RangeError(
      `Cannot ${action}: the columns must be the template's, ${names.join(", ")}, got ${odd ?? `no ${lacking}`}`,
    );
  }
  const [id] = names;
  const refuse = (problem: string) => new RangeError(`Cannot ${action}: each ${id} ${problem}`);
  const rows = rowsByValue(tableColumn(table, id, action), refuse);
  const wanted = [...rowsByValue(tableColumn(template, id, action), refuse).keys()];
  const order = wanted.map((value) => {
    const row = rows.get(value);
    if (row === undefined) throw refuse(`of the template must be there, got no ${value}`);
    rows.delete(value);
    return row;
  });
  for (const value of rows.keys()) throw refuse(`must be one of the template's, got ${value}`);
  for (const name of names) {
    const values = tableColumn(table, name, action);
    const row = order.find((place) => isMissing(values[place]));
    if (row !== undefined) {
      throw new RangeError(`Cannot ${action}: each row must have a value, got none in row ${row} of ${name}`);
    }
  }
  return { names, order };
}

/**
 * Writes a danfojs frame, or columns by name, as CSV, whole or not at all: texts quoted where they must be, missing values
 * empty. With a template, such as a sample submission, columns and rows are held to it and put into its order.
 *
 * @param path the CSV to write
 * @param table the frame
 * @throws {RangeError} if columns or rows are not the template's, or a value is missing that it has
 * @throws {TypeError} if an option is unknown
 * @throws {Error} with the file's name, if it cannot be written
 * @example
 * const template = { id: [7, 8], price: [0, 0] };
 * await writeTable("submission.csv", { price: [2.5, 4], id: [8, 7] }, { template }); // id,price\n7,4\n8,2.5
 */
export async function writeTable(
  path: string,
  table: DataFrame | TableColumns,
  options: WriteTableOptions = {},
): Promise<void> {
  checkOptions(options, { template: "any", signal: "any" }, { action: `write ${path}` });
  const { template, signal } = options;
  const own = columnNames(table);
  if (own.length === 0) throw new RangeError(`Cannot write ${path}: need at least one column, got none`);
  const { names, order } = template ? orderOf(table, template, path) : { names: own, order: undefined };
  const columns = names.map((name) => tableColumn(table, name, `write ${path}`));
  const odd = columns.findIndex((column) => column.length !== columns[0].length);
  if (odd >= 0) {
    throw new RangeError(
      `Cannot write ${path}: columns must have one length, got ${columns[0].length} of ${names[0]} and ${columns[odd].length} of ${names[odd]}`,
    );
  }
  function* lines(): Generator<string> {
    yield `${names.map(cellText).join(",")}\n`;
    const rows = order ?? columns[0].length;
    const count = typeof rows === "number" ? rows : rows.length;
    for (let at = 0; at < count; at++) {
      const row = typeof rows === "number" ? at : rows[at];
      yield `${columns.map((column) => cellText(column[row])).join(",")}\n`;
    }
  }
  await writeFileAtomic(path, lines(), { signal });
}
