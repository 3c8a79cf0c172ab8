import { randomUUID } from "node:crypto";
import type { MimeBundle } from "./bundle";
import type { Displays } from "./display";
import { escapeHtml } from "./html";

/** One state of a piece of long work, as the library tells it. */
export interface ProgressState {
  readonly label: string;
  readonly done: number;
  readonly total?: number;
  readonly unit: string;
  readonly rate: number;
  readonly elapsed: number;
  readonly remaining?: number;
  readonly finished: boolean;
  readonly note?: string;
}

/** Where the library looks for a place to show progress. */
export const progressKey = Symbol.for("podium.progress");

/** Shows each piece of work as one line that changes in place: that of its last state stays in the notebook. */
export function progressSink(displays: Displays): (state: ProgressState, id: number) => void {
  const session = randomUUID();
  const started = new Set<number>();
  return (state, id) => {
    displays.show(describeProgress(state), { id: `progress-${session}-${id}`, update: started.has(id) });
    if (state.finished) started.delete(id);
    else started.add(id);
  };
}

function describeProgress(state: ProgressState): MimeBundle {
  const { label, done, total, finished } = state;
  const detail = details(state);
  const share = total ? Math.min(1, done / total) : finished ? 1 : 0;
  const percent = (100 * share).toFixed(1);
  const color = finished ? "#388e3c" : "#1976d2";
  const bar = `<div style="display: inline-block; vertical-align: middle; width: 160px; height: 8px; margin: 0 8px; border-radius: 4px; background: rgba(128, 128, 128, 0.3)"><div style="width: ${percent}%; height: 8px; border-radius: 4px; background: ${color}"></div></div>`;
  return {
    "text/plain": `${label}: ${detail}`,
    "text/html": `<div>${escapeHtml(label)}${bar}${escapeHtml(detail)}</div>`,
  };
}

/** Count, rate, time and note: "5/10 files, 2.0 files/s, 3 s left". */
function details({ done, total, unit, rate, elapsed, remaining, finished, note }: ProgressState): string {
  const parts = [`${total === undefined ? done : `${done}/${total}`} ${unit}`];
  if (rate > 0) parts.push(`${rate >= 100 ? rate.toFixed(0) : rate.toPrecision(2)} ${unit}/s`);
  if (finished) parts.push(`${elapsed < 10 ? elapsed.toFixed(1) : Math.round(elapsed)} s`);
  else if (remaining !== undefined) parts.push(`${duration(remaining)} left`);
  if (note) parts.push(note);
  return parts.join(", ");
}

function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
