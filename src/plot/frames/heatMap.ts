import { Figure } from "../figure/figure";
import { escapeText, formatCount } from "../figure/text";
import { type ColorScale, rainScale } from "../figure/theme";
import type { Trace } from "../figure/types";
import { extent, type FrameSource, frameShape, type ImageRows, imageRows, unitTitles } from "./frameSource";
import { panels } from "./panels";

/** A place to mark on an image. */
export interface MapPoint {
  readonly row: number;
  readonly column: number;
  /** Shown when hovering; the row and column by default. */
  readonly name?: string;
}

/** Options of {@link heatMap}. */
export interface HeatMapOptions {
  /** Which frames are taken of each sample; all by default. */
  times?: readonly number[];
  /** How samples and frames become one image; `"sum"` by default. One image alone stays as it is. */
  reduce?: "sum" | "mean";
  /** Places to mark, such as dams; none by default. */
  points?: readonly MapPoint[];
  /** Title of the colour bar; the unit, and that it is a sum or mean, by default. */
  unit?: string;
  /** The rain colours by default. */
  scale?: ColorScale;
  /** `"Heat map"` by default. */
  title?: string;
}

/**
 * Shows one image, or the sum of many, as a heat map with marked places, such as the summed inputs with the dams.
 *
 * @param source `[rows, columns]`, `[rows, columns, times]` or `[samples, rows, columns, times]`
 * @throws {RangeError} if the shape is another, or a time or point lies outside
 * @example
 * heatMap(competition.train, { times: [0, 1, 2, 3], points: radar.dams, title: "Sum of all inputs" });
 */
export function heatMap(source: FrameSource, options: HeatMapOptions = {}): Figure {
  const { reduce = "sum", points = [], scale = rainScale, title = "Heat map" } = options;
  const [samples, rows, columns, times] = frameShape(source);
  const chosen = options.times ?? Array.from({ length: times }, (_, time) => time);
  const many = samples * chosen.length;
  const image =
    many === 1 ? imageRows(source, { sample: 0, time: chosen[0] }) : reduced(source, chosen, reduce);
  const outside = points.find(
    ({ row, column }) => !(row >= 0 && row < rows && column >= 0 && column < columns),
  );
  if (outside) {
    throw new RangeError(
      `Cannot mark a point: row and column must lie in [${rows}, ${columns}], got (${outside.row}, ${outside.column})`,
    );
  }
  const unit = unitTitles[source.unit ?? "pixel"];
  const [low, high] = extent([image]);
  const { data, layout } = panels([{ image, row: 0, column: 0 }], {
    title,
    widest: 560,
    colorAxes: [
      {
        scale,
        low: Math.min(0, low),
        high: high > 0 ? high : 1,
        title: escapeText(
          options.unit ?? (many === 1 ? unit : `${unit}, ${reduce} of ${formatCount(many)} frames`),
        ),
      },
    ],
  });
  return new Figure({ data: points.length > 0 ? [...data, marks(points)] : data, layout });
}

/** Places as rings that stand out on light and dark. */
function marks(points: readonly MapPoint[]): Trace {
  return {
    type: "scatter",
    mode: "markers",
    x: Float32Array.from(points, ({ column }) => column),
    y: Float32Array.from(points, ({ row }) => row),
    text: points.map(({ row, column, name }) => escapeText(name ?? `row ${row}, column ${column}`)),
    hovertemplate: "%{text}<extra></extra>",
    marker: { symbol: "circle-open", size: 11, color: "#d55e00", line: { width: 2.5, color: "#d55e00" } },
    showlegend: false,
  };
}

function reduced(source: FrameSource, times: readonly number[], reduce: "sum" | "mean"): ImageRows {
  const [samples, rows, columns] = frameShape(source);
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
  const divisor = reduce === "mean" ? samples * times.length : 1;
  return sums.map((row) => Float32Array.from(row, (value) => value / divisor));
}
