import type { CompletionInfo } from "tslab/dist/converter";
import type { Cells } from "./cells";
import { magicNames, magicOf, readMagic } from "./magics";
import { rejection } from "./wire/rejection";
import type { Content } from "./wire/wire";

/** The reply to a request that runs nothing; `undefined` for a message that wants none. */
export function answer(type: string, content: Content, cells: Cells): Content | undefined | Promise<Content> {
  const code = String(content.code ?? "");
  switch (type) {
    case "is_complete_request":
      return isComplete(code, cells);
    case "complete_request":
      return complete(code, Number(content.cursor_pos), cells);
    case "inspect_request":
      return inspect(code, Number(content.cursor_pos), cells);
    case "comm_info_request":
      return cells.comms.information(content.target_name);
    default:
      return rejection(type);
  }
}

function isComplete(code: string, cells: Cells): Content {
  // In a console such a cell ends with an empty line, as in IPython.
  if (readMagic(code))
    return code.endsWith("\n") ? { status: "complete" } : { status: "incomplete", indent: "" };
  const { status, indent } = cells.compiler.isComplete(code);
  return status === "incomplete" ? { status, indent } : { status };
}

async function complete(code: string, cursor: number, cells: Cells): Promise<Content> {
  const at = unitOf(code, cursor);
  const info = (await completeMagic(code, at, cells)) ?? (await cells.compiler.complete(code, at));
  return {
    status: "ok",
    matches: info.candidates,
    cursor_start: cursorOf(code, info.start),
    cursor_end: cursorOf(code, info.end),
    metadata: {},
  };
}

/** What may stand at a place of a cell that begins with `%%`; `undefined` for another. */
async function completeMagic(
  code: string,
  at: number,
  cells: Cells,
): Promise<Pick<CompletionInfo, "candidates" | "start" | "end"> | undefined> {
  const [, before, word] = /^(\s*%%)([\w-]*)$/.exec(code.slice(0, at)) ?? [];
  if (before !== undefined) {
    cells.loadExpected();
    const candidates = magicNames().filter((name) => name.startsWith(word));
    return { candidates, start: before.length, end: at };
  }
  const cell = readMagic(code);
  if (!cell || !cells.knowsMagic(cell)) return undefined;
  const { name, body, offset } = cell;
  const found = at < offset ? undefined : await magicOf(name)?.complete?.(body, at - offset);
  if (!found) return { candidates: [], start: at, end: at };
  return { candidates: [...found.matches], start: found.start + offset, end: found.end + offset };
}

/** What is known of a name in a cell that begins with `%%`. */
async function inspectMagic(code: string, at: number): Promise<Content | undefined> {
  const cell = readMagic(code);
  if (!cell || at < cell.offset) return undefined;
  return magicOf(cell.name)?.inspect?.(cell.body, at - cell.offset);
}

async function inspect(code: string, cursor: number, cells: Cells): Promise<Content> {
  const at = unitOf(code, cursor);
  const cell = readMagic(code);
  const data =
    cell && cells.knowsMagic(cell) ? await inspectMagic(code, at) : await cells.compiler.inspect(code, at);
  return { status: "ok", found: data !== undefined, data: { ...data }, metadata: {} };
}

/** Jupyter counts characters, JavaScript UTF-16 units. */
function unitOf(code: string, cursor: number): number {
  return Array.from(code).slice(0, cursor).join("").length;
}

function cursorOf(code: string, unit: number): number {
  return Array.from(code.slice(0, unit)).length;
}
