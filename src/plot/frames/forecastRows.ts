import { Figure } from "../figure/figure";
import { formatNumber } from "../figure/text";
import { errorScale, rainScale } from "../figure/theme";
import { timeTitles } from "./frameRow";
import {
  extent,
  type FrameSource,
  frameShape,
  type ImageRows,
  imageRows,
  unitTitles,
  wholePixels,
} from "./frameSource";
import { type Panel, panels } from "./panels";

/** Options of {@link forecastRows}. */
export interface ForecastRowsOptions {
  /** What came, `[samples, rows, columns, times]`; its first time is compared. */
  truth: FrameSource;
  /** What was forecast, `[samples, rows, columns, times]`; its first time is compared. */
  prediction: FrameSource;
  /** Which samples, one a row; the first three by default. */
  samples?: readonly number[];
  /** How many of the last inputs are shown; 2 by default. */
  inputs?: number;
  /** Minutes between frames; 10 by default. */
  minutes?: number;
  /** `"Forecasts"` by default. */
  title?: string;
}

/**
 * Shows inputs, truth, prediction and error (prediction minus truth) of some samples, one a row: rain on one common
 * scale, errors on a diverging one that is even about zero. Each row tells its mean absolute error.
 *
 * @param inputs `[samples, rows, columns, times]`
 * @throws {RangeError} if the three disagree in samples, rows or columns, or a sample lies outside
 * @example
 * forecastRows(inputs, { truth, prediction, samples: [3, 14, 159] });
 */
export function forecastRows(inputs: FrameSource, options: ForecastRowsOptions): Figure {
  const { truth, prediction, minutes = 10, title = "Forecasts" } = options;
  const [count, , , times] = checkAlike(inputs, truth, prediction);
  const samples = options.samples ?? Array.from({ length: Math.min(3, count) }, (_, i) => i);
  if (samples.length === 0) throw new RangeError("Cannot plot forecasts: there must be samples, got none");
  const shown = Math.min(times, Math.max(0, options.inputs ?? 2));
  const titles = timeTitles(times, { minutes, future: 0 }).slice(times - shown);
  const list: Panel[] = [];
  const rowTitles: string[] = [];
  samples.forEach((sample, row) => {
    const past = titles.map((_, i) => imageRows(inputs, { sample, time: times - shown + i }));
    const came = imageRows(truth, { sample, time: 0 });
    const forecast = imageRows(prediction, { sample, time: 0 });
    const error = difference(forecast, came);
    const named = [...titles, `truth t+${minutes} min`, "prediction", "error"];
    [...past, came, wholePixels(forecast, truth.unit), wholePixels(error, truth.unit)].forEach(
      (image, column) => {
        list.push({
          image,
          row,
          column,
          title: row === 0 ? named[column] : undefined,
          colorAxis: column === named.length - 1 ? 1 : 0,
        });
      },
    );
    rowTitles.push(`${sample}: MAE ${formatNumber(meanAbsolute(error))}`);
  });
  const rain = extent(list.filter((panel) => panel.colorAxis === 0).map((panel) => panel.image));
  const errors = extent(list.filter((panel) => panel.colorAxis === 1).map((panel) => panel.image));
  const most = Math.max(-errors[0], errors[1]) || 1;
  const unit = unitTitles[truth.unit ?? "pixel"];
  return new Figure(
    panels(list, {
      title,
      rowTitles,
      colorAxes: [
        { scale: rainScale, low: truth.unit === "dbz" ? rain[0] : 0, high: rain[1] || 1, title: unit },
        { scale: errorScale, low: -most, high: most, title: `error, ${unit}` },
      ],
    }),
  );
}

/** Options of {@link worstForecasts}. */
export interface WorstForecastsOptions extends Omit<ForecastRowsOptions, "samples"> {
  /** How many samples; 4 by default. */
  count?: number;
}

/**
 * Shows the samples with the largest mean absolute error, the worst first, as {@link forecastRows}.
 *
 * @param inputs `[samples, rows, columns, times]`
 * @throws {RangeError} if the three disagree in samples, rows or columns
 * @example
 * worstForecasts(inputs, { truth, prediction, count: 3 });
 */
export function worstForecasts(inputs: FrameSource, options: WorstForecastsOptions): Figure {
  const { truth, prediction, count = 4, title = "Worst forecasts" } = options;
  const [samples] = checkAlike(inputs, truth, prediction);
  const errors = Array.from({ length: samples }, (_, sample) =>
    meanAbsolute(
      difference(imageRows(prediction, { sample, time: 0 }), imageRows(truth, { sample, time: 0 })),
    ),
  );
  const order = errors.map((_, sample) => sample).sort((a, b) => errors[b] - errors[a] || a - b);
  return forecastRows(inputs, { ...options, title, samples: order.slice(0, count) });
}

function checkAlike(inputs: FrameSource, truth: FrameSource, prediction: FrameSource): readonly number[] {
  const shapes = [inputs, truth, prediction].map(frameShape);
  if (shapes.some((shape) => shape.slice(0, 3).join() !== shapes[0].slice(0, 3).join())) {
    throw new RangeError(
      `Cannot plot forecasts: inputs, truth and prediction must agree in samples, rows and columns, got ${shapes
        .map((shape) => `[${shape}]`)
        .join(", ")}`,
    );
  }
  return shapes[0];
}

/** `a` minus `b`. */
function difference(a: ImageRows, b: ImageRows): Float32Array[] {
  return a.map((row, i) => Float32Array.from(row, (value, j) => value - b[i][j]));
}

function meanAbsolute(rows: readonly Float32Array[]): number {
  let sum = 0;
  let count = 0;
  for (const row of rows) {
    for (const value of row) {
      if (Number.isNaN(value)) continue;
      sum += Math.abs(value);
      count++;
    }
  }
  return sum / count;
}
