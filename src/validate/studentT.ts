/** Of Lanczos' approximation (g = 7), good to 15 digits. */
const lanczos = [
  0.9999999999998099, 676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406,
  12.507343278686905, -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
];

/** The logarithm of the gamma function, of numbers from 0.5. */
function logGamma(x: number): number {
  const t = x + 6.5;
  const sum = lanczos.slice(1).reduce((all, each, i) => all + each / (x + i), lanczos[0]);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

/** The regularised incomplete beta function's continued fraction, by Lentz's method. */
function betaFraction(x: number, a: number, b: number): number {
  const guarded = (value: number): number => (Math.abs(value) < 1e-300 ? 1e-300 : value);
  let c = 1;
  let d = 1 / guarded(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= 1000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    let change = 1;
    for (const term of [even, odd]) {
      d = 1 / guarded(1 + term * d);
      c = guarded(1 + term / c);
      change = c * d;
      fraction *= change;
    }
    if (Math.abs(change - 1) < 1e-15) break;
  }
  return fraction;
}

/** The regularised incomplete beta function. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(x, a, b)) / a
    : 1 - (front * betaFraction(1 - x, b, a)) / b;
}

/** How probable a t at least as far from 0, to either side, is by chance: Student's t of so many degrees of freedom. */
export function studentTTail(t: number, freedom: number): number {
  return incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5);
}

/**
 * The corrected resampled t-test of paired scores whose training parts overlap: how probable so great a mean difference
 * is by chance.
 *
 * @param pairs differences of two runs' scores, one a fold and seed
 * @param share validation samples per training sample
 * @returns p, two-sided; `undefined` of fewer than two pairs, or where one is NaN
 * Source: Nadeau and Bengio 2003, Inference for the Generalization Error.
 */
export function resampledTTest(pairs: readonly number[], share: number): number | undefined {
  if (pairs.length < 2) return undefined;
  const mean = pairs.reduce((sum, value) => sum + value, 0) / pairs.length;
  const variance = pairs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (pairs.length - 1);
  if (Number.isNaN(mean)) return undefined;
  if (variance === 0) return mean === 0 ? 1 : 0;
  return studentTTail(mean / Math.sqrt((1 / pairs.length + share) * variance), pairs.length - 1);
}
