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

/** Running sums of a column; values that are no number are counted, not summed, so that they spoil only their surroundings. */
function runningSums(
  { values, back, ahead }: Column,
  write: (step: number, sums: { sum: number; squares: number; count: number; missing: number }) => void,
): void {
  const steps = values.length;
  let centre = 0;
  let numbers = 0;
  for (const value of values) {
    if (Number.isFinite(value)) {
      centre += value;
      numbers++;
    }
  }
  centre = numbers > 0 ? centre / numbers : 0; // small numbers keep the squares exact
  let sum = 0;
  let squares = 0;
  let missing = 0;
  const add = (value: number, sign: number): void => {
    if (!Number.isFinite(value)) {
      missing += sign;
      return;
    }
    const difference = value - centre;
    sum += sign * difference;
    squares += sign * difference * difference;
  };
  for (let t = 0; t < Math.min(ahead, steps); t++) add(values[t], 1);
  for (let t = 0; t < steps; t++) {
    if (t + ahead < steps) add(values[t + ahead], 1);
    if (t - back - 1 >= 0) add(values[t - back - 1], -1);
    const count = Math.min(steps - 1, t + ahead) - Math.max(0, t - back) + 1;
    write(t, { sum: sum + centre * count, squares: squares - (sum * sum) / count, count, missing });
  }
}

/**
 * Mean of each channel over a window that moves along time, cut short at both ends.
 *
 * @param source series `[windows, steps, channels]`
 * @returns float32 of the same shape, channels `<name>.movingMean<length>`
 * @throws {RangeError} if length is not a whole number from 1
 * Source: equal to pandas' `rolling(length, center=centred, min_periods=1).mean()`; where a value is missing, NaN.
 * @example
 * movingMean(series(Float32Array.of(1, 2, 6), { steps: 3, channels: ["x"] }), { length: 3 }).data; // 1.5, 3, 4
 */
export function movingMean(source: Series, options: MovingOptions = {}): Series {
  return moving(source, {
    ...options,
    name: "mean",
    rule: () => (column, write) =>
      runningSums(column, (t, { sum, count, missing }) => write(t, missing > 0 ? Number.NaN : sum / count)),
  });
}

/**
 * Standard deviation of each channel over a moving window (divided by its number of values), cut short at both ends.
 *
 * @param source series `[windows, steps, channels]`
 * @returns float32 of the same shape, channels `<name>.movingDeviation<length>`
 * @throws {RangeError} if length is not a whole number from 1
 * Source: equal to pandas' `rolling(length, center=centred, min_periods=1).std(ddof=0)`; where a value is missing, NaN.
 * @example
 * movingDeviation(series(Float32Array.of(1, 3), { steps: 2, channels: ["x"] }), { length: 2, centred: false }).data; // 0, 1
 */
export function movingDeviation(source: Series, options: MovingOptions = {}): Series {
  return moving(source, {
    ...options,
    name: "deviation",
    rule: () => (column, write) =>
      runningSums(column, (t, { squares, count, missing }) =>
        write(t, missing > 0 ? Number.NaN : Math.sqrt(Math.max(0, squares / count))),
      ),
  });
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
 * Source: equal to pandas' `rolling(length, center=centred, min_periods=1).min()`; where a value is missing, NaN.
 * @example
 * movingMinimum(series(Float32Array.of(3, 1, 2), { steps: 3, channels: ["x"] }), { length: 2, centred: false }).data; // 3, 1, 1
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
 * Source: equal to pandas' `rolling(length, center=centred, min_periods=1).max()`; where a value is missing, NaN.
 * @example
 * movingMaximum(series(Float32Array.of(3, 1, 2), { steps: 3, channels: ["x"] }), { length: 2, centred: false }).data; // 3, 3, 2
 */
export function movingMaximum(source: Series, options: MovingOptions = {}): Series {
  return moving(source, { ...options, name: "maximum", rule: extremes(-1) });
}
