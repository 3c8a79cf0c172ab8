import type * as ts from "@tslab/typescript-for-tslab";
import type { CompletionInfo } from "tslab/dist/converter";
import { ourNamesLike } from "./familiarNames";
import { cellPrefix } from "./host";

/** A place in a cell. */
export interface CellPlace {
  /** The cell's file. */
  readonly file: string;
  readonly source: string;
  readonly position: number;
}

/** What may stand at a place: names that begin with what is there, then names that hold it. */
export function findCompletions(service: ts.LanguageService, place: CellPlace): CompletionInfo {
  const { file, source, position } = place;
  const info = service.getCompletionsAtPosition(file, position + cellPrefix.length, {});
  const entries = info?.entries ?? [];
  const span =
    info?.optionalReplacementSpan ?? entries.find((entry) => entry.replacementSpan)?.replacementSpan;
  const [start, end] = span
    ? [span.start - cellPrefix.length, span.start - cellPrefix.length + span.length]
    : [position - (/[\p{ID_Continue}$]*$/u.exec(source.slice(0, position))?.[0].length ?? 0), position];
  const typed = source.slice(start, position);
  const rankOf = (name: string) => {
    if (name.startsWith(typed)) return 0;
    const [lower, part] = [name.toLowerCase(), typed.toLowerCase()];
    if (lower.startsWith(part)) return 1;
    return lower.includes(part) ? 2 : 3;
  };
  const ranked = entries.map(({ name, sortText }) => ({ name, key: `${rankOf(name)}${sortText}` }));
  const matching = ranked.filter(({ key }) => key < "3");
  const byName = (a: string, b: string) => (a < b ? -1 : Number(a > b));
  matching.sort((a, b) => byName(a.key, b.key) || (typed === "" ? byName(a.name, b.name) : 0));
  // Hidden folders beside the notebook are nobody's modules.
  const isHidden = (name: string) => !typed.startsWith(".") && name.startsWith(".");
  const names = matching.map(({ name }) => name).filter((name) => !isHidden(name));
  const isModule = /\b(from|import|require\s*\()\s*["'][\w-]*$/.test(source.slice(0, position));
  if (isModule && "podium".startsWith(typed)) names.push("podium");
  return { start, end, candidates: [...new Set([...names, ...familiar(entries, typed)])] };
}

/** The fewest letters of another library's name by which ours is offered. */
const fewestLetters = 4;

/** What stands here for a name of another library, as far as it can be had at the place. */
function familiar(entries: readonly ts.CompletionEntry[], typed: string): string[] {
  if (typed.length < fewestLetters) return [];
  const offered = new Set(entries.map(({ name }) => name));
  return ourNamesLike(typed).flatMap((path) => {
    const parts = path.split(".");
    const last = parts[parts.length - 1];
    if (offered.has(last)) return [last];
    if (offered.has(parts[0])) return [path];
    return offered.has("podium") ? [`podium.${path}`] : [];
  });
}
