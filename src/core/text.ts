/** The first `units` UTF-16 units of a text, one fewer where they would end within a character. */
export function firstUnits(text: string, units: number): string {
  const last = text.charCodeAt(units - 1);
  const isHalf = last >= 0xd800 && last <= 0xdbff && units < text.length;
  return text.slice(0, isHalf ? units - 1 : units);
}

/** The last `units` UTF-16 units of a text, one fewer where they would begin within a character. */
export function lastUnits(text: string, units: number): string {
  const start = Math.max(0, text.length - units);
  const first = text.charCodeAt(start);
  return text.slice(start > 0 && first >= 0xdc00 && first <= 0xdfff ? start + 1 : start);
}

/** A text of at most `units` UTF-16 units: a longer one is cut between characters, and ends with "…". */
export function shortText(text: string, units: number): string {
  return text.length <= units ? text : `${firstUnits(text, units - 1)}…`;
}
