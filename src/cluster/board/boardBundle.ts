import { escapeHtml, type TableBundle } from "../../core/display";
import type { BoardTask, BoardView } from "./boardTask";

/** Rows of one state that are shown; of more there is a count. */
const mostRows = 40;
/** What is worth a row, in the order of the rows. */
const shown = ["failed", "running", "waiting", "done", "cancelled"] as const;

const marks: Record<BoardTask["state"], string> = {
  waiting: "○",
  running: "●",
  done: "✓",
  failed: "✗",
  cancelled: "–",
};

function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  if (seconds < 3600) return `${Math.ceil(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
}

/** Such as `3 of 10 done, 4 running, 3 waiting, 5 min left`. */
export function boardLine(board: BoardView): string {
  const { tasks } = board;
  const counts = (["running", "waiting", "failed", "cancelled"] as const)
    .map((state) => [board.count(state), state] as const)
    .filter(([count]) => count > 0)
    .map(([count, state]) => `${count} ${state}`);
  const done = board.count("done");
  const isOver = counts.every((words) => !/running|waiting/.test(words));
  const left = isOver ? undefined : board.secondsLeft;
  const words = [`${done} of ${tasks.length} done`, ...counts];
  return [...words, ...(left === undefined ? [] : [`${duration(left)} left`])].join(", ");
}

function noteOf({ state, share, note, error, begun, ended }: BoardTask): string {
  if (state === "failed") return (error ?? "").split("\n")[0];
  if (state === "done" && begun !== undefined && ended !== undefined)
    return [note, duration((ended - begun) / 1000)].filter(Boolean).join(", ");
  const percent = state === "running" && share ? `${Math.round(share * 100)} %` : undefined;
  return [percent, note].filter(Boolean).join(", ");
}

function rowsOf({ tasks }: BoardView): { rows: readonly BoardTask[]; more: readonly string[] } {
  const rows: BoardTask[] = [];
  const more: string[] = [];
  for (const state of shown) {
    const all = tasks.filter((task) => task.state === state);
    const some = all.length > mostRows ? all.slice(0, mostRows / 4) : all;
    rows.push(...some);
    if (some.length < all.length) more.push(`${all.length - some.length} more ${state}`);
  }
  // In their own order while all fit: rows that jump cannot be read.
  const order = new Map(tasks.map((task, i) => [task, i]));
  if (more.length === 0) rows.sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
  return { rows, more };
}

/** The board as HTML, logs behind a click, and as text. */
export function boardBundle(board: BoardView): TableBundle {
  const { rows, more } = rowsOf(board);
  const line = `${board.title}: ${boardLine(board)}`;
  const left = "text-align:left;white-space:nowrap;vertical-align:top";
  const html = rows.map((task) => {
    const { name, state, where = "", log, error } = task;
    const text = [error, log].filter(Boolean).join("\n\n").trim();
    const note = escapeHtml(noteOf(task));
    const details = `<details><summary>${note || "log"}</summary><pre style="white-space:pre-wrap;text-align:left;margin:0;max-height:20em;overflow:auto">${escapeHtml(text)}</pre></details>`;
    const cells = [
      `<td style="${left}" title="${state}">${marks[state]} ${state}</td>`,
      `<td style="${left}">${escapeHtml(name)}</td>`,
      `<td style="${left}">${escapeHtml(where)}</td>`,
      `<td style="text-align:left;vertical-align:top">${text ? details : note}</td>`,
    ];
    return `<tr>${cells.join("")}</tr>`;
  });
  const foot = more.length > 0 ? `<tfoot><tr><td colspan="4">${more.join(", ")}</td></tr></tfoot>` : "";
  const texts = rows.map((task) =>
    [marks[task.state], task.name, task.where ?? "", noteOf(task)].filter(Boolean).join("  "),
  );
  return {
    "text/html": `<div><b>${escapeHtml(line)}</b><table><thead><tr>${["state", "task", "where", ""].map((title) => `<th style="text-align:left">${title}</th>`).join("")}</tr></thead><tbody>${html.join("")}</tbody>${foot}</table></div>`,
    "text/plain": [line, ...texts, ...more].join("\n"),
  };
}
