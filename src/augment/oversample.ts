import { checkNumber } from "../core/check";
import { type RandomSource, randomSource } from "../core/random";
import type { Series } from "../core/series";

/** Options of {@link oversample}. */
export interface OversampleOptions {
  /** The label whose windows get no copy, or several; default the most frequent one. */
  skip?: number | readonly number[];
  /** Range of the roll in steps, low included, high not; default `[50, 550)`. */
  roll?: readonly [low: number, high: number];
  /** Standard deviation of the Gaussian noise added to the copies; default 0.03. */
  noise?: number;
  /** Copies per window; default 1. */
  copies?: number;
  /** Seed of the rolls and the noise; default 0. */
  seed?: number;
}

/** What the result may hold, as float32 8 GiB. */
const mostValues = 2 ** 31;

/** Windows, their labels, and which window each was made of. */
export interface OversampledSeries {
  /** The given windows, then the copies. */
  readonly series: Series;
  /** One label a window. */
  readonly labels: Int32Array;
  /** The given window that each is, or is a copy of. */
  readonly origins: Int32Array;
}

function mostFrequent(labels: ArrayLike<number>): number {
  const counts = new Map<number, number>();
  for (let i = 0; i < labels.length; i++) counts.set(labels[i], (counts.get(labels[i]) ?? 0) + 1);
  let best = Number.NaN;
  for (const [label, count] of counts) {
    if (!(count <= (counts.get(best) ?? 0))) best = label;
  }
  return best;
}

/** Writes a window rolled forward by `shift` with noise on it. */
function writeCopy(
  window: Float32Array,
  out: Float32Array,
  options: { shift: number; noise: number; random: RandomSource },
): void {
  const { shift, noise, random } = options; // in values, not steps
  for (let i = 0; i < window.length; i++) {
    const to = i + shift < window.length ? i + shift : i + shift - window.length;
    out[to] = window[i] + (noise > 0 ? noise * random.normal() : 0);
  }
}

/**
 * Appends a copy of each window of the rarer labels, rolled in time and with noise. Give it a fold's train part only.
 *
 * @param source series `[windows, steps, channels]`, scaled
 * @param labels one label per window
 * @returns the given windows followed by the copies, in window order, with labels and origins
 * @throws {RangeError} if labels and windows disagree, no window has the label to skip, or if roll, noise or copies are impossible
 * Source: the third place of DACON 235689, with `{ skip: 26, roll: [50, 550], noise: 0.03 }`.
 * @example
 * const { series: more, labels: all } = oversample(windows, labels, { seed: 2021 }); // the most frequent label is skipped
 */
export function oversample(
  source: Series,
  labels: ArrayLike<number>,
  options: OversampleOptions = {},
): OversampledSeries {
  const { roll = [50, 550], noise = 0.03, copies = 1, seed = 0 } = options;
  const { skip = mostFrequent(labels) } = options;
  const [windows, steps, channels] = source.shape;
  const [low, high] = roll;
  if (labels.length !== windows) {
    throw new RangeError(`Cannot oversample: need one label per window (${windows}), got ${labels.length}`);
  }
  if (!(Number.isSafeInteger(low) && Number.isSafeInteger(high) && low < high)) {
    throw new RangeError(`Cannot oversample: roll must be whole steps low < high, got [${roll}]`);
  }
  const action = "oversample";
  checkNumber(noise, { action, name: "noise", low: 0 });
  const most = Math.max(1, Math.floor(mostValues / Math.max(1, source.data.length)) - 1);
  checkNumber(copies, { action, name: "copies", low: 0, high: most, whole: true });
  const skipped = new Set(typeof skip === "number" ? [skip] : skip);
  const present = new Set(Array.from(labels));
  for (const label of skipped) {
    if (!present.has(label) && windows > 0) {
      throw new RangeError(
        `Cannot oversample: the labels to skip must be among ${[...present].sort((a, b) => a - b).join(", ")}, got ${label}`,
      );
    }
  }
  const origins = Array.from({ length: windows }, (_, w) => w);
  for (let w = 0; w < windows; w++) {
    for (let copy = 0; copy < copies && !skipped.has(labels[w]); copy++) origins.push(w);
  }
  const size = steps * channels;
  const data = new Float32Array(origins.length * size);
  data.set(source.data);
  const random = randomSource(seed).fork("oversample");
  for (let w = windows; w < origins.length; w++) {
    const window = source.data.subarray(origins[w] * size, (origins[w] + 1) * size);
    const shift = (((random.integer(low, high) % steps) + steps) % steps) * channels;
    writeCopy(window, data.subarray(w * size, (w + 1) * size), { shift, noise, random });
  }
  return {
    series: { ...source, data, shape: [origins.length, steps, channels] },
    labels: Int32Array.from(origins, (w) => labels[w]),
    origins: Int32Array.from(origins),
  };
}
