/** One state of a piece of long work. */
export interface ProgressState {
  /** What is being done. */
  readonly label: string;
  /** Pieces done so far. */
  readonly done: number;
  /** Pieces in all; `undefined` where unknown. */
  readonly total?: number;
  /** What a piece is: "files", "steps". */
  readonly unit: string;
  /** Pieces a second since the start; 0 before the first piece. */
  readonly rate: number;
  /** Seconds since the start. */
  readonly elapsed: number;
  /** Seconds left at this rate; `undefined` where unknown. */
  readonly remaining?: number;
  /** Whether this is the last state. */
  readonly finished: boolean;
  /** A word on the present state, such as the loss. */
  readonly note?: string;
}

/** Takes the states of one piece of work and shows them. */
export type ProgressSink = (state: ProgressState, id: number) => void;

/** A running display of progress. */
export interface Progress {
  /** Shows that `done` pieces are done. */
  update(done: number, note?: string): void;
  /** Shows the last state and closes the line. */
  end(note?: string): void;
}

/** Where the kernel puts the sink that draws in the notebook. */
export const progressKey = Symbol.for("podium.progress");

let nextId = 1;

/** Seconds as people say them: "40 s", "3 min 20 s", "2 h 5 min". */
export function durationWords(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/**
 * One line of text for a state: label, count, rate, time left, note.
 *
 * @example
 * progressLine({ label: "Read", done: 5, total: 10, unit: "files", rate: 2, elapsed: 2.5, remaining: 2.5, finished: false });
 * // "Read: 5/10 files, 2.0 files/s, 3 s left"
 */
export function progressLine(state: ProgressState): string {
  const { label, done, total, unit, rate, elapsed, remaining, finished, note } = state;
  const count = total === undefined ? `${done}` : `${done}/${total}`;
  const speed = rate >= 100 ? rate.toFixed(0) : rate.toPrecision(2);
  const time = finished
    ? `, ${elapsed < 10 ? `${elapsed.toFixed(1)} s` : durationWords(elapsed)}`
    : remaining === undefined
      ? ""
      : `, ${durationWords(remaining)} left`;
  return `${label}: ${count} ${unit}${rate > 0 ? `, ${speed} ${unit}/s` : ""}${time}${note ? `, ${note}` : ""}`;
}

/** Writes to standard error: one line written over on a terminal, else a plain line at most every ten seconds. */
function terminalSink(): ProgressSink {
  let last = Number.NEGATIVE_INFINITY;
  return (state) => {
    if (process.stderr.isTTY) {
      process.stderr.write(`\r\x1b[K${progressLine(state)}${state.finished ? "\n" : ""}`);
    } else if (state.elapsed - last >= 10 || (state.finished && state.elapsed >= 10)) {
      last = state.elapsed;
      process.stderr.write(`${progressLine(state)}\n`);
    }
  };
}

/**
 * Starts to show the progress of long work: in a notebook as one updating line, else on standard error.
 *
 * @param label what is being done
 * @param options `total`: pieces in all, if known; `unit`: what a piece is (default "steps"); `interval`: least
 *   milliseconds between two shown states (default 200); `remaining`: seconds left at the rate so far, to those that are
 *   known better (default: as they are)
 * @example
 * const progress = startProgress("Read", { total: 10, unit: "files" });
 * for (let i = 1; i <= 10; i++) progress.update(i);
 * progress.end();
 */
export function startProgress(
  label: string,
  options: {
    total?: number;
    unit?: string;
    interval?: number;
    remaining?: (byRate: number | undefined) => number | undefined;
  } = {},
): Progress {
  const { total, unit = "steps", interval = 200 } = options;
  const sink = (globalThis as { [progressKey]?: ProgressSink })[progressKey] ?? terminalSink();
  const id = nextId++;
  const start = performance.now();
  let shown = Number.NEGATIVE_INFINITY;
  let done = 0;
  let ended = false;

  function show(finished: boolean, note?: string): void {
    const elapsed = (performance.now() - start) / 1000;
    const rate = elapsed > 0 ? done / elapsed : 0;
    const byRate = total === undefined || rate === 0 ? undefined : Math.max(0, total - done) / rate;
    const remaining = options.remaining ? options.remaining(byRate) : byRate;
    sink({ label, done, total, unit, rate, elapsed, remaining, finished, note }, id);
  }
  return {
    update(count, note) {
      done = count;
      const now = performance.now();
      if (ended || now - shown < interval) return;
      shown = now;
      show(false, note);
    },
    end(note) {
      if (ended) return;
      ended = true;
      show(true, note);
    },
  };
}
