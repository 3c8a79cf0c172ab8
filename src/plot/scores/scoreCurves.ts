import { Figure } from "../figure/figure";
import { escapeText } from "../figure/text";
import { categories } from "../figure/theme";

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
 * @param curves one list of values a forecast, by name; NaN leaves a gap
 * @throws {RangeError} if there are none, or one has not as many values as x
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
  const dashes = ["solid", "dash", "dot", "dashdot"];
  const few = x.length <= 40;
  return new Figure({
    data: entries.map(([name, values], i) => ({
      type: "scatter",
      mode: few ? "lines+markers" : "lines",
      name: escapeText(name),
      x: Float64Array.from(x),
      y: Float64Array.from(values),
      line: {
        color: categories[i % categories.length],
        width: 2,
        // more curves than colours are told apart by their dashes
        dash: dashes[Math.floor(i / categories.length) % dashes.length],
      },
      marker: { size: 6 },
      hovertemplate: `${escapeText(name)}: %{y:.4g} at %{x}<extra></extra>`,
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
