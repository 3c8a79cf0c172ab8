/** Guards around the regions of a WebAssembly memory, so that a test sees what is written or read beside them. */
import assert from "node:assert/strict";
import { MARGIN, MemoryLayout } from "../src/core/webAssembly";

/** Bytes on each side of a region. */
const GUARD = 1024;
/** What guards hold: 0.747 as float32; the results show it where it is read and counts. */
const MARK = 0x3f;

/** Calls `visit` while every {@link MemoryLayout} guards its regions; fails if a byte before one or past its margin was written. */
export function guarded<T>(visit: () => T, place: string): T {
  const plain = { place: MemoryLayout.prototype.place, write: MemoryLayout.prototype.write };
  const regions = new WeakMap<MemoryLayout, [from: number, to: number][]>();
  const memories: { bytes: Uint8Array; free: [from: number, to: number][] }[] = [];
  MemoryLayout.prototype.place = function (bytes) {
    this.size += GUARD;
    const from = plain.place.call(this, bytes);
    this.size += GUARD;
    regions.set(this, [...(regions.get(this) ?? []), [from, from + bytes]]);
    return from;
  };
  MemoryLayout.prototype.write = function (memory) {
    const bytes = new Uint8Array(memory);
    const own = regions.get(this) ?? [];
    const free = own.map(([, to], i): [number, number] => [to, own[i + 1]?.[0] ?? bytes.length]);
    if (own.length > 0) free.unshift([own[0][0] - GUARD, own[0][0]]);
    for (const [from, to] of free) bytes.fill(MARK, from, to);
    plain.write.call(this, memory);
    memories.push({ bytes, free });
  };
  try {
    const result = visit();
    assert.ok(memories.length > 0, `${place}: no memory was guarded`);
    for (const { bytes, free } of memories) {
      free.forEach(([from, to], i) => {
        for (let at = from + (i > 0 ? MARGIN : 0); at < to; at++) {
          if (bytes[at] !== MARK)
            assert.fail(`${place}: byte ${at - from} past region ${i - 1} of ${free.length - 1} was written`);
        }
      });
    }
    return result;
  } finally {
    Object.assign(MemoryLayout.prototype, plain);
  }
}
