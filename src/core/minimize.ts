/** What a function gives at a point: its value, and its gradient written into `gradient`. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** The quasi-Newton direction from the last steps and changes of the gradient (the two-loop recursion). */
function direction(
  gradient: Float64Array,
  pairs: readonly { s: Float64Array; y: Float64Array }[],
): Float64Array {
  const way = gradient.map((value) => -value);
  const factors: number[] = [];
  for (const { s, y } of [...pairs].reverse()) {
    const factor = dot(s, way) / dot(y, s);
    factors.push(factor);
    for (let i = 0; i < way.length; i++) way[i] -= factor * y[i];
  }
  const latest = pairs.at(-1);
  if (latest) {
    const scale = dot(latest.s, latest.y) / dot(latest.y, latest.y);
    for (let i = 0; i < way.length; i++) way[i] *= scale;
  }
  for (const { s, y } of pairs) {
    const change = (factors.pop() as number) - dot(y, way) / dot(y, s);
    for (let i = 0; i < way.length; i++) way[i] += change * s[i];
  }
  return way;
}

/**
 * Minimises a smooth function by L-BFGS with a backtracking line search.
 *
 * Source: J. Nocedal and S. Wright, "Numerical Optimization", 2006, algorithms 7.4 and 7.5.
 *
 * @param options `iterations`: the most steps (default 500); `tolerance`: ends where no entry of the gradient is
 *   greater (default 1e-6); `memory`: steps remembered (default 10)
 * @returns the point found
 * @example
 * minimize(([x], gradient) => ((gradient[0] = 2 * (x - 3)), (x - 3) ** 2), Float64Array.of(0)); // about [3]
 */
export function minimize(
  objective: Objective,
  start: Float64Array,
  options: { iterations?: number; tolerance?: number; memory?: number } = {},
): Float64Array {
  const { iterations = 500, tolerance = 1e-6, memory = 10 } = options;
  let point = start.slice();
  let gradient = new Float64Array(start.length);
  let value = objective(point, gradient);
  const pairs: { s: Float64Array; y: Float64Array }[] = [];
  for (let iteration = 0; iteration < iterations; iteration++) {
    const greatest = gradient.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
    if (greatest <= tolerance) break;
    const way = direction(gradient, pairs);
    const slope = dot(gradient, way);
    let length = pairs.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1;
    let next = point;
    let nextValue = value;
    const nextGradient = new Float64Array(start.length);
    for (let halving = 0; halving < 40; halving++) {
      next = point.map((entry, i) => entry + length * way[i]);
      nextValue = objective(next, nextGradient);
      if (nextValue <= value + 1e-4 * length * slope) break;
      length /= 2;
    }
    // Rounding leaves nothing to win along the way.
    if (!(nextValue < value)) break;
    const s = next.map((entry, i) => entry - point[i]);
    const y = nextGradient.map((entry, i) => entry - gradient[i]);
    if (dot(s, y) > 1e-12 * dot(y, y)) {
      pairs.push({ s, y });
      if (pairs.length > memory) pairs.shift();
    }
    point = next;
    gradient = nextGradient;
    value = nextValue;
  }
  return point;
}
