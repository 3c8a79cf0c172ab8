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
 * Splits samples in order of time into folds that validate on what comes after their training samples. It knows no times:
 * of samples taken at one time some may be trained on and others validated, unless `gap` leaves out as many.
 *
 * Source: scikit-learn `TimeSeriesSplit`; the same folds.
 *
 * @param samples how many samples there are, in order of time
 * @throws {RangeError} if the samples do not suffice for the folds and the gap, or a size is impossible
 * @example
 * timeSeriesSplit(6, { folds: 2 })[0]; // { train: Int32Array [0, 1], validation: Int32Array [2, 3] }
 */
export function timeSeriesSplit(samples: number, options: TimeSeriesSplitOptions = {}): Fold[] {
  const { folds = 5, gap = 0, trainSize = samples } = options;
  checkFoldCount(folds + 1, samples, "samples");
  const size = options.validationSize ?? Math.floor(samples / (folds + 1));
  for (const [name, value, least] of [
    ["gap", gap, 0],
    ["trainSize", trainSize, 1],
    ["validationSize", size, 1],
  ] as const) {
    if (!(Number.isInteger(value) && value >= least)) {
      throw new RangeError(`Cannot make folds: ${name} must be a whole number from ${least}, got ${value}`);
    }
  }
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
 * Where folds of sorted times begin, and the end: as near to equal sizes as whole times allow, at least one time each.
 *
 * @param times rising
 */
function blockStarts(times: ArrayLike<number>, folds: number): number[] {
  const samples = times.length;
  const changes = Array.from({ length: samples }, (_, i) => i).filter(
    (i) => i === 0 || times[i] !== times[i - 1],
  );
  checkFoldCount(folds, changes.length, "different times");
  let place = 0;
  const starts = Array.from({ length: folds }, (_, fold) => {
    const wanted = Math.round((fold * samples) / folds);
    const last = changes.length - (folds - fold); // so that each later fold has a time, too
    while (place < last && Math.abs(changes[place + 1] - wanted) <= Math.abs(changes[place] - wanted))
      place++;
    return changes[place++];
  });
  return [...starts, samples];
}

/**
 * Splits samples into folds of neighbouring times; what lies within `gap` of a fold's validation times is left out of
 * its training, so that near-copies do not leak. Samples of one time are in one fold.
 *
 * @param times when each sample was taken, in any unit and order
 * @param options `folds` (default 5); `gap` in the unit of the times (default 0)
 * @throws {RangeError} if there are fewer than 2 folds, fewer different times than folds, a time or the gap is not finite,
 *   or a fold has nothing to train on
 * @example
 * const hours = [0, 1, 2, 3, 4, 5, 6, 7];
 * blockedKFold(hours, { folds: 2, gap: 2 })[0]; // { train: Int32Array [6, 7], validation: Int32Array [0, 1, 2, 3] }
 */
export function blockedKFold(
  times: ArrayLike<number>,
  options: { folds?: number; gap?: number } = {},
): Fold[] {
  const { folds = 5, gap = 0 } = options;
  const samples = times.length;
  checkFoldCount(folds, samples, "samples");
  if (!(gap >= 0 && gap < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`Cannot make folds: the gap must be 0 or more, got ${gap}`);
  }
  const wrong = Array.from(times).findIndex((time) => !Number.isFinite(time));
  if (wrong >= 0) {
    throw new RangeError(`Cannot make folds: times must be finite, got ${times[wrong]} at sample ${wrong}`);
  }
  const order = Array.from({ length: samples }, (_, i) => i).sort((a, b) => times[a] - times[b] || a - b);
  const starts = blockStarts(
    order.map((sample) => times[sample]),
    folds,
  );
  return Array.from({ length: folds }, (_, fold) => {
    const [start, end] = [starts[fold], starts[fold + 1]];
    const validation = Int32Array.from(order.slice(start, end)).sort();
    const from = times[order[start]] - gap;
    const to = times[order[end - 1]] + gap;
    const isOutside = (sample: number) => times[sample] < from || times[sample] > to;
    const train = Int32Array.from([...order.slice(0, start), ...order.slice(end)].filter(isOutside)).sort();
    if (train.length === 0) {
      throw new RangeError(`Cannot make folds: a gap of ${gap} leaves fold ${fold} nothing to train on`);
    }
    return { train, validation };
  });
}
