import { typeOfValues } from "../../core/danfojsFixes";
import { tableColumn } from "../../core/dataFrame";
import { Figure } from "../figure/figure";
import { escapeText, formatCount } from "../figure/text";
import { lineColors, pointScale } from "../figure/theme";
import type { Trace } from "../figure/types";
import {
  axisColumn,
  groupRows,
  numberColumn,
  type PlotTable,
  type TableTitles,
  tableLayout,
  textColumn,
} from "./columns";

/** Options of {@link scatter}. */
export interface ScatterOptions extends TableTitles {
  /** The column along the horizontal axis. */
  x: string;
  /** The column along the vertical axis. */
  y: string;
  /** A column that gives the colour: texts by group, numbers on a scale; none by default. */
  color?: string;
  /** A column that is shown when the pointer is over a point; none by default. */
  label?: string;
}

/** Points of one figure; of more, every second, third, … is shown. */
const mostPoints = 20_000;
const action = "plot points";

/**
 * Points of a danfojs frame, or of columns by name; rows where a value is missing are left out. Of more than 20,000 every
 * second, third, … is shown, and the title says so.
 *
 * @param table the frame
 * @throws {RangeError} if there is no such column, or more than 30 groups
 * @example
 * scatter({ mean: [1, 2, 3], deviation: [0.1, 0.4, 0.2], name: ["a", "b", "a"] }, { x: "mean", y: "deviation", color: "name" });
 */
export function scatter(table: PlotTable, options: ScatterOptions): Figure {
  const { x, y, color, label } = options;
  const [across, up] = [axisColumn(table, x, action), axisColumn(table, y, action)];
  const labels = label === undefined ? undefined : textColumn(table, label, action);
  const rows = across.values.length;
  const step = Math.ceil(rows / mostPoints) || 1;
  const isShown = (row: number): boolean =>
    row % step === 0 && across.values[row] !== null && up.values[row] !== null;
  const isAmount =
    color !== undefined && ["int32", "float32"].includes(typeOfValues(tableColumn(table, color, action)));
  const groups = groupRows(table, isAmount ? undefined : color, { rows, action });
  const isNamed = color !== undefined && !isAmount;
  const colors = lineColors(groups.size);
  const amounts = isAmount ? numberColumn(table, color, action) : undefined;
  const note = step > 1 ? ` (every ${step}. of ${formatCount(rows)} rows)` : "";
  const layout = tableLayout(
    { title: `${options.title ?? `${y} by ${x}`}${note}`, x: options.xTitle ?? x, y: options.yTitle ?? y },
    isNamed,
  );
  const data = [...groups].map(([group, places], i): Trace => {
    const shown = places.filter(isShown);
    return {
      type: "scatter",
      mode: "markers",
      name: escapeText(group),
      x: shown.map((row) => across.values[row]),
      y: shown.map((row) => up.values[row]),
      ...(labels && { text: shown.map((row) => escapeText(labels[row])) }),
      marker: {
        size: shown.length > 2000 ? 4 : 7,
        opacity: shown.length > 500 ? 0.6 : 0.85,
        ...(amounts
          ? { color: shown.map((row) => amounts[row]), coloraxis: "coloraxis" }
          : { color: colors[i] }),
      },
    };
  });
  return new Figure({
    data,
    layout: {
      ...layout,
      ...(amounts && {
        coloraxis: { colorscale: pointScale, colorbar: { title: { text: escapeText(color!) } } },
      }),
      xaxis: { ...(layout.xaxis as object), type: across.type },
      yaxis: { ...(layout.yaxis as object), type: up.type },
    },
  });
}
