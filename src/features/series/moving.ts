import type { Series } from "../../core/series";
import { type ChannelOptions, deriveEach } from "./derive";

/** Options of the moving statistics. */
export interface MovingOptions extends ChannelOptions {
  /** Length of the moving window in steps; default 25, half a second at 50 Hz. */
  length?: number;
  /** Whether the moving window reaches as far ahead as back (`true`), or only back (`false`); default `true`. */
  centred?: boolean;
}

/** The values of one channel in one window, and where the moving window around each step begins and ends. */
interface Column {
  readonly values: Float64Array;
  /** Steps before the present one. */
  readonly back: number;
  /** Steps after it. */
  readonly ahead: number;
}

type ColumnRule = (column: Column, write: (step: number, value: number) => void) => void;

/** Applies a rule to each channel of each window; at both ends the moving window is cut short. */
function moving(source: Series, options: MovingOptions & { name: string; rule: () => ColumnRule }): Series {
  const { length = 25, centred = true, channels: names, name, rule } = options;
  if (!(Number.isInteger(length) && length >= 1)) {
    throw new RangeError(`Cannot take a moving ${name}: length must be a whole number from 1, got ${length}`);
  }
  const steps = source.shape[1];
  const ahead = centred ? (length - 1) >> 1 : 0;
  const back = length - 1 - ahead;
  const values = new Float64Array(steps);
  const apply = rule();
  return deriveEach(source, {
    channels: names,
    suffix: `moving${name[0].toUpperCase()}${name.slice(1)}${length}`,
    rule(x, out, { start, channels }) {
      for (let c = 0; c < channels; c++) {
        for (let t = 0; t < steps; t++) values[t] = x[start + t * channels + c];
        apply({ values, back, ahead }, (step, value) => {
          out[start + step * channels + c] = value;
        });
      }
    },
  });
}

/** How many numbers there are, their mean, and the sum of squares about it; `missing` values are counted apart. */
class Moments {
  readonly count: Float64Array;
  readonly mean: Float64Array;
  readonly squares: Float64Array;
  readonly missing: Float64Array;

  constructor(length: number) {
    [this.count, this.mean, this.squares, this.missing] = Array.from(
      { length: 4 },
      () => new Float64Array(length),
    );
  }

  /** Takes values from one end to the other, beginning anew at each block. */
  take(values: Float64Array, block: number, way: 1 | -1): void {
    const steps = values.length;
    let [count, mean, squares, missing, left] = [0, 0, 0, 0, way > 0 ? block : steps % block || block];
    for (let t = way > 0 ? 0 : steps - 1; t >= 0 && t < steps; t += way, left--) {
      if (left === 0) {
        count = mean = squares = missing = 0;
        left = block;
      }
      const gap = values[t] - mean;
      if (Number.isFinite(gap)) {
        mean += gap / ++count;
        squares += gap * (values[t] - mean);
      } else missing++;
      this.count[t] = count;
      this.mean[t] = mean;
      this.squares[t] = squares;
      this.missing[t] = missing;
    }
  }
}

/**
 * Mean or deviation of a moving window, joined of two parts: up to a block's end, and from the next one's beginning.
 * Nothing is ever subtracted, so that no value that has left the window leaves its rounding behind.
 */
function moments(kind: "mean" | "deviation"): () => ColumnRule {
  const pick = (mean: number, variance: number): number => (kind === "mean" ? mean : Math.sqrt(variance));
  return () => {
    let [rising, falling] = [new Moments(0), new Moments(0)];
    return ({ values, back, ahead }, write) => {
      const steps = values.length;
      const block = back + ahead + 1;
      if (rising.count.length !== steps) [rising, falling] = [new Moments(steps), new Moments(steps)];
      rising.take(values, block, 1);
      falling.take(values, block, -1);
      for (let t = 0; t < steps; t++) {
        const first = Math.max(0, t - back);
        const last = Math.min(steps - 1, t + ahead);
        if (Math.floor(first / block) === Math.floor(last / block)) {
          // Of a block cut short by the series' ends, or a whole one.
          const [part, at] = first % block === 0 ? [rising, last] : [falling, first];
          write(
            t,
            part.missing[at] > 0 ? Number.NaN : pick(part.mean[at], part.squares[at] / part.count[at]),
          );
        } else if (falling.missing[first] + rising.missing[last] > 0) write(t, Number.NaN);
        else {
          const count = last - first + 1;
          const share = rising.count[last] / count;
          const gap = rising.mean[last] - falling.mean[first];
          const squares = falling.squares[first] + rising.squares[last];
          const variance = squares / count + gap * gap * share * (1 - share);
          write(t, pick(falling.mean[first] + gap * share, variance));
        }
      }
    };
  };
}

/**
 * Mean of each channel over a window that moves along time, cut short at both ends.
 *
 * @param source series `[windows, steps, channels]`
 * @returns float32 of the same shape, channels `<name>.movingMean<length>`
 * @throws {RangeError} if length is not a whole number from 1
 * Source: equal to pandas' `rolling(length, center=centred, min_periods=1).mean()` of finite values, and to NumPy's mean of
 *   each window where pandas' running sums lose digits; NaN or infinity makes NaN of the steps that reach it, and no others.
 * @example
 * movingMean(series(Float32Array.of(1, 2, 6), { steps: 3, channels: ["x"] }), { length: 3 }).data; // Float32Array [1.5, 3, 4]
 */
export function movingMean(source: Series, options: MovingOptions = {}): Series {
  return moving(source, { ...options, name: "mean", rule: moments("mean") });
}

/**
 * Standard deviation of each channel over a moving window (divided by its number of values), cut short at both ends.
 *
 * @param source series `[windows, steps, channels]`
 * @returns float32 of the same shape, channels `<name>.movingDeviation<length>`
 * @throws {RangeError} if length is not a whole number from 1
 * Source: equal to pandas' `rolling(length, center=centred, min_periods=1).std(ddof=0)` of finite values, and to NumPy's of
 *   each window where pandas' running sums lose digits; NaN or infinity makes NaN of the steps that reach it, and no others.
 * @example
 * movingDeviation(series(Float32Array.of(1, 3), { steps: 2, channels: ["x"] }), { length: 2, centred: false }).data; // Float32Array [0, 1]
 */
export function movingDeviation(source: Series, options: MovingOptions = {}): Series {
  return moving(source, { ...options, name: "deviation", rule: moments("deviation") });
}

/** Extremes by a queue of candidates: each value enters and leaves once. `sign` 1 for the least, -1 for the most. */
function extremes(sign: number): () => ColumnRule {
  return () => {
    let queue = new Int32Array(0);
    return ({ values, back, ahead }, write) => {
      const steps = values.length;
      if (queue.length < steps) queue = new Int32Array(steps);
      let head = 0;
      let tail = 0;
      let next = 0;
      let missing = -1; // the last step that is no number
      for (let t = 0; t < steps; t++) {
        for (; next <= Math.min(steps - 1, t + ahead); next++) {
          if (Number.isNaN(values[next])) missing = next;
          while (tail > head && sign * values[queue[tail - 1]] >= sign * values[next]) tail--;
          queue[tail++] = next;
        }
        while (queue[head] < t - back) head++;
        write(t, missing >= Math.max(0, t - back) ? Number.NaN : values[queue[head]]);
      }
    };
  };
}

/**
 * Least value of each channel over a moving window, cut short at both ends.
 *
 * @param source series `[windows, steps, channels]`
 * @returns float32 of the same shape, channels `<name>.movingMinimum<length>`
 * @throws {RangeError} if length is not a whole number from 1
 * Source: equal to pandas' `rolling(length, center=centred, min_periods=1).min()`, but that infinity is a number; NaN makes NaN
 *   of the steps that reach it, and no others.
 * @example
 * movingMinimum(series(Float32Array.of(3, 1, 2), { steps: 3, channels: ["x"] }), { length: 2, centred: false }).data; // Float32Array [3, 1, 1]
 */
export function movingMinimum(source: Series, options: MovingOptions = {}): Series {
  return moving(source, { ...options, name: "minimum", rule: extremes(1) });
}

/**
 * Greatest value of each channel over a moving window, cut short at both ends.
 *
 * @param source series `[windows, steps, channels]`
 * @returns float32 of the same shape, channels `<name>.movingMaximum<length>`
 * @throws {RangeError} if length is not a whole number from 1
 * Source: equal to pandas' `rolling(length, center=centred, min_periods=1).max()`, but that infinity is a number; NaN makes NaN
 *   of the steps that reach it, and no others.
 * @example
 * movingMaximum(series(Float32Array.of(3, 1, 2), { steps: 3, channels: ["x"] }), { length: 2, centred: false }).data; // Float32Array [3, 3, 2]
 */
export function movingMaximum(source: Series, options: MovingOptions = {}): Series {
  return moving(source, { ...options, name: "maximum", rule: extremes(-1) });
}
