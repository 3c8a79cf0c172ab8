import type { ConfusionMatrix } from "../../metrics/confusion";
import { Figure } from "../figure/figure";
import { escapeText, formatCount, formatNumber, formatShare } from "../figure/text";
import { amountScale } from "../figure/theme";
import { shorten } from "./labelCounts";

/** More cells than those of so many classes are no figure. */
const mostClasses = 1000;

/** Options of {@link confusion}. */
export interface ConfusionPlotOptions {
  /** One name per class; the labels' numbers by default. */
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
 * @throws {RangeError} if the matrix is not square, has more than 1,000 classes or something else than counts, or there is not
 *   one name per class
 * @example
 * const matrix = metrics.confusionMatrix(labels, metrics.predictedLabels(result.predictions));
 * confusion(matrix, { names: labelNames, sort: "recall" });
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
  const wrong = data.find((count) => !(count >= 0 && Number.isFinite(count)));
  if (classes < 1 || classes > mostClasses || wrong !== undefined) {
    throw new RangeError(
      `Cannot plot confusion: the matrix must hold counts of 1 to ${formatCount(mostClasses)} classes, got ${wrong ?? classes}`,
    );
  }
  const names = options.names ?? Array.from({ length: classes }, (_, i) => String(i));
  if (names.length !== classes) {
    throw new RangeError(
      `Cannot plot confusion: there must be ${classes} names, one per class, got ${names.length}`,
    );
  }
  const rows = Array.from({ length: classes }, (_, i) => data.subarray(i * classes, (i + 1) * classes));
  const totals = rows.map((row) => row.reduce((sum, value) => sum + value, 0));
  const recalls = rows.map((row, i) => (totals[i] > 0 ? row[i] / totals[i] : Number.POSITIVE_INFINITY));
  const order = Array.from({ length: classes }, (_, i) => i);
  if (sort === "recall") order.sort((a, b) => recalls[a] - recalls[b] || a - b);
  if (sort === "count") order.sort((a, b) => totals[b] - totals[a] || a - b);
  // whole counts keep all their digits in half of the bytes
  const small = data.every((count) => Number.isInteger(count) && count < 2 ** 31);
  const Counts = (small ? Int32Array : Float64Array) as Float64ArrayConstructor;
  const counts = order.map((i) => Counts.from(order, (j) => rows[i][j]));
  const shares = order.map((i, row) =>
    normalize ? Float32Array.from(order, (j) => rows[i][j] / Math.max(1e-300, totals[i])) : counts[row],
  );
  const total = totals.reduce((sum, each) => sum + each, 0);
  const right = rows.reduce((sum, row, i) => sum + row[i], 0);
  // weighted counts are no whole numbers
  const shown = (count: number) => (Number.isInteger(count) ? formatCount(count) : formatNumber(count, 4));
  const digits = Math.max(
    ...counts.map((row) => Math.max(...Array.from(row, (count) => shown(count).length))),
  );
  const few = classes <= 16;
  // many names are cut short: their labels keep them apart
  const labels = order.map((i) => escapeText(few ? shorten(names[i], 26) : `${i} ${shorten(names[i], 20)}`));
  const cell = few ? Math.max(30, 6 * digits + 8) : 12.4;
  const side = Math.min(few ? 1600 : 760, Math.max(220, classes * cell));
  // where the lines would run into one another, not every class is named; hovering names all
  const every = Math.ceil((9 * classes) / side);
  const ticks = {
    ...(every > 1
      ? { tick0: 0, dtick: every, labelalias: Object.fromEntries(labels.map((label, i) => [i, label])) }
      : { tickvals: order.map((_, i) => i), ticktext: labels }),
    tickfont: { size: few ? 11 : classes > 40 ? 8 : 9 },
    ticks: "",
    showgrid: false,
    zeroline: false,
    automargin: true,
  };
  return new Figure({
    data: [
      {
        type: "heatmap",
        z: shares,
        customdata: counts,
        ...(few && {
          text: counts.map((row) => Array.from(row, (count) => (count > 0 ? shown(count) : ""))),
          texttemplate: "%{text}",
          textfont: { size: 10 },
        }),
        // small shares are what one looks for: colours follow the root of the value
        colorscale: amountScale.map(([position, color]) => [position ** 2, color]),
        zmin: 0,
        ...(normalize && { zmax: 1 }),
        xgap: every > 1 ? 0 : 0.5,
        ygap: every > 1 ? 0 : 0.5,
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
        text: `${escapeText(title)}: ${total > 0 ? `${formatShare(right / total)} of ${shown(total)} right` : "no predictions"}`,
      },
      width: Math.round(side + (few ? 290 : 250)),
      height: Math.round(side + (few ? 190 : 170)),
      margin: { l: 60, r: 20, t: 44, b: 60 },
      plot_bgcolor: "rgba(128,128,128,0.15)",
      meta: { shape: true },
      xaxis: { ...ticks, title: { text: "predicted" }, tickangle: -90 },
      yaxis: { ...ticks, title: { text: "truth" }, range: [classes - 0.5, -0.5] },
    },
  });
}
