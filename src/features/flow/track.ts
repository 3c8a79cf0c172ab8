import type { Points } from "./corners";
import { derivatives, halve, type Image, pad } from "./image";

/** How points are tracked. */
export interface TrackOptions {
  /** Width of the square window in pixels. */
  window: number;
  /** Most pyramid levels above the image itself. */
  levels: number;
  /** Most steps a level. */
  iterations: number;
}

/** Where points went. */
export interface Tracks {
  /** Start points that were found again. */
  readonly from: Points;
  /** Their displacement in pixels. */
  readonly by: Points;
}

/** An image padded by the window, so that windows may reach over the border. */
interface Level {
  readonly rows: number;
  readonly columns: number;
  readonly stride: number;
  readonly values: Float32Array;
}

/** The image, its half, its quarter …, as long as a window fits. */
function pyramid(image: Image, window: number, levels: number): Image[] {
  const out = [image];
  while (out.length <= levels) {
    const last = out[out.length - 1];
    if ((last.rows + 1) >> 1 <= window || (last.columns + 1) >> 1 <= window) break;
    out.push(halve(last));
  }
  return out;
}

function level(image: Image, window: number): Level {
  const padded = pad(image, window + 2, "reflect");
  return { rows: image.rows, columns: image.columns, stride: padded.columns, values: padded.data };
}

/** Copies a window of bilinear values whose corner lies at (x, y). */
function sample(
  source: Float32Array,
  stride: number,
  place: { x: number; y: number; window: number },
  out: Float32Array,
): void {
  const { x, y, window } = place;
  const border = window + 2;
  const left = Math.floor(x);
  const top = Math.floor(y);
  const a = x - left;
  const b = y - top;
  const w00 = (1 - a) * (1 - b);
  const w01 = a * (1 - b);
  const w10 = (1 - a) * b;
  const w11 = a * b;
  for (let row = 0, k = 0; row < window; row++) {
    let i = (top + row + border) * stride + left + border;
    for (let column = 0; column < window; column++, i++, k++) {
      out[k] =
        w00 * source[i] + w01 * source[i + 1] + w10 * source[i + stride] + w11 * source[i + stride + 1];
    }
  }
}

/** Adds up the window's mismatch against the gradient: the right-hand side of the normal equations. */
function mismatch(
  target: Level,
  place: { x: number; y: number; window: number },
  template: { values: Float32Array; dx: Float32Array; dy: Float32Array },
): [number, number] {
  const { x, y, window } = place;
  const border = window + 2;
  const { values: source, stride } = target;
  const left = Math.floor(x);
  const top = Math.floor(y);
  const a = x - left;
  const b = y - top;
  const w00 = (1 - a) * (1 - b);
  const w01 = a * (1 - b);
  const w10 = (1 - a) * b;
  const w11 = a * b;
  let sumX = 0;
  let sumY = 0;
  for (let row = 0, k = 0; row < window; row++) {
    let i = (top + row + border) * stride + left + border;
    let upper = source[i];
    let lower = source[i + stride];
    for (let column = 0; column < window; column++, i++, k++) {
      const upperNext = source[i + 1];
      const lowerNext = source[i + stride + 1];
      const difference = w00 * upper + w01 * upperNext + w10 * lower + w11 * lowerNext - template.values[k];
      sumX += difference * template.dx[k];
      sumY += difference * template.dy[k];
      upper = upperNext;
      lower = lowerNext;
    }
  }
  return [sumX, sumY];
}

/**
 * Finds points of one image in the next: pyramidal Lucas-Kanade, coarse to fine, each level by Newton steps.
 * Source: Bouguet 2001; windows, stopping rules and tests of OpenCV's calcOpticalFlowPyrLK, in floats.
 */
export function track(first: Image, second: Image, options: TrackOptions & { points: Points }): Tracks {
  const { window, levels, iterations, points } = options;
  const images = pyramid(first, window, levels);
  const before = images.map((image) => level(image, window));
  const slopes = images.map((image) => {
    const gradient = derivatives(image, 3 / 32, 10 / 32);
    return { x: pad(gradient.x, window + 2, "zero").data, y: pad(gradient.y, window + 2, "zero").data };
  });
  const after = pyramid(second, window, levels).map((image) => level(image, window));
  const half = (window - 1) / 2;
  const template = {
    values: new Float32Array(window * window),
    dx: new Float32Array(window * window),
    dy: new Float32Array(window * window),
  };
  const outside = (image: Level, x: number, y: number): boolean =>
    x < -window || x >= image.columns || y < -window || y >= image.rows;

  const kept: { x: number; y: number; u: number; v: number }[] = [];
  for (let point = 0; point < points.x.length; point++) {
    let nextX = points.x[point] / 2 ** (images.length - 1);
    let nextY = points.y[point] / 2 ** (images.length - 1);
    let found = true;
    for (let depth = images.length - 1; depth >= 0; depth--) {
      if (depth < images.length - 1) {
        nextX *= 2;
        nextY *= 2;
      }
      const x = points.x[point] / 2 ** depth - half;
      const y = points.y[point] / 2 ** depth - half;
      if (outside(before[depth], Math.floor(x), Math.floor(y))) {
        found = depth > 0;
        continue;
      }
      const { stride } = before[depth];
      sample(before[depth].values, stride, { x, y, window }, template.values);
      sample(slopes[depth].x, stride, { x, y, window }, template.dx);
      sample(slopes[depth].y, stride, { x, y, window }, template.dy);
      let xx = 0;
      let xy = 0;
      let yy = 0;
      for (let k = 0; k < template.dx.length; k++) {
        xx += template.dx[k] * template.dx[k];
        xy += template.dx[k] * template.dy[k];
        yy += template.dy[k] * template.dy[k];
      }
      const determinant = xx * yy - xy * xy;
      const eigenvalue = (xx + yy - Math.hypot(xx - yy, 2 * xy)) / (2048 * window * window);
      if (eigenvalue < 1e-4 || determinant < 2 ** 20 * 1.1920929e-7) {
        found = depth > 0;
        continue;
      }
      let lastX = 0;
      let lastY = 0;
      for (let step = 0; step < iterations; step++) {
        const cornerX = nextX - half;
        const cornerY = nextY - half;
        if (outside(after[depth], Math.floor(cornerX), Math.floor(cornerY))) {
          found = depth > 0;
          break;
        }
        const [b1, b2] = mismatch(after[depth], { x: cornerX, y: cornerY, window }, template);
        const deltaX = (xy * b2 - yy * b1) / determinant;
        const deltaY = (xy * b1 - xx * b2) / determinant;
        nextX += deltaX;
        nextY += deltaY;
        if (step > 0 && Math.abs(deltaX + lastX) < 0.01 && Math.abs(deltaY + lastY) < 0.01) {
          nextX -= deltaX / 2;
          nextY -= deltaY / 2;
          break;
        }
        lastX = deltaX;
        lastY = deltaY;
      }
    }
    if (found) {
      kept.push({
        x: points.x[point],
        y: points.y[point],
        u: nextX - points.x[point],
        v: nextY - points.y[point],
      });
    }
  }
  return {
    from: { x: Float64Array.from(kept, (one) => one.x), y: Float64Array.from(kept, (one) => one.y) },
    by: { x: Float64Array.from(kept, (one) => one.u), y: Float64Array.from(kept, (one) => one.v) },
  };
}
