import type { MotionField } from "./field";
import { type Image, reflect, smooth } from "./image";
import { checkSequence } from "./lucasKanade";

/** Options of {@link farneback}; the defaults are pysteps' for radar. */
export interface FarnebackOptions {
  /** `[rows, columns]` of each image. */
  shape: readonly [rows: number, columns: number];
  /** Size of a pyramid level as a share of the one below; default 0.5. */
  pyramidScale?: number;
  /** Pyramid levels above the image itself; default 3. */
  levels?: number;
  /** Width in pixels of the square over which motion is averaged; default 15. */
  window?: number;
  /** Steps a level; default 3. */
  iterations?: number;
  /** Radius in pixels of the neighbourhood that a polynomial is fitted to; default 5. */
  polynomialRadius?: number;
  /** Standard deviation in pixels of that neighbourhood's weights; default 1.1. */
  polynomialDeviation?: number;
}

const clamp = (index: number, length: number): number => Math.min(Math.max(index, 0), length - 1);

/** Half of a normalised Gaussian kernel, from its centre outward. */
function gaussian(width: number, deviation: number): number[] {
  const radius = width >> 1;
  const half = Array.from({ length: radius + 1 }, (_, k) => Math.exp((-k * k) / (2 * deviation * deviation)));
  const sum = half.reduce((total, value) => total + value, 0) * 2 - half[0];
  return half.map((value) => value / sum);
}

/** An image resized by bilinear interpolation between pixel centres. */
function resize(image: Image, rows: number, columns: number): Image {
  if (rows === image.rows && columns === image.columns) return image;
  const data = new Float32Array(rows * columns);
  const scaleY = image.rows / rows;
  const scaleX = image.columns / columns;
  for (let y = 0; y < rows; y++) {
    const fromY = (y + 0.5) * scaleY - 0.5;
    const top = Math.floor(fromY);
    const b = fromY - top;
    const above = clamp(top, image.rows) * image.columns;
    const below = clamp(top + 1, image.rows) * image.columns;
    for (let x = 0; x < columns; x++) {
      const fromX = (x + 0.5) * scaleX - 0.5;
      const left = Math.floor(fromX);
      const a = fromX - left;
      const near = clamp(left, image.columns);
      const far = clamp(left + 1, image.columns);
      data[y * columns + x] =
        (1 - b) * ((1 - a) * image.data[above + near] + a * image.data[above + far]) +
        b * ((1 - a) * image.data[below + near] + a * image.data[below + far]);
    }
  }
  return { data, rows, columns };
}

/** Moments of a Gaussian neighbourhood, from which a quadratic's coefficients follow. */
function polynomialBasis(radius: number, deviation: number) {
  const half = gaussian(2 * radius + 1, deviation);
  let second = 0;
  let fourth = 0;
  for (let k = 1; k <= radius; k++) {
    second += 2 * half[k] * k * k;
    fourth += 2 * half[k] * k ** 4;
  }
  // Normal equations of 1, x, y, x^2, y^2, xy under the weights; only these entries of the inverse are needed.
  const spread = fourth - second * second;
  return {
    half,
    linear: 1 / second,
    constant: -second / spread,
    square: 1 / spread,
    mixed: 1 / (second * second),
  };
}

/** Fits z = c + r.x + x'Ax at every pixel: five planes rY, rX, aYY, aXX, aXY, each over the pixel. */
function expand(image: Image, radius: number, deviation: number): Float32Array {
  const { data, rows, columns } = image;
  const { half, linear, constant, square, mixed } = polynomialBasis(radius, deviation);
  const out = new Float32Array(data.length * 5);
  const stride = columns + 2 * radius;
  const [zeroth, first, second] = [0, 1, 2].map(() => new Float64Array(stride));
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) zeroth[x + radius] = half[0] * data[y * columns + x];
    first.fill(0);
    second.fill(0);
    for (let k = 1; k <= radius; k++) {
      const above = clamp(y - k, rows) * columns;
      const below = clamp(y + k, rows) * columns;
      const weight = half[k];
      for (let x = 0; x < columns; x++) {
        const sum = weight * (data[above + x] + data[below + x]);
        zeroth[x + radius] += sum;
        first[x + radius] += weight * k * (data[below + x] - data[above + x]);
        second[x + radius] += k * k * sum;
      }
    }
    for (const line of [zeroth, first, second]) {
      line.fill(line[radius], 0, radius);
      line.fill(line[radius + columns - 1], radius + columns);
    }
    for (let x = 0; x < columns; x++) {
      const i = x + radius;
      let b1 = half[0] * zeroth[i];
      let b2 = 0;
      let b3 = half[0] * first[i];
      let b4 = 0;
      let b5 = half[0] * second[i];
      let b6 = 0;
      for (let k = 1; k <= radius; k++) {
        b1 += half[k] * (zeroth[i + k] + zeroth[i - k]);
        b2 += k * half[k] * (zeroth[i + k] - zeroth[i - k]);
        b4 += k * k * half[k] * (zeroth[i + k] + zeroth[i - k]);
        b3 += half[k] * (first[i + k] + first[i - k]);
        b6 += k * half[k] * (first[i + k] - first[i - k]);
        b5 += half[k] * (second[i + k] + second[i - k]);
      }
      const at = (y * columns + x) * 5;
      out[at] = b3 * linear;
      out[at + 1] = b2 * linear;
      out[at + 2] = b1 * constant + b5 * square;
      out[at + 3] = b1 * constant + b4 * square;
      out[at + 4] = b6 * mixed;
    }
  }
  return out;
}

/** Less trust near the border, where neighbourhoods are cut. */
const borderWeights = [0.14, 0.14, 0.4472, 0.4472, 0.4472];

function borderWeight(place: number, length: number): number {
  return (borderWeights[place] ?? 1) * (borderWeights[length - 1 - place] ?? 1);
}

/** The five sums of each pixel's 2 x 2 equation for its motion, given the motion so far. */
function equations(
  expansions: readonly [Float32Array, Float32Array],
  flow: { u: Float32Array; v: Float32Array },
  rows: number,
  columns: number,
): Float32Array {
  const [before, after] = expansions;
  const out = new Float32Array(rows * columns * 5);
  const weightX = Float64Array.from({ length: columns }, (_, x) => borderWeight(x, columns));
  const weightY = Float64Array.from({ length: rows }, (_, y) => borderWeight(y, rows));
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const i = y * columns + x;
      const at = i * 5;
      const dx = flow.u[i];
      const dy = flow.v[i];
      const left = Math.floor(x + dx);
      const top = Math.floor(y + dy);
      let ry = 0;
      let rx = 0;
      let yy = before[at + 2];
      let xx = before[at + 3];
      let xy = before[at + 4] / 2;
      if (left >= 0 && left < columns - 1 && top >= 0 && top < rows - 1) {
        const a = x + dx - left;
        const b = y + dy - top;
        const near = (top * columns + left) * 5;
        const w00 = (1 - a) * (1 - b);
        const w01 = a * (1 - b);
        const w10 = (1 - a) * b;
        const w11 = a * b;
        const far = near + columns * 5;
        ry = w00 * after[near] + w01 * after[near + 5] + w10 * after[far] + w11 * after[far + 5];
        rx = w00 * after[near + 1] + w01 * after[near + 6] + w10 * after[far + 1] + w11 * after[far + 6];
        yy += w00 * after[near + 2] + w01 * after[near + 7] + w10 * after[far + 2] + w11 * after[far + 7];
        xx += w00 * after[near + 3] + w01 * after[near + 8] + w10 * after[far + 3] + w11 * after[far + 8];
        xy +=
          (w00 * after[near + 4] + w01 * after[near + 9] + w10 * after[far + 4] + w11 * after[far + 9]) / 2;
        yy /= 2;
        xx /= 2;
        xy /= 2;
      }
      const weight = weightX[x] * weightY[y];
      ry = ((before[at] - ry) / 2 + yy * dy + xy * dx) * weight;
      rx = ((before[at + 1] - rx) / 2 + xy * dy + xx * dx) * weight;
      yy *= weight;
      xx *= weight;
      xy *= weight;
      out[at] = yy * yy + xy * xy;
      out[at + 1] = (yy + xx) * xy;
      out[at + 2] = xx * xx + xy * xy;
      out[at + 3] = yy * ry + xy * rx;
      out[at + 4] = xy * ry + xx * rx;
    }
  }
  return out;
}

/** Means of the five sums over a square, borders repeated, by running sums. */
function average(sums: Float32Array, rows: number, columns: number, window: number): Float32Array {
  const radius = window >> 1;
  const width = columns * 5;
  const running = new Float64Array(width);
  const out = new Float32Array(sums.length);
  for (let k = -radius; k <= radius; k++) {
    const from = clamp(k, rows) * width;
    for (let i = 0; i < width; i++) running[i] += sums[from + i];
  }
  const scale = 1 / (window * window);
  for (let y = 0; y < rows; y++) {
    for (let part = 0; part < 5; part++) {
      let sum = 0;
      for (let k = -radius; k <= radius; k++) sum += running[clamp(k, columns) * 5 + part];
      for (let x = 0; x < columns; x++) {
        out[y * width + x * 5 + part] = sum * scale;
        sum +=
          running[clamp(x + radius + 1, columns) * 5 + part] - running[clamp(x - radius, columns) * 5 + part];
      }
    }
    const leaving = clamp(y - radius, rows) * width;
    const entering = clamp(y + radius + 1, rows) * width;
    for (let i = 0; i < width; i++) running[i] += sums[entering + i] - sums[leaving + i];
  }
  return out;
}

/**
 * Dense motion between two images: a quadratic is fitted around every pixel of both, and the motion that carries one
 * into the other is averaged over a window, coarse to fine.
 *
 * @param images the two latest of those given count, each `[rows, columns]` in C order
 * @param options shape and the method's parameters
 * @returns pixels a time step
 * @throws {RangeError} if fewer than two images are given or one does not fit the shape
 * Source: Farnebäck 2003; equal to OpenCV's calcOpticalFlowFarneback within 0.001 pixels.
 * @example
 * const motion = farneback([first, second], { shape: [120, 120] });
 */
export function farneback(images: readonly ArrayLike<number>[], options: FarnebackOptions): MotionField {
  const { shape, pyramidScale = 0.5, levels = 3, window = 15, iterations = 3 } = options;
  const { polynomialRadius = 5, polynomialDeviation = 1.1 } = options;
  checkSequence(images, shape, "find motion");
  const [rows, columns] = shape;
  const pair = images.slice(-2).map((image): Image => ({ data: Float32Array.from(image), rows, columns }));
  let depth = 0;
  for (let scale = 1; depth < levels; depth++) {
    scale *= pyramidScale;
    if (columns * scale < 32 || rows * scale < 32) break;
  }
  let flow: { u: Image; v: Image } | undefined;
  for (let k = depth; k >= 0; k--) {
    const scale = pyramidScale ** k;
    const deviation = (1 / scale - 1) / 2;
    const width = Math.max(Math.round(deviation * 5) | 1, 3);
    const levelRows = k === 0 ? rows : Math.round(rows * scale);
    const levelColumns = k === 0 ? columns : Math.round(columns * scale);
    const kernel = deviation > 0 ? gaussian(width, deviation) : [0.5, 0.25];
    const [before, after] = pair.map((image) => {
      const level = resize(smooth(image, kernel, reflect), levelRows, levelColumns);
      return expand(level, polynomialRadius, polynomialDeviation);
    });
    const grow = (part: Image | undefined): Float32Array =>
      part === undefined
        ? new Float32Array(levelRows * levelColumns)
        : resize(part, levelRows, levelColumns).data.map((value) => value / pyramidScale);
    const u = grow(flow?.u);
    const v = grow(flow?.v);
    for (let iteration = 0; iteration < iterations; iteration++) {
      const means = average(
        equations([before, after], { u, v }, levelRows, levelColumns),
        levelRows,
        levelColumns,
        window,
      );
      for (let i = 0; i < u.length; i++) {
        const at = i * 5;
        const g11 = means[at];
        const g12 = means[at + 1];
        const g22 = means[at + 2];
        const h1 = means[at + 3];
        const h2 = means[at + 4];
        const inverse = 1 / (g11 * g22 - g12 * g12 + 1e-3);
        u[i] = (g11 * h2 - g12 * h1) * inverse;
        v[i] = (g22 * h1 - g12 * h2) * inverse;
      }
    }
    flow = {
      u: { data: u, rows: levelRows, columns: levelColumns },
      v: { data: v, rows: levelRows, columns: levelColumns },
    };
  }
  return { u: flow!.u.data, v: flow!.v.data, shape };
}
