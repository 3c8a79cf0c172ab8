import { checkFinite, type Series } from "../../core/series";
import { selectChannels } from "./channels";
import type { ChannelOptions } from "./derive";
import { type MadeTable, madeTable } from "./featureTable";

/** Options of {@link windowStatistics}. */
export interface WindowStatisticsOptions extends ChannelOptions {
  /** Whether to add the correlation of each two channels; default `true`. */
  correlations?: boolean;
}

const statistics = [
  "mean",
  "deviation",
  "skewness",
  "kurtosis",
  "minimum",
  "lowerQuartile",
  "median",
  "upperQuartile",
  "maximum",
  "meanSquare",
  "meanChange",
  "crossings",
] as const;

function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const next = sorted[Math.min(below + 1, sorted.length - 1)];
  return sorted[below] + (place - below) * (next - sorted[below]);
}

/** The statistics of one column, in the order of the names; the column itself is centred, for the correlations. */
function describe(values: Float64Array, out: Float64Array): void {
  const count = values.length;
  const sorted = values.slice().sort();
  let sum = 0;
  let squares = 0;
  let change = 0;
  for (let t = 0; t < count; t++) {
    sum += values[t];
    squares += values[t] * values[t];
    if (t > 0) change += Math.abs(values[t] - values[t - 1]);
  }
  const constant = sorted[0] === sorted[count - 1];
  const mean = constant ? sorted[0] : sum / count;
  let [second, third, fourth, crossings] = [0, 0, 0, 0];
  for (let t = 0; t < count; t++) {
    const value = values[t] - mean;
    if (t > 0 && value >= 0 !== values[t - 1] >= 0) crossings++;
    values[t] = value;
    const square = value * value;
    second += square;
    third += square * value;
    fourth += square * square;
  }
  second /= count;
  out.set([
    mean,
    Math.sqrt(second),
    second > 0 ? third / count / second ** 1.5 : 0,
    second > 0 ? fourth / count / second ** 2 - 3 : 0,
    sorted[0],
    quantile(sorted, 0.25),
    quantile(sorted, 0.5),
    quantile(sorted, 0.75),
    sorted[count - 1],
    squares / count,
    count > 1 ? change / (count - 1) : 0,
    count > 1 ? crossings / (count - 1) : 0,
  ]);
}

/**
 * Statistics of each channel in each window, a table for trees and linear models.
 *
 * Columns per channel: mean, standard deviation, skewness, excess kurtosis (both 0 where constant), minimum, quartiles,
 * maximum, mean square, mean absolute change a step, and the share of steps that cross the mean; then the correlation
 * of each two channels (0 where one is constant).
 *
 * @param source series `[windows, steps, channels]`
 * @returns float32 `[windows, columns]`, columns `<channel>.<statistic>` and `<channel>.<channel>.correlation`
 * @throws {RangeError} if a channel's name is unknown or a value is not finite
 * Source: NumPy's and SciPy's functions of those names, population moments, in float64.
 * @example
 * const table = windowStatistics(raw); // shape [windows, 87] of six channels
 */
export function windowStatistics(source: Series, options: WindowStatisticsOptions = {}): MadeTable {
  const { channels: names, correlations = true } = options;
  const chosen = names ? selectChannels(source, names) : source;
  const [windows, steps, channels] = chosen.shape;
  checkFinite(chosen, "measure windows");
  const pairs: [number, number][] = [];
  for (let a = 0; correlations && a < channels; a++) {
    for (let b = a + 1; b < channels; b++) pairs.push([a, b]);
  }
  const kinds = statistics.length;
  const width = channels * kinds + pairs.length;
  const data = new Float32Array(windows * width);
  const values = Array.from({ length: channels }, () => new Float64Array(steps));
  const out = new Float64Array(kinds);
  const deviations = new Float64Array(channels);
  for (let window = 0; window < windows; window++) {
    const row = window * width;
    for (let c = 0; c < channels; c++) {
      for (let t = 0; t < steps; t++) {
        values[c][t] = chosen.data[(window * steps + t) * channels + c];
      }
      describe(values[c], out);
      deviations[c] = out[1];
      data.set(out, row + c * kinds);
    }
    pairs.forEach(([a, b], pair) => {
      let sum = 0;
      for (let t = 0; t < steps; t++) sum += values[a][t] * values[b][t];
      const scale = steps * deviations[a] * deviations[b];
      data[row + channels * kinds + pair] = scale > 0 ? sum / scale : 0;
    });
  }
  const columns = [
    ...chosen.channels.flatMap((name) => statistics.map((kind) => `${name}.${kind}`)),
    ...pairs.map(([a, b]) => `${chosen.channels[a]}.${chosen.channels[b]}.correlation`),
  ];
  return madeTable(data, columns);
}
