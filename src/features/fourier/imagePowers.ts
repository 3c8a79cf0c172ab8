import { MemoryLayout, wasmFunctions } from "../../core/webAssembly";
import { ELEMENT, ELEMENT_BYTES, ElementTransform, type PassFunctions } from "./elementTransform";
import { realSpectraModule } from "./realSpectraModule";

/** Powers of the frequencies of real images of one size, float64, by the functions of `realSpectra.wat`. */
export class ImagePowers {
  /** Row frequencies 0 to Nyquist; those of the others mirror them. */
  readonly half: number;
  private readonly functions: PassFunctions;
  private readonly doubles: Float64Array;
  private readonly buffers: readonly [number, number];
  private readonly along: { readonly rows: ElementTransform; readonly columns: ElementTransform };

  constructor(
    readonly rows: number,
    readonly columns: number,
  ) {
    this.half = (rows >> 1) + 1;
    const layout = new MemoryLayout();
    // Four columns are one element's numbers; so are two row frequencies' complex ones.
    this.along = {
      rows: new ElementTransform(layout, { length: rows, elements: Math.ceil(columns / 4) }),
      columns: new ElementTransform(layout, { length: columns, elements: Math.ceil(this.half / 2) }),
    };
    const most = Math.max(...Object.values(this.along).map(({ length, elements }) => length * elements));
    this.buffers = [layout.place(most * ELEMENT_BYTES), layout.place(most * ELEMENT_BYTES)];
    const { memory, functions } = wasmFunctions<PassFunctions>(realSpectraModule, layout.size);
    layout.write(memory);
    this.functions = functions;
    this.doubles = new Float64Array(memory);
  }

  /** Powers `|F|^2` of an image `[rows, columns]`: `[half, columns]`. */
  of(image: ArrayLike<number>): Float64Array {
    const { along, buffers, functions, doubles } = this;
    const memory = { functions, doubles };
    this.load(image, buffers[0] / 8);
    const [transformed, other] = along.rows.run(memory, buffers);
    this.separate(transformed / 8, other / 8);
    const [found] = along.columns.run(memory, [other, transformed]);
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
