import { keepLatest } from "../../core/webAssembly";
import { ImagePowers } from "./imagePowers";

/** Power by wavenumber. */
export interface PowerSpectrum {
  /** Mean power of each ring of 0, 1, 2 … cycles over the image's longer side, below half its pixels. */
  readonly power: Float64Array;
  /** Frequency of each ring in cycles per pixel (times `spacing`: cycles per kilometre). */
  readonly frequency: Float64Array;
}

/** Options of {@link radialPowerSpectrum}. */
export interface PowerSpectrumOptions {
  /** `[rows, columns]`. */
  shape: readonly [rows: number, columns: number];
  /** Distance between pixels; default 1, frequencies in cycles per pixel. */
  spacing?: number;
  /** Whether the powers sum to 1; default false. Of an image of zeros they are 0. */
  normalize?: boolean;
}

/** What images of one size share: their transform, and the ring of each of its frequencies. */
interface Plan {
  readonly powers: ImagePowers;
  /** Of each frequency `[half, columns]`; `rings` beyond the last one. */
  readonly ring: Int32Array;
  /** Frequencies of each ring, and one more for those beyond. */
  readonly members: Float64Array;
  readonly rings: number;
}

/** How often a row frequency stands in the whole transform: mirrored ones are not computed. */
function times(k: number, rows: number): 1 | 2 {
  return k === 0 || 2 * k === rows ? 1 : 2;
}

const planFor = keepLatest(({ rows, columns }: { rows: number; columns: number }): Plan => {
  const powers = new ImagePowers(rows, columns);
  const rings = (Math.max(rows, columns) + 1) >> 1;
  const longer = Math.max(rows, columns);
  const ring = new Int32Array(powers.half * columns);
  const members = new Float64Array(rings + 1);
  for (let y = 0, i = 0; y < powers.half; y++) {
    for (let column = 0; column < columns; column++, i++) {
      // Cycles over the longer side, along both.
      const x = (Math.min(column, columns - column) * longer) / columns;
      const along = (y * longer) / rows;
      ring[i] = Math.min(rings, roundHalfToEven(Math.sqrt(x * x + along * along)));
      members[ring[i]] += times(y, rows);
    }
  }
  return { powers, ring, members, rings };
});

/**
 * Radially averaged power spectrum of an image: a forecast that blurs loses power at high wavenumbers.
 *
 * @param image values `[rows, columns]` in C order
 * @param options shape, `spacing` (default 1), `normalize` (default false)
 * @returns mean power |F|^2 / (rows * columns) of each ring, and its frequency
 * @throws {RangeError} if the shape does not fit, `spacing` is no positive number, or a value is not finite, with its index
 * Source: equal to pysteps.utils.spectral.rapsd where images are square. Of oblong ones pysteps takes the cycles over either
 *   side for the same frequency; here a ring holds one frequency, whatever the direction.
 * @example
 * radialPowerSpectrum(new Float32Array(16).fill(1), { shape: [4, 4] }).power; // Float64Array [16, 0]
 */
export function radialPowerSpectrum(image: ArrayLike<number>, options: PowerSpectrumOptions): PowerSpectrum {
  const {
    shape: [rows, columns],
    spacing = 1,
    normalize = false,
  } = options;
  if (!(Number.isInteger(rows) && rows > 0 && Number.isInteger(columns) && columns > 0)) {
    throw new RangeError(
      `Cannot take a spectrum: shape must be positive whole numbers, got [${rows}, ${columns}]`,
    );
  }
  if (image.length !== rows * columns) {
    throw new RangeError(
      `Cannot take a spectrum: shape [${rows}, ${columns}] needs ${rows * columns} values, got ${image.length}`,
    );
  }
  for (let i = 0; i < image.length; i++) {
    if (!Number.isFinite(image[i])) {
      throw new RangeError(`Cannot take a spectrum: values must be finite, got ${image[i]} at index ${i}`);
    }
  }
  if (!(spacing > 0 && spacing < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`Cannot take a spectrum: spacing must be a positive number, got ${spacing}`);
  }
  const { powers, ring, members, rings } = planFor({ rows, columns });
  const values = powers.of(image);
  const sums = new Float64Array(rings + 1);
  for (let y = 0, i = 0; y < powers.half; y++) {
    const factor = times(y, rows);
    for (const end = i + columns; i < end; i++) sums[ring[i]] += factor * values[i];
  }
  const power = sums.subarray(0, rings).map((sum, at) => sum / image.length / members[at]);
  const sum = normalize ? power.reduce((total, value) => total + value, 0) : 1;
  for (let at = 0; at < rings; at++) power[at] /= sum > 0 ? sum : 1;
  const longer = Math.max(rows, columns);
  return { power, frequency: Float64Array.from({ length: rings }, (_, ring) => ring / (longer * spacing)) };
}

/** Rounds to the nearest whole number, halves to the even one, as NumPy does. */
function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
