import { keepLatest } from "../../core/webAssembly";
import { CornerKernel, type CornerPlan } from "./cornerKernel";
import type { Image } from "./image";

/** Points as x and y, in pixels. */
export interface Points {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** What makes a corner. */
export interface CornerOptions {
  /** Most corners kept. */
  count: number;
  /** Least strength as a share of the strongest. */
  quality: number;
  /** Least distance between two, in pixels. */
  distance: number;
  /** Width of the square over which the structure tensor is summed. */
  block: number;
}

const kernelFor = keepLatest((plan: CornerPlan) => new CornerKernel(plan));

/**
 * Corners worth tracking, strongest first: local maxima of the structure tensor's smaller eigenvalue, far enough apart.
 * Source: Shi and Tomasi 1994; the thresholds and neighbourhoods of OpenCV's goodFeaturesToTrack.
 */
export function corners(image: Image, options: CornerOptions): Points {
  const { count, quality, distance, block } = options;
  const { rows, columns } = image;
  const kernel = kernelFor({ rows, columns, block });
  const strength = kernel.strengths(image);
  const { stride } = kernel;
  let strongest = 0;
  for (let y = 0; y < rows; y++) {
    for (let i = y * stride, end = i + columns; i < end; i++)
      if (strength[i] > strongest) strongest = strength[i];
  }
  const least = strongest * quality;
  const found: number[] = [];
  for (let y = 1; y < rows - 1; y++) {
    for (let x = 1; x < columns - 1; x++) {
      const i = y * stride + x;
      const value = strength[i];
      if (!(value > least)) continue;
      let peak = true;
      for (let k = -1; k <= 1 && peak; k++) {
        const line = i + k * stride;
        peak = strength[line - 1] <= value && strength[line] <= value && strength[line + 1] <= value;
      }
      if (peak) found.push(i);
    }
  }
  found.sort((i, j) => strength[j] - strength[i] || j - i);
  const kept: { x: number; y: number }[] = [];
  for (const i of found) {
    const x = i % stride;
    const y = (i - x) / stride;
    if (kept.some((other) => (other.x - x) ** 2 + (other.y - y) ** 2 < distance * distance)) continue;
    kept.push({ x, y });
    if (kept.length === count) break;
  }
  return { x: Float64Array.from(kept, (point) => point.x), y: Float64Array.from(kept, (point) => point.y) };
}
