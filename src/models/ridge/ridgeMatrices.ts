/** The matrices of a ridge regression: how they are filled, and the products that both ways of fitting take. */
import { BLOCK, type Matrix, PANEL, type Workspace } from "./ridgeSolver";
import type { RidgeTask } from "./ridgeTask";

/** The next multiple of the rows that products are taken of at once. */
export const threes = (count: number): number => Math.ceil(count / 3) * 3;

/** Writes some columns of some centred rows to a matrix, or their transpose. */
export function pack(
  { x, means }: Pick<RidgeTask, "x" | "means">,
  options: {
    rows: readonly [number, number];
    columns: readonly [number, number];
    to: Matrix;
    transposed?: boolean;
  },
): void {
  const { rows, columns, to, transposed = false } = options;
  const { data, shape } = x;
  to.values.fill(0);
  for (let row = rows[0]; row < Math.min(rows[1], shape[0]); row++) {
    const from = row * shape[1];
    const step = transposed ? to.columns : 1;
    let at = (row - rows[0]) * (transposed ? 1 : to.columns);
    for (let column = columns[0]; column < Math.min(columns[1], shape[1]); column++, at += step) {
      to.values[at] = data[from + column] - means[column];
    }
  }
}

/** Copies a dense array of rows of `columns` into the corner of a matrix. */
export function place(values: Float64Array, columns: number, to: Matrix): void {
  for (let row = 0; row * columns < values.length; row++) {
    to.values.set(values.subarray(row * columns, (row + 1) * columns), row * to.columns);
  }
}

/** Adds the products of all pairs of a panel's rows to the lower triangle of `gram`. */
export function addSquare(workspace: Workspace<"panel" | "gram">): void {
  const { panel, gram } = workspace.matrices;
  for (let start = 0; start < gram.rows; start += BLOCK) {
    workspace.addProducts(
      [
        { matrix: panel, rows: [start, gram.rows], from: 0 },
        { matrix: panel, rows: [start, start + BLOCK], from: 0 },
      ],
      { terms: PANEL, out: gram, row: start, column: start },
    );
  }
}

/** Copies a matrix with a penalty on its diagonal. */
export function penalize(from: Matrix, to: Matrix, alpha: number): void {
  to.values.set(from.values);
  for (let at = 0; at < to.values.length; at += to.columns + 1) to.values[at] += alpha;
}

/** Makes a matrix the identity. */
export function identity(matrix: Matrix): void {
  matrix.values.fill(0);
  for (let at = 0; at < matrix.values.length; at += matrix.columns + 1) matrix.values[at] = 1;
}

/** Writes the second half of a solution: `half` is a right side times `L^-T`, `unit` is `L^-T`. */
export function multiplyUnit(workspace: Workspace<"half" | "unit" | "product">): void {
  const { half, unit, product } = workspace.matrices;
  product.values.fill(0);
  for (let start = 0; start < unit.rows; start += BLOCK) {
    workspace.addProducts(
      [
        { matrix: half, rows: [0, half.rows], from: start },
        { matrix: unit, rows: [start, start + BLOCK], from: start },
      ],
      { terms: unit.columns - start, out: product, row: 0, column: start },
    );
  }
}
