import { Figure } from "../figure/figure";
import { escapeText } from "../figure/text";
import { lineColors } from "../figure/theme";
import {
  axisColumn,
  groupRows,
  namesOf,
  numberColumn,
  type PlotTable,
  type TableTitles,
  tableLayout,
} from "./columns";

/** Options of {@link lines}. */
export interface LinesOptions extends TableTitles {
  /** The column along the horizontal axis; the row's number by default. */
  x?: string;
  /** The column of the heights, or several, a line each. */
  y: string | readonly string[];
  /** A column whose every value is a line of its own; none by default. */
  color?: string;
  /** Whether each row is marked; by default where there are at most 40. */
  markers?: boolean;
}

/** Points of one figure. */
const mostPoints = 200_000;
const action = "plot lines";

/**
 * Lines of a danfojs frame, or of columns by name, in the order of its rows; a missing value leaves a gap.
 *
 * @param table the frame
 * @throws {RangeError} if there is no such column or there are too many points
 * @throws {TypeError} if a height is no number
 * @example
 * lines({ epoch: [1, 2, 3], loss: [2, 1, 0.5], val_loss: [2, 1.5, 1.2] }, { x: "epoch", y: ["loss", "val_loss"] });
 */
export function lines(table: PlotTable, options: LinesOptions): Figure {
  const { x, color } = options;
  const columns = namesOf(options.y, action);
  const heights = columns.map((column) => numberColumn(table, column, action));
  const rows = heights[0].length;
  if (rows * columns.length > mostPoints) {
    throw new RangeError(
      `Cannot ${action}: there must be at most ${mostPoints} points, got ${rows * columns.length}`,
    );
  }
  const along = x === undefined ? undefined : axisColumn(table, x, action);
  const groups = groupRows(table, color, { rows, action });
  const list = columns.flatMap((column, at) =>
    [...groups].map(([group, places]) => ({
      name: [columns.length > 1 ? column : "", group].filter(Boolean).join(", "),
      x: places.map((row) => along?.values[row] ?? row),
      y: places.map((row) => heights[at][row]),
    })),
  );
  const colors = lineColors(list.length);
  const { markers = Math.max(...list.map((line) => line.y.length)) <= 40 } = options;
  const isNamed = list.length > 1;
  const titles = {
    title: options.title ?? `${columns.join(", ")}${x === undefined ? "" : ` by ${x}`}`,
    x: options.xTitle ?? x ?? "row",
    y: options.yTitle ?? (columns.length > 1 ? "" : columns[0]),
  };
  const layout = tableLayout(titles, isNamed);
  return new Figure({
    data: list.map(({ name, ...points }, i) => ({
      type: "scatter",
      mode: markers ? "lines+markers" : "lines",
      name: escapeText(name),
      ...points,
      line: { width: 1.6, color: colors[i] },
      marker: { color: colors[i], size: 6 },
    })),
    layout: { ...layout, xaxis: { ...(layout.xaxis as object), ...(along && { type: along.type }) } },
  });
}
