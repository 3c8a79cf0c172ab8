/** A line's points: `x` (positions) and `y` (values), equally many. */
export interface Line {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/**
 * Thins a long line to at most about `points` points by keeping the smallest and the largest value of each stretch, so
 * that peaks stay and the line looks the same; a stretch with missing values keeps one as a gap.
 *
 * @param values the line's values at steps 0, 1, …
 * @param options `points`: 2,000 by default; `step`: distance between two values along x, 1 by default
 * @example
 * thin(Float32Array.of(0, 5, -5, 0), { points: 2 }); // keeps 5 and -5
 */
export function thin(values: ArrayLike<number>, options: { points?: number; step?: number } = {}): Line {
  const { points = 2000, step = 1 } = options;
  const kept: number[] = [];
  if (values.length <= points) {
    for (let i = 0; i < values.length; i++) kept.push(i);
  } else {
    const stretches = Math.max(1, Math.floor(points / 2));
    for (let s = 0; s < stretches; s++) {
      const end = Math.floor(((s + 1) * values.length) / stretches);
      const places = new Set<number>();
      let low = -1;
      let high = -1;
      for (let i = Math.floor((s * values.length) / stretches); i < end; i++) {
        if (!Number.isFinite(values[i])) {
          if (places.size === 0) places.add(i); // a gap
          continue;
        }
        if (low < 0 || values[i] < values[low]) low = i;
        if (high < 0 || values[i] > values[high]) high = i;
      }
      if (low >= 0) places.add(low).add(high);
      kept.push(...Array.from(places).sort((a, b) => a - b));
    }
  }
  return {
    x: Float32Array.from(kept, (i) => i * step),
    y: Float32Array.from(kept, (i) => (Number.isFinite(values[i]) ? values[i] : Number.NaN)),
  };
}
