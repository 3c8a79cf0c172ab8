import { plainRowsModule } from "./plainRowsModule";

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

/** The functions of `plainRows.wat`, where they and their places in the memory are described. */
export interface RowFunctions {
  find(from: number, to: number, list: number): number;
  parse(
    line: number,
    last: number,
    slots: number,
    slotsEnd: number,
    list: number,
    block: number,
    values: number,
    stride: number,
    capacity: number,
  ): number;
  readonly rows: { readonly value: number };
  parseWindow(
    line: number,
    next: number,
    listEnd: number,
    step: number,
    stepsEnd: number,
    idLength: number,
    values: number,
    width: number,
  ): number;
  readonly line: { readonly value: number };
  readonly next: { readonly value: number };
}

const PAGE = 65536;
let compiled: WebAssembly.Module | undefined;

/** Makes the functions of `plainRows.wat` over a new memory of at least `size` bytes, all zero. */
export function rowFunctions(size: number): { memory: ArrayBuffer; functions: RowFunctions } {
  compiled ??= new WebAssembly.Module(Buffer.from(plainRowsModule, "base64"));
  const memory = new WebAssembly.Memory({ initial: Math.ceil(size / PAGE) });
  const { exports } = new WebAssembly.Instance(compiled, { podium: { memory } });
  return { memory: memory.buffer, functions: exports as RowFunctions };
}
