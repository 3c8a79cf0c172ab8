import { displayKey, escapeHtml, type TableBundle } from "./tableDisplay";

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
