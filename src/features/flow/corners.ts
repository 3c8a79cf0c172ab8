import { derivatives, type Image, reflect } from "./image";

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

/** Sums an image over a square around each pixel, borders reflected. */
function boxSum(image: Float32Array, rows: number, columns: number, block: number): Float32Array {
  const before = block >> 1;
  const sources = Int32Array.from({ length: columns + block - 1 }, (_, x) => reflect(x - before, columns));
  const line = new Float64Array(columns + block - 1);
  const between = new Float64Array(image.length);
  const out = new Float32Array(image.length);
  for (let y = 0; y < rows; y++) {
    const from = y * columns;
    for (let x = 0; x < line.length; x++) line[x] = image[from + sources[x]];
    for (let x = 0; x < columns; x++) {
      let sum = 0;
      for (let k = 0; k < block; k++) sum += line[x + k];
      between[from + x] = sum;
    }
  }
  const sums = new Float64Array(columns);
  for (let y = 0; y < rows; y++) {
    sums.fill(0);
    for (let k = -before; k < block - before; k++) {
      const from = reflect(y + k, rows) * columns;
      for (let x = 0; x < columns; x++) sums[x] += between[from + x];
    }
    out.set(sums, y * columns);
  }
  return out;
}

/** The smaller eigenvalue of the structure tensor at each pixel of an 8-bit image. */
function smallerEigenvalues(image: Image, block: number): Float32Array {
  const scale = 1 / (4 * block * 255);
  const gradient = derivatives(image, scale, 2 * scale);
  const count = image.data.length;
  const xx = new Float32Array(count);
  const xy = new Float32Array(count);
  const yy = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const dx = gradient.x.data[i];
    const dy = gradient.y.data[i];
    xx[i] = dx * dx;
    xy[i] = dx * dy;
    yy[i] = dy * dy;
  }
  const [a, b, c] = [xx, xy, yy].map((part) => boxSum(part, image.rows, image.columns, block));
  const out = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const half = (a[i] - c[i]) / 2;
    out[i] = (a[i] + c[i]) / 2 - Math.sqrt(half * half + b[i] * b[i]);
  }
  return out;
}

/**
 * Corners worth tracking, strongest first: local maxima of the structure tensor's smaller eigenvalue, far enough apart.
 * Source: Shi and Tomasi 1994; the thresholds and neighbourhoods of OpenCV's goodFeaturesToTrack.
 */
export function corners(image: Image, options: CornerOptions): Points {
  const { count, quality, distance, block } = options;
  const { rows, columns } = image;
  const strength = smallerEigenvalues(image, block);
  let strongest = 0;
  for (const value of strength) if (value > strongest) strongest = value;
  const least = strongest * quality;
  const found: number[] = [];
  for (let y = 1; y < rows - 1; y++) {
    for (let x = 1; x < columns - 1; x++) {
      const i = y * columns + x;
      const value = strength[i];
      if (!(value > least)) continue;
      let peak = true;
      for (let k = -1; k <= 1 && peak; k++) {
        const line = i + k * columns;
        peak = strength[line - 1] <= value && strength[line] <= value && strength[line + 1] <= value;
      }
      if (peak) found.push(i);
    }
  }
  found.sort((i, j) => strength[j] - strength[i] || j - i);
  const kept: { x: number; y: number }[] = [];
  for (const i of found) {
    const x = i % columns;
    const y = (i - x) / columns;
    if (kept.some((other) => (other.x - x) ** 2 + (other.y - y) ** 2 < distance * distance)) continue;
    kept.push({ x, y });
    if (kept.length === count) break;
  }
  return { x: Float64Array.from(kept, (point) => point.x), y: Float64Array.from(kept, (point) => point.y) };
}
