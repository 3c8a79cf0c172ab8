import { checkNumber } from "../core/check";
import { type RandomSource, randomSource } from "../core/random";
import type { Series } from "../core/series";
import { channelIndices } from "../core/series";

/** Windows with their labels. */
export interface LabelledSeries {
  readonly series: Series;
  /** One label a window. */
  readonly labels: ArrayLike<number>;
}

/** Windows with soft labels. */
export interface SoftlyLabelledSeries {
  readonly series: Series;
  /** float32 `[windows, classes]`, rows summing to 1. */
  readonly targets: {
    readonly data: Float32Array;
    readonly shape: readonly [windows: number, classes: number];
  };
}

/** Options of {@link mirrorSeries}. */
export interface MirrorOptions {
  /** Channels whose sign turns. */
  flip: readonly string[];
  /** The label that each label becomes, as pairs; labels not named stay. Default none. */
  labels?: ReadonlyMap<number, number> | Readonly<Record<number, number>>;
}

function checkLabels({ series, labels }: LabelledSeries, action: string): void {
  const windows = series.shape[0];
  if (labels.length !== windows) {
    throw new RangeError(`Cannot ${action}: need one label per window (${windows}), got ${labels.length}`);
  }
}

/**
 * Mirrors windows: some channels change sign, some labels change places (left arm, right arm). The caller knows which.
 *
 * @param source windows `[windows, steps, channels]` with their labels
 * @throws {RangeError} if a channel is unknown, labels and windows are not equally many, or a pair of labels is
 *   one-sided
 * @example
 * const other = mirrorSeries({ series: raw, labels }, { flip: ["acc_x", "gy_y", "gy_z"], labels: { 12: 13, 13: 12 } });
 */
export function mirrorSeries(
  source: LabelledSeries,
  options: MirrorOptions,
): { series: Series; labels: Int32Array } {
  const { flip, labels: pairs = {} } = options;
  const { series } = source;
  checkLabels(source, "mirror windows");
  const data = series.data.slice();
  const width = series.shape[2];
  for (const channel of new Set(channelIndices(series, flip))) {
    for (let i = channel; i < data.length; i += width) data[i] = -data[i];
  }
  const map =
    pairs instanceof Map ? pairs : new Map(Object.entries(pairs).map(([from, to]) => [Number(from), to]));
  for (const [from, to] of map) {
    if (map.get(to) !== from) {
      throw new RangeError(
        `Cannot mirror windows: labels must change places, ${to} becoming ${from} as ${from} becomes ${to}, got ${map.get(to) ?? "no pair"} for ${to}`,
      );
    }
  }
  const labels = Int32Array.from(source.labels, (label) => map.get(label) ?? label);
  return { series: { ...series, data }, labels };
}

/** Options of {@link mixup} and {@link cutmix}. */
export interface MixOptions {
  /** Number of classes. */
  classes: number;
  /** Both parameters of the beta distribution of the share; default 0.2 for mixup, 1 for cutmix. */
  alpha?: number;
  /** Seed of partners and shares; default 0. */
  seed?: number;
}

/** A gamma deviate of a shape (Marsaglia and Tsang 2000). */
function gamma(random: RandomSource, shape: number): number {
  if (shape < 1) return gamma(random, shape + 1) * (1 - random.uniform()) ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const x = random.normal();
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Pairs each window with another; `write` fills its values and returns the share that it keeps of its label. */
function mix(
  source: LabelledSeries,
  options: MixOptions & { alpha: number; name: string },
  write: (own: Float32Array, other: Float32Array, draw: { share: number; random: RandomSource }) => number,
): SoftlyLabelledSeries {
  const { classes, alpha, seed = 0, name } = options;
  const { series, labels } = source;
  const [windows, steps, channels] = series.shape;
  checkNumber(alpha, { action: "mix windows", name: "alpha", low: 0, above: true });
  checkNumber(classes, { action: "mix windows", name: "classes", low: 1, high: 1e6, whole: true });
  checkLabels(source, "mix windows");
  const random = randomSource(seed).fork(name);
  const partners = random.shuffle(Array.from({ length: windows }, (_, w) => w));
  const data = series.data.slice();
  const targets = new Float32Array(windows * classes);
  const size = steps * channels;
  for (let w = 0; w < windows; w++) {
    for (const label of [labels[w], labels[partners[w]]]) {
      if (!(Number.isInteger(label) && label >= 0 && label < classes)) {
        throw new RangeError(
          `Cannot mix windows: labels must be whole numbers in [0, ${classes}), got ${label}`,
        );
      }
    }
    const first = gamma(random, alpha);
    const second = gamma(random, alpha);
    // a tiny alpha leaves nothing of both: then one label is kept whole
    const share = first + second > 0 ? first / (first + second) : Math.round(random.uniform());
    const other = series.data.subarray(partners[w] * size, (partners[w] + 1) * size);
    const kept = write(data.subarray(w * size, (w + 1) * size), other, { share, random });
    targets[w * classes + labels[w]] += kept;
    targets[w * classes + labels[partners[w]]] += 1 - kept;
  }
  return { series: { ...series, data }, targets: { data: targets, shape: [windows, classes] } };
}

/**
 * Blends each window with another and their labels alike.
 *
 * @param source windows `[windows, steps, channels]` with labels in `[0, classes)`
 * @throws {RangeError} if labels, classes or alpha are impossible
 * Source: Zhang et al. 2018 (arXiv:1710.09412), alpha 0.2.
 * @example
 * const { series: blended, targets } = mixup({ series: windows, labels }, { classes: 61, seed: 1 });
 */
export function mixup(source: LabelledSeries, options: MixOptions): SoftlyLabelledSeries {
  return mix(source, { ...options, alpha: options.alpha ?? 0.2, name: "mixup" }, (own, other, { share }) => {
    for (let i = 0; i < own.length; i++) own[i] = share * own[i] + (1 - share) * other[i];
    return share;
  });
}

/**
 * Replaces a stretch of each window by the same stretch of another; labels count by length.
 *
 * @param source windows `[windows, steps, channels]` with labels in `[0, classes)`
 * @throws {RangeError} if labels, classes or alpha are impossible
 * Source: Yun et al. 2019 (arXiv:1905.04899), along time.
 * @example
 * const { series: cut, targets } = cutmix({ series: windows, labels }, { classes: 61, seed: 1 });
 */
export function cutmix(source: LabelledSeries, options: MixOptions): SoftlyLabelledSeries {
  const [, steps, channels] = source.series.shape;
  return mix(
    source,
    { ...options, alpha: options.alpha ?? 1, name: "cutmix" },
    (own, other, { share, random }) => {
      const length = Math.round((1 - share) * steps);
      const start = random.integer(0, steps - length + 1);
      own.set(other.subarray(start * channels, (start + length) * channels), start * channels);
      return 1 - length / steps;
    },
  );
}
