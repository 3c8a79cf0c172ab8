import { wasmFunctions } from "../data/webAssembly";
import { fourierTransform } from "../features/fourier";
import { type Pass, passesOf } from "../features/realSpectra";
import { realSpectraModule } from "../features/realSpectraModule";

type Functions = Record<
  `pass${Pass["radix"]}`,
  (from: number, to: number, roots: number, next: number, stride: number) => void
>;

/** A transform of many sequences beside each other. */
interface Transform {
  readonly length: number;
  /** Elements of two complex numbers that lie beside each other at each step of the sequences. */
  readonly elements: number;
  /** None where the length has large prime factors. */
  readonly passes: readonly (Pass & { readonly place: number })[];
}

/** Doubles of an element: two real parts, two imaginary ones. */
const ELEMENT = 4;

/** Powers of the frequencies of real images of one size, float64, by the functions of `realSpectra.wat`. */
export class ImagePowers {
  /** Row frequencies 0 to Nyquist; those of the others mirror them. */
  readonly half: number;
  private readonly functions: Functions;
  private readonly doubles: Float64Array;
  private readonly buffers: readonly [number, number];
  private readonly along: { readonly rows: Transform; readonly columns: Transform };

  constructor(
    readonly rows: number,
    readonly columns: number,
  ) {
    this.half = (rows >> 1) + 1;
    let size = 0;
    function place(doubles: number): number {
      const at = size;
      size += doubles * 8;
      return at;
    }
    const transform = (length: number, elements: number): Transform => ({
      length,
      elements,
      passes: passesOf(length).map((pass) => ({ ...pass, place: place(pass.roots.length) })),
    });
    // Four columns are one element's numbers; so are two row frequencies' complex ones.
    this.along = {
      rows: transform(rows, Math.ceil(columns / 4)),
      columns: transform(columns, Math.ceil(this.half / 2)),
    };
    const most = Math.max(...Object.values(this.along).map(({ length, elements }) => length * elements));
    this.buffers = [place(most * ELEMENT), place(most * ELEMENT)];
    const { memory, functions } = wasmFunctions<Functions>(realSpectraModule, size);
    this.functions = functions;
    this.doubles = new Float64Array(memory);
    for (const { passes } of Object.values(this.along)) {
      for (const pass of passes) this.doubles.set(pass.roots, pass.place / 8);
    }
  }

  /** Powers `|F|^2` of an image `[rows, columns]`: `[half, columns]`. */
  of(image: ArrayLike<number>): Float64Array {
    const [from, spare] = this.buffers;
    this.load(image, from / 8);
    const [transformed, other] = this.transform(this.along.rows, from, spare);
    this.separate(transformed / 8, other / 8);
    const [found] = this.transform(this.along.columns, other, transformed);
    return this.powers(found / 8);
  }

  private load(image: ArrayLike<number>, to: number): void {
    const { doubles, rows, columns } = this;
    const width = this.along.rows.elements * ELEMENT;
    if (width === columns) {
      doubles.set(image, to);
      return;
    }
    doubles.fill(0, to, to + rows * width);
    for (let y = 0, i = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++, i++) doubles[to + y * width + x] = image[i];
    }
  }

  /** Transforms sequences; gives the places of the result and of the other buffer. */
  private transform(transform: Transform, from: number, to: number): [number, number] {
    const { elements, passes } = transform;
    if (passes.length === 0) this.transformSlowly(transform, from / 8);
    let [start, end] = [from, to];
    for (const { radix, place, next, stride } of passes) {
      this.functions[`pass${radix}`](start, end, place, next, stride * elements);
      [start, end] = [end, start];
    }
    return [start, end];
  }

  private transformSlowly({ length, elements }: Transform, start: number): void {
    const { doubles } = this;
    const plan = fourierTransform(length);
    const stride = elements * ELEMENT;
    for (let element = 0; element < elements; element++) {
      for (let lane = 0; lane < 2; lane++) {
        const first = start + element * ELEMENT + lane;
        const real = Float64Array.from({ length }, (_, t) => doubles[first + t * stride]);
        const imaginary = Float64Array.from({ length }, (_, t) => doubles[first + t * stride + 2]);
        plan.forward(real, imaginary);
        for (let t = 0; t < length; t++) {
          doubles[first + t * stride] = real[t];
          doubles[first + t * stride + 2] = imaginary[t];
        }
      }
    }
  }

  /**
   * Takes the transforms of real columns apart, `[rows, columns / 4]` elements of columns `x` and `x + 1` as real and
   * `x + 2` and `x + 3` as imaginary parts, to `[columns, half / 2]` elements of two row frequencies each.
   */
  private separate(from: number, to: number): void {
    const { doubles, rows, columns, half } = this;
    const width = this.along.rows.elements * ELEMENT;
    const stride = this.along.columns.elements * ELEMENT;
    for (let k = 0; k < half; k++) {
      const low = from + k * width;
      const high = from + ((rows - k) % rows) * width; // the mirrored frequency
      const place = to + (k >> 1) * ELEMENT + (k & 1);
      for (let x = 0; x < columns; x++) {
        const at = (x & ~3) + (x & 1);
        const out = place + x * stride;
        const real = doubles[low + at];
        const imaginary = doubles[low + at + 2];
        const mirrorReal = doubles[high + at];
        const mirrorImaginary = doubles[high + at + 2];
        if (x & 2) {
          doubles[out] = (imaginary + mirrorImaginary) / 2;
          doubles[out + 2] = (mirrorReal - real) / 2;
        } else {
          doubles[out] = (real + mirrorReal) / 2;
          doubles[out + 2] = (imaginary - mirrorImaginary) / 2;
        }
      }
    }
  }

  private powers(from: number): Float64Array {
    const { doubles, columns, half } = this;
    const stride = this.along.columns.elements * ELEMENT;
    const out = new Float64Array(half * columns);
    for (let k = 0; k < half; k++) {
      let at = from + (k >> 1) * ELEMENT + (k & 1);
      const end = (k + 1) * columns;
      for (let i = k * columns; i < end; i++, at += stride) {
        out[i] = doubles[at] * doubles[at] + doubles[at + 2] * doubles[at + 2];
      }
    }
    return out;
  }
}
