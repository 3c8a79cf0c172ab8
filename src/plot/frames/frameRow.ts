import { checkNumber } from "../../core/check";
import { Figure } from "../figure/figure";
import { rainScale } from "../figure/theme";
import { extent, type FrameSource, frameShape, imageRows, unitTitles } from "./frameSource";
import { panels } from "./panels";

/** Options of {@link frameRow}. */
export interface FrameRowOptions {
  /** Which sample; 0 by default. */
  sample?: number;
  /** One title a frame; by default the times of frames 10 minutes apart whose last but one is now: `t-30 min` … `t+10 min`. */
  titles?: readonly string[];
  /** Value at the colour bar's end; the sample's largest value by default. */
  high?: number;
  /** `"Sample <number>"` by default. */
  title?: string;
}

/**
 * Shows the frames of one sample side by side, eight in a row, on one rain colour scale; missing values (NaN) are grey.
 *
 * @param source `[samples, rows, columns, times]` or one sample `[rows, columns, times]`
 * @throws {RangeError} if the shape is another, the sample lies outside, there are more than 200 frames, or not one title per frame
 * @example
 * frameRow(competition.train, { sample: 3 });
 */
export function frameRow(source: FrameSource, options: FrameRowOptions = {}): Figure {
  const { sample = 0, title = `Sample ${sample}` } = options;
  const times = frameShape(source)[3];
  checkNumber(times, { action: "plot frames", name: "their number", low: 1, high: 200, whole: true });
  const titles = options.titles ?? timeTitles(times);
  if (titles.length !== times) {
    throw new RangeError(
      `Cannot plot frames: there must be ${times} titles, one per frame, got ${titles.length}`,
    );
  }
  const images = titles.map((_, time) => imageRows(source, { sample, time }));
  const [least, most] = extent(images);
  const low = source.unit === "dbz" ? least : Math.min(0, least);
  if (options.high !== undefined) {
    checkNumber(options.high, { action: "plot frames", name: "high", low, above: true });
  }
  const columns = Math.ceil(times / Math.ceil(times / 8));
  return new Figure(
    panels(
      images.map((image, i) => ({
        image,
        row: Math.floor(i / columns),
        column: i % columns,
        title: titles[i],
      })),
      {
        title,
        colorAxes: [
          {
            scale: rainScale,
            low,
            high: options.high ?? most,
            title: unitTitles[source.unit ?? "pixel"],
          },
        ],
      },
    ),
  );
}

/**
 * Titles of frames that end in the forecast's time.
 *
 * @param times how many
 * @param options `minutes` between frames, 10 by default; `future`: how many lie after now, 1 by default where there
 * are five frames (inputs and target), else 0
 * @example
 * timeTitles(5); // ["t-30 min", "t-20 min", "t-10 min", "t", "t+10 min"]
 */
export function timeTitles(times: number, options: { minutes?: number; future?: number } = {}): string[] {
  const { minutes = 10, future = times === 5 ? 1 : 0 } = options;
  return Array.from({ length: times }, (_, i) => {
    const minute = (i - (times - 1 - future)) * minutes;
    return minute === 0 ? "t" : `t${minute < 0 ? "-" : "+"}${Math.abs(minute)} min`;
  });
}
