/** What the kernel asks a value for, to show it. */
export const displayKey = Symbol.for("Jupyter.display");

/** A cell of a table. */
export type Cell = string | number;

const escapes: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => escapes[character]);
}

function cellText(cell: Cell): string {
  if (typeof cell === "string") return cell;
  return Number.isInteger(cell) ? String(cell) : cell.toFixed(4);
}

/** A table as a notebook shows it: escaped HTML, and plain text for terminals. */
export function tableBundle(
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
): { "text/html": string; "text/plain": string } {
  const head = columns.map((name) => `<th>${escapeText(name)}</th>`).join("");
  const body = rows.map((row) => {
    const cells = row.map((cell) => {
      const align = typeof cell === "number" ? "right" : "left";
      return `<td style="text-align:${align}">${escapeText(cellText(cell))}</td>`;
    });
    return `<tr>${cells.join("")}</tr>`;
  });
  const texts = [columns, ...rows.map((row) => row.map(cellText))];
  const widths = columns.map((_, c) => Math.max(...texts.map((row) => row[c].length)));
  const lines = texts.map((row) =>
    row
      .map((text, c) => text.padEnd(widths[c]))
      .join("  ")
      .trimEnd(),
  );
  return {
    "text/html": `<table><thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table>`,
    "text/plain": lines.join("\n"),
  };
}
