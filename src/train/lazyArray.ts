import { sizeOf } from "./sizeOf";
import type { NamedArray } from "./types";

/** Rows that are made at once where all are asked for. */
const blockBytes = 1 << 23;

/**
 * A float32 array `[samples, …]` whose rows are made, or read, as they are looked at; `data` makes all of them, which
 * stay in memory only as long as they are in use.
 */
export class LazyArray implements NamedArray {
  private known: WeakRef<Float32Array> | undefined;

  /** @param take a new array of the rows at `indices`, in that order; the same ones every time */
  constructor(
    readonly shape: readonly number[],
    readonly take: (indices: ArrayLike<number>) => Float32Array,
  ) {}

  get data(): Float32Array {
    const known = this.known?.deref();
    if (known) return known;
    const [rows, ...rest] = this.shape;
    const size = sizeOf(rest);
    const data = new Float32Array(rows * size);
    const step = Math.max(1, Math.floor(blockBytes / 4 / size));
    for (let start = 0; start < rows; start += step) {
      const count = Math.min(step, rows - start);
      data.set(this.take(Int32Array.from({ length: count }, (_, i) => start + i)), start * size);
    }
    this.known = new WeakRef(data);
    return data;
  }

  /** The rows at `indices` as an array of their own, made as they are looked at. */
  at(indices: Int32Array): LazyArray {
    return new LazyArray([indices.length, ...this.shape.slice(1)], (places) =>
      this.take(Int32Array.from(places, (place) => indices[place])),
    );
  }
}
