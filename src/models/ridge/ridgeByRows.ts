import { throwIfAborted } from "../../core/signal";
import { addSquare, identity, multiplyUnit, pack, penalize, place, threes } from "./ridgeMatrices";
import { BLOCK, factor, PANEL, padded, Workspace } from "./ridgeSolver";
import { type Best, leaveOneOut, type RidgeTask } from "./ridgeTask";

/**
 * Ridge regression by the products of rows, `[rows, rows]`: weights are `x^T c` with `(x x^T + alpha) c = y`.
 * Leave-one-out errors are c by the diagonal of the inverse.
 */
export function ridgeByRows(task: RidgeTask): Best & { weights: Float64Array } {
  const { x, y, targets, alphas, signal } = task;
  const [rows, columns] = x.shape;
  const order = padded(rows);
  const height = threes(targets);
  const workspace = new Workspace({
    gram: [order, order],
    lower: [order, order],
    unit: [order, order],
    half: [height, order],
    product: [height, order],
    scratch: [Math.max(order, height), BLOCK],
    inverse: [BLOCK, BLOCK],
    panel: [order, PANEL],
  });
  const { gram, lower, unit, half, product, panel } = workspace.matrices;
  for (let column = 0; column < columns; column += PANEL) {
    throwIfAborted(signal);
    pack(task, { rows: [0, rows], columns: [column, column + PANEL], to: panel });
    addSquare(workspace);
  }
  let best: (Best & { c: Float64Array }) | undefined;
  const diagonal = new Float64Array(rows);
  for (const alpha of alphas) {
    penalize(gram, lower, alpha);
    identity(unit);
    half.values.fill(0);
    place(y, rows, half);
    factor(workspace, { full: [half], triangular: [unit], signal });
    multiplyUnit(workspace);
    for (let row = 0; row < rows; row++) {
      let sum = -1 / (alpha * rows); // the intercept's share
      for (let at = row * order + row; at < (row + 1) * order; at++) sum += unit.values[at] ** 2;
      diagonal[row] = sum;
    }
    const c = product.values;
    const found = leaveOneOut({ targets, rows }, (m, i) => c[m * order + i] / diagonal[i]);
    if (!best || found.score < best.score) best = { ...found, alpha, c: c.slice() };
  }
  const { c, ...rest } = best!;
  const sums = new Workspace({ turned: [PANEL, order], right: [height, order], sums: [height, PANEL] });
  sums.matrices.right.values.set(c);
  const weights = new Float64Array(targets * columns);
  for (let column = 0; column < columns; column += PANEL) {
    throwIfAborted(signal);
    const { turned, right, sums: out } = sums.matrices;
    pack(task, { rows: [0, rows], columns: [column, column + PANEL], to: turned, transposed: true });
    out.values.fill(0);
    sums.addProducts(
      [
        { matrix: right, rows: [0, height], from: 0 },
        { matrix: turned, rows: [0, PANEL], from: 0 },
      ],
      { terms: order, out, row: 0, column: 0 },
    );
    const width = Math.min(PANEL, columns - column);
    for (let m = 0; m < targets; m++) {
      weights.set(out.values.subarray(m * PANEL, m * PANEL + width), m * columns + column);
    }
  }
  return { ...rest, weights };
}
