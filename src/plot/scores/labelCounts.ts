import { Figure } from "../figure/figure";
import { escapeText, formatCount, formatNumber } from "../figure/text";
import { categories } from "../figure/theme";

/** Options of {@link labelCounts}. */
export interface LabelCountsOptions {
  /** Names by label; the labels' numbers by default. Named labels that do not occur show a count of 0. */
  names?: readonly string[];
  /** `"count"` (default): most frequent first; `"label"`: in the labels' order. */
  sort?: "count" | "label";
  /** The title's beginning; `"Label counts"` by default. */
  title?: string;
}

/**
 * Shows how often each label occurs, as horizontal bars, with the imbalance ratio (most to least frequent) in the title.
 *
 * @param labels whole numbers >= 0, one a window
 * @throws {RangeError} if there are no labels, or one is no whole number or has no name
 * @example
 * labelCounts([0, 0, 0, 1], { names: ["rest", "squat"] }); // title ends in "imbalance 3 : 1"
 */
export function labelCounts(labels: ArrayLike<number>, options: LabelCountsOptions = {}): Figure {
  const { names, sort = "count", title = "Label counts" } = options;
  if (labels.length === 0) throw new RangeError("Cannot plot label counts: there must be labels, got none");
  const counts: number[] = new Array(names?.length ?? 0).fill(0);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    if (!Number.isInteger(label) || label < 0 || (names && label >= names.length)) {
      const range = names ? `in [0, ${names.length})` : ">= 0";
      throw new RangeError(`Cannot plot label counts: labels must be whole numbers ${range}, got ${label}`);
    }
    counts[label] = (counts[label] ?? 0) + 1;
  }
  const bars = Array.from(counts, (count, label) => ({ label, count: count ?? 0 })).filter(
    ({ count }) => count > 0 || names,
  );
  if (sort === "count") bars.sort((a, b) => b.count - a.count || a.label - b.label);
  const present = bars.filter(({ count }) => count > 0).map(({ count }) => count);
  const ratio = Math.max(...present) / Math.min(...present);
  const summary = `${formatCount(labels.length)} in ${present.length} classes, imbalance ${formatNumber(ratio)} : 1`;
  return new Figure({
    data: [
      {
        type: "bar",
        orientation: "h",
        y: Int32Array.from(bars, (_, i) => i),
        x: Int32Array.from(bars, ({ count }) => count),
        text: bars.map(({ count }) => formatCount(count)),
        textposition: "outside",
        cliponaxis: false,
        marker: { color: categories[0] },
        customdata: bars.map(({ label }) => label),
        hovertemplate: "%{y} (label %{customdata}): %{x}<extra></extra>",
      },
    ],
    layout: {
      title: { text: `${escapeText(title)}: ${summary}` },
      height: barsHeight(bars.length),
      margin: { r: 48 },
      bargap: 0.25,
      xaxis: { title: { text: "count" } },
      yaxis: categoryAxis(bars.map(({ label }) => names?.[label] ?? String(label))),
    },
  });
}

/** Height of a figure of horizontal bars: every bar readable, few bars not thick. */
export function barsHeight(bars: number): number {
  return 110 + Math.max(6, bars) * (bars > 30 ? 15 : 20);
}

/** A vertical axis of named rows 0, 1, … from the top: names may repeat, every one is shown. */
export function categoryAxis(names: readonly string[]): Record<string, unknown> {
  return {
    range: [names.length - 0.5, -0.5],
    tickvals: names.map((_, i) => i),
    ticktext: names.map((name) => escapeText(shorten(name))),
    tickfont: { size: names.length > 30 ? 10 : 11 },
    showgrid: false,
    ticks: "",
    automargin: true,
  };
}

/** A long name with its middle left out. */
export function shorten(name: string, length = 36): string {
  return name.length <= length ? name : `${name.slice(0, length - 10)}…${name.slice(-9)}`;
}
