import { integerColumn, readTextTable, type TextTable } from "../data";
import { labelNames as competitionNames } from "./labels";

/** Options of the readers of files with one row a training id. */
interface ByIdOptions {
  /** Training ids, in the order wanted. */
  ids: Int32Array;
  /** The file that the ids came from, for errors. */
  featurePath: string;
  signal?: AbortSignal;
}

/** For each id the row that is about it; each id must have one row and each row an id. */
function rowsById(table: TextTable, options: ByIdOptions): Int32Array {
  const { ids, featurePath } = options;
  const windowOf = new Map<number, number>();
  for (let window = 0; window < ids.length; window++) windowOf.set(ids[window], window);
  const where = (row: number) => `${table.path}:${table.lines[row]}`;
  const rowOf = new Int32Array(ids.length).fill(-1);
  for (const [row, id] of integerColumn(table, "id").entries()) {
    const window = windowOf.get(id);
    if (window === undefined) {
      throw new SyntaxError(
        `Cannot read ${where(row)}: every id must have rows in ${featurePath}, got ${id}, which has none`,
      );
    }
    if (rowOf[window] >= 0) {
      throw new SyntaxError(
        `Cannot read ${where(row)}: each id must come once, got ${id} again (first in line ${table.lines[rowOf[window]]})`,
      );
    }
    rowOf[window] = row;
  }
  const bare = rowOf.indexOf(-1);
  if (bare >= 0) {
    const count = rowOf.filter((row) => row < 0).length;
    throw new SyntaxError(
      `Cannot read ${table.path}: every id of ${featurePath} must have a row, got none for ${count} ids, the first ${ids[bare]}`,
    );
  }
  return rowOf;
}

/**
 * Reads `train_labels.csv`: a label for each id, and the labels' names.
 *
 * @throws {SyntaxError} with file and line, if ids and labels do not match one to one, a label lies outside the
 *   template's classes, or a label has two names
 */
export async function readLabels(
  path: string,
  options: ByIdOptions & { classes: number },
): Promise<{ labels: Int32Array; labelNames: readonly string[] }> {
  const { classes } = options;
  const table = await readTextTable(path, { columns: ["id", "label"], signal: options.signal });
  const rowOf = rowsById(table, options);
  const column = integerColumn(table, "label");
  const description = table.columns.indexOf("label_desc");
  const found = new Map<number, string>();
  const where = (row: number) => `${path}:${table.lines[row]}`;
  for (const [row, label] of column.entries()) {
    if (label < 0 || label >= classes) {
      throw new SyntaxError(
        `Cannot read ${where(row)}: label must lie in [0, ${classes}), the classes of the submission template, got ${label}`,
      );
    }
    if (description < 0) continue;
    const name = table.rows[row][description];
    const known = found.get(label);
    if (known !== undefined && known !== name) {
      throw new SyntaxError(
        `Cannot read ${where(row)}: label ${label} must have one name, got ${JSON.stringify(name)} after ${JSON.stringify(known)}`,
      );
    }
    found.set(label, name);
  }
  // A class without a training window has its name only from the competition.
  const spare = classes === competitionNames.length ? competitionNames : [];
  const labelNames = Array.from(
    { length: classes },
    (_, label) => found.get(label) ?? spare[label] ?? `class ${label}`,
  );
  return { labels: Int32Array.from(rowOf, (row) => column[row]), labelNames };
}

/**
 * Reads `train_subjects.csv`: the person of each id.
 *
 * @throws {SyntaxError} with file and line, if ids and rows do not match one to one
 */
export async function readSubjects(path: string, options: ByIdOptions): Promise<Int32Array> {
  const table = await readTextTable(path, { columns: ["id", "subject"], signal: options.signal });
  const rowOf = rowsById(table, options);
  const column = integerColumn(table, "subject");
  return Int32Array.from(rowOf, (row) => column[row]);
}
