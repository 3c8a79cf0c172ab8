import { throwIfAborted } from "../../core/signal";
import { MemoryLayout, wasmFunctions } from "../../core/webAssembly";
import { ridgeSolverModule } from "./ridgeSolverModule";

/** The function of `ridgeSolver.wat`, where it is described; places and strides in bytes. */
interface Functions {
  addProducts(
    a: number,
    aStride: number,
    aEnd: number,
    b: number,
    bStride: number,
    bEnd: number,
    bytes: number,
    out: number,
    outStride: number,
    sign: number,
  ): void;
}

/** Columns of a triangle worked on at once; a multiple of 6, as rows come in threes and columns in twos. */
export const BLOCK = 48;
/** Terms of a product worked on at once: rows of so many stay in a processor's cache. */
export const PANEL = 240;

/** The next multiple of a block. */
export const padded = (count: number): number => Math.ceil(count / BLOCK) * BLOCK;

/** A matrix in C order, float64, in the memory of a {@link Workspace}. */
export class Matrix {
  constructor(
    readonly place: number,
    readonly rows: number,
    readonly columns: number,
    readonly values: Float64Array,
  ) {}

  /** The place of an element, in bytes. */
  at(row: number, column: number): number {
    return this.place + (row * this.columns + column) * 8;
  }
}

/** Some rows of a matrix, and some of their columns. */
export interface Part {
  readonly matrix: Matrix;
  readonly rows: readonly [from: number, to: number];
  readonly from: number;
}

/** Matrices, all zero, whose products are taken in WebAssembly. */
export class Workspace<Name extends string> {
  readonly matrices: Readonly<Record<Name, Matrix>>;
  private readonly functions: Functions;

  /** @param shapes `[rows, columns]`, each rows a multiple of 3 and columns of 2 */
  constructor(shapes: Readonly<Record<Name, readonly [rows: number, columns: number]>>) {
    const entries = Object.entries(shapes) as [Name, readonly [number, number]][];
    const layout = new MemoryLayout();
    const places = entries.map(([, [rows, columns]]) => layout.place(rows * columns * 8));
    const { memory, functions } = wasmFunctions<Functions>(ridgeSolverModule, layout.size);
    layout.write(memory);
    this.functions = functions;
    this.matrices = Object.fromEntries(
      entries.map(([name, [rows, columns]], i) => {
        const values = new Float64Array(memory, places[i], rows * columns);
        return [name, new Matrix(places[i], rows, columns, values)];
      }),
    ) as Record<Name, Matrix>;
  }

  /** Adds `sign` times `a b^T`, over `terms` columns of both, to the part of `out` that begins at `row` and `column`. */
  addProducts(
    [a, b]: readonly [Part, Part],
    options: { terms: number; out: Matrix; row: number; column: number; sign?: 1 | -1 },
  ): void {
    const { terms, out, row, column, sign = 1 } = options;
    for (let done = 0; done < terms; done += PANEL) {
      this.functions.addProducts(
        a.matrix.at(a.rows[0], a.from + done),
        a.matrix.columns * 8,
        a.matrix.at(a.rows[1], a.from + done),
        b.matrix.at(b.rows[0], b.from + done),
        b.matrix.columns * 8,
        b.matrix.at(b.rows[1], b.from + done),
        Math.min(PANEL, terms - done) * 8,
        out.at(row, column),
        out.columns * 8,
        sign,
      );
    }
  }
}

/** Replaces a block on the diagonal by its Cholesky factor, and writes the inverse of that to `inverse`. */
function factorBlock(lower: Matrix, start: number, inverse: Matrix): void {
  const { values: a, columns } = lower;
  const first = start * columns + start;
  for (let i = 0; i < BLOCK; i++) {
    const row = first + i * columns;
    for (let j = 0; j <= i; j++) {
      const other = first + j * columns;
      let sum = a[row + j];
      for (let k = 0; k < j; k++) sum -= a[row + k] * a[other + k];
      a[row + j] = i === j ? Math.sqrt(sum) : sum / a[other + j];
    }
  }
  const out = inverse.values;
  out.fill(0);
  for (let j = 0; j < BLOCK; j++) {
    out[j * BLOCK + j] = 1 / a[first + j * columns + j];
    for (let i = j + 1; i < BLOCK; i++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum -= a[first + i * columns + k] * out[k * BLOCK + j];
      out[i * BLOCK + j] = sum / a[first + i * columns + i];
    }
  }
}

/**
 * Factors `lower` into `L L^T` and multiplies other matrices by `L^-T` from the right, all in place: so the identity
 * becomes `L^-T`, and a right side the first half of a solution.
 *
 * @param workspace `lower`: `[order, order]`, a positive definite matrix, of which the lower triangle is read; `scratch`
 *   has room for the most rows, `inverse` for a block
 * @param options `full`: matrices of any values; `triangular`: those without values left of the diagonal
 * Source: left-looking blocked Cholesky (Golub and Van Loan, Matrix Computations, 4.2.6).
 */
export function factor(
  workspace: Workspace<"lower" | "scratch" | "inverse">,
  options: { full: readonly Matrix[]; triangular: readonly Matrix[]; signal: AbortSignal | undefined },
): void {
  const { full, triangular, signal } = options;
  const { lower, scratch, inverse } = workspace.matrices;
  const order = lower.rows;
  for (let start = 0; start < order; start += BLOCK) {
    throwIfAborted(signal);
    const end = start + BLOCK;
    const factorRows: Part = { matrix: lower, rows: [start, end], from: 0 };
    const subtract = (matrix: Matrix, rows: readonly [number, number], from: number): void => {
      if (from === start) return;
      const place = { terms: start - from, out: matrix, row: rows[0], column: start, sign: -1 as const };
      workspace.addProducts(
        [
          { matrix, rows, from },
          { ...factorRows, from },
        ],
        place,
      );
    };
    const divide = (matrix: Matrix, [from, to]: readonly [number, number]): void => {
      if (from === to) return;
      for (let row = from; row < to; row++) {
        const at = row * matrix.columns + start;
        scratch.values.set(matrix.values.subarray(at, at + BLOCK), (row - from) * BLOCK);
        matrix.values.fill(0, at, at + BLOCK);
      }
      workspace.addProducts(
        [
          { matrix: scratch, rows: [0, to - from], from: 0 },
          { matrix: inverse, rows: [0, BLOCK], from: 0 },
        ],
        { terms: BLOCK, out: matrix, row: from, column: start },
      );
    };
    subtract(lower, [start, order], 0);
    factorBlock(lower, start, inverse);
    divide(lower, [end, order]);
    for (const matrix of full) {
      subtract(matrix, [0, matrix.rows], 0);
      divide(matrix, [0, matrix.rows]);
    }
    for (const matrix of triangular) {
      for (let from = 0; from < start; from += BLOCK) subtract(matrix, [from, from + BLOCK], from);
      divide(matrix, [0, end]);
    }
  }
}
