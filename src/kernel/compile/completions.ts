import type * as ts from "@tslab/typescript-for-tslab";
import type { CompletionInfo } from "tslab/dist/converter";
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
  if (typed === "") matching.sort((a, b) => a.key.localeCompare(b.key) || a.name.localeCompare(b.name));
  else matching.sort((a, b) => a.key.localeCompare(b.key));
  return { start, end, candidates: [...new Set(matching.map(({ name }) => name))] };
}
