import { fourierTransform } from "../features/fourier";

/** Power by wavenumber. */
export interface PowerSpectrum {
  /** Mean power of each ring of wavenumbers 0, 1, 2 … below half the image's longer side. */
  readonly power: Float64Array;
  /** Frequency of each ring in cycles a pixel (times `spacing`: cycles a kilometre). */
  readonly frequency: Float64Array;
}

/** Options of {@link radialPowerSpectrum}. */
export interface PowerSpectrumOptions {
  /** `[rows, columns]`. */
  shape: readonly [rows: number, columns: number];
  /** Distance between pixels; default 1, frequencies in cycles a pixel. */
  spacing?: number;
  /** Whether the powers sum to 1; default false. */
  normalize?: boolean;
}

/** Transforms each of `count` sequences that lie `step` apart in an image, in place. */
function transform(
  real: Float64Array,
  imaginary: Float64Array,
  layout: { count: number; length: number; step: number; stride: number },
): void {
  const { count, length, step, stride } = layout;
  const plan = fourierTransform(length);
  const re = new Float64Array(length);
  const im = new Float64Array(length);
  for (let sequence = 0; sequence < count; sequence++) {
    const start = sequence * stride;
    for (let n = 0; n < length; n++) {
      re[n] = real[start + n * step];
      im[n] = imaginary[start + n * step];
    }
    plan.forward(re, im);
    for (let k = 0; k < length; k++) {
      real[start + k * step] = re[k];
      imaginary[start + k * step] = im[k];
    }
  }
}

/**
 * Radially averaged power spectrum of an image: a forecast that blurs loses power at high wavenumbers.
 *
 * @param image values `[rows, columns]` in C order
 * @param options shape, `spacing` (default 1), `normalize` (default false)
 * @returns mean power |F|^2 / (rows * columns) of each ring, and its frequency
 * @throws {RangeError} if the shape does not fit or a value is NaN
 * Source: equal to pysteps.utils.spectral.rapsd.
 * @example
 * radialPowerSpectrum(new Float32Array(16).fill(1), { shape: [4, 4] }).power; // Float64Array [16, 0]
 */
export function radialPowerSpectrum(image: ArrayLike<number>, options: PowerSpectrumOptions): PowerSpectrum {
  const {
    shape: [rows, columns],
    spacing = 1,
    normalize = false,
  } = options;
  if (image.length !== rows * columns) {
    throw new RangeError(
      `Cannot take a spectrum: shape [${rows}, ${columns}] needs ${rows * columns} values, got ${image.length}`,
    );
  }
  const real = Float64Array.from(image);
  const at = real.findIndex(Number.isNaN);
  if (at >= 0) throw new RangeError(`Cannot take a spectrum: values must be numbers, got NaN at index ${at}`);
  const imaginary = new Float64Array(real.length);
  transform(real, imaginary, { count: rows, length: columns, step: 1, stride: columns });
  transform(real, imaginary, { count: columns, length: rows, step: columns, stride: 1 });

  const longer = Math.max(rows, columns);
  const rings = longer % 2 === 1 ? (longer + 1) / 2 : longer / 2;
  const power = new Float64Array(rings);
  const members = new Float64Array(rings);
  for (let row = 0; row < rows; row++) {
    const y = row < rows - Math.floor(rows / 2) ? row : row - rows;
    for (let column = 0; column < columns; column++) {
      const x = column < columns - Math.floor(columns / 2) ? column : column - columns;
      const ring = roundHalfToEven(Math.sqrt(x * x + y * y));
      if (ring >= rings) continue;
      const i = row * columns + column;
      power[ring] += (real[i] * real[i] + imaginary[i] * imaginary[i]) / real.length;
      members[ring]++;
    }
  }
  let sum = 0;
  for (let ring = 0; ring < rings; ring++) {
    power[ring] /= members[ring];
    sum += power[ring];
  }
  if (normalize) for (let ring = 0; ring < rings; ring++) power[ring] /= sum;
  return { power, frequency: Float64Array.from({ length: rings }, (_, ring) => ring / (longer * spacing)) };
}

/** Rounds to the nearest whole number, halves to the even one, as NumPy does. */
function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
