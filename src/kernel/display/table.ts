import { inspect } from "node:util";
import type { MimeBundle } from "./bundle";
import { escapeHtml } from "./html";
import { shortText } from "./text";

/**
 * A danfojs DataFrame or Series, by what is used of it. Its own fields, not what it derives from them: a column named
 * `index`, `values`, `columns` or `shape` hides those.
 */
interface Table {
  readonly $columns: readonly unknown[];
  readonly $isSeries: boolean;
  readonly $index: readonly unknown[];
  readonly $data: readonly unknown[];
  readonly $dtypes: readonly string[];
}

/** Rows and columns shown at the start and again at the end of a longer table, and characters of a cell. */
const most = { rows: 10, columns: 10, characters: 60 };

const numberStyle = "text-align: right";
const textStyle = "text-align: left";

/** Whether a value is a danfojs DataFrame or Series. */
export function isTable(value: unknown): value is Table {
  if (typeof value !== "object" || value === null) return false;
  const { $columns, $isSeries, $index, $data, $dtypes } = value as Partial<Table>;
  return typeof $isSeries === "boolean" && [$columns, $index, $data, $dtypes].every(Array.isArray);
}

/** A table as HTML and as text: the middle of a long one is left out, its shape is said. */
export function describeTable(table: Table): MimeBundle {
  const { $data: values, $index: index, $columns: columns, $dtypes: dtypes, $isSeries } = table;
  const rows = ends(values.length, most.rows);
  const shown = ends(columns.length, most.columns);
  const cell = (row: number, column: number) => {
    const line = values[row];
    return text($isSeries ? line : (line as readonly unknown[])[column]);
  };
  const header = shown.map((column) => (column === undefined ? "…" : text(columns[column])));
  const body = rows.map((row) => [
    row === undefined ? "…" : text(index[row]),
    ...shown.map((column) => (row === undefined || column === undefined ? "…" : cell(row, column))),
  ]);
  const styles = shown.map((column) =>
    column !== undefined && /int|float/.test(dtypes[column] ?? "") ? numberStyle : textStyle,
  );
  const count = (n: number, what: string) => `${n} ${what}${n === 1 ? "" : "s"}`;
  const caption = `${count(values.length, "row")} × ${count(columns.length, "column")}`;
  return {
    "text/html": toHtml(header, body, styles, caption),
    "text/plain": toText(["", ...header], body, caption),
  };
}

/** Indices of the first and the last `limit` of `length`, with `undefined` for what is left out between. */
function ends(length: number, limit: number): (number | undefined)[] {
  if (length <= 2 * limit) return Array.from({ length }, (_, i) => i);
  const first = Array.from({ length: limit }, (_, i) => i);
  return [...first, undefined, ...first.map((i) => length - limit + i)];
}

function text(value: unknown): string {
  if (typeof value === "number" && !Number.isInteger(value)) return shortNumber(value);
  return shortText(typeof value === "object" ? objectText(value) : String(value), most.characters);
}

/** An object in one line: dates as ISO 8601 has them, all else as `console.log` prints it. */
function objectText(value: object | null): string {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
  return inspect(value, {
    depth: 3,
    breakLength: Number.POSITIVE_INFINITY,
    maxArrayLength: 20,
    maxStringLength: 100,
  });
}

function shortNumber(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(7))) : String(value);
}

function toHtml(header: string[], body: string[][], styles: string[], caption: string): string {
  const head = header.map((name, i) => `<th style="${styles[i]}">${escapeHtml(name)}</th>`).join("");
  const rows = body.map(([label, ...cells]) => {
    const data = cells.map((content, i) => `<td style="${styles[i]}">${escapeHtml(content)}</td>`).join("");
    return `<tr><th>${escapeHtml(label)}</th>${data}</tr>`;
  });
  return `<div style="overflow-x: auto"><table class="dataframe"><thead><tr><th></th>${head}</tr></thead><tbody>${rows.join("")}</tbody></table><p>${caption}</p></div>`;
}

function toText(header: string[], body: string[][], caption: string): string {
  const lines = [header, ...body];
  const widths = header.map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  const rows = lines.map((line) => line.map((content, i) => content.padStart(widths[i])).join("  "));
  return [...rows, "", caption].join("\n");
}
