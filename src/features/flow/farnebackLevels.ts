import type { MemoryLayout } from "../../core/webAssembly";
import { reflect } from "./image";

/** What the method is carried out with. */
export interface FarnebackPlan {
  readonly rows: number;
  readonly columns: number;
  readonly pyramidScale: number;
  readonly levels: number;
  readonly window: number;
  readonly iterations: number;
  readonly polynomialRadius: number;
  readonly polynomialDeviation: number;
}

/** Places of what stands for rows and columns beyond the borders, within `reach`. */
interface Border {
  readonly reach: number;
  readonly lines: readonly [place: number, end: number];
  readonly edges: readonly [place: number, end: number];
}

/** Places of what a resized image's rows and columns lie between. */
export interface Resize {
  /** Bytes of a row of the image that is resized. */
  readonly width: number;
  readonly rows: readonly [place: number, end: number];
  readonly columns: readonly [place: number, end: number];
}

/** One size of the images. */
export interface Level {
  readonly rows: number;
  readonly columns: number;
  /** Bytes of a row. */
  readonly width: number;
  /** How images are smoothed before they are resized. */
  readonly smoothing: Border & { readonly kernel: number };
  /** How the smoothed images are resized; not at the finest level. */
  readonly resize?: Resize;
  /** How the next coarser level's motion is resized; not at the coarsest. */
  readonly grow?: Resize;
  readonly expansion: Border;
  /** Trust in each column, and each row. */
  readonly trust: readonly [columns: number, rows: number];
}

/** Less trust near the border, where neighbourhoods are cut. */
const trusts = [0.14, 0.14, 0.4472, 0.4472, 0.4472];

const clamp = (index: number, length: number): number => Math.min(Math.max(index, 0), length - 1);

/** Bytes of a row of whole vectors. */
export const widthOf = (columns: number): number => Math.ceil(columns / 4) * 16;

/** Half of a normalised Gaussian kernel, from its centre outward. */
export function gaussian(radius: number, deviation: number): number[] {
  const half = Array.from({ length: radius + 1 }, (_, k) => Math.exp((-k * k) / (2 * deviation * deviation)));
  const sum = half.reduce((total, value) => total + value, 0) * 2 - half[0];
  return half.map((value) => value / sum);
}

/**
 * What pixels at each distance weigh in a quadratic fitted to a neighbourhood: nine values each, as `expand` in
 * `farneback.wat` takes them; `sign` is given to the linear terms.
 */
export function polynomialWeights(
  radius: number,
  options: { deviation: number; sign: 1 | -1 },
): Float32Array {
  const { deviation, sign } = options;
  const half = gaussian(radius, deviation);
  const moment = (power: number): number =>
    half.reduce((sum, weight, k) => sum + (k === 0 ? 0 : 2 * weight * k ** power), 0);
  const second = moment(2);
  // Normal equations of 1, x, y, x^2, y^2, xy under the weights; only these entries of the inverse are needed.
  const spread = moment(4) - second * second;
  const constant = -second / spread;
  return Float32Array.from(
    half.flatMap((weight, k) => [
      weight,
      k * weight,
      k * k * weight,
      (sign * weight) / second,
      (sign * k * weight) / second,
      constant * weight,
      weight / spread,
      (constant + (k * k) / spread) * weight,
      (k * weight) / (second * second),
    ]),
  );
}

function border(
  layout: MemoryLayout,
  size: { rows: number; columns: number; reach: number },
  edge: (index: number, length: number) => number,
): Border {
  const { rows, columns, reach } = size;
  const width = widthOf(columns);
  const lines = Int32Array.from({ length: rows + 2 * reach }, (_, y) => edge(y - reach, rows) * width);
  const edges = Array.from({ length: reach }, (_, k) => [-1 - k, columns + k]).flat();
  const [start, end] = layout.table(lines);
  return {
    reach: reach * 4,
    lines: [start + reach * 4, end - reach * 4],
    edges: layout.table(Int32Array.from(edges.flatMap((x) => [x * 4, edge(x, columns) * 4]))),
  };
}

/** Between which two of `length` each of `count` lies, `stride` bytes apart, and how far from the first. */
function between(length: number, count: number, stride: number): Int32Array {
  const table = new Int32Array(count * 3);
  const shares = new Float32Array(table.buffer);
  for (let i = 0; i < count; i++) {
    const place = (i + 0.5) * (length / count) - 0.5;
    const near = Math.floor(place);
    table[i * 3] = clamp(near, length) * stride;
    table[i * 3 + 1] = clamp(near + 1, length) * stride;
    shares[i * 3 + 2] = place - near;
  }
  return table;
}

type Size = Pick<Level, "rows" | "columns" | "width">;

function resize(layout: MemoryLayout, from: Size, to: Size): Resize {
  return {
    width: from.width,
    rows: layout.table(between(from.rows, to.rows, from.width)),
    columns: layout.table(between(from.columns, to.columns, 4)),
  };
}

/** The levels of the pyramid, coarsest first, with their tables. */
export function farnebackLevels(layout: MemoryLayout, plan: FarnebackPlan): Level[] {
  const { rows, columns, pyramidScale } = plan;
  let depth = 0;
  for (let scale = 1; depth < plan.levels; depth++) {
    scale *= pyramidScale;
    if (columns * scale < 32 || rows * scale < 32) break;
  }
  const sizeAt = (k: number): Size => {
    const scale = pyramidScale ** k;
    const size = { rows: Math.round(rows * scale), columns: Math.round(columns * scale) };
    return { ...size, width: widthOf(size.columns) };
  };
  const full = sizeAt(0);
  return Array.from({ length: depth + 1 }, (_, i): Level => {
    const k = depth - i;
    const size = sizeAt(k);
    const deviation = (1 / pyramidScale ** k - 1) / 2;
    const radius = Math.max(Math.round(deviation * 5) | 1, 3) >> 1;
    const kernel = deviation > 0 ? gaussian(radius, deviation) : [0.5, 0.25];
    const trust = (length: number): number =>
      layout.table(
        Float32Array.from({ length }, (_, at) => (trusts[at] ?? 1) * (trusts[length - 1 - at] ?? 1)),
      )[0];
    return {
      ...size,
      smoothing: {
        ...border(layout, { rows, columns, reach: radius }, reflect),
        kernel: layout.table(Float32Array.from(kernel))[0],
      },
      resize: k > 0 ? resize(layout, full, size) : undefined,
      grow: k < depth ? resize(layout, sizeAt(k + 1), size) : undefined,
      expansion: border(layout, { ...size, reach: plan.polynomialRadius }, clamp),
      trust: [trust(size.columns), trust(size.rows)],
    };
  });
}
