import type { ClassReport, ClassScore } from "../../metrics/classification";
import { Figure } from "../figure/figure";
import { escapeText, formatScore } from "../figure/text";
import { categories } from "../figure/theme";
import { barsHeight, categoryAxis } from "./labelCounts";

/** Options of {@link classScores}. */
export interface ClassScoresOptions {
  /** The score of the bars and of the order; `"f1"` by default. */
  score?: "f1" | "precision" | "recall";
  /** `"score"` (default): the worst first; `"support"`: the most frequent first; `"label"`: in the labels' order. */
  sort?: "score" | "support" | "label";
  /** `"Scores by class"` by default. */
  title?: string;
}

/**
 * Shows F1, precision and recall of each class, the worst first, with the number of its samples.
 *
 * @param report what `classReport` gives
 * @throws {RangeError} if there are no classes
 * @example
 * classScores(metrics.classReport(labels, metrics.predictedLabels(result.predictions), { names: labelNames }));
 */
export function classScores(report: ClassReport, options: ClassScoresOptions = {}): Figure {
  const { score = "f1", sort = "score", title = "Scores by class" } = options;
  if (report.classes.length === 0) {
    throw new RangeError("Cannot plot class scores: the report must have classes, got none");
  }
  const orders: Record<typeof sort, (a: ClassScore, b: ClassScore) => number> = {
    // a class without a score comes last
    score: (a, b) => orLast(a[score]) - orLast(b[score]) || b.support - a.support,
    support: (a, b) => b.support - a.support,
    label: (a, b) => a.label - b.label,
  };
  const rows = [...report.classes].sort(orders[sort]);
  const y = Int32Array.from(rows, (_, i) => i);
  const others = (["f1", "precision", "recall"] as const).filter((name) => name !== score);
  const titles = { f1: "F1", precision: "precision", recall: "recall" };
  return new Figure({
    data: [
      {
        type: "bar",
        orientation: "h",
        name: titles[score],
        y,
        x: Float32Array.from(rows, (row) => row[score]),
        marker: { color: categories[4] },
        customdata: rows.map(({ support }) => support),
        hovertemplate: `%{y}: ${titles[score]} %{x:.3f}, %{customdata} samples<extra></extra>`,
      },
      ...others.map((name, i) => ({
        type: "scatter",
        mode: "markers",
        name: titles[name],
        y,
        x: Float32Array.from(rows, (row) => row[name]),
        marker: {
          color: categories[i],
          size: rows.length > 30 ? 6 : 8,
          symbol: i === 0 ? "circle" : "diamond",
        },
        hovertemplate: `%{y}: ${titles[name]} %{x:.3f}<extra></extra>`,
      })),
    ],
    layout: {
      title: {
        text: `${escapeText(title)}: macro F1 ${formatScore(report.macroF1)}, accuracy ${formatScore(report.accuracy)}`,
      },
      height: barsHeight(rows.length),
      margin: { r: 100 },
      bargap: 0.25,
      xaxis: { title: { text: "score" }, range: [0, 1.02] },
      yaxis: categoryAxis(rows.map(({ name, support }) => `${name} (${support})`)),
    },
  });
}

function orLast(score: number): number {
  return Number.isNaN(score) ? 2 : score;
}
