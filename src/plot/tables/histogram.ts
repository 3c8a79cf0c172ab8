import { checkNumber } from "../../core/check";
import { Figure } from "../figure/figure";
import { escapeText, formatCount } from "../figure/text";
import { lineColors } from "../figure/theme";
import { groupRows, numberColumn, type PlotTable, type TableTitles, tableLayout } from "./columns";

/** Options of {@link histogram}. */
export interface HistogramOptions extends TableTitles {
  /** The column of numbers. */
  x: string;
  /** A column whose every value is a histogram of its own, over one another; none by default. */
  color?: string;
  /** How many bins, from the smallest value to the largest; default 40. */
  bins?: number;
  /** Whether each histogram's bars add up to 1, to compare groups of unlike size; default false: counts. */
  share?: boolean;
}

const action = "plot a histogram";

/**
 * How often values occur in a column of a danfojs frame, or of columns by name: equal bins from the smallest to the
 * largest value, the same for all groups; how many values are missing stands in the title.
 *
 * @param table the frame
 * @throws {RangeError} if there is no such column or no value, or the bins are not a whole number from 1 to 1,000
 * @throws {TypeError} if a value is no number
 * @example
 * histogram({ loss: [0.1, 0.4, 2.2], person: ["a", "b", "a"] }, { x: "loss", color: "person", bins: 10 });
 */
export function histogram(table: PlotTable, options: HistogramOptions): Figure {
  const { x, color, bins = 40, share = false } = options;
  checkNumber(bins, { action, name: "bins", whole: true, low: 1, high: 1000 });
  const values = numberColumn(table, x, action);
  const groups = groupRows(table, color, { rows: values.length, action });
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let missing = 0;
  for (const value of values) {
    if (value === null) missing++;
    else [low, high] = [Math.min(low, value), Math.max(high, value)];
  }
  if (missing === values.length) throw new RangeError(`Cannot ${action}: ${x} must have values, got none`);
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const width = (high - low) / bins;
  const middles = Float64Array.from({ length: bins }, (_, bin) => low + (bin + 0.5) * width);
  const colors = lineColors(groups.size);
  const isNamed = groups.size > 1;
  const note = missing > 0 ? ` (${formatCount(missing)} missing)` : "";
  const layout = tableLayout(
    {
      title: `${options.title ?? x}${note}`,
      x: options.xTitle ?? x,
      y: options.yTitle ?? (share ? "share" : "count"),
    },
    isNamed,
  );
  return new Figure({
    data: [...groups].map(([group, rows], i) => {
      const counts = new Float64Array(bins);
      let total = 0;
      for (const row of rows) {
        const value = values[row];
        if (value === null) continue;
        counts[Math.min(bins - 1, Math.floor((value - low) / width))]++;
        total++;
      }
      return {
        type: "bar",
        name: escapeText(group),
        x: middles,
        y: share ? counts.map((count) => count / Math.max(1, total)) : counts,
        width,
        marker: { color: colors[i] },
        opacity: isNamed ? 0.55 : 1,
        hovertemplate: `%{x:.6g}: %{y:.6g}<extra>${escapeText(group)}</extra>`,
      };
    }),
    layout: { ...layout, barmode: "overlay", bargap: 0 },
  });
}
