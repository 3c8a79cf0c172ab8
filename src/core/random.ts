/** A stream of pseudo-random numbers, the same for the same seed on every machine. */
export interface RandomSource {
  /** A float in [0, 1), 53 random bits. */
  uniform(): number;
  /** A standard normal deviate (Box-Muller). */
  normal(): number;
  /** A whole number in [low, high). */
  integer(low: number, high: number): number;
  /** Reorders the array itself (Fisher-Yates). */
  shuffle<A extends { length: number; [index: number]: unknown }>(array: A): A;
  /** An independent stream for a part of the work: same seed and label, same stream, however much was drawn before. */
  fork(label: number | string): RandomSource;
}

/** Mixes a number into a 32-bit state (the finaliser of MurmurHash3). */
function mix(state: number, value: number): number {
  let hash = (state ^ value) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) + 0x9e3779b9) >>> 0;
}

/** A whole seed in 32 bits, int32 where it fits: seeds that are 2^32 apart differ. */
export function seedBits(seed: number): number {
  const high = Math.floor(seed / 0x100000000);
  return high === 0 ? seed | 0 : mix(mix(seed >>> 0, 2), high) | 0;
}

/** Hashes a label into a 32-bit seed that depends on the parent's. */
function childSeed(seed: number, label: number | string): number {
  let hash = mix(seed, 0x5bd1e995);
  const text = typeof label === "number" ? `#${label}` : label;
  for (let i = 0; i < text.length; i++) hash = mix(hash, text.charCodeAt(i));
  return hash;
}

/**
 * Opens a stream of random numbers (sfc32 by Chris Doty-Humphrey, PractRand).
 *
 * @param seed a whole number; the same seed gives the same stream
 * @throws {RangeError} if the seed is not a whole number
 * @example
 * const random = randomSource(7);
 * random.integer(0, 6) === randomSource(7).integer(0, 6); // true
 */
export function randomSource(seed: number): RandomSource {
  if (!Number.isSafeInteger(seed)) {
    throw new RangeError(`Cannot seed a random source: the seed must be a whole number, got ${seed}`);
  }
  const low = seed >>> 0;
  let a = mix(low, 1);
  let b = mix(Math.floor(seed / 0x100000000) >>> 0, 2);
  let c = mix(low, 3);
  let counter = 1;
  let spare: number | undefined;

  function next(): number {
    const sum = (a + b + counter) >>> 0;
    counter = (counter + 1) >>> 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + sum) >>> 0;
    return sum;
  }
  for (let i = 0; i < 12; i++) next();

  function uniform(): number {
    return ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992;
  }
  function integer(from: number, to: number): number {
    if (!(Number.isInteger(from) && Number.isInteger(to) && from < to)) {
      throw new RangeError(`Cannot draw an integer: need whole numbers low < high, got [${from}, ${to})`);
    }
    return from + Math.floor(uniform() * (to - from));
  }
  return {
    uniform,
    integer,
    normal() {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      const angle = 2 * Math.PI * uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
    shuffle(array) {
      for (let i = array.length - 1; i > 0; i--) {
        const j = integer(0, i + 1);
        const held = array[i];
        (array as { [index: number]: unknown })[i] = array[j];
        (array as { [index: number]: unknown })[j] = held;
      }
      return array;
    },
    fork: (label) => randomSource(childSeed(seedBits(seed), label)),
  };
}
