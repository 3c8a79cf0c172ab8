import type { DataFrame } from "danfojs-node";
import { fixDanfojs, isMissing, typeOfValues } from "./danfojsFixes";

/**
 * Columns by name, all of one length; missing values are NaN, null or undefined. A map keeps names that are numbers in
 * their place, which objects put in front.
 */
export type TableColumns =
  | Readonly<Record<string, ArrayLike<unknown>>>
  | ReadonlyMap<string, ArrayLike<unknown>>;

/** A value that a danfojs frame can be made of. */
export interface HasFrame {
  /** The same as a danfojs `DataFrame`, one row per entry; loads danfojs, which takes about a second, at the first call. */
  toFrame(): DataFrame;
}

let library: typeof import("danfojs-node") | undefined;

/** danfojs, loaded when the first frame is made. */
function danfojs(): typeof import("danfojs-node") {
  if (library === undefined) {
    library = require("danfojs-node") as typeof import("danfojs-node");
    fixDanfojs(library as unknown as Parameters<typeof fixDanfojs>[0]);
  }
  return library;
}

/** Values as a column holds them: one type, NaN where one is missing. */
function columnValues(values: ArrayLike<unknown>, type: string): unknown[] {
  return Array.from(values, (value) => {
    if (isMissing(value)) return Number.NaN;
    return type === "string" ? String(value) : value;
  });
}

/**
 * A danfojs `DataFrame` of columns: typed arrays too, types by all values, missing values as NaN. danfojs is loaded when
 * the first frame is made, and what of version 1.2.0 gives wrong results is put right in it: `sortValues`, `describe`,
 * groups and series with missing values, groups by several columns, `concat`, types by the first rows alone, and columns
 * named as a method, which `frame.column(name)` gives. Statistics skip missing values, as pandas does.
 *
 * @param columns values by name, all of one length
 * @throws {RangeError} if there is no column, or lengths differ
 * @example
 * const frame = dataFrame({ person: ["a", "b", "a"], loss: Float32Array.of(0.5, 2, 1.5) });
 * frame.groupby(["person"]).col(["loss"]).mean().values; // [["a", 1], ["b", 2]]
 */
export function dataFrame(columns: TableColumns): DataFrame {
  const entries = columns instanceof Map ? [...columns] : Object.entries(columns as object);
  const names: string[] = entries.map(([name]) => name);
  const given: ArrayLike<unknown>[] = entries.map(([, values]) => values);
  if (names.length === 0) throw new RangeError("Cannot make a frame: need at least one column, got none");
  const [{ length }] = given;
  for (const [at, name] of names.entries()) {
    if (given[at].length !== length) {
      throw new RangeError(
        `Cannot make a frame: columns must have one length, got ${length} of ${names[0]} and ${given[at].length} of ${name}`,
      );
    }
  }
  const types = given.map(typeOfValues);
  const lists = given.map((values, at) => columnValues(values, types[at]));
  return frameOfLists(names, lists, types);
}

/** A frame of columns whose values are as a frame holds them; the lists become the frame's own. */
export function frameOfLists(
  names: readonly string[],
  lists: readonly (readonly unknown[])[],
  types: readonly string[],
): DataFrame {
  const rows = Array.from(lists[0], (_, row) => lists.map((list) => list[row]));
  const { DataFrame: Frame, Config } = danfojs();
  // Told to spare memory, danfojs does not make the columns that are there already out of the rows once more.
  const config = { lowMemoryMode: true };
  const frame = new Frame(rows, { columns: [...names], dtypes: [...types], config });
  if (rows.length > 0) Object.assign(frame, { $dataIncolumnFormat: lists });
  frame.$setConfig(new Config({ tableMaxRow: 10, tableMaxColInConsole: 10, lowMemoryMode: false }));
  return frame;
}

/** Gives a value the method `toFrame`, without adding a visible field. */
export function withFrame<T extends object>(value: T, columns: () => TableColumns): T & HasFrame {
  Object.defineProperty(value, "toFrame", { value: () => dataFrame(columns()), enumerable: false });
  return value as T & HasFrame;
}

/** What of a danfojs frame is its own, whatever its columns are named. */
interface FrameFields {
  readonly $columns: readonly string[];
  readonly $data: readonly (readonly unknown[])[];
}

/** Whether a value is a danfojs `DataFrame`. */
export function isDataFrame(value: unknown): value is DataFrame {
  if (typeof value !== "object" || value === null) return false;
  const { $columns, $data, $isSeries } = value as Partial<FrameFields> & { $isSeries?: boolean };
  return Array.isArray($columns) && Array.isArray($data) && $isSeries === false;
}

/** The names of a table's columns, in order. */
export function columnNames(table: DataFrame | TableColumns): readonly string[] {
  if (isDataFrame(table)) return (table as unknown as FrameFields).$columns;
  return table instanceof Map ? [...table.keys()] : Object.keys(table);
}

/**
 * One column of a frame, or of columns by name.
 *
 * @param action what for, as errors say it
 * @throws {RangeError} if there is no such column, with the known ones
 */
export function tableColumn(
  table: DataFrame | TableColumns,
  name: string,
  action: string,
): ArrayLike<unknown> {
  const names = columnNames(table);
  const at = names.indexOf(name);
  if (at < 0) {
    throw new RangeError(`Cannot ${action}: the column must be one of ${names.join(", ")}, got ${name}`);
  }
  if (table instanceof Map) return table.get(name) as ArrayLike<unknown>;
  if (!isDataFrame(table)) return (table as Readonly<Record<string, ArrayLike<unknown>>>)[name];
  return (table as unknown as FrameFields).$data.map((row) => row[at]);
}
