import type { Series } from "../../core/series";
import { type ChannelOptions, deriveEach, type WindowRule } from "./derive";

/** Options of {@link cumulativeIntegral} and {@link doubleIntegral}. */
export interface IntegralOptions extends ChannelOptions {
  /** Distance between two steps; default 1. `1 / rate` integrates over seconds. */
  spacing?: number;
}

function checkSpacing(spacing: number): void {
  if (!(spacing > 0 && spacing < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`Cannot integrate: spacing must be a positive number, got ${spacing}`);
  }
}

/**
 * Running trapezoid integral of each channel along time, from 0 at the first step. NaN and infinity touch the later
 * steps of their channel in their window, and no others.
 *
 * @param source series `[windows, steps, channels]`
 * @returns float32 of the same shape, channels `<name>.integral`; summed in float64
 * @throws {RangeError} if spacing is not a positive number
 * Source: equal to `scipy.integrate.cumulative_trapezoid(values, dx=spacing, axis=1, initial=0)` in float64.
 * @example
 * cumulativeIntegral(series(Float32Array.of(1, 2, 4), { steps: 3, channels: ["x"] })).data; // Float32Array [0, 1.5, 4.5]
 */
export function cumulativeIntegral(source: Series, options: IntegralOptions = {}): Series {
  const { spacing = 1, channels: names } = options;
  checkSpacing(spacing);
  const rule: WindowRule = (x, out, { start, end, channels }) => {
    for (let first = start; first < start + channels; first++) {
      let sum = 0;
      let before = x[first];
      for (let i = first + channels; i < end; i += channels) {
        const value = x[i];
        sum += (spacing * (value + before)) / 2;
        out[i] = sum;
        before = value;
      }
    }
  };
  return deriveEach(source, { channels: names, suffix: "integral", rule });
}

/**
 * Running trapezoid integral of the running trapezoid integral, such as position of acceleration; both sums in float64.
 * NaN and infinity touch the later steps of their channel in their window, and no others.
 *
 * @param source series `[windows, steps, channels]`
 * @returns float32 of the same shape, channels `<name>.doubleIntegral`
 * @throws {RangeError} if spacing is not a positive number
 * Source: equal to `scipy.integrate.cumulative_trapezoid` (initial 0) applied twice in float64.
 * @example
 * doubleIntegral(series(Float32Array.of(1, 2, 4), { steps: 3, channels: ["x"] })).data; // Float32Array [0, 0.75, 3.75]
 */
export function doubleIntegral(source: Series, options: IntegralOptions = {}): Series {
  const { spacing = 1, channels: names } = options;
  checkSpacing(spacing);
  const rule: WindowRule = (x, out, { start, end, channels }) => {
    for (let first = start; first < start + channels; first++) {
      let once = 0;
      let twice = 0;
      for (let i = first + channels; i < end; i += channels) {
        const next = once + (spacing * (x[i] + x[i - channels])) / 2;
        twice += (spacing * (next + once)) / 2;
        once = next;
        out[i] = twice;
      }
    }
  };
  return deriveEach(source, { channels: names, suffix: "doubleIntegral", rule });
}
