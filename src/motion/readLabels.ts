import { integerColumn, type RowsByIdOptions, rowsById } from "../data";
import { labelNames as competitionNames } from "./labels";

/** Options of the readers of files with one row a training id. */
type ByIdOptions = Omit<RowsByIdOptions, "columns">;

/**
 * Reads `train_labels.csv`: a label for each id, and the labels' names, without spaces around them.
 *
 * @throws {SyntaxError} with file and line, if ids and labels do not match one to one, a label lies outside the
 *   template's classes, or labels and names do not match one to one
 */
export async function readLabels(
  path: string,
  options: ByIdOptions & { classes: number; classesPath: string },
): Promise<{ labels: Int32Array; labelNames: readonly string[] }> {
  const { classes, classesPath, ...byId } = options;
  const { table, rowOf } = await rowsById(path, { ...byId, columns: ["label"] });
  const column = integerColumn(table, "label");
  const description = table.columns.indexOf("label_desc");
  const names = new Map<number, string>();
  const labelOf = new Map<string, number>();
  for (const [row, label] of column.entries()) {
    const refuse = (problem: string) =>
      new SyntaxError(`Cannot read ${path}:${table.lines[row]}: ${problem}`);
    if (label < 0 || label >= classes) {
      throw refuse(`label must lie in [0, ${classes}), the classes of ${classesPath}, got ${label}`);
    }
    if (description < 0) continue;
    const name = table.rows[row][description].trim();
    if (name === "") throw refuse(`label ${label} must have a name, got none`);
    const known = names.get(label);
    if (known !== undefined && known !== name) {
      throw refuse(
        `label ${label} must have one name, got ${JSON.stringify(name)} after ${JSON.stringify(known)}`,
      );
    }
    const other = labelOf.get(name) ?? label;
    if (other !== label) {
      throw refuse(
        `each label must have its own name, got ${JSON.stringify(name)} for ${other} and ${label}`,
      );
    }
    names.set(label, name);
    labelOf.set(name, label);
  }
  // A class without a training window has its name only from the competition.
  const spare = classes === competitionNames.length ? competitionNames : [];
  const labelNames = Array.from(
    { length: classes },
    (_, label) => names.get(label) ?? spare[label] ?? `class ${label}`,
  );
  return { labels: Int32Array.from(rowOf, (row) => column[row]), labelNames };
}

/**
 * Reads `train_subjects.csv`: the person of each id.
 *
 * @throws {SyntaxError} with file and line, if ids and rows do not match one to one
 */
export async function readSubjects(path: string, options: ByIdOptions): Promise<Int32Array> {
  const { table, rowOf } = await rowsById(path, { ...options, columns: ["subject"] });
  const column = integerColumn(table, "subject");
  return Int32Array.from(rowOf, (row) => column[row]);
}
