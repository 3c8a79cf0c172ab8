import { throwIfAborted } from "../../core/signal";
import { addSquare, identity, multiplyUnit, pack, penalize, threes } from "./ridgeMatrices";
import { BLOCK, factor, PANEL, padded, Workspace } from "./ridgeSolver";
import { type Best, leaveOneOut, type RidgeTask } from "./ridgeTask";

/**
 * Ridge regression by the products of columns, `[columns, columns]`: `(x^T x + alpha) weights = x^T y`. Leave-one-out
 * errors are what is missed by what a row's own target leaves to the others.
 */
export function ridgeByColumns(task: RidgeTask): Best & { weights: Float64Array } {
  const { x, y, targets, alphas, signal } = task;
  const [rows, columns] = x.shape;
  const order = padded(columns);
  const height = threes(targets);
  const count = padded(rows);
  const workspace = new Workspace({
    gram: [order, order],
    lower: [order, order],
    unit: [order, order],
    rows: [count, order],
    half: [height, order],
    product: [height, order],
    found: [height, count],
    right: [height, order],
    targets: [height, PANEL],
    scratch: [Math.max(order, count, height), BLOCK],
    inverse: [BLOCK, BLOCK],
    panel: [order, PANEL],
  });
  const { gram, lower, unit, half, product, panel, right, found } = workspace.matrices;
  for (let row = 0; row < rows; row += PANEL) {
    throwIfAborted(signal);
    pack(task, { rows: [row, row + PANEL], columns: [0, columns], to: panel, transposed: true });
    addSquare(workspace);
    const own = workspace.matrices.targets;
    own.values.fill(0);
    for (let m = 0; m < targets; m++) {
      own.values.set(y.subarray(m * rows + row, m * rows + Math.min(rows, row + PANEL)), m * PANEL);
    }
    workspace.addProducts(
      [
        { matrix: own, rows: [0, height], from: 0 },
        { matrix: panel, rows: [0, order], from: 0 },
      ],
      { terms: PANEL, out: right, row: 0, column: 0 },
    );
  }
  let best: Best | undefined;
  const shares = new Float64Array(rows);
  for (const alpha of alphas) {
    penalize(gram, lower, alpha);
    pack(task, { rows: [0, rows], columns: [0, columns], to: workspace.matrices.rows });
    half.values.set(right.values);
    factor(workspace, { full: [workspace.matrices.rows, half], triangular: [], signal });
    found.values.fill(0);
    workspace.addProducts(
      [
        { matrix: half, rows: [0, height], from: 0 },
        { matrix: workspace.matrices.rows, rows: [0, count], from: 0 },
      ],
      { terms: order, out: found, row: 0, column: 0 },
    );
    for (let row = 0; row < rows; row++) {
      let sum = 1 - 1 / rows;
      for (let at = row * order; at < (row + 1) * order; at++) {
        sum -= workspace.matrices.rows.values[at] ** 2;
      }
      shares[row] = sum;
    }
    const solution = leaveOneOut(
      { targets, rows },
      (m, i) => (y[m * rows + i] - found.values[m * count + i]) / shares[i],
    );
    if (!best || solution.score < best.score) best = { ...solution, alpha };
  }
  penalize(gram, lower, best!.alpha);
  identity(unit);
  half.values.set(right.values);
  factor(workspace, { full: [half], triangular: [unit], signal });
  multiplyUnit(workspace);
  const weights = new Float64Array(targets * columns);
  for (let m = 0; m < targets; m++) {
    weights.set(product.values.subarray(m * order, m * order + columns), m * columns);
  }
  return { ...best!, weights };
}
