import { checkNumber } from "../../core/check";
import { Figure } from "../figure/figure";
import { formatCount, formatNumber } from "../figure/text";
import { errorScale, rainScale } from "../figure/theme";
import { timeTitles } from "./frameRow";
import {
  commonUnit,
  extent,
  type FrameSource,
  frameShape,
  type ImageRows,
  imageRows,
  unitTitles,
} from "./frameSource";
import { type Panel, panels } from "./panels";

/** More rows make a figure that nobody looks through. */
const mostRows = 50;

/** Options of {@link forecastRows}. */
export interface ForecastRowsOptions {
  /** What came, `[samples, rows, columns, times]`; its first time is compared. */
  truth: FrameSource;
  /** What was forecast, `[samples, rows, columns, times]`; its first time is compared. */
  prediction: FrameSource;
  /** Which samples, one per row, at most 50; the first three by default. */
  samples?: readonly number[];
  /** How many of the last inputs are shown, at most 8; 2 by default. */
  inputs?: number;
  /** Minutes between frames; 10 by default. */
  minutes?: number;
  /** `"Forecasts"` by default. */
  title?: string;
}

/**
 * Shows inputs, truth, prediction and error (prediction minus truth) of some samples, one per row: rain on one common
 * scale, errors on a diverging one that is even about zero. Each row tells its mean absolute error, over the pixels that
 * both have, and how many are missing.
 *
 * @param inputs `[samples, rows, columns, times]`
 * @throws {RangeError} if the three disagree in samples, rows, columns or unit, a sample lies outside, or an option is out of
 *   reach
 * @example
 * forecastRows(inputs, { truth: target, prediction: forecast, samples: [3, 1, 4] });
 */
export function forecastRows(inputs: FrameSource, options: ForecastRowsOptions): Figure {
  const { truth, prediction, minutes = 10, title = "Forecasts" } = options;
  const [count, , , times] = checkAlike(inputs, truth, prediction);
  const unit = commonUnit([inputs, truth, prediction]);
  const action = "plot forecasts";
  checkNumber(minutes, { action, name: "minutes", low: 0, above: true });
  checkNumber(options.inputs ?? 2, { action, name: "inputs", low: 0, high: 8, whole: true });
  const samples = options.samples ?? Array.from({ length: Math.min(3, count) }, (_, i) => i);
  if (samples.length === 0 || samples.length > mostRows) {
    throw new RangeError(
      `Cannot plot forecasts: there must be 1 to ${mostRows} samples, one per row, got ${samples.length}`,
    );
  }
  const shown = Math.min(times, options.inputs ?? 2);
  const titles = timeTitles(times, { minutes, future: 0 }).slice(times - shown);
  const list: Panel[] = [];
  const rowTitles: string[] = [];
  samples.forEach((sample, row) => {
    const past = titles.map((_, i) => imageRows(inputs, { sample, time: times - shown + i }));
    const came = imageRows(truth, { sample, time: 0 });
    const forecast = imageRows(prediction, { sample, time: 0 });
    const error = difference(forecast, came);
    const named = [...titles, `t+${minutes} min`, "prediction", "error"];
    [...past, came, forecast, error].forEach((image, column) => {
      const isError = column === named.length - 1;
      list.push({
        image,
        row,
        column,
        title: row === 0 ? named[column] : undefined,
        colorAxis: isError ? 1 : 0,
        keep: isError ? "peak" : "mean",
      });
    });
    const { mean, missing } = meanAbsolute(error);
    const lacks = missing > 0 ? ` (${formatCount(missing)} missing)` : "";
    rowTitles.push(`${sample}: MAE ${formatNumber(mean)}${lacks}`);
  });
  const rain = extent(list.filter((panel) => panel.colorAxis === 0).map((panel) => panel.image));
  const errors = extent(list.filter((panel) => panel.colorAxis === 1).map((panel) => panel.image));
  const most = Math.max(-errors[0], errors[1]) || 1;
  return new Figure(
    panels(list, {
      title,
      rowTitles,
      colorAxes: [
        {
          scale: rainScale,
          low: unit === "dbz" ? rain[0] : Math.min(0, rain[0]),
          high: rain[1],
          title: unitTitles[unit],
        },
        { scale: errorScale, low: -most, high: most, title: `error, ${unitTitles[unit]}` },
      ],
    }),
  );
}

/** Options of {@link worstForecasts}. */
export interface WorstForecastsOptions extends Omit<ForecastRowsOptions, "samples"> {
  /** How many samples, at most 50; 4 by default. */
  count?: number;
}

/**
 * Shows the samples with the largest mean absolute error, the worst first, as {@link forecastRows}. Samples without a pixel that
 * truth and prediction both have are not ranked.
 *
 * @param inputs `[samples, rows, columns, times]`
 * @throws {RangeError} if the three disagree in samples, rows, columns or unit, no sample can be ranked, or an option is out
 *   of reach
 * @example
 * worstForecasts(inputs, { truth: target, prediction: forecast, count: 3 });
 */
export function worstForecasts(inputs: FrameSource, options: WorstForecastsOptions): Figure {
  const { truth, prediction, count = 4, title = "Worst forecasts" } = options;
  const [samples] = checkAlike(inputs, truth, prediction);
  commonUnit([inputs, truth, prediction]);
  checkNumber(count, { action: "plot forecasts", name: "count", low: 1, high: mostRows, whole: true });
  const errors = Array.from({ length: samples }, (_, sample) => {
    const at = { sample, time: 0 };
    return meanAbsolute(difference(imageRows(prediction, at), imageRows(truth, at))).mean;
  });
  const order = errors
    .map((_, sample) => sample)
    .filter((sample) => !Number.isNaN(errors[sample]))
    .sort((a, b) => errors[b] - errors[a] || a - b);
  const left = samples - order.length;
  return forecastRows(inputs, {
    ...options,
    title: left > 0 ? `${title} (${formatCount(left)} without pixels to compare left out)` : title,
    samples: order.slice(0, count),
  });
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

/** `a` minus `b`; bytes stay whole numbers. */
function difference(a: ImageRows, b: ImageRows): ImageRows {
  const bytes = a[0] instanceof Uint8Array && b[0] instanceof Uint8Array;
  const Row = (bytes ? Int16Array : Float32Array) as Float32ArrayConstructor;
  return a.map((row, i) => Row.from(row, (value, j) => value - b[i][j]));
}

/** The mean over the pixels that have a value, and how many have none. */
function meanAbsolute(rows: ImageRows): { mean: number; missing: number } {
  let sum = 0;
  let count = 0;
  let missing = 0;
  for (const row of rows) {
    for (const value of row) {
      if (Number.isFinite(value)) {
        sum += Math.abs(value);
        count++;
      } else {
        missing++;
      }
    }
  }
  return { mean: sum / count, missing };
}
