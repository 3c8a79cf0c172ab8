/** One line of a comparison of two texts: in both, in the first alone, or in the second alone. */
export interface DifferentLine {
  readonly kind: "same" | "removed" | "added";
  readonly text: string;
}

/** Lines of both texts, multiplied, beyond which they are not compared one by one. */
const mostPairs = 16_000_000;

/** Lines before and after a change that are shown with it. */
const around = 2;

/** The lines of two texts with what they have in common, by the longest common subsequence. */
function compareLines(before: readonly string[], now: readonly string[]): DifferentLine[] {
  let start = 0;
  while (start < before.length && start < now.length && before[start] === now[start]) start++;
  let end = 0;
  const least = Math.min(before.length, now.length) - start;
  while (end < least && before[before.length - 1 - end] === now[now.length - 1 - end]) end++;
  const [old, young] = [before.slice(start, before.length - end), now.slice(start, now.length - end)];
  const same = (lines: readonly string[]): DifferentLine[] => lines.map((text) => ({ kind: "same", text }));
  return [
    ...same(before.slice(0, start)),
    ...compareMiddle(old, young),
    ...same(before.slice(before.length - end)),
  ];
}

function compareMiddle(old: readonly string[], young: readonly string[]): DifferentLine[] {
  const removed = (text: string): DifferentLine => ({ kind: "removed", text });
  const added = (text: string): DifferentLine => ({ kind: "added", text });
  if (old.length * young.length > mostPairs) return [...old.map(removed), ...young.map(added)];
  const width = young.length + 1;
  const lengths = new Uint16Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = young.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        old[i] === young[j]
          ? lengths[(i + 1) * width + j + 1] + 1
          : Math.max(lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
    }
  }
  const lines: DifferentLine[] = [];
  for (let [i, j] = [0, 0]; i < old.length || j < young.length; ) {
    if (i < old.length && j < young.length && old[i] === young[j]) {
      lines.push({ kind: "same", text: old[i] });
      i++;
      j++;
    } else if (
      j >= young.length ||
      (i < old.length && lengths[(i + 1) * width + j] >= lengths[i * width + j + 1])
    ) {
      lines.push(removed(old[i++]));
    } else lines.push(added(young[j++]));
  }
  return lines;
}

/**
 * What differs between two texts, line by line, each change with two lines around it; a gap is an empty line that is the
 * same.
 */
export function lineDifferences(before: string, now: string): DifferentLine[] {
  const lines = compareLines(before.split("\n"), now.split("\n"));
  const isNear = lines.map((_, at) =>
    lines.slice(Math.max(0, at - around), at + around + 1).some(({ kind }) => kind !== "same"),
  );
  return lines.flatMap((line, at): DifferentLine[] => {
    if (isNear[at]) return [line];
    return isNear[at + 1] && lines.slice(0, at).some((_, i) => isNear[i]) ? [{ kind: "same", text: "" }] : [];
  });
}
