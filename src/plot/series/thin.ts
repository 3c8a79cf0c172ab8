/** A line's points: `x` (positions) and `y` (values), equally many. */
export interface Line {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/**
 * Thins a long line to at most about `points` points by keeping the smallest and the largest value of each stretch, so
 * that peaks stay and the line looks the same.
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
      let low = Math.floor((s * values.length) / stretches);
      let high = low;
      for (let i = low; i < end; i++) {
        if (values[i] < values[low] || Number.isNaN(values[low])) low = i;
        if (values[i] > values[high] || Number.isNaN(values[high])) high = i;
      }
      kept.push(...(low === high ? [low] : [Math.min(low, high), Math.max(low, high)]));
    }
  }
  return {
    x: Float32Array.from(kept, (i) => i * step),
    y: Float32Array.from(kept, (i) => values[i]),
  };
}
