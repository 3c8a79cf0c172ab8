import type { Series } from "../../core/series";
import { concatChannels } from "./channels";
import { type ChannelOptions, deriveEach } from "./derive";

/** Options of {@link lag}. */
export interface LagOptions extends ChannelOptions {
  /** How many steps back to look, ahead where negative, or several of them; default 1. */
  steps?: number | readonly number[];
  /** What stands before the start: the first value (`edge`), the window's other end (`wrap`), or a number. Default `edge`. */
  fill?: "edge" | "wrap" | number;
}

/** The steps of a call, each of which makes channels of its own. */
function stepsOf(steps: number | readonly number[], action: string): readonly number[] {
  const list = typeof steps === "number" ? [steps] : steps;
  const odd = list.findIndex((one) => !Number.isInteger(one));
  if (odd >= 0) throw new RangeError(`Cannot ${action}: steps must be a whole number, got ${list[odd]}`);
  if (list.length === 0 || new Set(list).size < list.length) {
    throw new RangeError(`Cannot ${action}: steps must be one or more different numbers, got [${list}]`);
  }
  return list;
}

/** The channels of all; one alone is not copied. */
function joined(parts: readonly Series[]): Series {
  return parts.length === 1 ? parts[0] : concatChannels(parts);
}

/**
 * Each channel as it was some steps ago, or several numbers of steps. NaN and infinity are moved like any value.
 *
 * @param source series `[windows, steps, channels]`
 * @returns float32 of the same shape for each number of steps, channels `<name>.lag<steps>`
 * @throws {RangeError} if steps are not different whole numbers
 * @example
 * lag(series(Float32Array.of(1, 2, 4), { steps: 3, channels: ["x"] })).data; // Float32Array [1, 1, 2]
 * lag(raw, { steps: [1, 5, 25], channels: ["acc_x"] }).channels; // ["acc_x.lag1", "acc_x.lag5", "acc_x.lag25"]
 */
export function lag(source: Series, options: LagOptions = {}): Series {
  const list = stepsOf(options.steps ?? 1, "lag");
  return joined(list.map((steps) => lagBy(source, steps, options)));
}

function lagBy(source: Series, steps: number, { fill = "edge", channels: names }: LagOptions): Series {
  return deriveEach(source, {
    channels: names,
    suffix: `lag${steps}`,
    rule(x, out, { start, end, channels }) {
      const size = end - start;
      const shift = steps * channels;
      for (let i = 0; i < size; i++) {
        const from = i - shift;
        if (from >= 0 && from < size) out[start + i] = x[start + from];
        else if (typeof fill === "number") out[start + i] = fill;
        else if (fill === "wrap") out[start + i] = x[start + (((from % size) + size) % size)];
        else out[start + i] = x[(from < 0 ? start : end - channels) + (i % channels)];
      }
    },
  });
}

/** Options of {@link difference}. */
export interface DifferenceOptions extends ChannelOptions {
  /** How many steps lie between the two values, from 1, or several of them; default 1. */
  steps?: number | readonly number[];
  /** The first steps are compared with the window's end (`true`), or are 0 (`false`, default). */
  cyclic?: boolean;
}

/**
 * Change of each channel over some steps, or several numbers of steps: `x[t] - x[t - steps]`. NaN and infinity touch the two steps that they are
 * compared in.
 *
 * @param source series `[windows, steps, channels]`
 * @returns float32 of the same shape for each number of steps, channels `<name>.difference`, with the steps in the name
 *   where they are not 1
 * @throws {RangeError} if steps are not different whole numbers from 1
 * Source: plain as pandas' `diff().fillna(0)`; cyclic as the first place of DACON 235689, whose first value is `x[0] - x[599]`.
 * @example
 * difference(series(Float32Array.of(1, 2, 4), { steps: 3, channels: ["x"] })).data; // Float32Array [0, 1, 2]
 * difference(raw, { steps: [1, 10], channels: ["acc_x"] }).channels; // ["acc_x.difference", "acc_x.difference10"]
 */
export function difference(source: Series, options: DifferenceOptions = {}): Series {
  const list = stepsOf(options.steps ?? 1, "take the difference");
  const odd = list.find((steps) => steps < 1);
  if (odd !== undefined) throw new RangeError(`Cannot take the difference: steps must be from 1, got ${odd}`);
  return joined(list.map((steps) => differenceBy(source, steps, options)));
}

function differenceBy(
  source: Series,
  steps: number,
  { cyclic = false, channels: names }: DifferenceOptions,
): Series {
  return deriveEach(source, {
    channels: names,
    suffix: steps === 1 ? "difference" : `difference${steps}`,
    rule(x, out, { start, end, channels }) {
      const size = end - start;
      const shift = steps * channels;
      const first = Math.min(size, shift);
      if (cyclic) {
        for (let i = 0; i < first; i++) {
          out[start + i] = x[start + i] - x[start + ((((i - shift) % size) + size) % size)];
        }
      }
      for (let i = start + first; i < end; i++) out[i] = x[i] - x[i - shift];
    },
  });
}
