import type { Cells } from "./cells";
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
      return { status: "ok", comms: {} };
    case "history_request":
      return { status: "ok", history: [] };
    default:
      return rejection(type);
  }
}

/** The reply to a request that this kernel does not know; `undefined` for what is no request. */
export function rejection(type: string): Content | undefined {
  if (!type.endsWith("_request")) return undefined;
  const evalue = `Cannot answer request: a type that this kernel knows is required, got ${type}`;
  return { status: "error", ename: "KernelError", evalue, traceback: [] };
}

function isComplete(code: string, cells: Cells): Content {
  const { completed, indent } = cells.compiler.isComplete(code);
  return completed ? { status: "complete" } : { status: "incomplete", indent };
}

async function complete(code: string, cursor: number, cells: Cells): Promise<Content> {
  const info = await cells.compiler.complete(code, unitOf(code, cursor));
  return {
    status: "ok",
    matches: info.candidates,
    cursor_start: cursorOf(code, info.start),
    cursor_end: cursorOf(code, info.end),
    metadata: {},
  };
}

async function inspect(code: string, cursor: number, cells: Cells): Promise<Content> {
  const data = await cells.compiler.inspect(code, unitOf(code, cursor));
  return { status: "ok", found: data !== undefined, data: { ...data }, metadata: {} };
}

/** Jupyter counts characters, JavaScript UTF-16 units. */
function unitOf(code: string, cursor: number): number {
  return Array.from(code).slice(0, cursor).join("").length;
}

function cursorOf(code: string, unit: number): number {
  return Array.from(code.slice(0, unit)).length;
}
