import { keepLatest } from "../../core/webAssembly";
import { FarnebackKernel } from "./farnebackKernel";
import type { FarnebackPlan } from "./farnebackLevels";
import type { MotionField } from "./field";
import { withoutGaps } from "./image";
import { checkPositive, checkSequence } from "./lucasKanade";

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
  /** Of how many latest pairs of images motion is the mean, as far as there are so many; default 1. */
  pairs?: number;
}

const kernelFor = keepLatest((plan: FarnebackPlan) => new FarnebackKernel(plan));

/**
 * Dense motion between two images: a quadratic is fitted around every pixel of both, and the motion that carries one
 * into the other is averaged over a window, coarse to fine.
 *
 * @param images the latest pairs count, each `[rows, columns]` in C order
 * @param options shape and the method's parameters
 * @returns pixels a time step; pixels that are not finite count as the image's least value, as in pysteps
 * @throws {RangeError} if fewer than two images are given, one does not fit the shape, or a parameter is impossible
 * Source: Farnebäck 2003; equal to OpenCV's calcOpticalFlowFarneback within 0.001 pixels.
 * @example
 * const motion = farneback([earlier, latest], { shape: [120, 120] });
 */
export function farneback(images: readonly ArrayLike<number>[], options: FarnebackOptions): MotionField {
  const { shape, pyramidScale = 0.5, levels = 3, window = 15, iterations = 3 } = options;
  const { polynomialRadius = 5, polynomialDeviation = 1.1, pairs = 1 } = options;
  checkSequence(images, shape, "find motion");
  checkPositive({ window, iterations, polynomialRadius, pairs }, { whole: true });
  checkPositive({ pyramidScale, polynomialDeviation }, { whole: false });
  if (!(pyramidScale < 1)) {
    throw new RangeError(`Cannot find motion: pyramidScale must be below 1, got ${pyramidScale}`);
  }
  if (!(Number.isInteger(levels) && levels >= 0)) {
    throw new RangeError(`Cannot find motion: levels must be a whole number from 0, got ${levels}`);
  }
  const [rows, columns] = shape;
  const plan = {
    rows,
    columns,
    pyramidScale,
    levels,
    window,
    iterations,
    polynomialRadius,
    polynomialDeviation,
  };
  const kernel = kernelFor(plan);
  const seen = images.slice(-1 - pairs).map(withoutGaps);
  const motion = kernel.motion(seen.slice(-2));
  for (let last = seen.length - 2; last > 0; last--) {
    const earlier = kernel.motion(seen.slice(last - 1, last + 1));
    for (const axis of ["u", "v"] as const) {
      for (let i = 0; i < motion[axis].length; i++) motion[axis][i] += earlier[axis][i];
    }
  }
  for (const axis of [motion.u, motion.v]) {
    if (seen.length > 2) for (let i = 0; i < axis.length; i++) axis[i] /= seen.length - 1;
  }
  return { ...motion, shape };
}
