import { Figure } from "../figure/figure";
import { escapeText } from "../figure/text";
import { barsHeight, categoryAxis } from "./labelCounts";

/** Options of {@link shapValues}. */
export interface ShapValuesOptions {
  /** The rows' own values `[rows, columns]`, which colour the points. */
  x: { readonly data: ArrayLike<number>; readonly shape: readonly number[] };
  /** Which class or output is shown, where there are several. Default 0. */
  output?: number;
  /** How many columns are shown, those with the largest mean first. Default 20. */
  most?: number;
  /** How many rows are drawn, evenly spread. Default 500. */
  rows?: number;
  /** Default "SHAP values". */
  title?: string;
}

/** What each column of each row adds to a prediction. */
export interface ShapOfColumns {
  readonly columns: readonly string[];
  /** `[rows, outputs, columns + 1]`; the last is the expected prediction. */
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

/** Places of a value among the sorted ones, from 0 to 1; NaN of a missing one. */
function ranksOf(values: readonly number[]): number[] {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  const first = new Map<number, number>();
  sorted.forEach((value, at) => {
    if (!first.has(value)) first.set(value, at);
  });
  const last = Math.max(1, sorted.length - 1);
  return values.map((value) => (Number.isNaN(value) ? Number.NaN : (first.get(value) as number) / last));
}

/** Distances from a row's middle, so that points of one value lie beside each other. */
function spread(values: readonly number[], range: number): number[] {
  const counts = new Map<number, number>();
  return values.map((value) => {
    const bin = Math.round((40 * value) / (range || 1));
    const count = counts.get(bin) ?? 0;
    counts.set(bin, count + 1);
    return Math.min(0.42, 0.02 * ((count + 1) >> 1)) * (count % 2 ? 1 : -1);
  });
}

/**
 * Shows what each column adds to each row's prediction, a point a row, coloured by the column's own value; the columns
 * with the largest contributions first.
 *
 * Source: Lundberg et al. 2020, the summary plot of the package `shap`.
 *
 * @param shap of a fitted tree's `shap`
 * @param options see {@link ShapValuesOptions}
 * @throws {RangeError} if rows and columns disagree
 * @example
 * const x = { data: [1, 5, 2, 7], shape: [2, 2] };
 * shapValues({ columns: ["age", "fare"], data: [0.1, -0.3, 0.5, 0.2, 0.4, 0.5], shape: [2, 1, 3] }, { x });
 */
export function shapValues(shap: ShapOfColumns, options: ShapValuesOptions): Figure {
  const { columns, data, shape } = shap;
  const { x, output = 0, most = 20, rows: mostRows = 500, title = "SHAP values" } = options;
  const [rows, outputs, width] = shape;
  if (width !== columns.length + 1 || x.shape[0] !== rows || x.shape[1] !== columns.length || rows === 0) {
    throw new RangeError(
      `Cannot plot SHAP values: need [rows, outputs, ${columns.length} + 1] and x [rows, ${columns.length}], got [${shape}] and [${x.shape}]`,
    );
  }
  if (!(Number.isInteger(output) && output >= 0 && output < outputs)) {
    throw new RangeError(`Cannot plot SHAP values: output must lie in [0, ${outputs}), got ${output}`);
  }
  const at = (row: number, column: number): number => data[(row * outputs + output) * width + column];
  const means = columns.map((_, c) => {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += Math.abs(at(row, c));
    return sum / rows;
  });
  const shown = columns
    .map((_, c) => c)
    .sort((a, b) => means[b] - means[a])
    .slice(0, most);
  const step = Math.max(1, rows / mostRows);
  const drawn = Array.from({ length: Math.min(rows, mostRows) }, (_, i) => Math.floor(i * step));
  const values = shown.map((c) => drawn.map((row) => at(row, c)));
  const range = Math.max(...values.flat().map(Math.abs));
  const points = shown.flatMap((c, place) => {
    const ranks = ranksOf(drawn.map((row) => x.data[row * columns.length + c]));
    const aside = spread(values[place], range);
    return drawn.map((row, i) => ({
      x: values[place][i],
      y: place + aside[i],
      // A missing value has the middle colour.
      color: Number.isNaN(ranks[i]) ? 0.5 : ranks[i],
      text: `${escapeText(columns[c])} = ${x.data[row * columns.length + c]}`,
    }));
  });
  return new Figure({
    data: [
      {
        type: "scatter",
        mode: "markers",
        x: points.map((point) => point.x),
        y: points.map((point) => point.y),
        text: points.map(({ text }) => text),
        marker: {
          size: 5,
          color: points.map(({ color }) => color),
          cmin: 0,
          cmax: 1,
          colorscale: [
            [0, "#3b76d6"],
            [0.5, "#9a6fb0"],
            [1, "#e0405e"],
          ],
          colorbar: { title: { text: "value" }, tickvals: [0, 1], ticktext: ["low", "high"], thickness: 10 },
        },
        hovertemplate: "%{text}<br>adds %{x:.4g}<extra></extra>",
        showlegend: false,
      },
    ],
    layout: {
      title: { text: escapeText(title) },
      height: barsHeight(shown.length),
      xaxis: { title: { text: "added to the prediction" }, zeroline: true },
      yaxis: categoryAxis(shown.map((c) => columns[c])),
    },
  });
}
