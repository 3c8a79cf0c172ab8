import type { Tracks } from "./track";

/** Motion of every pixel, in pixels a time step. */
export interface MotionField {
  /** Along columns, to the right, `[rows, columns]`. */
  readonly u: Float32Array;
  /** Along rows, downwards, `[rows, columns]`. */
  readonly v: Float32Array;
  /** `[rows, columns]`. */
  readonly shape: readonly [rows: number, columns: number];
}

/** The tracks at `indices`. */
function pick(tracks: Tracks, indices: readonly number[]): Tracks {
  const take = (values: Float64Array): Float64Array => Float64Array.from(indices, (i) => values[i]);
  return {
    from: { x: take(tracks.from.x), y: take(tracks.from.y) },
    by: { x: take(tracks.by.x), y: take(tracks.by.y) },
  };
}

/** The indices of the `order.length` points nearest to (x, y), nearest first, in `order`; `distances` is for its use. */
function findNearest(
  points: Tracks["from"],
  place: { x: number; y: number },
  order: Int32Array,
  distances: Float64Array,
): void {
  const count = order.length;
  distances.fill(Number.POSITIVE_INFINITY);
  for (let point = 0; point < points.x.length; point++) {
    const dx = points.x[point] - place.x;
    const dy = points.y[point] - place.y;
    const distance = dx * dx + dy * dy;
    if (!(distance < distances[count - 1])) continue;
    let at = count - 1;
    for (; at > 0 && distances[at - 1] > distance; at--) {
      distances[at] = distances[at - 1];
      order[at] = order[at - 1];
    }
    distances[at] = distance;
    order[at] = point;
  }
}

/**
 * Drops tracks that move unlike their neighbours: farther than `limit` standard deviations (Mahalanobis) from the
 * `count` nearest.
 */
export function withoutOutliers(tracks: Tracks, options: { limit: number; count: number }): Tracks {
  const { limit } = options;
  const total = tracks.from.x.length;
  if (total < 2) return tracks;
  const count = Math.min(total, options.count + 1);
  const distances = new Float64Array(count);
  const order = new Int32Array(count);
  const others = order.subarray(1);
  const kept: number[] = [];
  for (let i = 0; i < total; i++) {
    findNearest(tracks.from, { x: tracks.from.x[i], y: tracks.from.y[i] }, order, distances);
    let meanU = 0;
    let meanV = 0;
    for (const j of others) {
      meanU += tracks.by.x[j] / others.length;
      meanV += tracks.by.y[j] / others.length;
    }
    let uu = 0;
    let uv = 0;
    let vv = 0;
    for (const j of others) {
      const u = tracks.by.x[j] - meanU;
      const v = tracks.by.y[j] - meanV;
      uu += u * u;
      uv += u * v;
      vv += v * v;
    }
    const freedom = others.length - 1;
    const determinant = (uu * vv - uv * uv) / (freedom * freedom);
    const u = tracks.by.x[i] - meanU;
    const v = tracks.by.y[i] - meanV;
    const squared = (vv * u * u - 2 * uv * u * v + uu * v * v) / (freedom * determinant);
    if (!(Math.sqrt(squared) > limit)) kept.push(i);
  }
  return pick(tracks, kept);
}

function median(values: number[]): number {
  values.sort((a, b) => a - b);
  const middle = values.length >> 1;
  return values.length % 2 === 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

/** Gathers tracks into one per square of `scale` pixels: the medians of their places and motions. */
export function decluster(tracks: Tracks, scale: number): Tracks {
  const cells = new Map<string, number[]>();
  for (let i = 0; i < tracks.from.x.length; i++) {
    const key = `${Math.floor(tracks.from.x[i] / scale)},${Math.floor(tracks.from.y[i] / scale)}`;
    const cell = cells.get(key);
    if (cell) cell.push(i);
    else cells.set(key, [i]);
  }
  const groups = [...cells.values()];
  const over = (values: Float64Array): Float64Array =>
    Float64Array.from(groups, (group) => median(group.map((i) => values[i])));
  return {
    from: { x: over(tracks.from.x), y: over(tracks.from.y) },
    by: { x: over(tracks.by.x), y: over(tracks.by.y) },
  };
}
