import { MemoryLayout, wasmFunctions } from "../../core/webAssembly";
import { type Image, reflect, writePadded } from "./image";
import { lucasKanadeModule } from "./lucasKanadeModule";

/** The functions of `lucasKanade.wat`, which says what their numbers are. */
type Functions = Record<"products" | "eigenvalues", (...numbers: number[]) => void>;

/** What a kernel is made for. */
export interface CornerPlan {
  readonly rows: number;
  readonly columns: number;
  /** Width of the square over which the structure tensor is summed. */
  readonly block: number;
}

/** How much of a corner each pixel of an image is, four pixels at a time. */
export class CornerKernel {
  /** Pixels of a row of the strengths. */
  readonly stride: number;
  private readonly functions: Functions;
  private readonly singles: Float32Array;
  private readonly places: {
    image: number;
    line: number;
    lineSize: number;
    edges: readonly [place: number, end: number];
    sums: number;
    lines: number;
    strengths: number;
  };

  constructor(private readonly plan: CornerPlan) {
    const { rows, columns, block } = plan;
    this.stride = Math.ceil(columns / 4) * 4;
    const width = this.stride * 4;
    const before = block >> 1;
    const layout = new MemoryLayout();
    const edges: number[] = [];
    for (let x = -before; x < columns + block - 1 - before; x++) {
      if (x < 0 || x >= columns) edges.push(x * 4, reflect(x, columns) * 4);
    }
    if (edges.length === 0) edges.push(0, 0); // of what is copied there is one at least
    const margin = Math.ceil(block / 4) * 16;
    const lineSize = width + 2 * margin;
    const lines = Int32Array.from({ length: rows + block - 1 }, (_, y) => reflect(y - before, rows) * width);
    this.places = {
      image: layout.place((rows + 2) * (columns + 2) * 4),
      line: layout.place(3 * lineSize) + margin,
      lineSize,
      edges: layout.table(Int32Array.from(edges)),
      sums: layout.place(3 * rows * width),
      lines: layout.table(lines)[0],
      strengths: layout.place(rows * width),
    };
    const { memory, functions } = wasmFunctions<Functions>(lucasKanadeModule, layout.size);
    layout.write(memory);
    this.functions = functions;
    this.singles = new Float32Array(memory);
  }

  /**
   * The smaller eigenvalue of the structure tensor at each pixel of an 8-bit image, `[rows, stride]`; valid until the next
   * call.
   */
  strengths(image: Image): Float32Array {
    const { functions, places, stride, singles } = this;
    const { rows, columns, block } = this.plan;
    writePadded(singles.subarray(places.image / 4), image, 1);
    const imageStride = (columns + 2) * 4;
    const width = stride * 4;
    const side = 1 / (4 * block * 255);
    functions.products(
      places.image + imageStride + 4,
      imageStride,
      side,
      2 * side,
      width,
      rows,
      places.line,
      places.lineSize,
      ...places.edges,
      block * 4,
      -(block >> 1) * 4,
      places.sums,
      rows * width,
    );
    const { sums, lines, strengths } = places;
    functions.eigenvalues(sums, rows * width, lines, block * 4, width, rows, strengths);
    return singles.subarray(strengths / 4, strengths / 4 + rows * stride);
  }
}
