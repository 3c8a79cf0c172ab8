/** The first `length` UTF-16 units of a text, one fewer where they would end within a character. */
export function wholeCharacters(text: string, length: number): string {
  const unit = text.charCodeAt(length - 1);
  const isHalf = unit >= 0xd800 && unit <= 0xdbff && length < text.length;
  return text.slice(0, isHalf ? length - 1 : length);
}

/** A text of at most `length` UTF-16 units: a longer one is cut between characters, and ends with "…". */
export function shortText(text: string, length: number): string {
  return text.length <= length ? text : `${wholeCharacters(text, length - 1)}…`;
}
