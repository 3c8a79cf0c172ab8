import type { Calibration } from "../../metrics/calibration";
import { Figure } from "../figure/figure";
import { escapeText, formatNumber } from "../figure/text";
import { categories, quiet } from "../figure/theme";

/** Options of {@link calibrationCurve}. */
export interface CalibrationCurveOptions {
  /** `"Calibration"` by default. */
  title?: string;
}

/**
 * Shows how often predictions are right (up) for the confidence they state (to the right), with the expected
 * calibration error in the title and the number of predictions below: a curve under the diagonal is overconfident.
 *
 * @param result what `calibration` gives
 * @throws {RangeError} if there are no bins
 * @example
 * calibrationCurve(metrics.calibration(labels, result.predictions));
 */
export function calibrationCurve(result: Calibration, options: CalibrationCurveOptions = {}): Figure {
  const { confidence, accuracy, counts, error } = result;
  if (confidence.length === 0) {
    throw new RangeError("Cannot plot calibration: there must be bins with predictions, got none");
  }
  const { title = "Calibration" } = options;
  const share = { range: [0, 1.02], tickformat: ".0%", constrain: "domain" };
  return new Figure({
    data: [
      {
        type: "scatter",
        mode: "lines",
        name: "calibrated",
        x: [0, 1],
        y: [0, 1],
        line: { color: quiet, width: 1, dash: "dash" },
        hoverinfo: "skip",
      },
      {
        type: "scatter",
        mode: "lines+markers",
        name: "predictions",
        x: Float32Array.from(confidence),
        y: Float32Array.from(accuracy),
        line: { color: categories[0], width: 2 },
        marker: { size: 7 },
        customdata: Array.from(counts),
        hovertemplate: "stated %{x:.1%}, right %{y:.1%}<br>%{customdata} predictions<extra></extra>",
      },
      {
        type: "bar",
        name: "count",
        x: Float32Array.from(confidence),
        y: Int32Array.from(counts),
        width: 0.04,
        marker: { color: categories[4] },
        yaxis: "y2",
        showlegend: false,
        hovertemplate: "%{y} predictions at %{x:.1%}<extra></extra>",
      },
    ],
    layout: {
      title: { text: `${escapeText(title)}: expected error ${formatNumber(100 * error)}%` },
      width: 560,
      height: 560,
      margin: { r: 24 },
      legend: { x: 0.02, y: 1, yanchor: "top", bgcolor: "rgba(0,0,0,0)" },
      xaxis: { ...share, title: { text: "stated confidence" }, anchor: "y2" },
      yaxis: { ...share, title: { text: "share that is right" }, domain: [0.28, 1] },
      yaxis2: { title: { text: "count" }, domain: [0, 0.2], nticks: 4 },
    },
  });
}
