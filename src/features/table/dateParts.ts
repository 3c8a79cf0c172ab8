/** What a date says, in UTC. */
export const dateParts = [
  "year",
  "month",
  "day",
  "weekday",
  "dayOfYear",
  "hour",
  "minute",
  "elapsedDays",
] as const;

/** Part of a date: `weekday` counts from Monday, 0; `elapsedDays` from 1 January 1970. */
export type DatePart = (typeof dateParts)[number];

const day = 86_400_000;

/** An ISO date, with a time or without. */
const iso = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/** Milliseconds since 1970 of a cell, in UTC where it names no zone; NaN where it is missing. */
export function timeOf(cell: unknown, place: { column: string; row: number }): number {
  if (cell === null || cell === undefined) return Number.NaN;
  if (typeof cell === "number") return cell;
  if (cell instanceof Date) return cell.getTime();
  const match = typeof cell === "string" ? iso.exec(cell) : null;
  const text = `${cell}`.replace(" ", "T");
  const time = match ? Date.parse(match[1] && !match[4] ? `${text}Z` : text) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new RangeError(
      `Cannot encode "${place.column}": dates must be Date, milliseconds or as 2026-01-31 or 2026-01-31T18:00:00Z, got ${JSON.stringify(cell)} in row ${place.row}`,
    );
  }
  return time;
}

/** A part of a date; NaN of no date. */
export function datePart(time: number, part: DatePart): number {
  if (Number.isNaN(time)) return Number.NaN;
  const date = new Date(time);
  switch (part) {
    case "year":
      return date.getUTCFullYear();
    case "month":
      return date.getUTCMonth() + 1;
    case "day":
      return date.getUTCDate();
    case "weekday":
      return (date.getUTCDay() + 6) % 7;
    case "dayOfYear":
      return Math.floor((time - Date.UTC(date.getUTCFullYear(), 0, 1)) / day) + 1;
    case "hour":
      return date.getUTCHours();
    case "minute":
      return date.getUTCMinutes();
    case "elapsedDays":
      return time / day;
  }
}
