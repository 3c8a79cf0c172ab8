/** Points at which the density is added up. */
const grid = 1 << 14;

/**
 * Equally probable values of the beta distribution with both parameters `alpha`, rising: the middles of `count` equal
 * parts of its probability.
 */
export function betaQuantiles(alpha: number, count: number): Float32Array {
  // Half the distribution lies below 1/2. With x = y^(1/alpha) its density has no pole at 0: (1 - x)^(alpha - 1) dy.
  const end = 0.5 ** alpha;
  const sums = new Float64Array(grid + 1);
  for (let i = 0; i < grid; i++) {
    const middle = ((i + 0.5) / grid) * end;
    sums[i + 1] = sums[i] + (1 - middle ** (1 / alpha)) ** (alpha - 1);
  }
  const out = new Float32Array(count);
  for (let i = 0, at = 0; i < count; i++) {
    const probability = (i + 0.5) / count;
    if (probability > 0.5) {
      out[i] = 1 - out[count - 1 - i];
      continue;
    }
    const wanted = 2 * probability * sums[grid];
    while (at < grid - 1 && sums[at + 1] < wanted) at++;
    const y = ((at + (wanted - sums[at]) / (sums[at + 1] - sums[at])) / grid) * end;
    out[i] = y ** (1 / alpha);
  }
  return out;
}
