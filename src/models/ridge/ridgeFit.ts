import { ridgeByColumns } from "./ridgeByColumns";
import { ridgeByRows } from "./ridgeByRows";
import { pack, place, threes } from "./ridgeMatrices";
import { BLOCK, PANEL, Workspace } from "./ridgeSolver";
import type { RidgeTask } from "./ridgeTask";

/**
 * Ridge regression of centred targets on centred columns, its penalty chosen by leave-one-out error.
 *
 * @returns the penalty, its leave-one-out errors `[targets, rows]`, and weights `[targets, columns]`
 */
export function fitRidge(task: RidgeTask): { alpha: number; errors: Float64Array; weights: Float64Array } {
  const [rows, columns] = task.x.shape;
  return rows <= columns ? ridgeByRows(task) : ridgeByColumns(task);
}

/** Centred rows by weights `[targets, columns]`: `[rows, targets]`. */
export function predictRidge(
  { x, means }: Pick<RidgeTask, "x" | "means">,
  { weights, targets }: { weights: Float64Array; targets: number },
): Float64Array {
  const [rows, columns] = x.shape;
  const height = threes(targets);
  const width = Math.ceil(columns / PANEL) * PANEL;
  const workspace = new Workspace({
    weights: [height, width],
    panel: [BLOCK, PANEL],
    sums: [BLOCK, height + (height % 2)],
  });
  const { weights: right, panel, sums } = workspace.matrices;
  place(weights, columns, right);
  const out = new Float64Array(rows * targets);
  for (let row = 0; row < rows; row += BLOCK) {
    sums.values.fill(0);
    for (let column = 0; column < columns; column += PANEL) {
      pack({ x, means }, { rows: [row, row + BLOCK], columns: [column, column + PANEL], to: panel });
      workspace.addProducts(
        [
          { matrix: panel, rows: [0, BLOCK], from: 0 },
          { matrix: right, rows: [0, height], from: column },
        ],
        { terms: PANEL, out: sums, row: 0, column: 0 },
      );
    }
    for (let i = row; i < Math.min(rows, row + BLOCK); i++) {
      const from = (i - row) * sums.columns;
      out.set(sums.values.subarray(from, from + targets), i * targets);
    }
  }
  return out;
}
