import type { ArrayData, NamedArray } from "../core/array";
import { sizeOf } from "../core/array";
import { LazyArray, makeSource } from "../core/source";

/** Bytes of predictions in memory unless told otherwise. */
export const predictionMemory = 1 << 28;

/** Predictions of some samples, or of all. */
export interface PartOfPredictions {
  /** `[indices.length, …]`. */
  readonly prediction: ArrayData;
  /** Which samples, each once. Default: all, in their order. */
  readonly indices?: Int32Array;
}

/** For each sample its row in a part, -1 where it has none. */
function rowsOf({ prediction, indices }: PartOfPredictions, samples: number): Int32Array {
  if (!indices) return Int32Array.from({ length: samples }, (_, sample) => sample);
  const rows = new Int32Array(samples).fill(-1);
  for (let row = 0; row < prediction.shape[0]; row++) rows[indices[row]] = row;
  return rows;
}

/**
 * The mean of each sample's predictions, added in float64 in the order of the parts; NaN for a sample that no part has.
 * Where that takes more than `memory` bytes, it is made on demand.
 *
 * @throws {RangeError} if predictions have different shapes
 */
export function meanPredictions(
  parts: readonly PartOfPredictions[],
  options: { samples: number; memory: number },
): NamedArray {
  const { samples, memory } = options;
  const rest = parts[0]?.prediction.shape.slice(1) ?? [];
  for (const { prediction } of parts) {
    if (prediction.shape.slice(1).join() !== rest.join()) {
      throw new RangeError(
        `Cannot average predictions: they must have one shape, got [${prediction.shape}] beside [${samples},${rest}]`,
      );
    }
  }
  const size = sizeOf(rest);
  const known = parts.map((part) => ({ source: makeSource(part.prediction), rows: rowsOf(part, samples) }));
  const mean = new LazyArray([samples, ...rest], (indices) => {
    const sum = new Float64Array(indices.length * size);
    const counts = new Int32Array(indices.length);
    for (const { source, rows } of known) {
      const places = Array.from(indices, (_, place) => place).filter((place) => rows[indices[place]] >= 0);
      const values = source.take(places.map((place) => rows[indices[place]]));
      for (const [i, place] of places.entries()) {
        counts[place]++;
        for (let k = 0; k < size; k++) sum[place * size + k] += values[i * size + k];
      }
    }
    const result = new Float32Array(sum.length);
    for (let place = 0; place < counts.length; place++) {
      // A sample that was never predicted is 0 / 0.
      for (let k = place * size; k < (place + 1) * size; k++) result[k] = sum[k] / counts[place];
    }
    return result;
  });
  return samples * size * 4 > memory ? mean : { data: mean.data, shape: mean.shape };
}
