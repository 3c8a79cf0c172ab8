import { thresholdFor, type VerifyArray } from "./nowcast";

/** Options of {@link fractionsSkillScore}. */
export interface FractionsSkillOptions {
  /** Forecast values, as many as the truth. */
  forecast: VerifyArray;
  /** `[images, rows, columns]` or `[rows, columns]`. */
  shape: readonly number[];
  /** Yes at or above it, in the values' unit, and in float32 where they are. */
  threshold: number;
  /** Width of the square neighbourhood in pixels. */
  scale: number;
  /** Pixels whose neighbourhoods count, `[rows, columns]`; those reach beyond the mask. Default all. */
  mask?: ArrayLike<number | boolean>;
}

/**
 * Adds up a binary image so that any rectangle's sum is four look-ups: `table[(row + 1) * (columns + 1) + column + 1]`
 * is the number of ones above and to the left, both included.
 */
function summedArea(
  values: VerifyArray,
  offset: number,
  rows: number,
  columns: number,
  threshold: number,
  table: Int32Array,
): void {
  const level = thresholdFor(values, threshold);
  for (let row = 0; row < rows; row++) {
    let line = 0;
    for (let column = 0; column < columns; column++) {
      const value = values[offset + row * columns + column];
      if (value >= level) line++;
      table[(row + 1) * (columns + 1) + column + 1] = table[row * (columns + 1) + column + 1] + line;
    }
  }
}

/** What the fractions skill score is made of; sums of several forecasts add up. */
export interface FractionsSums {
  /** Squared differences of the neighbourhoods' counts. */
  readonly difference: number;
  /** What they would be without any overlap. */
  readonly reference: number;
}

/**
 * Compares the counts of rainy pixels in every neighbourhood; `1 - difference / reference` is the score.
 *
 * @param truth observed values `[images, rows, columns]` in C order; NaN counts as dry
 * @param options forecast, shape, threshold, scale and mask
 * @throws {RangeError} if shape, lengths and mask disagree or the scale is no positive whole number
 * @example
 * const { difference, reference } = fractionsSums([1, 0, 0, 0], {
 *   forecast: [0, 1, 0, 0],
 *   shape: [2, 2],
 *   threshold: 1,
 *   scale: 3,
 * });
 */
export function fractionsSums(truth: VerifyArray, options: FractionsSkillOptions): FractionsSums {
  const { forecast, shape, threshold, scale, mask } = options;
  const rows = shape[shape.length - 2];
  const columns = shape[shape.length - 1];
  const size = rows * columns;
  const length = shape.reduce((product, extent) => product * extent, 1);
  if (shape.length < 2 || truth.length !== length || forecast.length !== length) {
    throw new RangeError(
      `Cannot score fractions: shape [${shape}] needs ${length} values, got ${truth.length} and ${forecast.length}`,
    );
  }
  if (!(Number.isInteger(scale) && scale > 0)) {
    throw new RangeError(`Cannot score fractions: scale must be a positive number of pixels, got ${scale}`);
  }
  if (mask && mask.length !== size) {
    throw new RangeError(`Cannot score fractions: the mask must have ${size} pixels, got ${mask.length}`);
  }
  const before = Math.floor(scale / 2);
  const stride = columns + 1;
  const seen = new Int32Array((rows + 1) * stride);
  const told = new Int32Array((rows + 1) * stride);
  let difference = 0;
  let reference = 0;
  for (let offset = 0; offset < length; offset += size) {
    summedArea(truth, offset, rows, columns, threshold, seen);
    summedArea(forecast, offset, rows, columns, threshold, told);
    for (let row = 0; row < rows; row++) {
      const top = Math.max(0, row - before) * stride;
      const bottom = Math.min(rows, row - before + scale) * stride;
      for (let column = 0; column < columns; column++) {
        if (mask && !mask[row * columns + column]) continue;
        const left = Math.max(0, column - before);
        const right = Math.min(columns, column - before + scale);
        const observed = seen[bottom + right] - seen[top + right] - seen[bottom + left] + seen[top + left];
        const predicted = told[bottom + right] - told[top + right] - told[bottom + left] + told[top + left];
        difference += (observed - predicted) ** 2;
        reference += observed * observed + predicted * predicted;
      }
    }
  }
  return { difference, reference };
}

/**
 * Fractions skill score: how well the share of rainy pixels within a neighbourhood is forecast, whatever their exact
 * place. 1 is perfect, 0 no skill; neighbourhoods reach over the border as if it were dry.
 *
 * @param truth observed values `[images, rows, columns]` in C order; NaN counts as dry
 * @param options forecast, shape, threshold, scale and mask
 * @returns the score over all images; NaN where no pixel that counts has rain near it in either
 * @throws {RangeError} if shape, lengths and mask disagree or the scale is no positive whole number
 * Source: Roberts and Lean 2008; equal to pysteps.verification.spatialscores.fss.
 * @example
 * fractionsSkillScore([1, 0, 0, 0], { forecast: [1, 0, 0, 0], shape: [2, 2], threshold: 1, scale: 1 }); // 1
 */
export function fractionsSkillScore(truth: VerifyArray, options: FractionsSkillOptions): number {
  const { difference, reference } = fractionsSums(truth, options);
  return 1 - difference / reference;
}
