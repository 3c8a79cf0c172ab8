import type { MemoryLayout } from "../../core/webAssembly";
import { fourierTransform } from "./fourier";

type PassFunction = (from: number, to: number, roots: number, next: number, stride: number) => void;

/** The passes of `realSpectra.wat`. */
export type PassFunctions = Record<`pass${Pass["radix"]}`, PassFunction>;

/** Doubles of an element, two complex numbers: two real parts, two imaginary ones. */
export const ELEMENT = 4;
/** Bytes of an element. */
export const ELEMENT_BYTES = 8 * ELEMENT;

/** One pass of a transform: sub-transforms of `radix * next` become `radix` of `next`, `stride` elements interleaved. */
interface Pass {
  readonly radix: 2 | 3 | 4 | 5;
  readonly next: number;
  readonly stride: number;
  /** Place of `[next, radix - 1]` pairs of cosine and sine. */
  readonly roots: number;
}

/** The passes of a transform, or none where its length has other prime factors than 2, 3 and 5. */
function passesOf(length: number, layout: MemoryLayout): Pass[] {
  const passes: (Omit<Pass, "roots"> & { roots: Float64Array })[] = [];
  let size = length; // of the sub-transforms still to do
  for (const radix of [4, 2, 3, 5] as const) {
    while (size % radix === 0) {
      const next = size / radix;
      const roots = new Float64Array(next * (radix - 1) * 2);
      for (let p = 0, at = 0; p < next; p++) {
        for (let k = 1; k < radix; k++) {
          const angle = (-2 * Math.PI * p * k) / size;
          roots[at++] = Math.cos(angle);
          roots[at++] = Math.sin(angle);
        }
      }
      passes.push({ radix, next, stride: length / size, roots });
      size = next;
    }
  }
  return size === 1 ? passes.map((pass) => ({ ...pass, roots: layout.table(pass.roots)[0] })) : [];
}

/** Transforms of sequences that lie beside each other, `[length, elements]` elements, by the passes of `realSpectra.wat`. */
export class ElementTransform {
  readonly length: number;
  readonly elements: number;
  private readonly passes: readonly Pass[];

  constructor(layout: MemoryLayout, size: { length: number; elements: number }) {
    this.length = size.length;
    this.elements = size.elements;
    this.passes = passesOf(size.length, layout);
  }

  /** Transforms what lies in the first buffer; gives the buffer of the result, and the other. */
  run(
    memory: { functions: PassFunctions; doubles: Float64Array },
    buffers: readonly [number, number],
  ): [number, number] {
    let [from, to] = buffers;
    if (this.passes.length === 0) this.runSlowly(memory.doubles, from / 8);
    for (const { radix, next, stride, roots } of this.passes) {
      memory.functions[`pass${radix}`](from, to, roots, next, stride * this.elements * ELEMENT_BYTES);
      [from, to] = [to, from];
    }
    return [from, to];
  }

  private runSlowly(doubles: Float64Array, start: number): void {
    const { length, elements } = this;
    const transform = fourierTransform(length);
    const stride = elements * ELEMENT;
    for (let element = 0; element < elements; element++) {
      for (let lane = 0; lane < 2; lane++) {
        const first = start + element * ELEMENT + lane;
        const real = Float64Array.from({ length }, (_, t) => doubles[first + t * stride]);
        const imaginary = Float64Array.from({ length }, (_, t) => doubles[first + t * stride + 2]);
        transform.forward(real, imaginary);
        for (let t = 0; t < length; t++) {
          doubles[first + t * stride] = real[t];
          doubles[first + t * stride + 2] = imaginary[t];
        }
      }
    }
  }
}
