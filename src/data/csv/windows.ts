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
 * @param options `id`, `step`: names of the whole-number columns; `steps`: steps per window
 * @returns windows by ascending id; shares memory with the table where its rows lie in order
 * @throws {SyntaxError} with file and line, if a step is missing, repeated or outside `[0, steps)`
 * @example
 * const table = await readNumberTable("data/motion/train_features.csv", { integers: ["id", "time"] });
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
  const where = (row: number) => `${table.path}:${table.lineOf(row)}`;
  const rows = rowsOfWindows(
    Int32Array.from(rowIds, (value) => windowOf.get(value)!),
    ids.length,
  );
  const places = new Int32Array(table.rows);
  /** Row that each step of a window came from, plus one. */
  const from = new Int32Array(Math.min(steps, table.rows + 1));
  for (const [window, own] of rows.entries()) {
    from.fill(0);
    for (const row of own) {
      const time = times[row];
      if (time < 0 || time >= steps) {
        throw new SyntaxError(
          `Cannot read ${where(row)}: ${step} must lie in [0, ${steps}), got ${time} for ${id} ${rowIds[row]}`,
        );
      }
      if (time < from.length && from[time] > 0) {
        throw new SyntaxError(
          `Cannot read ${where(row)}: each ${step} of an ${id} must come once, got ${id} ${rowIds[row]} ${step} ${time} again (first in line ${table.lineOf(from[time] - 1)})`,
        );
      }
      if (time < from.length) from[time] = row + 1;
      places[row] = window * steps + time;
    }
    const gap = from.indexOf(0);
    if (gap >= 0 && gap < steps) {
      const last = own[own.length - 1];
      const atEnd = last === table.rows - 1 ? "; the file may be cut off" : "";
      throw new SyntaxError(
        `Cannot read ${where(last)}: ${id} ${ids[window]} must have ${steps} steps, got ${own.length} (${step} ${gap} is missing; its last row is this line${atEnd})`,
      );
    }
  }
  // Only now is it sure that the windows are no larger than the rows.
  const width = table.valueColumns.length;
  const data = new Float32Array(table.rows * width);
  for (const [row, place] of places.entries()) {
    data.set(table.values.subarray(row * width, (row + 1) * width), place * width);
  }
  return { ids, data };
}

/** The rows of each window, in their order. */
function rowsOfWindows(windows: Int32Array, count: number): Int32Array[] {
  const ends = new Int32Array(count);
  for (const window of windows) ends[window]++;
  for (let window = 1; window < count; window++) ends[window] += ends[window - 1];
  const rows = new Int32Array(windows.length);
  const next = Int32Array.from(ends, (_, window) => (window === 0 ? 0 : ends[window - 1]));
  for (const [row, window] of windows.entries()) rows[next[window]++] = row;
  return Array.from(ends, (end, window) => rows.subarray(window === 0 ? 0 : ends[window - 1], end));
}
