import { checkFoldCount, type Fold } from "./folds";

/** Settings of {@link timeSeriesSplit}. */
export interface TimeSeriesSplitOptions {
  /** How many folds. Default 5. */
  folds?: number;
  /** Samples left out between train and validation. Default 0. */
  gap?: number;
  /** The most samples to train on, the latest ones. Default: all before the gap. */
  trainSize?: number;
  /** Samples a validation. Default: `samples / (folds + 1)`, rounded down. */
  validationSize?: number;
}

function range(start: number, end: number): Int32Array {
  return Int32Array.from({ length: end - start }, (_, i) => start + i);
}

/**
 * Splits samples in order of time into folds that validate on what comes after their training samples.
 *
 * Source: scikit-learn `TimeSeriesSplit`; the same folds.
 *
 * @param samples how many samples there are, in order of time
 * @throws {RangeError} if the samples do not suffice for the folds and the gap
 * @example
 * timeSeriesSplit(6, { folds: 2 })[0]; // { train: Int32Array [0, 1], validation: Int32Array [2, 3] }
 */
export function timeSeriesSplit(samples: number, options: TimeSeriesSplitOptions = {}): Fold[] {
  const { folds = 5, gap = 0, trainSize = samples } = options;
  checkFoldCount(folds + 1, samples, "samples");
  const size = options.validationSize ?? Math.floor(samples / (folds + 1));
  if (samples - gap - size * folds <= 0) {
    throw new RangeError(
      `Cannot make folds: ${folds} folds of ${size} samples and a gap of ${gap} need more samples, got ${samples}`,
    );
  }
  return Array.from({ length: folds }, (_, fold) => {
    const start = samples - (folds - fold) * size;
    const end = start - gap;
    return { train: range(Math.max(0, end - trainSize), end), validation: range(start, start + size) };
  });
}

/**
 * Splits samples into folds of neighbouring times; what lies within `gap` of a fold's validation times is left out of
 * its training, so that near-copies do not leak.
 *
 * @param times when each sample was taken, in any unit and order
 * @param options `folds` (default 5); `gap` in the unit of the times (default 0)
 * @throws {RangeError} if there are fewer than 2 folds, fewer samples than folds, or a fold has nothing to train on
 * @example
 * const folds = blockedKFold(hours, { folds: 5, gap: 6 });
 */
export function blockedKFold(
  times: ArrayLike<number>,
  options: { folds?: number; gap?: number } = {},
): Fold[] {
  const { folds = 5, gap = 0 } = options;
  const samples = times.length;
  checkFoldCount(folds, samples, "samples");
  const order = Array.from({ length: samples }, (_, i) => i).sort((a, b) => times[a] - times[b] || a - b);
  const wrong = order.find((sample) => !Number.isFinite(times[sample]));
  if (wrong !== undefined) {
    throw new RangeError(`Cannot make folds: times must be finite, got ${times[wrong]} at sample ${wrong}`);
  }
  return Array.from({ length: folds }, (_, fold) => {
    const start = Math.round((fold * samples) / folds);
    const end = Math.round(((fold + 1) * samples) / folds);
    const validation = Int32Array.from(order.slice(start, end)).sort();
    const from = times[order[start]] - gap;
    const to = times[order[end - 1]] + gap;
    const isOutside = (sample: number) => (gap > 0 ? times[sample] < from || times[sample] > to : true);
    const train = Int32Array.from([...order.slice(0, start), ...order.slice(end)].filter(isOutside)).sort();
    if (train.length === 0) {
      throw new RangeError(`Cannot make folds: a gap of ${gap} leaves fold ${fold} nothing to train on`);
    }
    return { train, validation };
  });
}
