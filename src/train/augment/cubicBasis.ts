import { naturalSpline } from "../../data/spline";

/**
 * The natural cubic spline through evenly spaced heights, both ends included, as a matrix: heights `[…, knots]` times
 * it are the curve `[…, steps]`.
 *
 * @returns one row a knot: the spline through 1 there and 0 at the others
 */
export function cubicBasis(steps: number, knots: number): Float32Array[] {
  return Array.from({ length: knots }, (_, knot) => {
    const heights = Float64Array.from({ length: knots }, (_, i) => Number(i === knot));
    return Float32Array.from(naturalSpline(heights, steps));
  });
}
