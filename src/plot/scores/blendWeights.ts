import { Figure } from "../figure/figure";
import { escapeText, formatNumber } from "../figure/text";
import { categories } from "../figure/theme";
import { barsHeight, categoryAxis } from "./labelCounts";

/** Options of {@link blendWeights}. */
export interface BlendWeightsOptions {
  /** Score of each model alone, in the weights' order; shown behind the names. None by default. */
  scores?: ArrayLike<number>;
  /** `"Blend weights"` by default. */
  title?: string;
}

/**
 * Shows how much each model counts in a blend, the heaviest first.
 *
 * @param weights weight by model
 * @throws {RangeError} if there are no weights, one is no number, or there is not one score a weight
 * @example
 * blendWeights({ conv1d: 0.6, gru: 0.3, rocket: 0.1 }, { scores: [0.52, 0.55, 0.61] });
 */
export function blendWeights(
  weights: Readonly<Record<string, number>>,
  options: BlendWeightsOptions = {},
): Figure {
  const { scores, title = "Blend weights" } = options;
  const rows = Object.entries(weights).map(([name, weight], i) => ({
    name: scores ? `${name} (${scores[i]?.toFixed(4)})` : name,
    weight,
  }));
  const wrong = rows.find(({ weight }) => !Number.isFinite(weight));
  if (rows.length === 0 || wrong) {
    throw new RangeError(
      `Cannot plot blend weights: there must be finite weights, got ${wrong ? `${wrong.weight} for ${wrong.name}` : "none"}`,
    );
  }
  if (scores && scores.length !== rows.length) {
    throw new RangeError(
      `Cannot plot blend weights: there must be ${rows.length} scores, one per weight, got ${scores.length}`,
    );
  }
  rows.sort((a, b) => b.weight - a.weight);
  return new Figure({
    data: [
      {
        type: "bar",
        orientation: "h",
        y: Int32Array.from(rows, (_, i) => i),
        x: rows.map(({ weight }) => weight),
        text: rows.map(({ weight }) => formatNumber(Math.abs(weight) < 5e-4 ? 0 : weight)),
        textposition: "outside",
        cliponaxis: false,
        marker: { color: categories[0] },
        hovertemplate: "%{y}: %{x:.4f}<extra></extra>",
      },
    ],
    layout: {
      title: { text: escapeText(title) },
      height: barsHeight(rows.length),
      margin: { r: 60 },
      xaxis: { title: { text: "weight" } },
      yaxis: categoryAxis(rows.map(({ name }) => name)),
    },
  });
}
