/** What is used here of WebAssembly, which Node's types leave out. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Memory {
    constructor(size: { initial: number });
    readonly buffer: ArrayBuffer;
  }
  class Instance {
    constructor(module: Module, imports: { podium: { memory: Memory } });
    readonly exports: unknown;
  }
}

const PAGE = 65536;
/** Pages that a memory may have, whose places are 32 bits. */
const MOST_PAGES = 65536;
const compiled = new Map<string, WebAssembly.Module>();

/**
 * Makes the functions of a module over a new memory, all zero.
 *
 * @param module base64 of a module that imports `podium.memory`; it is compiled once
 * @param size bytes that the memory holds at least
 * @throws {RangeError} if that is more than 4 GiB
 */
export function wasmFunctions<T>(module: string, size: number): { memory: ArrayBuffer; functions: T } {
  const pages = Math.ceil(size / PAGE);
  if (pages > MOST_PAGES) {
    throw new RangeError(
      `Cannot compute on so much data at once: it must fit in 4 GiB of WebAssembly memory, got ${(size / 2 ** 30).toFixed(1)} GiB; take fewer samples or columns`,
    );
  }
  let known = compiled.get(module);
  if (!known) {
    known = new WebAssembly.Module(Buffer.from(module, "base64"));
    compiled.set(module, known);
  }
  const memory = new WebAssembly.Memory({ initial: pages });
  const { exports } = new WebAssembly.Instance(known, { podium: { memory } });
  return { memory: memory.buffer, functions: exports as T };
}

/** Makes kernels for plans and keeps the latest, as its memory takes longer to make than to use. */
export function keepLatest<Plan, Kernel>(make: (plan: Plan) => Kernel): (plan: Plan) => Kernel {
  let latest: { key: string; kernel: Kernel } | undefined;
  return (plan) => {
    const key = JSON.stringify(plan);
    if (latest?.key !== key) latest = { key, kernel: make(plan) };
    return latest.kernel;
  };
}

/** Bytes that lie between two places, which vectors may read and write. */
export const MARGIN = 64;

/** Plans what lies where in a WebAssembly memory before there is one. */
export class MemoryLayout {
  /** Bytes in all. */
  size: number;
  private readonly tables: { place: number; bytes: Uint8Array }[] = [];

  /** @param reserved bytes from 0 on whose use is fixed; default none */
  constructor(reserved = 0) {
    this.size = Math.ceil(reserved / MARGIN) * MARGIN + MARGIN;
  }

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
