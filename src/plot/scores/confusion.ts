import type { ConfusionMatrix } from "../../metrics/confusion";
import { Figure } from "../figure/figure";
import { escapeText, formatNumber } from "../figure/text";
import { amountScale } from "../figure/theme";
import { shorten } from "./labelCounts";

/** Options of {@link confusion}. */
export interface ConfusionPlotOptions {
  /** One name a class; the labels' numbers by default. */
  names?: readonly string[];
  /** Whether colours are shares of each true class (default) or counts. */
  normalize?: boolean;
  /** `"label"` (default): in the labels' order; `"recall"`: the worst recognised first; `"count"`: the most frequent first. */
  sort?: "label" | "recall" | "count";
  /** `"Confusion"` by default. */
  title?: string;
}

/**
 * Shows a confusion matrix, truth downwards and prediction to the right; hovering tells share and count.
 *
 * @param matrix counts `[classes, classes]`, as `confusionMatrix` gives them
 * @throws {RangeError} if the matrix is not square, or there is not one name a class
 * @example
 * confusion(confusionMatrix(truth, predicted), { names: labelNames, sort: "recall" });
 */
export function confusion(matrix: ConfusionMatrix, options: ConfusionPlotOptions = {}): Figure {
  const { normalize = true, sort = "label", title = "Confusion" } = options;
  const { data, shape } = matrix;
  const classes = shape[0];
  if (shape[1] !== classes || data.length !== classes * classes) {
    throw new RangeError(
      `Cannot plot confusion: the matrix must be square, got [${shape}] with ${data.length} values`,
    );
  }
  const names = options.names ?? Array.from({ length: classes }, (_, i) => String(i));
  if (names.length !== classes) {
    throw new RangeError(
      `Cannot plot confusion: there must be ${classes} names, one a class, got ${names.length}`,
    );
  }
  const rows = Array.from({ length: classes }, (_, i) => data.subarray(i * classes, (i + 1) * classes));
  const totals = rows.map((row) => row.reduce((sum, value) => sum + value, 0));
  const recalls = rows.map((row, i) => (totals[i] > 0 ? row[i] / totals[i] : Number.POSITIVE_INFINITY));
  const order = Array.from({ length: classes }, (_, i) => i);
  if (sort === "recall") order.sort((a, b) => recalls[a] - recalls[b] || a - b);
  if (sort === "count") order.sort((a, b) => totals[b] - totals[a] || a - b);
  const shares = order.map((i) =>
    Float32Array.from(order, (j) => (normalize ? rows[i][j] / Math.max(1e-300, totals[i]) : rows[i][j])),
  );
  const counts = order.map((i) => Float32Array.from(order, (j) => rows[i][j]));
  const right = rows.reduce((sum, row, i) => sum + row[i], 0) / totals.reduce((sum, total) => sum + total, 0);
  const few = classes <= 16;
  // many names are cut short: their labels keep them apart
  const labels = order.map((i) => escapeText(few ? shorten(names[i], 26) : `${i} ${shorten(names[i], 20)}`));
  const ticks = {
    tickvals: order.map((_, i) => i),
    ticktext: labels,
    tickfont: { size: few ? 11 : classes > 40 ? 8 : 9 },
    ticks: "",
    showgrid: false,
    zeroline: false,
    automargin: true,
  };
  const side = Math.min(760, Math.max(220, classes * (few ? 30 : 12.4)));
  return new Figure({
    data: [
      {
        type: "heatmap",
        z: shares,
        customdata: counts,
        ...(few && {
          text: counts.map((row) => Array.from(row, (count) => (count > 0 ? formatNumber(count, 4) : ""))),
          texttemplate: "%{text}",
          textfont: { size: 10 },
        }),
        // small shares are what one looks for: colours follow the root of the value
        colorscale: amountScale.map(([position, color]) => [position ** 2, color]),
        zmin: 0,
        ...(normalize && { zmax: 1 }),
        xgap: 0.5,
        ygap: 0.5,
        colorbar: {
          title: { text: normalize ? "share of the true class" : "count", side: "right" },
          thickness: 14,
          outlinewidth: 0,
          ...(normalize && { tickformat: ".0%" }),
        },
        hovertemplate:
          "truth %{y}<br>predicted %{x}<br>count %{customdata}" +
          `${normalize ? ", share %{z:.1%}" : ""}<extra></extra>`,
      },
    ],
    layout: {
      title: {
        text: `${escapeText(title)}: ${formatNumber(100 * right)}% of ${formatNumber(
          totals.reduce((sum, total) => sum + total, 0),
          7,
        )} right`,
      },
      width: Math.round(side + (few ? 290 : 250)),
      height: Math.round(side + (few ? 190 : 170)),
      margin: { l: 60, r: 20, t: 44, b: 60 },
      plot_bgcolor: "#f0f0f0",
      xaxis: { ...ticks, title: { text: "predicted" }, tickangle: -90 },
      yaxis: { ...ticks, title: { text: "truth" }, range: [classes - 0.5, -0.5] },
    },
  });
}
