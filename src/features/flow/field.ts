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

/**
 * Sorts `order`, a permutation of the points' indices, by distance to (x, y), and fills `distances` (squared) alike.
 * Neighbouring places have nearly the same order, which insertion makes use of.
 */
function sortByDistance(
  points: Tracks["from"],
  place: { x: number; y: number },
  order: Int32Array,
  distances: Float64Array,
): void {
  for (let i = 0; i < order.length; i++) {
    const point = order[i];
    const dx = points.x[point] - place.x;
    const dy = points.y[point] - place.y;
    const distance = dx * dx + dy * dy;
    let at = i;
    while (at > 0 && distances[at - 1] > distance) {
      distances[at] = distances[at - 1];
      order[at] = order[at - 1];
      at--;
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
  const distances = new Float64Array(total);
  const order = Int32Array.from({ length: total }, (_, i) => i);
  const kept: number[] = [];
  for (let i = 0; i < total; i++) {
    sortByDistance(tracks.from, { x: tracks.from.x[i], y: tracks.from.y[i] }, order, distances);
    const others = order.subarray(1, count);
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

/** Gathers tracks into one a square of `scale` pixels: the medians of their places and motions. */
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

/**
 * Motion of every pixel from scattered tracks: the mean of the nearest, weighted by 1 / sqrt(distance + 0.5).
 * Without any track nothing moves.
 */
export function interpolate(
  tracks: Tracks,
  options: { shape: readonly [number, number]; neighbours: number },
): MotionField {
  const [rows, columns] = options.shape;
  const u = new Float32Array(rows * columns);
  const v = new Float32Array(rows * columns);
  const count = Math.min(options.neighbours, tracks.from.x.length);
  const total = tracks.from.x.length;
  const distances = new Float64Array(total);
  const order = Int32Array.from({ length: total }, (_, i) => i);
  for (let y = 0, i = 0; count > 0 && y < rows; y++) {
    for (let x = 0; x < columns; x++, i++) {
      sortByDistance(tracks.from, { x, y }, order, distances);
      let weights = 0;
      let sumU = 0;
      let sumV = 0;
      for (let k = 0; k < count; k++) {
        const weight = 1 / Math.sqrt(Math.sqrt(distances[k]) + 0.5);
        weights += weight;
        sumU += weight * tracks.by.x[order[k]];
        sumV += weight * tracks.by.y[order[k]];
      }
      u[i] = sumU / weights;
      v[i] = sumV / weights;
    }
  }
  return { u, v, shape: [rows, columns] };
}
