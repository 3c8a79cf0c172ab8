const entities: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}

/** Facts as lines of text, the first column padded. */
export function factText(rows: readonly (readonly string[])[]): string {
  const width = Math.max(0, ...rows.map(([name]) => name!.length));
  return rows.map(([name, ...rest]) => [name!.padEnd(width), ...rest].join("  ").trimEnd()).join("\n");
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
