import { Figure } from "../figure/figure";
import { categories } from "../figure/theme";
import {
  namedTicks,
  numberColumn,
  type PlotTable,
  type TableTitles,
  tableLayout,
  textColumn,
} from "./columns";

/** Options of {@link box}. */
export interface BoxOptions extends TableTitles {
  /** The column of numbers. */
  y: string;
  /** The column whose every value is a box of its own, in the order in which they come; one box of all by default. */
  x?: string;
}

/** Points outside the whiskers that one box shows, evenly taken. */
const mostOutliers = 200;
const mostBoxes = 200;
const action = "plot boxes";

function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  return sorted[below] + (place - below) * (sorted[Math.min(below + 1, sorted.length - 1)] - sorted[below]);
}

/** A box as Tukey draws it: quartiles, whiskers to the last value within 1.5 times the box, what lies outside. */
function boxOf(values: readonly number[]) {
  const sorted = Float64Array.from(values).sort();
  const [q1, median, q3] = [0.25, 0.5, 0.75].map((share) => quantile(sorted, share));
  const reach = 1.5 * (q3 - q1);
  const inside = sorted.filter((value) => value >= q1 - reach && value <= q3 + reach);
  const outside = sorted.filter((value) => value < q1 - reach || value > q3 + reach);
  const step = Math.ceil(outside.length / mostOutliers) || 1;
  return {
    ...{ q1, median, q3, low: inside[0], high: inside[inside.length - 1] },
    outliers: [...outside].filter((_, i) => i % step === 0),
  };
}

/**
 * Boxes of a column of a danfojs frame, or of columns by name, one for each value of another: quartiles, whiskers to the
 * last value within 1.5 times the box's height, points outside. Missing values do not count.
 *
 * @param table the frame
 * @throws {RangeError} if there is no such column or no value, or there are more than 200 boxes
 * @throws {TypeError} if a value is no number
 * @example
 * box({ fold: ["1", "1", "2", "2"], loss: [0.3, 0.4, 0.2, 0.9] }, { x: "fold", y: "loss" });
 */
export function box(table: PlotTable, options: BoxOptions): Figure {
  const { x, y } = options;
  const values = numberColumn(table, y, action);
  const names = x === undefined ? undefined : textColumn(table, x, action);
  const groups = new Map<string, number[]>();
  values.forEach((value, row) => {
    if (value === null) return;
    const name = names?.[row] ?? y;
    const group = groups.get(name);
    if (group) group.push(value);
    else groups.set(name, [value]);
  });
  if (groups.size === 0) throw new RangeError(`Cannot ${action}: ${y} must have values, got none`);
  if (groups.size > mostBoxes) {
    throw new RangeError(`Cannot ${action}: there must be at most ${mostBoxes} boxes, got ${groups.size}`);
  }
  const boxes = [...groups.values()].map(boxOf);
  const places = Int32Array.from(boxes, (_, place) => place);
  const layout = tableLayout(
    {
      title: options.title ?? (x ? `${y} by ${x}` : y),
      x: options.xTitle ?? x ?? "",
      y: options.yTitle ?? y,
    },
    false,
  );
  return new Figure({
    data: [
      {
        type: "box",
        x: places,
        q1: boxes.map(({ q1 }) => q1),
        median: boxes.map(({ median }) => median),
        q3: boxes.map(({ q3 }) => q3),
        lowerfence: boxes.map(({ low }) => low),
        upperfence: boxes.map(({ high }) => high),
        marker: { color: categories[0] },
        line: { width: 1.4 },
      },
      {
        type: "scatter",
        mode: "markers",
        x: boxes.flatMap(({ outliers }, place) => outliers.map(() => place)),
        y: boxes.flatMap(({ outliers }) => outliers),
        marker: { color: categories[0], size: 4, opacity: 0.6 },
        hoverinfo: "y",
      },
    ],
    layout: {
      ...layout,
      xaxis: { ...(layout.xaxis as object), ...namedTicks([...groups.keys()]) },
    },
  });
}
