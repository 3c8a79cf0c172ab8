import { randomUUID } from "node:crypto";

/** What the kernel asks a value for, to show it. */
export const displayKey = Symbol.for("Jupyter.display");

/** What a table shows in a notebook and in a terminal. */
export type TableBundle = { "text/plain": string; "text/html": string };

/** A cell of a table: numbers stand at the right, with four digits unless they are whole. */
export type Cell = string | number;

const escapes: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as HTML that shows it, whatever characters it has. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => escapes[character]);
}

function cellText(cell: Cell): string {
  if (typeof cell === "string") return cell;
  return Number.isInteger(cell) ? String(cell) : cell.toFixed(4);
}

/** Of a table; more slow a notebook down. */
const mostRows = 1000;

/** Texts in columns, as wide as their longest. */
function alignedText(rows: readonly (readonly string[])[], right: readonly boolean[]): string {
  const widths = right.map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row: readonly string[]): string =>
    row
      .map((text, column) => (right[column] ? text.padStart(widths[column]) : text.padEnd(widths[column])))
      .join("  ")
      .trimEnd();
  return rows.map(line).join("\n");
}

/** Sorts a table's rows by the column whose heading is pressed, numbers as such; pressed again, the other way. */
const sorting = `(id) => {
  const table = document.getElementById(id);
  const body = table && table.tBodies[0];
  if (!body) return;
  const valueOf = (row, column) => {
    const text = row.cells[column].textContent.trim();
    const number = parseFloat(text.replace(/^±\\s*/, ""));
    return Number.isNaN(number) ? text : number;
  };
  const compare = (a, b) => {
    if ((a === "") !== (b === "")) return a === "" ? 1 : -1;
    if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
    return a < b ? -1 : a > b ? 1 : 0;
  };
  let sorted = -1, ascending = true;
  [...table.tHead.rows[0].cells].forEach((cell, column) => {
    cell.style.cursor = "pointer";
    cell.title = "Sort";
    cell.onclick = () => {
      ascending = sorted === column ? !ascending : true;
      sorted = column;
      const rows = [...body.rows];
      const way = ascending ? 1 : -1;
      rows.sort((a, b) => way * compare(valueOf(a, column), valueOf(b, column)));
      body.append(...rows);
    };
  });
}`;

/**
 * A table as a notebook shows it: escaped HTML, and plain text for terminals. A column of numbers, or of texts that
 * read as numbers, stands at the right. Of more than 1,000 rows the first are shown, and how many there are besides.
 *
 * @param columns the heading of each column
 * @param rows as many cells per row
 * @param options `sortable`: whether pressing a heading sorts the rows, where a page runs scripts (default false)
 */
export function tableBundle(
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  { sortable = false } = {},
): TableBundle {
  const isNumber = (cell: Cell): boolean => typeof cell === "number" || /^-?[\d.,]*$/.test(cell);
  const right = columns.map(
    (_, c) => rows.every((row) => isNumber(row[c])) && rows.some((row) => row[c] !== ""),
  );
  const cell = (tag: string, text: string, c: number): string =>
    `<${tag} style="text-align:${right[c] ? "right" : "left"};white-space:nowrap">${escapeHtml(text)}</${tag}>`;
  const line = (tag: string, texts: readonly string[]): string =>
    `<tr>${texts.map((text, c) => cell(tag, text, c)).join("")}</tr>`;
  const texts = rows.slice(0, mostRows).map((row) => row.map(cellText));
  const left = rows.length - texts.length;
  const note = left > 0 ? `… and ${left} more rows` : "";
  const foot = note && `<tfoot><tr><td colspan="${columns.length}">${note}</td></tr></tfoot>`;
  const id = sortable ? `podium-${randomUUID().slice(0, 8)}` : "";
  const body = texts.map((row) => line("td", row)).join("");
  return {
    "text/html": `<table${id && ` id="${id}"`}><thead>${line("th", columns)}</thead><tbody>${body}</tbody>${foot}</table>${id && `<script>(${sorting})("${id}")</script>`}`,
    "text/plain": `${alignedText([columns, ...texts], right)}${note && `\n${note}`}`,
  };
}

/**
 * A bundle of a title and lines of name and value, as text and as an HTML table; all text is escaped.
 *
 * @param title the first line
 * @param lines name and value of each line
 * @example
 * summaryBundle("Data", [["windows", "[300, 600, 6]"]])["text/plain"]; // "Data\n  windows  [300, 600, 6]"
 */
export function summaryBundle(title: string, lines: readonly (readonly [string, string])[]): TableBundle {
  const width = Math.max(0, ...lines.map(([name]) => name.length));
  const text = [title, ...lines.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`)].join("\n");
  const rows = lines.map(
    ([name, value]) =>
      `<tr><th style="text-align:left">${escapeHtml(name)}</th><td style="text-align:left">${escapeHtml(value)}</td></tr>`,
  );
  return {
    "text/plain": text,
    "text/html": `<table><caption style="text-align:left"><b>${escapeHtml(title)}</b></caption>${rows.join("")}</table>`,
  };
}

/**
 * Gives a value a form that notebooks show, without adding a visible field.
 *
 * @param value the value
 * @param describe makes what is shown, when it is shown
 * @returns the value itself
 * @example
 * showAs({ rows: 3 }, () => summaryBundle("Table", [["rows", "3"]]));
 */
export function showAs<T extends object>(value: T, describe: () => TableBundle): T {
  Object.defineProperty(value, displayKey, { value: describe, enumerable: false });
  return value;
}

/** Facts as lines of text in columns; every row has as many. */
export function factText(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((text, column) => text.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Facts as an HTML table, the first column as headings; every text is escaped. */
export function factHtml(rows: readonly (readonly string[])[]): string {
  const left = ' style="text-align: left"';
  const lines = rows.map(([name, ...rest]) => {
    const cells = rest.map((text) => `<td${left}>${escapeHtml(text)}</td>`);
    return `<tr><th${left} scope="row">${escapeHtml(name!)}</th>${cells.join("")}</tr>`;
  });
  return `<table><tbody>\n${lines.join("\n")}\n</tbody></table>`;
}
