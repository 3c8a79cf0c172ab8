import { checkNumber } from "../../core/check";
import { Figure } from "../figure/figure";
import { escapeText, formatCount } from "../figure/text";
import { type ColorScale, rainScale } from "../figure/theme";
import type { Trace } from "../figure/types";
import {
  commonUnit,
  extent,
  type FrameSource,
  frameShape,
  type ImageRows,
  imageRows,
  unitTitles,
} from "./frameSource";
import { panels } from "./panels";

/** A place to mark on an image. */
export interface MapPoint {
  readonly row: number;
  readonly column: number;
  /** Stands beside the mark; none by default. */
  readonly name?: string;
}

/** Options of {@link heatMap}. */
export interface HeatMapOptions {
  /** Which frames are taken of each sample; all by default. */
  times?: readonly number[];
  /** How samples and frames become one image; `"sum"` by default. One image alone stays as it is. */
  reduce?: "sum" | "mean";
  /** Values at the ends of the colours; the smallest and the largest of all maps by default. */
  range?: readonly [low: number, high: number];
  /** Places to mark on every map, such as dams; none by default. */
  points?: readonly MapPoint[];
  /** Title of the colour bar; the unit, and that it is a sum or mean, by default. */
  unit?: string;
  /** The rain colours by default. */
  scale?: ColorScale;
  /** `"Heat map"` by default. */
  title?: string;
}

/** More maps than these go on in the next row. */
const mapsInRow = 3;

/**
 * Shows one image, or the sum of many, as a heat map with marked places, such as the summed inputs with the dams; or
 * several maps beside one another on one scale.
 *
 * @param source `[rows, columns]`, `[rows, columns, times]` or `[samples, rows, columns, times]`, or several by name,
 *   equal in rows, columns and unit
 * @throws {RangeError} if the shape is another, maps differ in size or unit, or a time, point or the range is impossible
 * @example
 * heatMap(competition.train, { times: [0, 1, 2, 3], points: radar.dams, title: "Sum of all inputs" });
 * heatMap({ truth: target, unet: forecast }, { reduce: "mean", range: [0, 40] });
 */
export function heatMap(
  source: FrameSource | Readonly<Record<string, FrameSource>>,
  options: HeatMapOptions = {},
): Figure {
  const { reduce = "sum", points = [], scale = rainScale, title = "Heat map", range } = options;
  const maps: [name: string, source: FrameSource][] =
    "shape" in source ? [["", source as FrameSource]] : Object.entries(source);
  if (maps.length === 0) throw new RangeError("Cannot plot a heat map: there must be a map, got none");
  const [, rows, columns] = frameShape(maps[0][1]);
  const made = maps.map(([name, map]) => {
    const shape = frameShape(map);
    if (shape[1] !== rows || shape[2] !== columns) {
      throw new RangeError(
        `Cannot plot heat maps: all must have ${rows} x ${columns} pixels as the first has, got [${map.shape}] for ${name}`,
      );
    }
    return { name, ...oneImage(map, { times: options.times, reduce }) };
  });
  checkPoints(points, rows, columns);
  if (range) {
    const action = "plot a heat map";
    checkNumber(range[0], { action, name: "the range's low end" });
    checkNumber(range[1], { action, name: "the range's high end", low: range[0], above: true });
  }
  const [low, high] = range ?? extent(made.map(({ image }) => image));
  const unit = unitTitles[commonUnit(maps.map(([, map]) => map))];
  const { many } = made[0];
  const { data, layout } = panels(
    made.map(({ name, image }, i) => ({
      image,
      row: Math.floor(i / mapsInRow),
      column: i % mapsInRow,
      title: name || undefined,
    })),
    {
      title,
      widest: 560,
      colorAxes: [
        {
          scale,
          low,
          high,
          title: escapeText(
            options.unit ?? (many === 1 ? unit : `${unit}, ${reduce} of ${formatCount(many)} frames`),
          ),
        },
      ],
    },
  );
  if (points.length === 0) return new Figure({ data, layout });
  const axes = made.map((_, i) => (i === 0 ? "" : String(i + 1)));
  return new Figure({
    data: [...data, ...axes.map((axis) => marks(points, axis))],
    layout: {
      ...layout,
      annotations: [
        ...layout.annotations!,
        ...axes.flatMap((axis) => labels(points, { axis, rows, columns })),
      ],
    },
  });
}

function checkPoints(points: readonly MapPoint[], rows: number, columns: number): void {
  const outside = points.find(
    ({ row, column }) => !(row >= 0 && row < rows && column >= 0 && column < columns),
  );
  if (outside) {
    throw new RangeError(
      `Cannot mark a point: row and column must lie in [${rows}, ${columns}], got (${outside.row}, ${outside.column})`,
    );
  }
}

/** Places as rings that stand out on light and dark. */
function marks(points: readonly MapPoint[], axis: string): Trace {
  return {
    type: "scatter",
    mode: "markers",
    x: Float32Array.from(points, ({ column }) => column),
    y: Float32Array.from(points, ({ row }) => row),
    text: points.map(({ row, column, name }) => escapeText(name ?? `row ${row}, column ${column}`)),
    hovertemplate: "%{text}<extra></extra>",
    marker: { symbol: "circle-open", size: 11, color: "#d55e00", line: { width: 2.5, color: "#d55e00" } },
    xaxis: `x${axis}`,
    yaxis: `y${axis}`,
    showlegend: false,
  };
}

/** The places' names, each on the side where it has room: away from the border and from its nearest neighbour. */
function labels(
  points: readonly MapPoint[],
  options: { axis: string; rows: number; columns: number },
): Record<string, unknown>[] {
  const { axis, columns } = options;
  return points.flatMap((point) => {
    if (!point.name) return [];
    const distance = (other: MapPoint) => Math.hypot(other.row - point.row, other.column - point.column);
    const nearest = points
      .filter((other) => other !== point)
      .reduce<MapPoint | undefined>(
        (best, other) => (best && distance(best) <= distance(other) ? best : other),
        undefined,
      );
    const crowded = nearest !== undefined && Math.abs(nearest.row - point.row) < options.rows / 12;
    const left =
      point.column > 0.75 * columns ||
      (crowded && point.column > 0.25 * columns && nearest.column > point.column);
    return {
      text: escapeText(point.name),
      x: point.column,
      y: point.row,
      xref: `x${axis}`,
      yref: `y${axis}`,
      xanchor: left ? "right" : "left",
      xshift: left ? -8 : 8,
      showarrow: false,
      font: { size: 10, color: "#333333" },
      bgcolor: "rgba(255,255,255,0.75)",
      borderpad: 1,
    };
  });
}

/** The chosen frames of a source as one image, and how many they are. */
function oneImage(
  source: FrameSource,
  options: { times?: readonly number[]; reduce: "sum" | "mean" },
): { image: ImageRows; many: number } {
  const [samples, rows, columns, all] = frameShape(source);
  const times = options.times ?? Array.from({ length: all }, (_, time) => time);
  if (times.length === 0) throw new RangeError("Cannot plot a heat map: there must be times, got none");
  const many = samples * times.length;
  if (many === 1) return { image: imageRows(source, { sample: 0, time: times[0] }), many };
  // sums of a whole season's pixels leave float32's whole numbers
  const sums = Array.from({ length: rows }, () => new Float64Array(columns));
  for (let sample = 0; sample < samples; sample++) {
    for (const time of times) {
      imageRows(source, { sample, time }).forEach((values, row) => {
        const sum = sums[row];
        for (let column = 0; column < columns; column++) sum[column] += values[column];
      });
    }
  }
  const divisor = options.reduce === "mean" ? many : 1;
  return { image: sums.map((row) => row.map((value) => value / divisor)), many };
}
