/** Windows of a multichannel time series: a dense float32 array `[windows, steps, channels]` with named channels. */
export interface Series {
  /** Values in C order. */
  readonly data: Float32Array;
  /** `[windows, steps, channels]`. */
  readonly shape: readonly [windows: number, steps: number, channels: number];
  /** One name per channel, in order. */
  readonly channels: readonly string[];
  /** Samples a second; `undefined` where unknown. */
  readonly rate?: number;
}

/**
 * Makes a {@link Series} of an array.
 *
 * @param data float32 values in C order, `windows * steps * channels.length` of them
 * @param options `steps`: steps per window; `channels`: channel names; `rate`: samples per second
 * @throws {RangeError} if the length is not a whole number of windows
 * @example
 * const one = series(new Float32Array(600 * 6), { steps: 600, channels: ["a", "b", "c", "d", "e", "f"] });
 * // one.shape is [1, 600, 6]
 */
export function series(
  data: Float32Array,
  options: { steps: number; channels: readonly string[]; rate?: number },
): Series {
  const { steps, channels, rate } = options;
  const size = steps * channels.length;
  if (!(size > 0) || data.length % size !== 0) {
    throw new RangeError(
      `Cannot make a series: length must be a multiple of steps x channels (${steps} x ${channels.length}), got ${data.length}`,
    );
  }
  return { data, shape: [data.length / size, steps, channels.length], channels, rate };
}

/**
 * The windows at `indices`, in that order (repeats allowed), as a new series.
 *
 * @throws {RangeError} if an index lies outside the series
 * @example
 * const swapped = takeWindows(series(Float32Array.of(1, 2), { steps: 1, channels: ["x"] }), [1, 0]);
 * // swapped.data is Float32Array [2, 1]
 */
export function takeWindows(source: Series, indices: ArrayLike<number>): Series {
  const [windows, steps, channels] = source.shape;
  const size = steps * channels;
  const data = new Float32Array(indices.length * size);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i];
    if (!(Number.isInteger(index) && index >= 0 && index < windows)) {
      throw new RangeError(`Cannot take window ${index}: indices must be whole numbers in [0, ${windows})`);
    }
    data.set(source.data.subarray(index * size, (index + 1) * size), i * size);
  }
  return { ...source, data, shape: [indices.length, steps, channels] };
}

/**
 * The places of named channels in a series.
 *
 * @throws {RangeError} if a name is unknown; the message lists the known ones
 * @example
 * channelIndices(series(new Float32Array(2), { steps: 1, channels: ["x", "y"] }), ["y"]); // [1]
 */
export function channelIndices(source: Series, names: readonly string[]): number[] {
  return names.map((name) => {
    const index = source.channels.indexOf(name);
    if (index < 0) {
      throw new RangeError(
        `Cannot find a channel: the name must be one of ${source.channels.join(", ")}, got ${name}`,
      );
    }
    return index;
  });
}

/**
 * Refuses values that are not finite, for what mixes all values of a window.
 *
 * @param action what for, as errors say it
 * @param windows the windows to check; default all
 * @throws {RangeError} with window, step and channel of the first such value
 * @example
 * checkFinite(series(Float32Array.of(1, 2), { steps: 2, channels: ["x"] }), "measure windows");
 */
export function checkFinite(
  source: Pick<Series, "data" | "shape"> & Partial<Series>,
  action: string,
  windows?: ArrayLike<number>,
): void {
  const { data, shape, channels } = source;
  const size = shape[1] * shape[2];
  const count = windows ? windows.length : shape[0];
  for (let w = 0; w < count; w++) {
    const window = windows ? windows[w] : w;
    for (let at = 0; at < size; at++) {
      const value = data[window * size + at];
      if (Number.isFinite(value)) continue;
      throw new RangeError(
        `Cannot ${action}: values must be finite, got ${value} in window ${window}, step ${Math.floor(at / shape[2])}, channel ${channels?.[at % shape[2]] ?? at % shape[2]}`,
      );
    }
  }
}
