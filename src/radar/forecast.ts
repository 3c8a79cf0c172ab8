import { type Frames, type FrameUnit, frames } from "../data/frames";
import { lazyFrames } from "../data/lazyFrames";
import { showAs } from "../data/summary";
import { tableBundle } from "../data/tableDisplay";
import { convertRadarValues } from "../features/frameUnits";
import type { ArrayData } from "../train";
import { LazyArray } from "../train/lazyArray";
import { makeSource } from "../train/source";
import type { Verification } from "./verify";

/** A network's output: `[samples, rows, columns, 1]`, pixels / 255. */
export interface NetworkOutput {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

/** Bytes of forecasts that are held in memory; larger ones are made as they are looked at. */
export const heldBytes = 1 << 26;

/** Values of whole samples in a unit, held to the scale. */
function heldTo(
  unit: FrameUnit,
  given: { data: ArrayLike<number>; size: number; sampleAt: (place: number) => number },
): Float32Array {
  const { data, size, sampleAt } = given;
  const values = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    if (Number.isNaN(data[i])) {
      throw new RangeError(
        `Cannot take the output as frames: values must be numbers, got NaN in sample ${sampleAt(Math.floor(i / size))}`,
      );
    }
    values[i] = Math.min(1, Math.max(0, data[i]));
  }
  return convertRadarValues(values, { from: "unit", to: unit });
}

/**
 * Takes a network's output as frames, so that it is verified, drawn and submitted as a forecast; what lies outside
 * [0, 1] is set to the nearer end. Predictions that are read from a run's folder, or more than 64 MiB, become frames that
 * are made as they are looked at.
 *
 * @param output `[samples, rows, columns, times]` of pixels / 255
 * @param options `unit`: what the frames are to be in (default "pixel")
 * @returns float32 frames of the same shape
 * @throws {RangeError} if the output has not four axes, or a value is NaN
 * @example
 * const forecast = radar.asForecast(result.predictions);
 */
export function asForecast(output: NetworkOutput, options: { unit?: FrameUnit } = {}): Frames<Float32Array> {
  const { unit = "pixel" } = options;
  if (output.shape.length !== 4) {
    throw new RangeError(
      `Cannot take the output as frames: need [samples, rows, columns, times], got [${output.shape}]`,
    );
  }
  const [samples, rows, columns, times] = output.shape;
  const shape = [samples, rows, columns, times] as const;
  const size = rows * columns * times;
  if (!(output instanceof LazyArray) && 4 * samples * size <= heldBytes) {
    return frames(heldTo(unit, { data: output.data, size, sampleAt: (place) => place }), { shape, unit });
  }
  const valuesAt = output instanceof LazyArray ? output.take : makeSource(output as ArrayData).take;
  const take = (indices: ArrayLike<number>): Float32Array =>
    heldTo(unit, { data: valuesAt(indices), size, sampleAt: (place) => indices[place] });
  return lazyFrames(take, { shape, unit, Values: Float32Array });
}

/** Verifications by name; a notebook shows them as a table, one forecast a row. */
export type ForecastComparison = Readonly<Record<string, Verification>>;

/**
 * Puts forecasts beside each other: errors, the competition's score, CSI a threshold and fractions skill a scale.
 *
 * @param verifications what `radar.verify` found, by the forecast's name
 * @returns the same, shown as a table
 * @throws {RangeError} if there is none
 * @example
 * radar.compareForecasts({ persistence, network });
 */
export function compareForecasts(verifications: ForecastComparison): ForecastComparison {
  const entries = Object.entries(verifications);
  if (entries.length === 0) throw new RangeError("Cannot compare forecasts: need at least one, got none");
  const [, first] = entries[0];
  const head = [
    "forecast",
    "MAE (mm/h)",
    "RMSE (mm/h)",
    "MAE (pixel)",
    "CSI",
    "MAE / CSI",
    ...first.categorical.map(({ threshold }) => `CSI ${threshold} mm/h`),
    ...first.fractions.map(({ scale }) => `FSS ${scale} px`),
  ];
  const rows = entries.map(([name, found]) => [
    name,
    // Strings, so that whole numbers keep their places and line up.
    ...[found.mae, found.rmse, found.pixelMae, found.csi, found.score].map((value) => value.toFixed(4)),
    ...found.categorical.map(({ csi }) => csi.toFixed(4)),
    ...found.fractions.map(({ fss }) => fss.toFixed(4)),
  ]);
  return showAs({ ...verifications }, () => tableBundle(head, rows));
}
