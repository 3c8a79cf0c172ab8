import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { checkOptions } from "../core/check";
import { currentSignal } from "../core/signal";
import { type RunView, readView, viewWords } from "./runView";

/** Options of {@link show}. */
export interface ShowOptions {
  /** Whether a run that goes on is drawn anew until it ends, in a notebook; default true. */
  follow?: boolean;
  /** Seconds between two drawings; default 2. */
  interval?: number;
  /** Ends the following; default the notebook cell's. */
  signal?: AbortSignal;
}

/** Where the kernel puts the function that shows a value in the notebook. */
const sinkKey = Symbol.for("podium.display");
type Sink = (value: unknown, options: { id: string }) => Promise<void>;

/**
 * Draws a running or finished run from its folder, at any time and from any notebook of the machine: how far it is, the
 * curves, the scores by fold. One that goes on is drawn live until it ends or the cell is interrupted, which leaves the run
 * itself alone: a closed tab loses nothing.
 *
 * @param directory a run's folder: `result.directory`, `directory` of a row of the leaderboard, or what the first line of
 *   a new run says
 * @param options see {@link ShowOptions}
 * @returns what the folder says at last
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} if the interval is not above 0
 * @throws {SyntaxError} if a file is damaged
 * @throws {Error} if there is no run
 * @example
 * const [best] = leaderboard("runs").rows;
 * if (best) await show(best.directory);
 */
export async function show(directory: string, options: ShowOptions = {}): Promise<RunView> {
  checkOptions(
    options,
    { follow: [true, false], interval: { low: 0, above: true, high: 3600 }, signal: "any" },
    { action: `show ${directory}` },
  );
  const { follow = true, interval = 2, signal = currentSignal() } = options;
  let view = await readView(directory);
  const sink = (globalThis as { [sinkKey]?: Sink })[sinkKey];
  if (!follow || sink === undefined || !view.isRunning) return view;
  const id = `run-${randomUUID()}`;
  while (view.isRunning && !signal?.aborted) {
    await sink(view, { id });
    await pause(1000 * interval, undefined, { signal }).catch(() => {});
    view = await readView(directory);
  }
  // The view itself is what the cell shows at last.
  await sink(viewWords(view), { id });
  return view;
}
