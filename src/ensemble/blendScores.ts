/** Scores of weighted means of forecasts, by sums that add up over samples: any set of samples is scored from them. */
import { type Frames, sampleOf } from "../core/frames";
import { convertRadarValues, type RainRelationOptions, radarConverter, rainLevel } from "../core/frameUnits";
import { throwIfAborted } from "../core/signal";

/** What a blend is judged by; lower is better. "score": MAE in mm/h by CSI, as the competition; "mae": in mm/h. */
export type BlendMeasure = "score" | "mae";

/** What a blend is scored on. */
export interface BlendScoring extends RainRelationOptions {
  readonly truth: Frames;
  readonly forecasts: readonly Frames[];
  readonly measure: BlendMeasure;
  /** Rain in mm/h from which on it rains. */
  readonly threshold: number;
  /** Pixels that count, `[rows, columns]`. */
  readonly mask?: ArrayLike<number | boolean>;
  readonly signal?: AbortSignal;
  /** Told how many blends have been scored. */
  readonly onScored?: (count: number) => void;
}

/** Absolute error in mm/h, pixels counted, hits, and pixels that are wet in truth or forecast. */
const fields = 4;

/** Pixels of one sample as numbers to compute with. */
export function pixelsOf(source: Frames, sample: number, relation: RainRelationOptions): ArrayLike<number> {
  const values = sampleOf(source, sample);
  return source.unit === "pixel"
    ? values
    : convertRadarValues(values, { ...relation, from: source.unit, to: "pixel" });
}

/** The weighted mean of several arrays. */
export function weightedMean(parts: readonly ArrayLike<number>[], weights: ArrayLike<number>): Float32Array {
  const mean = new Float32Array(parts[0].length);
  parts.forEach((part, k) => {
    const weight = weights[k];
    if (weight === 0) return;
    for (let i = 0; i < mean.length; i++) mean[i] += weight * part[i];
  });
  return mean;
}

/** Sums of one sample. */
function sumsOfSample(
  truth: ArrayLike<number>,
  given: {
    forecast: Float32Array;
    /** The pixel from which on it rains. */
    level: number;
    rainAt: (pixel: number) => number;
    mask?: ArrayLike<number | boolean>;
  },
): Float64Array {
  const { forecast, level, rainAt, mask } = given;
  let [absolute, count, hits, wet] = [0, 0, 0, 0];
  for (let i = 0; i < forecast.length; i++) {
    if (mask && !mask[i]) continue;
    const [seen, said] = [truth[i], forecast[i]];
    if (Number.isNaN(said) || Number.isNaN(seen)) {
      throw new RangeError(`Cannot blend forecasts: values must be numbers, got NaN at pixel ${i}`);
    }
    count++;
    // Equal ones, as where the radars see nothing, need no powers.
    if (seen !== said) absolute += Math.abs(rainAt(seen) - rainAt(said));
    if (seen >= level && said >= level) hits++;
    if (seen >= level || said >= level) wet++;
  }
  return Float64Array.of(absolute, count, hits, wet);
}

/** Samples under some weights of which the sums are remembered: those of a search, not all there are. */
const mostKnown = 1 << 17;

/** Scores blends; what was computed for some weights is remembered. */
export class BlendScorer {
  private readonly known = new Map<string, Float64Array>();
  private scored = 0;
  private readonly level: number;
  private readonly rainAt: (pixel: number) => number;

  constructor(private readonly scoring: BlendScoring) {
    const { a, b, threshold } = scoring;
    this.level = Math.fround(rainLevel(threshold, { a, b })); // as the values
    this.rainAt = radarConverter({ from: "pixel", to: "rain", a, b });
  }

  private sumsOf(weights: ArrayLike<number>, sample: number): Float64Array {
    const key = `${sample}: ${Array.from(weights, (weight) => weight.toFixed(6))}`;
    const remembered = this.known.get(key);
    if (remembered) return remembered;
    const { truth, forecasts, mask } = this.scoring;
    const parts = forecasts.map((forecast) => pixelsOf(forecast, sample, this.scoring));
    const sums = sumsOfSample(pixelsOf(truth, sample, this.scoring), {
      forecast: weightedMean(parts, weights),
      level: this.level,
      rainAt: this.rainAt,
      mask,
    });
    if (this.known.size < mostKnown) this.known.set(key, sums);
    return sums;
  }

  /** The sums of a blend over samples, to be added to others'. */
  async sums(weights: ArrayLike<number>, samples: ArrayLike<number>): Promise<Float64Array> {
    const total = new Float64Array(fields);
    for (let i = 0; i < samples.length; i++) {
      if (i % 64 === 0) {
        throwIfAborted(this.scoring.signal);
        await new Promise(setImmediate);
      }
      const own = this.sumsOf(weights, samples[i]);
      for (let k = 0; k < fields; k++) total[k] += own[k];
    }
    return total;
  }

  /** The measure of sums; infinite where nothing is hit. */
  measure([absolute, count, hits, wet]: Float64Array): number {
    if (count === 0) throw new RangeError("Cannot blend forecasts: no pixel is counted");
    const mae = absolute / count;
    if (this.scoring.measure === "mae") return mae;
    return hits === 0 ? Number.POSITIVE_INFINITY : (mae * wet) / hits;
  }

  /** The measure of a blend over samples. */
  async score(weights: ArrayLike<number>, samples: ArrayLike<number>): Promise<number> {
    const score = this.measure(await this.sums(weights, samples));
    this.scoring.onScored?.(++this.scored);
    return score;
  }
}

/** Weight one for one forecast, zero for the others. */
export function vertex(count: number, place: number): Float64Array {
  const weights = new Float64Array(count);
  weights[place] = 1;
  return weights;
}

/**
 * The weights, from 0 and summing to one, of least score: from the best of single forecasts and plain mean, weight
 * moves between pairs as long as that helps, in ever smaller steps. No derivatives: the score jumps.
 */
export async function leastWeights(
  count: number,
  options: { score: (weights: Float64Array) => Promise<number>; precision: number },
): Promise<{ weights: Float64Array; score: number }> {
  const { score, precision } = options;
  let weights: Float64Array = new Float64Array(count).fill(1 / count);
  let least = await score(weights);
  for (let place = 0; place < count; place++) {
    const own = await score(vertex(count, place));
    if (own < least) {
      least = own;
      weights = vertex(count, place);
    }
  }
  for (let step = 0.25; step >= precision; ) {
    let isBetter = false;
    for (let from = 0; from < count; from++) {
      for (let to = 0; to < count; to++) {
        const moved = Math.min(step, weights[from]);
        if (from === to || moved === 0) continue;
        const candidate = weights.slice();
        candidate[from] -= moved;
        candidate[to] += moved;
        const value = await score(candidate);
        if (value < least) {
          least = value;
          weights = candidate;
          isBetter = true;
        }
      }
    }
    if (!isBetter) step /= 2;
  }
  return { weights, score: least };
}
