import { type CellMagic, provideCellMagic } from "../core/cellMagic";
import { run } from "./python";
import { session } from "./session";

/** Characters before a place, as Jupyter counts them. */
const cursorOf = (code: string, unit: number): number => Array.from(code.slice(0, unit)).length;
const unitOf = (code: string, cursor: number): number => Array.from(code).slice(0, cursor).join("").length;

/** Asks about code while a person writes it; gives nothing while Python is at work, as the answer would come too late. */
async function ask(
  type: string,
  content: Record<string, unknown>,
): Promise<Record<string, unknown> | undefined> {
  if (session.isBusy) return undefined;
  try {
    // A signal of its own: that of the last cell may be aborted.
    const { signal } = new AbortController();
    const { content: answer } = await session.alone(() =>
      session.send(type, content, { signal, onOutput: () => {} }),
    );
    return answer;
  } catch {
    return undefined;
  }
}

/** Code whose lines have the cell's numbers: IPython drops empty ones at the start, and wants its own `%%` there. */
function numbered(body: string): string {
  const code = body.replace(/^\n+/, "");
  return code.startsWith("%%") ? code : "#\n".repeat(body.length - code.length) + code;
}

/** Cells that begin with `%%python`. */
const magic: CellMagic = {
  run: (body) => run(numbered(body)),
  async complete(body, position) {
    const answer = await ask("complete_request", { code: body, cursor_pos: cursorOf(body, position) });
    if (!answer) return undefined;
    const { matches, cursor_start, cursor_end } = answer as {
      matches: string[];
      cursor_start: number;
      cursor_end: number;
    };
    return { matches, start: unitOf(body, cursor_start), end: unitOf(body, cursor_end) };
  },
  async inspect(body, position) {
    const cursor_pos = cursorOf(body, position);
    const answer = await ask("inspect_request", { code: body, cursor_pos, detail_level: 0 });
    return answer?.found === true ? (answer.data as Record<string, unknown>) : undefined;
  },
};

provideCellMagic("python", magic);
