import type { Series } from "../../core/series";
import { type ChannelOptions, deriveEach } from "./derive";

/** Options of {@link gradient}. */
export interface GradientOptions extends ChannelOptions {
  /** Distance between two steps; default 1. `1 / rate` gives units per second. */
  spacing?: number;
  /** Order of the one-sided differences at both ends, 1 or 2; default 1. */
  edgeOrder?: 1 | 2;
}

/**
 * Slope of each channel along time: central differences, one-sided ones at both ends. NaN and infinity touch the steps
 * of their channel whose differences reach them, and no others.
 *
 * @param source series `[windows, steps, channels]`
 * @returns float32 of the same shape, channels `<name>.gradient`
 * @throws {RangeError} if windows have fewer than `edgeOrder + 1` steps or spacing is not a positive number
 * Source: equal to `numpy.gradient(values, spacing, axis=1, edge_order=edgeOrder)` in float64.
 * @example
 * gradient(series(Float32Array.of(1, 2, 4), { steps: 3, channels: ["x"] })).data; // Float32Array [1, 1.5, 2]
 */
export function gradient(source: Series, options: GradientOptions = {}): Series {
  const { spacing = 1, edgeOrder = 1, channels: names } = options;
  if (!(spacing > 0 && spacing < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`Cannot take the gradient: spacing must be a positive number, got ${spacing}`);
  }
  if (edgeOrder !== 1 && edgeOrder !== 2) {
    throw new RangeError(`Cannot take the gradient: edgeOrder must be 1 or 2, got ${edgeOrder}`);
  }
  if (source.shape[1] < edgeOrder + 1) {
    throw new RangeError(
      `Cannot take the gradient: windows must have at least ${edgeOrder + 1} steps, got ${source.shape[1]}`,
    );
  }
  const double = 2 * spacing;
  return deriveEach(source, {
    channels: names,
    suffix: "gradient",
    rule(x, out, { start, end, channels }) {
      for (let i = start + channels; i < end - channels; i++) {
        out[i] = (x[i + channels] - x[i - channels]) / double;
      }
      for (let first = start, last = end - channels; last < end; first++, last++) {
        if (edgeOrder === 1) {
          out[first] = (x[first + channels] - x[first]) / spacing;
          out[last] = (x[last] - x[last - channels]) / spacing;
        } else {
          out[first] = (-1.5 * x[first] + 2 * x[first + channels] - 0.5 * x[first + 2 * channels]) / spacing;
          out[last] = (0.5 * x[last - 2 * channels] - 2 * x[last - channels] + 1.5 * x[last]) / spacing;
        }
      }
    },
  });
}
