import { readSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { checkOptions } from "../../core/check";
import { currentSignal, throwIfAborted } from "../../core/signal";
import { openFile } from "../regularFile";
import { isCompressed } from "../stream";
import { type LineLimits, lineRules } from "./lines";
import { readNumberTable } from "./numberTable";
import { WindowRows } from "./windowRows";
import { type RowWindows, windowsOfRows } from "./windows";

/** Options of {@link readWindows}. */
export interface ReadWindowsOptions extends LineLimits {
  /** Name of the column that tells the window. */
  id: string;
  /** Name of the column that tells the step in the window. */
  step: string;
  /** Steps per window. */
  steps: number;
  /** Names of the other columns, in the order wanted. */
  values: readonly string[];
  /** Stops the reading; default: the notebook cell's signal. */
  signal?: AbortSignal;
  /** Called with the bytes read so far (of the file as it lies, before decompression) and the rows so far. */
  onProgress?: (bytes: number, rows: number) => void;
}

/** Bytes between two looks at the signal. */
const PIECE = 4 << 20;
/** Steps whose texts are kept for comparison, at most. */
const MOST_STEPS = 1 << 20;

/** Reads a file in which all is as {@link WindowRows} wants it; `undefined` from the first byte on that is not. */
async function readOrdered(path: string, options: ReadWindowsOptions): Promise<RowWindows | undefined> {
  const { id, step, steps, values, signal, onProgress } = options;
  const isFit = steps >= 1 && steps <= MOST_STEPS && values.length >= 2 && values.length % 2 === 0;
  if (!isFit || isCompressed(path)) return undefined;
  const { file, size } = await openFile(path);
  try {
    const header = Buffer.from(`${[id, step, ...values].join(",")}\n`);
    const { buffer } = await file.read({ buffer: Buffer.alloc(header.length), position: 0 });
    if (!buffer.equals(header)) return undefined;
    const rows = new WindowRows({ size, steps, width: values.length });
    let position = header.length;
    for (let looked = 0; ; ) {
      // The text goes where it is parsed. Waiting for each of these short reads would take longer than they do.
      const count = readSync(file.fd, rows.room, { position });
      if (count === 0) return rows.end();
      if (!rows.take(count)) return undefined;
      position += count;
      if (position - looked < PIECE) continue;
      looked = position;
      onProgress?.(position, rows.ids.length * steps);
      await setImmediate();
      throwIfAborted(signal);
    }
  } finally {
    await file.close();
  }
}

/**
 * Reads a CSV with one row an id and step, plain or gzipped (`.gz`), into one window an id: row order does not matter,
 * every step must be there once. Takes what {@link readNumberTable} takes; rows in order with six decimals are read
 * several times as fast.
 *
 * @param path the file
 * @returns windows by ascending id, float32 `[ids, steps, values]`
 * @throws {SyntaxError} with file and line, if a field is not a finite number, a line has too few or too many fields, a
 *   column is missing, repeated or unknown, a step is missing, repeated or outside `[0, steps)`, or the file is empty
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} if an option is missing, or `steps` or a limit is not a whole number from 1 on
 * @throws {Error} with the file's name, if it cannot be read
 * @example
 * const path = "data/motion/train_features.csv";
 * const { ids, data } = await readWindows(path, { id: "id", step: "time", steps: 600, values: motion.channels });
 */
export async function readWindows(path: string, options: ReadWindowsOptions): Promise<RowWindows> {
  const { id, step, steps, values, signal = currentSignal(), ...rest } = options;
  checkOptions(
    options,
    {
      ...lineRules,
      id: "any",
      step: "any",
      steps: { whole: true, low: 1, high: 2 ** 31 - 1 },
      values: { each: "any", least: 0, most: 1 << 24 },
      signal: "any",
      onProgress: "any",
    },
    { action: `read ${path}`, required: ["id", "step", "steps", "values"] },
  );
  throwIfAborted(signal);
  const ordered = await readOrdered(path, { ...options, signal });
  if (ordered) return ordered;
  const table = await readNumberTable(path, { ...rest, integers: [id, step], values, signal });
  return windowsOfRows(table, { id, step, steps });
}
