/** What differs between two things of JSON, for people. */

/** A value of JSON at its place, such as `optimizer.learningRate`. */
export type Differences = Readonly<Record<string, readonly [before: unknown, now: unknown]>>;

/** The values of an object and of those within it, by their places. */
function leavesOf(value: unknown, place = ""): [string, unknown][] {
  if (typeof value !== "object" || value === null || Object.keys(value).length === 0) return [[place, value]];
  return Object.entries(value).flatMap(([name, each]) => leavesOf(each, place ? `${place}.${name}` : name));
}

/** Every value that is another in `now` than `before`, or in one of them only, by its place. */
export function differences(before: object, now: object): Differences {
  const [old, young] = [before, now].map((all) => new Map(leavesOf(all)));
  const places = [...new Set([...young.keys(), ...old.keys()])];
  const same = (place: string): boolean =>
    JSON.stringify(old.get(place)) === JSON.stringify(young.get(place));
  return Object.fromEntries(
    places.filter((place) => !same(place)).map((place) => [place, [old.get(place), young.get(place)]]),
  );
}

/** Letters of a value beyond which it is not written out. */
const longest = 24;
/** Differences that are written out. */
const most = 6;

/** In a line: `epochs 30, was 20; train x changed`. */
export function differenceWords(found: Differences): string {
  const words = Object.entries(found).map(([place, [before, now]]) => {
    const [was, is] = [before, now].map((value) =>
      typeof value === "string" ? value : JSON.stringify(value),
    );
    if (is === undefined) return `without ${place}`;
    if (was === undefined) return is.length <= longest ? `${place} ${is} added` : `${place} added`;
    return was.length <= longest && is.length <= longest ? `${place} ${is}, was ${was}` : `${place} changed`;
  });
  const more = words.length - most;
  return [...words.slice(0, most), ...(more > 0 ? [`${more} more`] : [])].join("; ");
}
