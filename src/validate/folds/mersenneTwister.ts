/** Words of state. */
const size = 624;
const middle = 397;

/** NumPy's generator before 1.17, which `np.random.RandomState` and scikit-learn's `random_state` draw from. */
export class MersenneTwister {
  private readonly state = new Uint32Array(size);
  private at = size;

  /**
   * @param seed a whole number in [0, 2^32)
   * Source: Matsumoto and Nishimura 1998, `init_genrand`; NumPy seeds by it from a single number.
   */
  constructor(seed: number) {
    const { state } = this;
    state[0] = seed;
    for (let i = 1; i < size; i++) {
      state[i] = Math.imul(1812433253, state[i - 1] ^ (state[i - 1] >>> 30)) + i;
    }
  }

  /** The next 32 bits. */
  next(): number {
    if (this.at === size) this.twist();
    let word = this.state[this.at++];
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  }

  private twist(): void {
    const { state } = this;
    for (let i = 0; i < size; i++) {
      const word = (state[i] & 0x80000000) | (state[(i + 1) % size] & 0x7fffffff);
      state[i] = state[(i + middle) % size] ^ (word >>> 1) ^ (word & 1 ? 0x9908b0df : 0);
    }
    this.at = 0;
  }

  /** A whole number from 0 to `most`, as NumPy draws it: bits that fit, until they do not exceed it. */
  private upTo(most: number): number {
    const mask = most === 0 ? 0 : 0xffffffff >>> Math.clz32(most);
    let value: number;
    do {
      value = (this.next() & mask) >>> 0;
    } while (value > most);
    return value;
  }

  /** Shuffles in place, as `np.random.RandomState(seed).shuffle`. */
  shuffle<A extends { length: number; [index: number]: unknown }>(array: A): A {
    for (let i = array.length - 1; i > 0; i--) {
      const j = this.upTo(i);
      [array[i], array[j]] = [array[j], array[i]];
    }
    return array;
  }
}
