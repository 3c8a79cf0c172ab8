import { channelIndices, type Series } from "../../core/series";

/**
 * The named channels, in the order given, as a new series. NaN and infinity are copied like any value.
 *
 * @param source series `[windows, steps, channels]`
 * @returns float32 `[windows, steps, names.length]`
 * @throws {RangeError} if a name is unknown
 * @example
 * selectChannels(series(Float32Array.of(1, 2), { steps: 1, channels: ["x", "y"] }), ["y"]).data; // Float32Array [2]
 */
export function selectChannels(source: Series, names: readonly string[]): Series {
  const indices = channelIndices(source, names);
  const [windows, steps, channels] = source.shape;
  const { data } = source;
  const out = new Float32Array(windows * steps * names.length);
  let at = 0;
  for (let row = 0; row < data.length; row += channels) {
    for (let c = 0; c < indices.length; c++) out[at++] = data[row + indices[c]];
  }
  return { ...source, data: out, shape: [windows, steps, names.length], channels: [...names] };
}

/**
 * Joins series of the same windows and steps side by side. NaN and infinity are copied like any value.
 *
 * @param sources series `[windows, steps, …]`, at least one
 * @returns float32 `[windows, steps, sum of channels]`, with the first one's rate
 * @throws {RangeError} if there is none, if windows or steps disagree, or if two channels share a name
 * @example
 * const raw = series(Float32Array.of(1, 2, 4), { steps: 3, channels: ["x"] });
 * concatChannels([raw, gradient(raw)]).channels; // ["x", "x.gradient"]
 */
export function concatChannels(sources: readonly Series[]): Series {
  if (sources.length === 0) throw new RangeError("Cannot join channels: need at least one series, got none");
  const [windows, steps] = sources[0].shape;
  const channels = sources.flatMap((source) => source.channels);
  const repeated = channels.find((name, index) => channels.indexOf(name) !== index);
  if (repeated !== undefined) {
    throw new RangeError(`Cannot join channels: names must differ, got ${repeated} twice`);
  }
  const width = channels.length;
  const out = new Float32Array(windows * steps * width);
  let first = 0;
  for (const { shape, data } of sources) {
    if (shape[0] !== windows || shape[1] !== steps) {
      throw new RangeError(
        `Cannot join channels: windows and steps must agree, got [${sources[0].shape}] and [${shape}]`,
      );
    }
    const own = shape[2];
    for (let from = 0, to = first; from < data.length; from += own, to += width) {
      for (let c = 0; c < own; c++) out[to + c] = data[from + c];
    }
    first += own;
  }
  return { ...sources[0], data: out, shape: [windows, steps, width], channels };
}
