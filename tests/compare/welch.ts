/** Mean and sample deviation of one side's scores. */
export interface Sample {
  readonly mean: number;
  readonly deviation: number;
}

/** A t-test of a difference, ours minus the peer's. */
export interface DifferenceTest {
  readonly difference: number;
  /** Of the difference. */
  readonly standardError: number;
  readonly t: number;
  readonly degreesOfFreedom: number;
  /** How probable as large a difference is where there is none, two-sided. */
  readonly p: number;
  /** Whether the difference is at most twice its standard error. */
  readonly withinNoise: boolean;
}

/** How two sides' scores differ, by what their own spread leads to expect. */
export interface WelchTest extends DifferenceTest {
  readonly ours: Sample;
  readonly peer: Sample;
  /** Whether the ranges of the two sides have a value in common. */
  readonly rangesOverlap: boolean;
}

function sampleOf(values: readonly number[]): Sample {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}

/** Integral of a smooth function by Simpson's rule. */
function integral(f: (x: number) => number, from: number, to: number): number {
  const pieces = 2000;
  const step = (to - from) / pieces;
  let sum = f(from) + f(to);
  for (let i = 1; i < pieces; i++) sum += f(from + i * step) * (i % 2 === 0 ? 2 : 4);
  return (sum * step) / 3;
}

/** Probability that Student's t lies further from 0, either way; by t = sqrt(degrees) tan(angle). */
function twoSided(t: number, degrees: number): number {
  const density = (angle: number) => Math.cos(angle) ** (degrees - 1);
  const angle = Math.atan(Math.abs(t) / Math.sqrt(degrees));
  return integral(density, angle, Math.PI / 2) / integral(density, 0, Math.PI / 2);
}

function testOf(given: {
  difference: number;
  standardError: number;
  degreesOfFreedom: number;
}): DifferenceTest {
  const { difference, standardError, degreesOfFreedom } = given;
  if (standardError === 0)
    throw new RangeError("Cannot compare scores: need scores that vary, got equal ones");
  const t = difference / standardError;
  return { ...given, t, p: twoSided(t, degreesOfFreedom), withinNoise: Math.abs(t) <= 2 };
}

/**
 * Paired t-test of two sides' scores that have something in common seed by seed, such as the weights they start from.
 *
 * @throws {RangeError} if there are not two or more pairs, or all differ alike
 * Source: `scipy.stats.ttest_rel(ours, peer)`.
 * @example
 * pairedTest([0.41, 0.53, 0.4], [0.42, 0.52, 0.44]).withinNoise; // true
 */
export function pairedTest(ours: readonly number[], peer: readonly number[]): DifferenceTest {
  if (ours.length < 2 || ours.length !== peer.length) {
    throw new RangeError(
      `Cannot compare scores: need two or more pairs, got ${ours.length} and ${peer.length} scores`,
    );
  }
  const { mean, deviation } = sampleOf(ours.map((score, i) => score - peer[i]));
  const standardError = deviation / Math.sqrt(ours.length);
  return testOf({ difference: mean, standardError, degreesOfFreedom: ours.length - 1 });
}

/**
 * Welch's t-test of two sides' scores, one per seed.
 *
 * @throws {RangeError} if a side has fewer than two scores, or neither side's vary
 * Source: `scipy.stats.ttest_ind(ours, peer, equal_var=False)`.
 * @example
 * welchTest([0.41, 0.43, 0.4], [0.42, 0.4, 0.44]).withinNoise; // true
 */
export function welchTest(ours: readonly number[], peer: readonly number[]): WelchTest {
  if (ours.length < 2 || peer.length < 2) {
    throw new RangeError(
      `Cannot compare scores: need two or more a side, got ${ours.length} and ${peer.length}`,
    );
  }
  const [a, b] = [sampleOf(ours), sampleOf(peer)];
  const [u, v] = [a.deviation ** 2 / ours.length, b.deviation ** 2 / peer.length];
  const degreesOfFreedom = (u + v) ** 2 / (u ** 2 / (ours.length - 1) + v ** 2 / (peer.length - 1));
  return {
    ours: a,
    peer: b,
    ...testOf({ difference: a.mean - b.mean, standardError: Math.sqrt(u + v), degreesOfFreedom }),
    rangesOverlap: Math.min(...ours) <= Math.max(...peer) && Math.min(...peer) <= Math.max(...ours),
  };
}
