import type { Series } from "../../core/series";

/** What a fitted scaler knows; plain JSON. */
export interface ScalerState {
  /** Which scaler: `standard`, `robust` or `minMax`. */
  readonly kind: string;
  /** Channels it was fitted on, in order. */
  readonly channels: readonly string[];
  /** Subtracted from each channel. */
  readonly centre: readonly number[];
  /** What each channel is then divided by. */
  readonly scale: readonly number[];
  /** Added to each channel at the end; 0 but for `minMax`. */
  readonly offset: number;
}

/** A scaler that has been fitted. */
export interface FittedScaler {
  /** Channel constants, as JSON; {@link scalerFrom} makes a scaler of them again. */
  readonly state: ScalerState;
  /**
   * Scales a series of the same channels: float32 of the same shape.
   *
   * @throws {RangeError} if the channels are not the fitted ones
   */
  transform(source: Series): Series;
  /**
   * Takes the scaling back.
   *
   * @throws {RangeError} if the channels are not the fitted ones
   */
  invert(source: Series): Series;
}

/** A scaler that has not seen data yet. */
export interface Scaler {
  /**
   * Measures each channel over all steps of the chosen windows; NaN does not count, and stays NaN when it is scaled.
   *
   * @param options `indices`: the windows to measure, such as a fold's train part (default all)
   * @throws {RangeError} if an index lies outside, a value is infinite (with its place), or a channel has no number
   */
  fit(source: Series, options?: { indices?: ArrayLike<number> }): FittedScaler;
}

/**
 * A fitted scaler of its saved state. NaN stays NaN when it is scaled.
 *
 * @throws {RangeError} if the lengths in the state disagree, or a number in it is not finite
 * @example
 * const scaler = standardScaler().fit(windows);
 * const again = scalerFrom(JSON.parse(JSON.stringify(scaler.state)));
 */
export function scalerFrom(state: ScalerState): FittedScaler {
  const { channels, centre, scale, offset } = state;
  const odd = scale.findIndex((value) => !(value > 0 && value < Number.POSITIVE_INFINITY));
  if (odd >= 0 || !centre.every(Number.isFinite) || !Number.isFinite(offset)) {
    throw new RangeError(
      `Cannot restore a scaler: its numbers must be finite and scales positive, got centre [${centre}], scale [${scale}], offset ${offset}`,
    );
  }
  if (centre.length !== channels.length || scale.length !== channels.length) {
    throw new RangeError(
      `Cannot restore a scaler: need one centre and scale a channel (${channels.length}), got ${centre.length} and ${scale.length}`,
    );
  }
  function apply(source: Series, f: (value: number, channel: number) => number): Series {
    if (
      source.channels.length !== channels.length ||
      source.channels.some((name, c) => name !== channels[c])
    ) {
      throw new RangeError(
        `Cannot scale: channels must be those of the fit (${channels.join(", ")}), got ${source.channels.join(", ")}`,
      );
    }
    const { data } = source;
    const out = new Float32Array(data.length);
    const width = channels.length;
    for (let row = 0; row < data.length; row += width) {
      for (let c = 0; c < width; c++) out[row + c] = f(data[row + c], c);
    }
    return { ...source, data: out };
  }
  return {
    state,
    transform: (source) => apply(source, (value, c) => (value - centre[c]) / scale[c] + offset),
    invert: (source) => apply(source, (value, c) => (value - offset) * scale[c] + centre[c]),
  };
}

/** All numbers of a channel in the chosen windows, without NaN; infinity is refused. */
function channelValues(
  source: Series,
  options: { channel: number; windows: ArrayLike<number> },
): Float32Array {
  const [, steps, channels] = source.shape;
  const { channel, windows } = options;
  const values = new Float32Array(windows.length * steps);
  let count = 0;
  for (let w = 0; w < windows.length; w++) {
    const end = (windows[w] + 1) * steps * channels;
    for (let i = windows[w] * steps * channels + channel; i < end; i += channels) {
      const value = source.data[i];
      if (Number.isNaN(value)) continue;
      if (!Number.isFinite(value)) {
        throw new RangeError(
          `Cannot fit a scaler: values must be finite or NaN, got ${value} in window ${windows[w]}, step ${Math.floor(i / channels) % steps}, channel ${source.channels[channel]}`,
        );
      }
      values[count++] = value;
    }
  }
  return values.subarray(0, count);
}

/** Makes a scaler of a rule from a channel's values to its centre and scale. */
function scaler(
  kind: string,
  options: { offset?: number; measure: (values: Float32Array) => [centre: number, scale: number] },
): Scaler {
  const { offset = 0, measure } = options;
  return {
    fit(source, { indices } = {}) {
      const count = source.shape[0];
      const windows = indices ?? Array.from({ length: count }, (_, w) => w);
      for (let w = 0; w < windows.length; w++) {
        if (!(Number.isInteger(windows[w]) && windows[w] >= 0 && windows[w] < count)) {
          throw new RangeError(
            `Cannot fit a scaler: windows must be whole numbers in [0, ${count}), got ${windows[w]}`,
          );
        }
      }
      const pairs = source.channels.map((name, channel) => {
        const values = channelValues(source, { channel, windows });
        if (values.length === 0) {
          throw new RangeError(
            `Cannot fit a scaler: channel ${name} must have numbers in the ${windows.length} chosen windows, got none`,
          );
        }
        return measure(values);
      });
      return scalerFrom({
        kind,
        channels: [...source.channels],
        centre: pairs.map((pair) => pair[0]),
        scale: pairs.map((pair) => pair[1]),
        offset,
      });
    },
  };
}

/**
 * Scales each channel to mean 0 and standard deviation 1; a constant channel is only centred. NaN does not count,
 * infinity is refused.
 *
 * Source: scikit-learn's `StandardScaler` on all rows of all windows (population deviation).
 * @example
 * const scaler = standardScaler().fit(windows, { indices: fold.train });
 * const scaled = scaler.transform(windows);
 */
export function standardScaler(): Scaler {
  return scaler("standard", {
    measure(values) {
      const count = values.length;
      let sum = 0;
      for (let i = 0; i < count; i++) sum += values[i];
      const mean = sum / count;
      let squares = 0;
      let rest = 0;
      for (let i = 0; i < count; i++) {
        const difference = values[i] - mean;
        squares += difference * difference;
        rest += difference;
      }
      const variance = (squares - (rest * rest) / count) / count;
      const bound = count * Number.EPSILON * variance + (count * mean * Number.EPSILON) ** 2;
      return [mean, variance <= bound ? 1 : Math.sqrt(variance)];
    },
  });
}

/** A quantile of sorted values, linear between neighbours as NumPy's default. */
function quantile(sorted: Float32Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below];
  return low + (place - below) * (sorted[Math.min(below + 1, sorted.length - 1)] - low);
}

/** Options of {@link robustScaler}. */
export interface RobustScalerOptions {
  /** Quantiles whose distance becomes 1; default `[0.25, 0.75]`. */
  quantiles?: readonly [low: number, high: number];
}

/**
 * Scales each channel to median 0 and interquartile range 1, so that outliers have little say. NaN does not count,
 * infinity is refused.
 *
 * @throws {RangeError} if the quantiles are not 0 <= low < high <= 1
 * Source: scikit-learn's `RobustScaler`.
 * @example
 * const scaled = robustScaler().fit(windows).transform(windows);
 */
export function robustScaler(options: RobustScalerOptions = {}): Scaler {
  const { quantiles = [0.25, 0.75] } = options;
  const [low, high] = quantiles;
  if (!(low >= 0 && low < high && high <= 1)) {
    throw new RangeError(`Cannot scale: quantiles must be 0 <= low < high <= 1, got [${quantiles}]`);
  }
  return scaler("robust", {
    measure(values) {
      const sorted = values.slice().sort();
      const range = quantile(sorted, high) - quantile(sorted, low);
      return [quantile(sorted, 0.5), range < 10 * Number.EPSILON ? 1 : range];
    },
  });
}

/** Options of {@link minMaxScaler}. */
export interface MinMaxScalerOptions {
  /** Where the smallest and the largest value go; default `[0, 1]`. */
  range?: readonly [low: number, high: number];
}

/**
 * Scales each channel so that its smallest and largest values become the ends of a range. NaN does not count, infinity
 * is refused.
 *
 * @throws {RangeError} if low is not below high
 * Source: scikit-learn's `MinMaxScaler` (values outside the fitted ones leave the range).
 * @example
 * const scaled = minMaxScaler({ range: [-1, 1] }).fit(windows).transform(windows);
 */
export function minMaxScaler(options: MinMaxScalerOptions = {}): Scaler {
  const { range = [0, 1] } = options;
  const [low, high] = range;
  if (!(low < high)) {
    throw new RangeError(`Cannot scale: the range must be low < high, got [${range}]`);
  }
  return scaler("minMax", {
    offset: low,
    measure(values) {
      let least = Number.POSITIVE_INFINITY;
      let most = Number.NEGATIVE_INFINITY;
      for (const value of values) {
        if (value < least) least = value;
        if (value > most) most = value;
      }
      const extent = most - least;
      return [least, (extent < 10 * Number.EPSILON ? 1 : extent) / (high - low)];
    },
  });
}
