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
const compiled = new Map<string, WebAssembly.Module>();

/**
 * Makes the functions of a module over a new memory, all zero.
 *
 * @param module base64 of a module that imports `podium.memory`; it is compiled once
 * @param size bytes that the memory holds at least
 */
export function wasmFunctions<T>(module: string, size: number): { memory: ArrayBuffer; functions: T } {
  let known = compiled.get(module);
  if (!known) {
    known = new WebAssembly.Module(Buffer.from(module, "base64"));
    compiled.set(module, known);
  }
  const memory = new WebAssembly.Memory({ initial: Math.ceil(size / PAGE) });
  const { exports } = new WebAssembly.Instance(known, { podium: { memory } });
  return { memory: memory.buffer, functions: exports as T };
}
