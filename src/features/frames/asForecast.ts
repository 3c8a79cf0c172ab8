import type { ArrayData } from "../../core/array";
import { type Frames, type FrameUnit, frames } from "../../core/frames";
import { convertRadarValues } from "../../core/frameUnits";
import { lazyFrames } from "../../core/frameViews";
import { heldBytes, LazyArray, makeSource } from "../../core/source";

/** A network's output: `[samples, rows, columns, 1]`, pixels / 255. */
export interface NetworkOutput {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

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
 * are made on demand.
 *
 * @param output `[samples, rows, columns, times]` of pixels / 255
 * @param options `unit`: what the frames are to be in (default "pixel")
 * @returns float32 frames of the same shape
 * @throws {RangeError} if the output has not four axes, or a value is NaN
 * @example
 * const forecast = features.asForecast(await train.predict(forecaster, competition.test));
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
