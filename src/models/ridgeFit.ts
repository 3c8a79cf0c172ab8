import { throwIfAborted } from "../data";
import { BLOCK, factor, type Matrix, PANEL, padded, Workspace } from "./ridgeSolver";

/** Rows of features in C order. */
export interface FeatureRows {
  readonly data: ArrayLike<number>;
  readonly shape: readonly [rows: number, columns: number];
}

/** The sizes of a regression. */
export interface Sizes {
  readonly rows: number;
  readonly columns: number;
  readonly targets: number;
}

/** What is known of a regression with one penalty. */
interface Solution {
  /** What each row's target misses when the row is left out, `[targets, rows]`. */
  readonly errors: Float64Array;
  /** Sum of their squares. */
  readonly score: number;
}

/** What a regression is fitted on. */
interface Task {
  readonly x: FeatureRows;
  /** Subtracted from the columns of x. */
  readonly means: Float64Array;
  /** `[targets, rows]`, without their means. */
  readonly y: Float64Array;
  readonly targets: number;
  readonly alphas: readonly number[];
  readonly signal: AbortSignal | undefined;
}

const threes = (count: number): number => Math.ceil(count / 3) * 3;

/** Writes some columns of some centred rows to a matrix, or their transpose. */
export function pack(
  { x, means }: Pick<Task, "x" | "means">,
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
function place(values: Float64Array, columns: number, to: Matrix): void {
  for (let row = 0; row * columns < values.length; row++) {
    to.values.set(values.subarray(row * columns, (row + 1) * columns), row * to.columns);
  }
}

/** Adds the products of all pairs of a panel's rows to the lower triangle of `out`. */
function addSquare(workspace: Workspace<"panel" | "gram">): void {
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
function penalize(from: Matrix, to: Matrix, alpha: number): void {
  to.values.set(from.values);
  for (let at = 0; at < to.values.length; at += to.columns + 1) to.values[at] += alpha;
}

function identity(matrix: Matrix): void {
  matrix.values.fill(0);
  for (let at = 0; at < matrix.values.length; at += matrix.columns + 1) matrix.values[at] = 1;
}

/** Writes the second half of a solution: `half` is a right side times `L^-T`, `unit` is `L^-T`. */
function multiplyUnit(workspace: Workspace<"half" | "unit" | "product">): void {
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

/** The error of each target and row, and the sum of squares. */
function leaveOneOut(
  { targets, rows }: { targets: number; rows: number },
  errorOf: (target: number, row: number) => number,
): Solution {
  const errors = new Float64Array(targets * rows);
  let score = 0;
  for (let target = 0, at = 0; target < targets; target++) {
    for (let row = 0; row < rows; row++, at++) {
      errors[at] = errorOf(target, row);
      score += errors[at] * errors[at];
    }
  }
  return { errors, score };
}

/** The solution of the penalty that is best so far. */
type Best = Solution & { readonly alpha: number };

/**
 * Ridge regression by the products of rows, `[rows, rows]`: weights are `x^T c` with `(x x^T + alpha) c = y`.
 * Leave-one-out errors are c by the diagonal of the inverse.
 */
function fitByRows(task: Task): Best & { weights: Float64Array } {
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

/**
 * Ridge regression by the products of columns, `[columns, columns]`: `(x^T x + alpha) weights = x^T y`. Leave-one-out
 * errors are what is missed by what a row's own target leaves to the others.
 */
function fitByColumns(task: Task): Best & { weights: Float64Array } {
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

/**
 * Ridge regression of centred targets on centred columns, its penalty chosen by leave-one-out error.
 *
 * @returns the penalty, its leave-one-out errors `[targets, rows]`, and weights `[targets, columns]`
 */
export function fitRidge(task: Task): { alpha: number; errors: Float64Array; weights: Float64Array } {
  const [rows, columns] = task.x.shape;
  return rows <= columns ? fitByRows(task) : fitByColumns(task);
}

/** Centred rows by weights `[targets, columns]`: `[rows, targets]`. */
export function predictRidge(
  { x, means }: Pick<Task, "x" | "means">,
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
