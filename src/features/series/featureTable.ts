/** A table of numbers: one row a window, one named column a feature; what ridge and tree models learn from. */
export interface FeatureTable {
  /** Values in C order. */
  readonly data: Float32Array;
  /** `[rows, columns]`. */
  readonly shape: readonly [rows: number, columns: number];
  /** One name a column, in order. */
  readonly columns: readonly string[];
}

/**
 * Joins tables of the same rows side by side. NaN and infinity are copied like any value.
 *
 * @param tables at least one
 * @throws {RangeError} if there is none, if rows disagree, or if two columns share a name
 * @example
 * const all = concatTables([windowStatistics(raw), spectralStatistics(raw)]);
 */
export function concatTables(tables: readonly FeatureTable[]): FeatureTable {
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
  return { data, shape: [rows, columns.length], columns };
}
