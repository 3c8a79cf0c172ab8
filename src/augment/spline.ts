/**
 * The natural cubic spline through evenly spaced heights, both ends included, in float64: what warps bend by, as arrays
 * and in the graph.
 *
 * @param heights two or more values, at evenly spaced knots
 * @param steps how many values of the curve, the first and last at the first and last knot
 */
export function naturalSpline(heights: Float64Array, steps: number): Float64Array {
  const last = heights.length - 1;
  const bends = secondDerivatives(heights);
  return Float64Array.from({ length: steps }, (_, t) => {
    const place = steps > 1 ? (t * last) / (steps - 1) : 0;
    const i = Math.min(last - 1, Math.floor(place));
    const b = place - i;
    const a = 1 - b;
    const bend = ((a ** 3 - a) * bends[i] + (b ** 3 - b) * bends[i + 1]) / 6;
    return a * heights[i] + b * heights[i + 1] + bend;
  });
}

/** Of the natural spline at its knots, a step apart: 0 at both ends (the tridiagonal system, Thomas's way). */
function secondDerivatives(heights: Float64Array): Float64Array {
  const last = heights.length - 1;
  const bends = new Float64Array(heights.length);
  const factors = new Float64Array(heights.length);
  for (let i = 1; i < last; i++) {
    const pivot = 4 - factors[i - 1];
    factors[i] = 1 / pivot;
    bends[i] = (6 * (heights[i + 1] - 2 * heights[i] + heights[i - 1]) - bends[i - 1]) / pivot;
  }
  for (let i = last - 1; i > 0; i--) bends[i] -= factors[i] * bends[i + 1];
  return bends;
}
