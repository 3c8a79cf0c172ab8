import type { NumberTable } from "./numberTable";

/** Windows put together from rows. */
export interface RowWindows {
  /** Ids, ascending. */
  readonly ids: Int32Array;
  /** Values `[ids, steps, columns]` in C order. */
  readonly data: Float32Array;
}

/** Whether the rows lie as they should: ids ascending, each with its steps in order. */
function inOrder(ids: Int32Array, times: Int32Array, steps: number): boolean {
  if (ids.length % steps !== 0) return false;
  for (let start = 0; start < ids.length; start += steps) {
    if (start > 0 && ids[start] <= ids[start - 1]) return false;
    for (let step = 0; step < steps; step++) {
      if (ids[start + step] !== ids[start] || times[start + step] !== step) return false;
    }
  }
  return true;
}

/**
 * Puts the rows of a table together into one window an id: row order does not matter, every step must be there once.
 *
 * @param table rows with an id, a step and values
 * @param options `id`, `step`: names of the whole-number columns; `steps`: steps a window
 * @returns windows by ascending id; shares memory with the table where its rows lie in order
 * @throws {SyntaxError} with file and line, if a step is missing, repeated or outside `[0, steps)`
 * @example
 * const table = await readNumberTable("features.csv", { integers: ["id", "time"] });
 * const { ids, data } = windowsOfRows(table, { id: "id", step: "time", steps: 600 });
 */
export function windowsOfRows(
  table: NumberTable,
  options: { id: string; step: string; steps: number },
): RowWindows {
  const { id, step, steps } = options;
  const rowIds = table.integers[id];
  const times = table.integers[step];
  if (inOrder(rowIds, times, steps)) {
    return {
      ids: Int32Array.from({ length: table.rows / steps }, (_, w) => rowIds[w * steps]),
      data: table.values,
    };
  }
  const ids = Int32Array.from(new Set(rowIds)).sort();
  const windowOf = new Map(Array.from(ids, (value, window) => [value, window]));
  const width = table.valueColumns.length;
  /** Row that each step came from, plus one. */
  const from = new Int32Array(ids.length * steps);
  const lastRow = new Int32Array(ids.length);
  const data = new Float32Array(ids.length * steps * width);
  const where = (row: number) => `${table.path}:${table.lineOf(row)}`;
  for (let row = 0; row < table.rows; row++) {
    const window = windowOf.get(rowIds[row])!;
    const time = times[row];
    if (time < 0 || time >= steps) {
      throw new SyntaxError(
        `Cannot read ${where(row)}: ${step} must lie in [0, ${steps}), got ${time} for ${id} ${rowIds[row]}`,
      );
    }
    const at = window * steps + time;
    if (from[at] > 0) {
      throw new SyntaxError(
        `Cannot read ${where(row)}: each ${step} of an ${id} must come once, got ${id} ${rowIds[row]} ${step} ${time} again (first in line ${table.lineOf(from[at] - 1)})`,
      );
    }
    from[at] = row + 1;
    lastRow[window] = row;
    data.set(table.values.subarray(row * width, (row + 1) * width), at * width);
  }
  const gap = from.indexOf(0);
  if (gap >= 0) {
    const window = Math.floor(gap / steps);
    const missing = from.subarray(window * steps, (window + 1) * steps).filter((row) => row === 0).length;
    const atEnd = lastRow[window] === table.rows - 1 ? "; the file may be cut off" : "";
    throw new SyntaxError(
      `Cannot read ${where(lastRow[window])}: ${id} ${ids[window]} must have ${steps} steps, got ${steps - missing} (${step} ${gap % steps} is missing; its last row is this line${atEnd})`,
    );
  }
  return { ids, data };
}
