import { type Dirent, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import type { CompletionInfo } from "tslab/dist/converter";

/**
 * Names that may stand at a place, by the values that are there rather than by types: an answer for the seconds in which
 * a new kernel reads types. Runs none of the person's code.
 */
export function quickCompletions(
  source: string,
  position: number,
  values: Readonly<Record<string, unknown>>,
): CompletionInfo {
  const before = source.slice(0, position);
  const asked = /\b(?:from|import|require\s*\()\s*(["'])(\.{1,2}\/[^"'\n]*)$/.exec(before)?.[2];
  if (asked !== undefined) return pathsFor(asked, position);
  const [path = ""] =
    /(?:[\p{ID_Start}$_][\p{ID_Continue}$]*\s*\.\s*)*[\p{ID_Continue}$]*$/u.exec(before) ?? [];
  const parts = path.split(".").map((part) => part.trim());
  const typed = parts.pop() ?? "";
  const names = parts.length > 0 ? membersOf(valueAt(parts, source, values)) : plainNames(before, values);
  const candidates = [...new Set(names)].filter((name) => name.startsWith(typed) && name !== typed);
  return { start: position - typed.length, end: position, candidates: candidates.sort() };
}

/** Files that may be imported, and folders, at the beginning of a path. */
function pathsFor(asked: string, position: number): CompletionInfo {
  const folder = asked.slice(0, asked.lastIndexOf("/") + 1);
  const typed = asked.slice(folder.length);
  let entries: Dirent[] = [];
  try {
    entries = readdirSync(path.resolve(folder), { withFileTypes: true });
  } catch {
    // There is no such folder.
  }
  const names = entries.flatMap((entry) => {
    const module = /^(.+?)(?:\.d)?\.(?:[jt]sx?)$/.exec(entry.name)?.[1];
    return entry.isDirectory() ? [entry.name] : module ? [module] : [];
  });
  const candidates = names.filter((name) => name.startsWith(typed) && !name.startsWith("."));
  return { start: position - typed.length, end: position, candidates: [...new Set(candidates)].sort() };
}

const globals = Object.getOwnPropertyNames(globalThis);
const isName = (text: string) => /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(text);

function plainNames(before: string, values: object): string[] {
  const words = before.match(/[\p{ID_Start}$_][\p{ID_Continue}$]*(?=[^\p{ID_Continue}$])/gu) ?? [];
  return [...Object.keys(values), ...words, ...globals];
}

function valueAt(
  [first, ...rest]: string[],
  source: string,
  values: Readonly<Record<string, unknown>>,
): unknown {
  const known = Object.hasOwn(values, first)
    ? values[first]
    : (imported(first, source) ?? read(globalThis, first));
  return rest.reduce(read, known);
}

/** What a property holds; a getter is asked only of a module, where it hands on a name. */
function read(value: unknown, name: string): unknown {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return undefined;
  for (let holder: object | null = value; holder; holder = Object.getPrototypeOf(holder)) {
    const property = Object.getOwnPropertyDescriptor(holder, name);
    if (property?.get) return "__esModule" in value ? property.get.call(value) : undefined;
    if (property) return property.value;
  }
  return undefined;
}

/** A loaded module that the cell's own text imports whole by that name. */
function imported(name: string, source: string): unknown {
  const pattern = new RegExp(
    `import\\s*\\*\\s*as\\s+${name.replaceAll("$", "\\$")}\\s+from\\s*["']([^"']+)["']`,
  );
  const module = pattern.exec(source)?.[1];
  if (module === undefined) return undefined;
  try {
    const own = createRequire(path.join(process.cwd(), "cell.js"));
    return own.cache[own.resolve(module)]?.exports;
  } catch {
    return undefined;
  }
}

function membersOf(value: unknown): string[] {
  const names: string[] = [];
  for (
    let holder = Object(value ?? {});
    holder && holder !== Object.prototype;
    holder = Object.getPrototypeOf(holder)
  ) {
    names.push(...Object.getOwnPropertyNames(holder));
  }
  return names.filter((name) => isName(name) && name !== "constructor" && !name.startsWith("__"));
}
