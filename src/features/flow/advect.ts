import type { MotionField } from "./field";

/** Options of {@link advect}. */
export interface AdvectOptions {
  /** How everything moves, pixels a time step. */
  motion: MotionField;
  /** How many steps ahead; default 1. */
  steps?: number;
  /** Value that flows in over the border, or "nearest", the value at the border; default 0. */
  fill?: number | "nearest";
  /** Substeps by which the path back is refined; default 1. */
  iterations?: number;
}

/** Bilinear value at (x, y), the border's value beyond it. */
function valueNear(
  values: ArrayLike<number>,
  x: number,
  y: number,
  shape: readonly [number, number],
): number {
  const [rows, columns] = shape;
  const px = Math.min(Math.max(x, 0), columns - 1);
  const py = Math.min(Math.max(y, 0), rows - 1);
  const left = Math.min(Math.floor(px), Math.max(0, columns - 2));
  const top = Math.min(Math.floor(py), Math.max(0, rows - 2));
  const a = px - left;
  const b = py - top;
  const right = Math.min(left + 1, columns - 1);
  const below = Math.min(top + 1, rows - 1) * columns;
  const above = top * columns;
  const value =
    (1 - b) * ((1 - a) * values[above + left] + a * values[above + right]) +
    b * ((1 - a) * values[below + left] + a * values[below + right]);
  if (Number.isFinite(value)) return value;
  // What is not finite counts only where it has weight.
  const weigh = (weight: number, at: number): number => (weight === 0 ? 0 : weight * values[at]);
  return (
    weigh((1 - b) * (1 - a), above + left) +
    weigh((1 - b) * a, above + right) +
    weigh(b * (1 - a), below + left) +
    weigh(b * a, below + right)
  );
}

/** Where each pixel's path back along a motion field arrives. */
interface Path {
  /** Columns and rows from the pixel to there. */
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** Options of {@link pathsBack}. */
export interface PathOptions {
  motion: MotionField;
  /** How many steps back. */
  steps: number;
  /** Substeps by which the path is refined; default 1. */
  iterations?: number;
}

/**
 * Follows the pixels' paths back along a motion field, by midpoints.
 *
 * @param options motion, `steps`, `iterations`
 * @returns the paths after each step in turn; the arrays are the same each time
 */
export function* pathsBack(options: PathOptions): Generator<Path> {
  const { motion, steps, iterations = 1 } = options;
  const { u, v, shape } = motion;
  const [rows, columns] = shape;
  const x = new Float64Array(u.length);
  const y = new Float64Array(u.length);
  const speedX = Float64Array.from(u);
  const speedY = Float64Array.from(v);
  for (let step = 0; step < steps; step++) {
    for (let row = 0, i = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, i++) {
        for (let k = 0; k < iterations; k++) {
          const midX = column + x[i] - speedX[i] / 2;
          const midY = row + y[i] - speedY[i] / 2;
          x[i] -= valueNear(u, midX, midY, shape) / iterations;
          y[i] -= valueNear(v, midX, midY, shape) / iterations;
          if (step === steps - 1 && k === iterations - 1) continue; // no more path to follow
          speedX[i] = valueNear(u, column + x[i], row + y[i], shape) / iterations;
          speedY[i] = valueNear(v, column + x[i], row + y[i], shape) / iterations;
        }
      }
    }
    yield { x, y };
  }
}

/**
 * What an image has where paths arrive.
 *
 * @param image `[rows, columns]`
 * @param path from {@link pathsBack}
 * @param options shape, `fill` (a value or "nearest"), and `onPixel`, told of each pixel whether its path stays inside
 */
export function valuesAlong(
  image: ArrayLike<number>,
  path: Path,
  options: {
    shape: readonly [rows: number, columns: number];
    fill: number | "nearest";
    onPixel?(pixel: number, inside: boolean): void;
  },
): Float32Array {
  const { shape, fill, onPixel } = options;
  const [rows, columns] = shape;
  const moved = new Float32Array(image.length);
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, i++) {
      const x = column + path.x[i];
      const y = row + path.y[i];
      const inside = x >= 0 && x <= columns - 1 && y >= 0 && y <= rows - 1;
      onPixel?.(i, inside);
      moved[i] = inside || fill === "nearest" ? valueNear(image, x, y, shape) : fill;
    }
  }
  return moved;
}

/**
 * Moves an image along a motion field, backwards along each pixel's path (semi-Lagrangian), values bilinear. NaN and
 * infinity in the image move along, to the pixels that they have weight in.
 *
 * @param image the latest image `[rows, columns]` in C order, in any unit
 * @param options motion, `steps` ahead (default 1), `fill` for what flows in, a value or "nearest" (default 0), `iterations` (default 1)
 * @returns one float32 image `[rows, columns]` a step
 * @throws {RangeError} if image and motion disagree in size, a motion is not finite (with its place), or `steps` or
 *   `iterations` is no positive whole number
 * Source: Germann and Zawadzki 2002; equal to pysteps.extrapolation.semilagrangian with its defaults.
 * @example
 * const [next] = advect(latest, { motion: farneback([earlier, latest], { shape: [120, 120] }) });
 */
export function advect(image: ArrayLike<number>, options: AdvectOptions): Float32Array[] {
  const { motion, steps = 1, fill = 0, iterations = 1 } = options;
  const { u, v, shape } = motion;
  const [rows, columns] = shape;
  if (image.length !== rows * columns) {
    throw new RangeError(
      `Cannot move an image: motion [${shape}] needs ${rows * columns} values, got ${image.length}`,
    );
  }
  for (const [name, value] of Object.entries({ steps, iterations })) {
    if (!(Number.isInteger(value) && value > 0)) {
      throw new RangeError(`Cannot move an image: ${name} must be a positive whole number, got ${value}`);
    }
  }
  if (fill !== "nearest" && typeof fill !== "number") {
    throw new TypeError(`Cannot move an image: fill must be a number or "nearest", got ${fill}`);
  }
  for (const part of [u, v]) {
    const odd = part.findIndex((speed) => !Number.isFinite(speed));
    if (part.length === image.length && odd < 0) continue;
    throw new RangeError(
      odd < 0
        ? `Cannot move an image: motion [${shape}] needs ${image.length} values of u and v, got ${part.length}`
        : `Cannot move an image: motion must be finite, got ${part[odd]} at row ${Math.floor(odd / columns)}, column ${odd % columns}`,
    );
  }
  const out: Float32Array[] = [];
  for (const path of pathsBack({ motion, steps, iterations })) {
    out.push(valuesAlong(image, path, { shape, fill }));
  }
  return out;
}
