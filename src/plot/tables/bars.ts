import { Figure } from "../figure/figure";
import { escapeText, formatNumber } from "../figure/text";
import { lineColors } from "../figure/theme";
import type { Layout } from "../figure/types";
import { barsHeight, categoryAxis } from "../scores/labelCounts";
import {
  groupRows,
  namedTicks,
  namesOf,
  numberColumn,
  type PlotTable,
  type TableTitles,
  tableLayout,
  textColumn,
} from "./columns";

/** Options of {@link bars}. */
export interface BarsOptions extends TableTitles {
  /** The column that names the bars. */
  x: string;
  /** The column of their lengths, or several, side by side. */
  y: string | readonly string[];
  /** A column whose values stand side by side in colours; none by default. */
  color?: string;
  /** Column of the spread that is drawn at each bar's end; none by default. */
  spread?: string;
  /** `"vertical"` or `"horizontal"`; by default upright while names are few and short. */
  orientation?: "vertical" | "horizontal";
}

/** Of one figure. */
const mostBars = 2000;
const action = "plot bars";

/**
 * Bars of a danfojs frame, or of columns by name: one per row, in the frame's order. Rows are counted or averaged before,
 * as by `frame.groupby(["label"]).col(["loss"]).mean()`.
 *
 * @param table the frame
 * @throws {RangeError} if there is no such column, a name comes twice in one colour, or there are too many bars
 * @throws {TypeError} if a length is no number
 * @example
 * bars({ recipe: ["third", "best"], loss: [0.36, 0.31] }, { x: "recipe", y: "loss" });
 */
export function bars(table: PlotTable, options: BarsOptions): Figure {
  const { x, color, spread } = options;
  const columns = namesOf(options.y, action);
  const names = textColumn(table, x, action);
  const places = [...new Set(names)];
  if (places.length > mostBars) {
    throw new RangeError(`Cannot ${action}: there must be at most ${mostBars} bars, got ${places.length}`);
  }
  const placeOf = new Map(places.map((name, place) => [name, place]));
  const groups = groupRows(table, color, { rows: names.length, action });
  const spreads = spread === undefined ? undefined : numberColumn(table, spread, action);
  const list = columns.flatMap((column) => {
    const values = numberColumn(table, column, action);
    return [...groups].map(([group, rows]) => {
      const seen = new Set<string>();
      for (const row of rows) {
        if (seen.has(names[row])) {
          throw new RangeError(
            `Cannot ${action}: each ${x} must come once${group && ` in ${group}`}, got ${JSON.stringify(names[row])} again; group the frame first, as by frame.groupby([${JSON.stringify(x)}]).col([${JSON.stringify(column)}]).mean()`,
          );
        }
        seen.add(names[row]);
      }
      const name = [columns.length > 1 ? column : "", group].filter(Boolean).join(", ");
      return {
        name,
        places: rows.map((row) => placeOf.get(names[row])!),
        values: rows.map((row) => values[row]),
        rows,
      };
    });
  });
  const longest = Math.max(...places.map((name) => name.length), 0);
  const upright = places.length <= 12 && longest * places.length <= 110;
  const { orientation = upright ? "vertical" : "horizontal" } = options;
  const isUpright = orientation === "vertical";
  const colors = lineColors(list.length);
  const isNamed = list.length > 1;
  const yName = columns.join(", ");
  const layout = tableLayout(
    {
      title: options.title ?? `${yName} by ${x}`,
      x: options.xTitle ?? (isUpright ? x : yName),
      y: options.yTitle ?? (isUpright ? yName : x),
    },
    isNamed,
  );
  return new Figure({
    data: list.map(({ name, places: at, values, rows }, i) => ({
      type: "bar",
      name: escapeText(name),
      ...(isUpright ? { x: at, y: values } : { orientation: "h", y: at, x: values }),
      ...(spreads && {
        [isUpright ? "error_y" : "error_x"]: { type: "data", array: rows.map((row) => spreads[row] ?? 0) },
      }),
      marker: { color: colors[i] },
      text: values.map((value) => (value === null ? "" : formatNumber(value))),
      textposition: list.length * places.length > 24 || spreads ? "none" : "outside",
      cliponaxis: false,
      customdata: at.map((place) => escapeText(places[place])),
      hovertemplate: `%{customdata}: %{${isUpright ? "y" : "x"}:.6g}<extra>${escapeText(name)}</extra>`,
    })),
    layout: isUpright ? uprightLayout(layout, places) : flatLayout(layout, places, list.length),
  });
}

function uprightLayout(layout: Layout, names: readonly string[]): Layout {
  return { ...layout, bargap: 0.25, xaxis: { ...(layout.xaxis as object), ...namedTicks(names) } };
}

function flatLayout(layout: Layout, names: readonly string[], groups: number): Layout {
  return {
    ...layout,
    height: barsHeight(Math.round(names.length * (groups > 1 ? 1.5 : 1))),
    margin: { r: 48 },
    bargap: 0.25,
    yaxis: { ...(layout.yaxis as object), ...categoryAxis(names) },
  };
}
