import { showAs } from "../../core/display";
import { type Progress, startProgress } from "../../core/progress";
import { boardBundle } from "./boardBundle";
import type { BoardTask, BoardView } from "./boardTask";

/** Milliseconds between two pictures of the board. */
const interval = 500;

/** Where the kernel puts what shows a value while a cell runs. */
const sinkKey = Symbol.for("podium.display");
type DisplaySink = (value: unknown, options: { id: string }) => unknown;

let boards = 0;

/** The tasks of a run as a table that changes in place in a notebook, and as a line of progress elsewhere. */
export class TaskBoard implements BoardView {
  readonly tasks: readonly BoardTask[];
  /** Tasks that can run at a time. */
  slots = 1;
  /** What is said above the table, such as which cluster it is. */
  title: string;
  readonly #progress: Progress | undefined;
  readonly #sink: DisplaySink | undefined;
  readonly #id = `podium-tasks-${process.pid}-${++boards}`;
  #timer: NodeJS.Timeout | undefined;
  #changed = false;

  /** @param options `isShown`: whether it is shown at all */
  constructor(title: string, names: readonly string[], options: { isShown: boolean }) {
    this.title = title;
    this.tasks = names.map((name) => ({ name, state: "waiting" }));
    const sink = (globalThis as { [sinkKey]?: DisplaySink })[sinkKey];
    if (!options.isShown) return;
    if (sink) {
      this.#sink = sink;
      this.#show();
      this.#timer = setInterval(() => this.#changed && this.#show(), interval);
      this.#timer.unref();
    } else this.#progress = startProgress(title, { total: names.length, unit: "tasks" });
  }

  /** Changes what is known of a task. */
  set(index: number, changes: Partial<BoardTask>): void {
    const task = this.tasks[index];
    const now = Date.now();
    if (changes.state === "running" && task.state !== "running") task.begun = now;
    if (changes.state && changes.state !== "running" && changes.state !== "waiting") task.ended = now;
    Object.assign(task, changes);
    this.#changed = true;
    this.#progress?.update(this.count("done"), changes.note);
  }

  count(state: BoardTask["state"]): number {
    return this.tasks.filter((task) => task.state === state).length;
  }

  /** Seconds until all are done, as long as tasks take so far; `undefined` before one has a share. */
  get secondsLeft(): number | undefined {
    return secondsLeft(this.tasks, { slots: this.slots, now: Date.now() });
  }

  /** Shows the last state. */
  end(): void {
    clearInterval(this.#timer);
    if (this.#sink) this.#show();
    this.#progress?.end();
  }

  #show(): void {
    this.#changed = false;
    const shown = showAs({}, () => boardBundle(this));
    this.#sink?.(shown, { id: this.#id });
  }
}

/**
 * Seconds until all tasks are done, at the mean time of those that are done or whose share tells it.
 *
 * @param given `slots`: tasks at a time; `now`: milliseconds
 */
export function secondsLeft(
  tasks: readonly BoardTask[],
  { slots, now }: { slots: number; now: number },
): number | undefined {
  const whole: number[] = [];
  let running = 0;
  for (const { state, begun, ended, share } of tasks) {
    if (begun === undefined) continue;
    if (state === "done" && ended !== undefined) whole.push((ended - begun) / 1000);
    if (state === "running" && share !== undefined && share > 0.02) whole.push((now - begun) / 1000 / share);
  }
  if (whole.length === 0) return undefined;
  const mean = whole.reduce((sum, each) => sum + each, 0) / whole.length;
  let longest = 0;
  for (const { state, begun, share } of tasks) {
    if (state !== "running") continue;
    const left = Math.max(
      0,
      share !== undefined && share > 0.02 ? mean * (1 - share) : mean - (now - (begun ?? now)) / 1000,
    );
    running += left;
    longest = Math.max(longest, left);
  }
  const waiting = tasks.filter(({ state }) => state === "waiting").length;
  return Math.max(longest, (running + waiting * mean) / Math.max(1, slots));
}
