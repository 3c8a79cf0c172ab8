/** Columns of a frame as figures take them. */
import type { DataFrame } from "danfojs-node";
import { isMissing, typeOfValues } from "../../core/danfojsFixes";
import { type TableColumns, tableColumn } from "../../core/dataFrame";
import { escapeText } from "../figure/text";
import type { Layout } from "../figure/types";

/** A danfojs frame, or columns by name. */
export type PlotTable = DataFrame | TableColumns;

/** Titles that every figure of a table takes. */
export interface TableTitles {
  /** Above the figure; by default what is shown. */
  title?: string;
  /** Below the horizontal axis; the column's name by default. */
  xTitle?: string;
  /** Beside the vertical axis; the column's name by default. */
  yTitle?: string;
}

/** Groups that one figure tells apart by colour. */
const mostGroups = 30;

/** A column of numbers; missing values, and infinite ones, which have no place, are null. */
export function numberColumn(table: PlotTable, name: string, action: string): (number | null)[] {
  return Array.from(tableColumn(table, name, action), (value, row) => {
    if (isMissing(value)) return null;
    if (typeof value !== "number" && typeof value !== "boolean") {
      throw new TypeError(
        `Cannot ${action}: column ${name} must hold numbers, got ${JSON.stringify(value)} in row ${row}`,
      );
    }
    return Number.isFinite(Number(value)) ? Number(value) : null;
  });
}

/** A column of texts; what is missing reads "missing". */
export function textColumn(table: PlotTable, name: string, action: string): string[] {
  return Array.from(tableColumn(table, name, action), (value) => {
    if (isMissing(value)) return "missing";
    return value instanceof Date ? value.toISOString() : String(value);
  });
}

/** A column for an axis: numbers, dates or texts, and plotly's type of such an axis. */
export function axisColumn(
  table: PlotTable,
  name: string,
  action: string,
): { values: (number | string | null)[]; type: "linear" | "date" | "category" } {
  const values = Array.from(tableColumn(table, name, action));
  const type = typeOfValues(values);
  if (type === "int32" || type === "float32" || type === "boolean") {
    return { values: numberColumn(table, name, action), type: "linear" };
  }
  const texts = textColumn(table, name, action);
  const isDate =
    texts.length > 0 && texts.every((text) => /^\d{4}-\d{2}(-\d{2}([T ][\d:.]+Z?)?)?$/.test(text));
  return { values: texts, type: isDate ? "date" : "category" };
}

/** Rows by the value of a column, in the order in which the values come; one group without a name where there is none. */
export function groupRows(
  table: PlotTable,
  by: string | undefined,
  options: { rows: number; action: string },
): Map<string, number[]> {
  const { rows, action } = options;
  if (by === undefined) return new Map([["", Array.from({ length: rows }, (_, row) => row)]]);
  const groups = new Map<string, number[]>();
  textColumn(table, by, action).forEach((name, row) => {
    const group = groups.get(name);
    if (group) group.push(row);
    else groups.set(name, [row]);
  });
  if (groups.size > mostGroups) {
    throw new RangeError(
      `Cannot ${action}: ${by} must have at most ${mostGroups} values to be told apart by colour, got ${groups.size}`,
    );
  }
  return groups;
}

/** The columns of a `y` that is one name or several, at least one. */
export function namesOf(y: string | readonly string[], action: string): readonly string[] {
  const names = typeof y === "string" ? [y] : y;
  if (names.length === 0) throw new RangeError(`Cannot ${action}: y must name a column, got none`);
  return names;
}

/** The layout that figures of tables share. */
export function tableLayout(titles: { title: string; x: string; y: string }, isNamed: boolean): Layout {
  return {
    title: { text: escapeText(titles.title) },
    showlegend: isNamed,
    xaxis: { title: { text: escapeText(titles.x) } },
    yaxis: { title: { text: escapeText(titles.y) } },
  };
}

/** Axis settings of positions with names: every one is shown, and names may repeat. */
export function namedTicks(names: readonly string[]): Record<string, unknown> {
  const angle = names.length * Math.max(...names.map((name) => name.length), 1) > 110 ? -40 : 0;
  return {
    range: [-0.5, names.length - 0.5],
    tickvals: names.map((_, place) => place),
    ticktext: names.map(escapeText),
    tickangle: angle,
    showgrid: false,
  };
}
