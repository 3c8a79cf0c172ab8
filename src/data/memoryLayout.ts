/** Bytes that lie between two places, which vectors may read and write. */
const MARGIN = 64;

/** Plans what lies where in a WebAssembly memory before there is one. */
export class MemoryLayout {
  /** Bytes in all. */
  size = MARGIN;
  private readonly tables: { place: number; bytes: Uint8Array }[] = [];

  /** The place of so many bytes, all zero at first. */
  place(bytes: number): number {
    const at = this.size;
    this.size += Math.ceil(bytes / MARGIN) * MARGIN + MARGIN;
    return at;
  }

  /** The place of values that are known already, and its end. */
  table(values: Float32Array | Float64Array | Int32Array): [place: number, end: number] {
    const place = this.place(values.byteLength);
    this.tables.push({ place, bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) });
    return [place, place + values.byteLength];
  }

  /** Writes the tables to the memory. */
  write(memory: ArrayBuffer): void {
    const bytes = new Uint8Array(memory);
    for (const table of this.tables) bytes.set(table.bytes, table.place);
  }
}
