import { Figure } from "../figure/figure";
import { escapeText, formatCount, formatNumber } from "../figure/text";
import { categories } from "../figure/theme";

/** Of one figure. */
const mostBars = 2000;

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
 * @param labels whole numbers >= 0, one per window
 * @throws {RangeError} if there are no labels, one is no whole number or has no name, or there are more than 2,000 classes
 * @example
 * labelCounts([0, 0, 0, 1], { names: ["rest", "squat"] }); // title ends in "imbalance 3 : 1"
 */
export function labelCounts(labels: ArrayLike<number>, options: LabelCountsOptions = {}): Figure {
  const { names, sort = "count", title = "Label counts" } = options;
  if (labels.length === 0) throw new RangeError("Cannot plot label counts: there must be labels, got none");
  const counts = new Map<number, number>(names?.map((_, label) => [label, 0]));
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    if (!Number.isInteger(label) || label < 0 || (names && label >= names.length)) {
      const range = names ? `in [0, ${names.length})` : ">= 0";
      throw new RangeError(`Cannot plot label counts: labels must be whole numbers ${range}, got ${label}`);
    }
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  if (counts.size > mostBars) {
    throw new RangeError(
      `Cannot plot label counts: there must be at most ${formatCount(mostBars)} classes, got ${formatCount(counts.size)}`,
    );
  }
  const bars = Array.from(counts, ([label, count]) => ({ label, count }));
  bars.sort((a, b) => (sort === "count" ? b.count - a.count : 0) || a.label - b.label);
  const present = bars.filter(({ count }) => count > 0).map(({ count }) => count);
  const ratio = Math.max(...present) / Math.min(...present);
  const summary =
    `${formatCount(labels.length)} in ${present.length} ${present.length === 1 ? "class" : "classes"}, ` +
    `imbalance ${formatNumber(ratio)} : 1`;
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
  const short = names.map((name) => shorten(name));
  const alike = new Set(short).size < new Set(names).size;
  return {
    range: [names.length - 0.5, -0.5],
    tickvals: names.map((_, i) => i),
    ticktext: (alike ? names : short).map(escapeText),
    tickfont: { size: names.length > 30 ? 10 : 11 },
    showgrid: false,
    ticks: "",
    automargin: true,
  };
}

/** A long name with its middle left out, between letters. */
export function shorten(name: string, length = 36): string {
  const letters = Array.from(name);
  if (letters.length <= length) return name;
  return `${letters.slice(0, length - 10).join("")}…${letters.slice(-9).join("")}`;
}
