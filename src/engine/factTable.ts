import { escapeHtml } from "../data/tableDisplay";

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
