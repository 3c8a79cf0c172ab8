import { type Frames, sampleOf } from "../../core/frames";
import { currentSignal, throwIfAborted } from "../../core/signal";

/** Options of {@link overlapGroups}. */
export interface OverlapGroupsOptions {
  /** Pixels of a row that must be the same for two samples to overlap. Default 16. */
  length?: number;
  /**
   * Stretches of rows that are looked up at most, evenly chosen: they take up to 36 bytes each. Default 2^24; fewer than
   * one in a thousand pixels may miss an overlap of one image.
   */
  stretches?: number;
  /** Stops the search; default: the notebook cell's signal. */
  signal?: AbortSignal;
}

/** Neighbouring pixels that must differ within a stretch, as a share of its length: plain areas look alike anywhere. */
const variety = 0.65;
/** Pixels to one stretch that is looked up, at least; chosen by what it shows: the same ones wherever they appear. */
const leastPixels = 64;
const rollingBase = 0x01000193;
const checkBase = 0x85ebca6b | 1;

/** Sets of samples that grow together. */
class Groups {
  private readonly parent: Int32Array;
  constructor(size: number) {
    this.parent = Int32Array.from({ length: size }, (_, i) => i);
  }
  find(sample: number): number {
    let root = sample;
    while (this.parent[root] !== root) {
      this.parent[root] = this.parent[this.parent[root]];
      root = this.parent[root];
    }
    return root;
  }
  join(a: number, b: number): void {
    const [one, other] = [this.find(a), this.find(b)];
    this.parent[Math.max(one, other)] = Math.min(one, other);
  }
}

/** Which sample first showed a stretch, by its 64-bit hash: open addressing in typed arrays. */
class Owners {
  private slots = 1 << 16;
  private count = 0;
  private first = new Uint32Array(this.slots);
  private second = new Uint32Array(this.slots);
  private owners = new Int32Array(this.slots).fill(-1);

  /** The sample that has shown the stretch before; this one from now on if there was none. */
  claim(hash1: number, hash2: number, sample: number): number {
    const slot = this.slotOf(hash1, hash2);
    if (this.owners[slot] >= 0) return this.owners[slot];
    this.first[slot] = hash1;
    this.second[slot] = hash2;
    this.owners[slot] = sample;
    if (++this.count * 2 > this.slots) this.grow();
    return sample;
  }

  private slotOf(hash1: number, hash2: number): number {
    const { first, second, owners } = this;
    const last = this.slots - 1;
    // The first hash's low bits are what it was chosen by.
    let slot = hash2 & last;
    while (owners[slot] >= 0 && (first[slot] !== hash1 || second[slot] !== hash2)) slot = (slot + 1) & last;
    return slot;
  }

  private grow(): void {
    const { first, second, owners } = this;
    this.slots *= 2;
    this.first = new Uint32Array(this.slots);
    this.second = new Uint32Array(this.slots);
    this.owners = new Int32Array(this.slots).fill(-1);
    for (let i = 0; i < owners.length; i++) {
      if (owners[i] < 0) continue;
      const slot = this.slotOf(first[i], second[i]);
      this.first[slot] = first[i];
      this.second[slot] = second[i];
      this.owners[slot] = owners[i];
    }
  }
}

/** Spreads a hash's bits. */
function mix(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x7feb352d);
  h ^= h >>> 15;
  return Math.imul(h, 0x846ca68b) >>> 0;
}

function power(base: number, exponent: number): number {
  let result = 1;
  for (let i = 0; i < exponent; i++) result = Math.imul(result, base);
  return result;
}

/**
 * Finds which samples show the same rain, of one time or of one place: groups for folds that do not leak, where file
 * names say nothing of when and where a sample was taken. Pixels that are not finite count as 0.
 *
 * Samples that share a stretch of a row, in any of their images and at any place, are in one group, and so are those
 * that a chain of such pairs connects. Stretches with little change in them, such as no rain, do not count.
 *
 * Source: content-defined sampling of a rolling hash, as in S. Schleimer et al., "Winnowing", 2003.
 *
 * @param source frames `[samples, rows, columns, times]`, as recorded
 * @returns a group per sample, `[0, groups)` by first appearance
 * @throws {RangeError} if `length` is not a whole number in [4, columns], or `stretches` is below 1
 * @throws {DOMException} if the signal aborts
 * @example
 * const groups = await overlapGroups(competition.train);
 * const folds = groupKFold(groups, { folds: 3 });
 */
export async function overlapGroups(source: Frames, options: OverlapGroupsOptions = {}): Promise<Int32Array> {
  const { length = 16, stretches = 1 << 24, signal = currentSignal() } = options;
  const [samples, rows, columns, times] = source.shape;
  if (!(Number.isInteger(length) && length >= 4 && length <= columns)) {
    throw new RangeError(
      `Cannot find overlaps: length must be a whole number in [4, ${columns} columns], got ${length}`,
    );
  }
  if (!(stretches >= 1)) {
    throw new RangeError(`Cannot find overlaps: stretches must be at least 1, got ${stretches}`);
  }
  const least = Math.ceil(variety * (length - 1));
  const drop = power(rollingBase, length);
  const groups = new Groups(samples);
  const owners = new Owners();
  let chosen = leastPixels - 1;
  while ((samples * rows * columns * times) / (chosen + 1) > stretches) chosen = 2 * chosen + 1;
  const line = new Int32Array(columns);
  for (let sample = 0; sample < samples; sample++) {
    if (sample % 64 === 0) {
      await new Promise((resolve) => setImmediate(resolve));
      throwIfAborted(signal);
    }
    const values = sampleOf(source, sample);
    // Values of other units than pixels are not whole.
    const scale = values instanceof Uint8Array ? 1 : 1024;
    for (let row = 0; row < rows; row++) {
      for (let time = 0; time < times; time++) {
        let hash = 0;
        let changes = 0;
        let at = row * columns * times + time;
        for (let column = 0; column < columns; column++, at += times) {
          const value = (values[at] * scale) | 0;
          line[column] = value;
          hash = (Math.imul(hash, rollingBase) + value) | 0;
          if (column > 0 && value !== line[column - 1]) changes++;
          if (column >= length) {
            const gone = line[column - length];
            hash = (hash - Math.imul(gone, drop)) | 0;
            if (gone !== line[column - length + 1]) changes--;
          }
          if (column < length - 1 || changes < least) continue;
          const mixed = mix(hash);
          if ((mixed & chosen) !== 0) continue;
          let check = 0;
          for (let i = column - length + 1; i <= column; i++)
            check = (Math.imul(check, checkBase) + line[i]) | 0;
          const owner = owners.claim(mixed, check >>> 0, sample);
          if (owner !== sample) groups.join(owner, sample);
        }
      }
    }
  }
  const numbers = new Map<number, number>();
  return Int32Array.from({ length: samples }, (_, sample) => {
    const root = groups.find(sample);
    const number = numbers.get(root) ?? numbers.size;
    numbers.set(root, number);
    return number;
  });
}
