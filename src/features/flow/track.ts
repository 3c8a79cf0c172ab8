import { keepLatest } from "../../core/webAssembly";
import type { Points } from "./corners";
import type { Image } from "./image";
import { TrackKernel, type TrackPlan } from "./trackKernel";

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

const kernelFor = keepLatest((plan: TrackPlan) => new TrackKernel(plan));

/**
 * Finds points of one image in the next: pyramidal Lucas-Kanade, coarse to fine, each level by Newton steps.
 * Source: Bouguet 2001; windows, stopping rules and tests of OpenCV's calcOpticalFlowPyrLK, in floats.
 */
export function track(first: Image, second: Image, options: TrackOptions & { points: Points }): Tracks {
  const { window, levels, iterations, points } = options;
  const kernel = kernelFor({ rows: first.rows, columns: first.columns, window, levels });
  kernel.load(first, second);
  const half = (window - 1) / 2;
  const last = kernel.levels.length - 1;
  const outside = (depth: number, x: number, y: number): boolean => {
    const { rows, columns } = kernel.levels[depth];
    return !(x >= -window && x < columns && y >= -window && y < rows);
  };

  const kept: { x: number; y: number; u: number; v: number }[] = [];
  for (let point = 0; point < points.x.length; point++) {
    let nextX = points.x[point] / 2 ** last;
    let nextY = points.y[point] / 2 ** last;
    let found = true;
    for (let depth = last; depth >= 0; depth--) {
      if (depth < last) {
        nextX *= 2;
        nextY *= 2;
      }
      const x = points.x[point] / 2 ** depth - half;
      const y = points.y[point] / 2 ** depth - half;
      if (outside(depth, Math.floor(x), Math.floor(y))) {
        found = depth > 0;
        continue;
      }
      const [xx, xy, yy] = kernel.template(depth, x, y);
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
        if (outside(depth, Math.floor(cornerX), Math.floor(cornerY))) {
          found = depth > 0;
          break;
        }
        const [b1, b2] = kernel.mismatch(depth, cornerX, cornerY);
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
