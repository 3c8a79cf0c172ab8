/**
 * Rows as text in columns; columns of numbers are set to the right.
 *
 * @param {string[]} head
 * @param {string[][]} rows
 */
export function textTable(head, rows) {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column].length)),
  );
  const isNumeric = head.map(
    (_, column) => rows.length > 0 && rows.every((row) => /^[-+\d.,e× %]*$/.test(row[column])),
  );
  const line = (cells) =>
    cells
      .map((cell, column) =>
        isNumeric[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column]),
      )
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "─".repeat(width)).join("──");
  return [line(head), rule, ...rows.map(line)].join("\n");
}

/** @param {number} value */
export function shortNumber(value) {
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 1000 ? value.toFixed(0) : value.toPrecision(4);
}

/**
 * A scores file's numbers by name: names of nested objects are joined, lists of numbers are one value.
 *
 * @param {unknown} scores what scores.json holds
 * @param {string} [prefix]
 * @returns {[string, string][]}
 */
export function flattenScores(scores, prefix = "") {
  if (typeof scores === "number") return [[prefix, shortNumber(scores)]];
  if (typeof scores === "string" || typeof scores === "boolean") return [[prefix, String(scores)]];
  if (Array.isArray(scores) && scores.every((value) => typeof value === "number")) {
    return [[prefix, scores.map(shortNumber).join(", ")]];
  }
  if (scores === null || typeof scores !== "object") return [];
  return Object.entries(scores).flatMap(([name, value]) =>
    flattenScores(value, prefix ? `${prefix} ${name}` : name),
  );
}
