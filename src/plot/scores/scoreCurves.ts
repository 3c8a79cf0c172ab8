import { Figure } from "../figure/figure";
import { escapeHover, escapeText } from "../figure/text";
import { lineColors } from "../figure/theme";

/** Options of {@link scoreCurves}. */
export interface ScoreCurvesOptions {
  /** Where the values lie along x: leads, thresholds, scales. */
  x: ArrayLike<number>;
  /** Such as `"lead time (min)"`. */
  xTitle: string;
  /** Such as `"MAE (pixel value)"`. */
  yTitle: string;
  /** `"<y> by <x>"` by default. */
  title?: string;
  /** Whether x is logarithmic; `false` by default. */
  logX?: boolean;
  /** Whether y is logarithmic; `false` by default. */
  logY?: boolean;
}

/**
 * Shows scores of several forecasts as lines: error by lead time, CSI by threshold, FSS by scale.
 *
 * @param curves one list of values a forecast, by name; NaN, and what a logarithmic axis has no place for, leaves a gap
 * @throws {RangeError} if there are none, one has not as many values as x, or a logarithmic x is not above 0
 * @example
 * scoreCurves({ persistence: [0.61, 0.4], unet: [0.7, 0.52] }, { x: [0.1, 1], xTitle: "threshold (mm/h)", yTitle: "CSI" });
 */
export function scoreCurves(
  curves: Readonly<Record<string, ArrayLike<number>>>,
  options: ScoreCurvesOptions,
): Figure {
  const { x, xTitle, yTitle, title = `${yTitle} by ${xTitle}`, logX = false, logY = false } = options;
  const entries = Object.entries(curves);
  const wrong = entries.find(([, values]) => values.length !== x.length);
  if (entries.length === 0 || wrong) {
    throw new RangeError(
      `Cannot plot scores: every curve must have ${x.length} values, as x has, got ${wrong ? `${wrong[1].length} in "${wrong[0]}"` : "no curve"}`,
    );
  }
  const colors = lineColors(entries.length);
  const place = logX ? Array.from(x).find((value) => !(value > 0)) : undefined;
  if (place !== undefined) {
    throw new RangeError(`Cannot plot scores: x must be above 0 on a logarithmic axis, got ${place}`);
  }
  const few = x.length <= 40;
  return new Figure({
    data: entries.map(([name, values], i) => ({
      type: "scatter",
      mode: few ? "lines+markers" : "lines",
      name: escapeText(name),
      x: Float64Array.from(x),
      y: Float64Array.from(values),
      line: {
        color: colors[i % colors.length],
        width: 2,
      },
      marker: { size: 6 },
      hovertemplate: `${escapeHover(name)}: %{y:.4g} at %{x}<extra></extra>`,
    })),
    layout: {
      title: { text: escapeText(title) },
      width: 760,
      height: 380,
      xaxis: {
        title: { text: escapeText(xTitle) },
        type: logX ? "log" : "linear",
        ...(x.length <= 12 && { tickvals: Array.from(x) }),
      },
      yaxis: {
        title: { text: escapeText(yTitle) },
        type: logY ? "log" : "linear",
        ...(!logY && { rangemode: "tozero" }),
      },
      showlegend: true,
    },
  });
}
