import { Figure } from "../figure/figure";
import { escapeText, formatNumber } from "../figure/text";
import { categories } from "../figure/theme";
import { barsHeight, categoryAxis } from "./labelCounts";

/** Options of {@link featureImportance}. */
export interface FeatureImportanceOptions {
  /** How many columns are shown, the most important first. Default 30. */
  most?: number;
  /** What the bars measure. Default "importance". */
  measure?: string;
  /** Default "Feature importance". */
  title?: string;
}

/** Importances of columns. */
export interface ImportanceOfColumns {
  readonly columns: readonly string[];
  readonly means: ArrayLike<number>;
  /** Half the length of the whiskers; none by default. */
  readonly deviations?: ArrayLike<number>;
}

/**
 * Shows which columns count most, as horizontal bars.
 *
 * @param importance of `validate.permutationImportance`, or of trees
 * @throws {RangeError} if there is no column, or not one finite number for each
 * @example
 * featureImportance({ columns: ["age", "town"], means: [0.3, 0.1] });
 */
export function featureImportance(
  importance: ImportanceOfColumns,
  options: FeatureImportanceOptions = {},
): Figure {
  const { columns, means, deviations } = importance;
  const { most = 30, measure = "importance", title = "Feature importance" } = options;
  const odd = columns.findIndex((_, c) => !Number.isFinite(means[c]));
  if (columns.length === 0 || means.length !== columns.length || odd >= 0) {
    throw new RangeError(
      `Cannot plot importance: need one finite number per column (${columns.length}), got ${means.length}${odd >= 0 ? `, ${means[odd]} of ${columns[odd]}` : ""}`,
    );
  }
  const order = columns.map((_, c) => c).sort((a, b) => means[b] - means[a]);
  const shown = order.slice(0, most);
  const left = order.length - shown.length;
  const more = left > 0 ? `, ${shown.length} of ${order.length} columns` : "";
  return new Figure({
    data: [
      {
        type: "bar",
        orientation: "h",
        y: Int32Array.from(shown, (_, i) => i),
        x: shown.map((c) => means[c]),
        ...(deviations && {
          error_x: { type: "data", array: shown.map((c) => deviations[c]), thickness: 1 },
        }),
        ...(!deviations && {
          text: shown.map((c) => formatNumber(means[c])),
          textposition: "outside",
          cliponaxis: false,
        }),
        marker: { color: categories[0] },
        hovertemplate: "%{y}: %{x:.4g}<extra></extra>",
      },
    ],
    layout: {
      title: { text: escapeText(`${title}${more}`) },
      height: barsHeight(shown.length),
      margin: { r: 60 },
      xaxis: { title: { text: escapeText(measure) } },
      yaxis: categoryAxis(shown.map((c) => columns[c])),
    },
  });
}
