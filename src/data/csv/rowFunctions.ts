import { wasmFunctions } from "../../core/webAssembly";
import { plainRowsModule } from "./plainRowsModule";

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

/** Makes the functions of `plainRows.wat` over a new memory of at least `size` bytes, all zero. */
export function rowFunctions(size: number): { memory: ArrayBuffer; functions: RowFunctions } {
  return wasmFunctions(plainRowsModule, size);
}
