import type { Series } from "../../core/series";
import { type ChannelOptions, deriveEach } from "./derive";

/** Options of {@link lag}. */
export interface LagOptions extends ChannelOptions {
  /** How many steps back to look, ahead where negative; default 1. */
  steps?: number;
  /** What stands before the start: the first value (`edge`), the window's other end (`wrap`), or a number. Default `edge`. */
  fill?: "edge" | "wrap" | number;
}

function checkSteps(steps: number, action: string): void {
  if (!Number.isInteger(steps)) {
    throw new RangeError(`Cannot ${action}: steps must be a whole number, got ${steps}`);
  }
}

/**
 * Each channel as it was some steps ago. NaN and infinity are moved like any value.
 *
 * @param source series `[windows, steps, channels]`
 * @returns float32 of the same shape, channels `<name>.lag<steps>`
 * @throws {RangeError} if steps is not a whole number
 * @example
 * lag(series(Float32Array.of(1, 2, 4), { steps: 3, channels: ["x"] })).data; // Float32Array [1, 1, 2]
 */
export function lag(source: Series, options: LagOptions = {}): Series {
  const { steps = 1, fill = "edge", channels: names } = options;
  checkSteps(steps, "lag");
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
  /** How many steps lie between the two values, from 1; default 1. */
  steps?: number;
  /** The first steps are compared with the window's end (`true`), or are 0 (`false`, default). */
  cyclic?: boolean;
}

/**
 * Change of each channel over some steps: `x[t] - x[t - steps]`. NaN and infinity touch the two steps that they are
 * compared in.
 *
 * @param source series `[windows, steps, channels]`
 * @returns float32 of the same shape, channels `<name>.difference`, with the steps in the name where they are not 1
 * @throws {RangeError} if steps is not a whole number from 1
 * Source: plain as pandas' `diff().fillna(0)`; cyclic as the first place of DACON 235689, whose first value is `x[0] - x[599]`.
 * @example
 * difference(series(Float32Array.of(1, 2, 4), { steps: 3, channels: ["x"] })).data; // Float32Array [0, 1, 2]
 */
export function difference(source: Series, options: DifferenceOptions = {}): Series {
  const { steps = 1, cyclic = false, channels: names } = options;
  checkSteps(steps, "take the difference");
  if (steps < 1) throw new RangeError(`Cannot take the difference: steps must be from 1, got ${steps}`);
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
