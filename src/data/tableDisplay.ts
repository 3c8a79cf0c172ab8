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

/**
 * A table as a notebook shows it: escaped HTML, and plain text for terminals. A column of numbers, or of texts that
 * read as numbers, stands at the right.
 *
 * @param columns the heading of each column
 * @param rows as many cells a row
 */
export function tableBundle(columns: readonly string[], rows: readonly (readonly Cell[])[]): TableBundle {
  const isNumber = (cell: Cell): boolean => typeof cell === "number" || /^-?[\d.,]*$/.test(cell);
  const right = columns.map(
    (_, c) => rows.every((row) => isNumber(row[c])) && rows.some((row) => row[c] !== ""),
  );
  const cell = (tag: string, text: string, c: number): string =>
    `<${tag} style="text-align:${right[c] ? "right" : "left"};white-space:nowrap">${escapeHtml(text)}</${tag}>`;
  const line = (tag: string, texts: readonly string[]): string =>
    `<tr>${texts.map((text, c) => cell(tag, text, c)).join("")}</tr>`;
  const texts = rows.map((row) => row.map(cellText));
  return {
    "text/html": `<table><thead>${line("th", columns)}</thead><tbody>${texts.map((row) => line("td", row)).join("")}</tbody></table>`,
    "text/plain": alignedText([columns, ...texts], right),
  };
}
