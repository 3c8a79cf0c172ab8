import { checkNumber } from "../../core/check";
import { checkFinite, type Series } from "../../core/series";
import { selectChannels } from "../series/channels";
import type { ChannelOptions } from "../series/derive";
import { type MadeTable, madeTable } from "../series/featureTable";
import { RealSpectra } from "./realSpectra";

/** Options of {@link fftMagnitude}. */
export interface FftMagnitudeOptions extends ChannelOptions {
  /**
   * `full` (default): all frequencies, as many as steps, so that the result joins other channels; `half`: those from 0
   * to the Nyquist frequency, `floor(steps / 2) + 1` of them.
   */
  length?: "full" | "half";
}

/**
 * Absolute value of each channel's discrete Fourier transform along time, not scaled. NaN or infinity makes its channel
 * of its window NaN, and no other.
 *
 * @param source series `[windows, steps, channels]`
 * @returns float32 `[windows, steps or floor(steps / 2) + 1, channels]`, channels `<name>.fft`
 * @throws {RangeError} if a channel's name is unknown
 * Source: equal to `numpy.abs(numpy.fft.fft(values, axis=1))` (`half`: `rfft`) in float64.
 * @example
 * fftMagnitude(series(Float32Array.of(1, 2, 4), { steps: 3, channels: ["x"] }), { length: "half" }).data[0]; // 7
 */
export function fftMagnitude(source: Series, options: FftMagnitudeOptions = {}): Series {
  const { channels: names, length = "full" } = options;
  const chosen = names ? selectChannels(source, names) : source;
  const [windows, steps, channels] = chosen.shape;
  const spectra = new RealSpectra(steps, channels);
  const data = spectra.magnitudes(chosen, { full: length === "full" });
  const count = length === "full" ? steps : spectra.half;
  return {
    ...chosen,
    data,
    shape: [windows, count, channels],
    channels: chosen.channels.map((name) => `${name}.fft`),
    rate: undefined,
  };
}

/**
 * The frequency of each bin of `fftMagnitude`'s `half`, from 0 to the Nyquist frequency.
 *
 * @param steps of the windows that were transformed
 * @param options `rate`: samples per second, which makes the frequencies Hz (default 1: cycles per step)
 * @returns float64 `[floor(steps / 2) + 1]`
 * @throws {RangeError} if `steps` is not a whole number above 0, or the rate not above 0
 * Source: equal to `numpy.fft.rfftfreq(steps, 1 / rate)`.
 * @example
 * fftFrequencies(600, { rate: 50 })[12]; // 1 Hz
 */
export function fftFrequencies(steps: number, options: { rate?: number } = {}): Float64Array {
  const { rate = 1 } = options;
  const action = "tell frequencies";
  checkNumber(steps, { action, name: "steps", low: 1, whole: true });
  checkNumber(rate, { action, name: "rate", low: 0, above: true });
  return Float64Array.from({ length: Math.floor(steps / 2) + 1 }, (_, bin) => (bin * rate) / steps);
}

/** Options of {@link spectralStatistics}. */
export interface SpectralStatisticsOptions extends ChannelOptions {
  /** Samples a second, which gives frequencies their unit; default the series' own, else 1. */
  rate?: number;
  /** Edges of frequency bands, rising; the share of the power between each two is a column. Default none. */
  bands?: readonly number[];
  /** The roll-off is the frequency below which this share of the power lies; default 0.85. */
  rolloff?: number;
}

const statistics = [
  "power",
  "centroid",
  "spread",
  "entropy",
  "flatness",
  "rolloff",
  "peak",
  "peakShare",
] as const;

/**
 * Statistics of each channel's power spectrum, the mean taken off first and frequency 0 left out.
 *
 * Columns per channel: `power` (mean square), `centroid`, `spread`, `rolloff` and `peak` (frequencies, in the unit of the
 * rate), `entropy` (0 to 1), `flatness` (geometric by arithmetic mean), `peakShare`, and the bands' shares. All are 0
 * where a channel is constant.
 *
 * @param source series `[windows, steps, channels]` of at least 4 steps
 * @returns float32 `[windows, channels * statistics]`, columns `<channel>.<statistic>`
 * @throws {RangeError} if a value is not finite, with its place; if windows are too short, `rate` or `rolloff` lies
 *   outside its range, or bands do not rise
 * Source: Peeters 2004, "A large set of audio features", sections 6.1 and 9.
 * @example
 * const table = spectralStatistics(raw, { bands: [0, 1, 3, 10] });
 */
export function spectralStatistics(source: Series, options: SpectralStatisticsOptions = {}): MadeTable {
  const { channels: names, rate = source.rate ?? 1, bands = [], rolloff = 0.85 } = options;
  const chosen = names ? selectChannels(source, names) : source;
  const [windows, steps, channels] = chosen.shape;
  if (steps < 4) {
    throw new RangeError(`Cannot measure spectra: windows must have at least 4 steps, got ${steps}`);
  }
  if (!(rate > 0 && rate < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`Cannot measure spectra: rate must be a positive number, got ${rate}`);
  }
  if (!(rolloff > 0 && rolloff <= 1)) {
    throw new RangeError(`Cannot measure spectra: rolloff must lie in (0, 1], got ${rolloff}`);
  }
  if (bands.length === 1 || bands.some((edge, i) => i > 0 && !(edge > bands[i - 1]))) {
    throw new RangeError(`Cannot measure spectra: bands must be two or more rising edges, got [${bands}]`);
  }
  const kinds = [...statistics, ...bands.slice(1).map((edge, i) => `band${bands[i]}to${edge}`)];
  const width = channels * kinds.length;
  const data = new Float32Array(windows * width);
  checkFinite(chosen, "measure spectra");
  new RealSpectra(steps, channels).eachPower(chosen, (power, { window, channel }) => {
    const values = spectrumStatistics(power, { steps, rate, bands, rolloff });
    data.set(values, window * width + channel * kinds.length);
  });
  const columns = chosen.channels.flatMap((name) => kinds.map((kind) => `${name}.${kind}`));
  return madeTable(data, columns);
}

/** The statistics of one spectrum, in the order of the columns. */
function spectrumStatistics(
  power: Float64Array,
  options: { steps: number; rate: number; bands: readonly number[]; rolloff: number },
): Float64Array {
  const { steps, rate, bands, rolloff } = options;
  const out = new Float64Array(statistics.length + Math.max(0, bands.length - 1));
  const last = power.length - 1;
  const unit = rate / steps; // frequency of k = 1
  let total = 0;
  let square = 0;
  let moment = 0;
  let logarithms = 0;
  let peak = 1;
  for (let k = 1; k <= last; k++) {
    total += power[k];
    square += power[k] * (2 * k === steps ? 1 : 2); // each but Nyquist stands for two
    moment += power[k] * k;
    logarithms += Math.log(power[k]);
    if (power[k] > power[peak]) peak = k;
  }
  if (total === 0) return out;
  const centroid = moment / total;
  let spread = 0;
  let entropy = 0;
  let edge = 0;
  let below = 0;
  for (let k = 1; k <= last; k++) {
    const share = power[k] / total;
    spread += share * (k - centroid) ** 2;
    if (share > 0) entropy -= share * Math.log(share);
    if (below < rolloff * total) edge = k;
    below += power[k];
  }
  out.set([
    square / (steps * steps),
    centroid * unit,
    Math.sqrt(spread) * unit,
    entropy / Math.log(last),
    Math.exp(logarithms / last) / (total / last),
    edge * unit,
    peak * unit,
    power[peak] / total,
  ]);
  for (let band = 1; band < bands.length; band++) {
    for (let k = 1; k <= last; k++) {
      const frequency = k * unit;
      if (frequency >= bands[band - 1] && frequency < bands[band]) {
        out[statistics.length + band - 1] += power[k] / total;
      }
    }
  }
  return out;
}
