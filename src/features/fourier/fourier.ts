/** A discrete Fourier transform of one length, in place. */
export interface FourierTransform {
  readonly length: number;
  /** Replaces `real + i imaginary` by its transform: `sum over t of x[t] exp(-2 pi i k t / length)`. */
  forward(real: Float64Array, imaginary: Float64Array): void;
}

const plans = new Map<number, FourierTransform>();

/**
 * The transform of a length, in float64: mixed radix where all prime factors are small, Bluestein's otherwise. A value
 * that is not finite makes all of its result NaN.
 *
 * @throws {RangeError} if the length is not a whole number from 1
 * Source: Stockham's self-sorting order (Van Loan, Computational Frameworks for the FFT); Bluestein 1970.
 * @example
 * const real = Float64Array.of(1, 2, 4);
 * fourierTransform(3).forward(real, new Float64Array(3)); // real[0] is 7
 */
export function fourierTransform(length: number): FourierTransform {
  if (!(Number.isInteger(length) && length >= 1)) {
    throw new RangeError(`Cannot transform: length must be a whole number from 1, got ${length}`);
  }
  let plan = plans.get(length);
  if (!plan) {
    const factors = smallFactors(length);
    plan = factors ? mixedRadix(length, factors) : bluestein(length);
    plans.set(length, plan);
  }
  return plan;
}

/** Factors 4, 2, 3, 5 … up to 13 whose product is the length; `undefined` where a prime is larger. */
function smallFactors(length: number): number[] | undefined {
  const factors: number[] = [];
  let rest = length;
  for (const factor of [4, 2, 3, 5, 7, 11, 13]) {
    for (; rest % factor === 0; rest /= factor) factors.push(factor);
  }
  return rest === 1 ? factors : undefined;
}

/** Cosine and sine of `-2 pi k / length`. */
function roots(length: number): { cosine: Float64Array; sine: Float64Array } {
  const angle = (k: number): number => (-2 * Math.PI * k) / length;
  return {
    cosine: Float64Array.from({ length }, (_, k) => Math.cos(angle(k))),
    sine: Float64Array.from({ length }, (_, k) => Math.sin(angle(k))),
  };
}

/** One pass over the data: sub-transforms of `radix * next` become `radix` of `next`, `stride` of them interleaved. */
interface Pass {
  readonly from: { readonly real: Float64Array; readonly imaginary: Float64Array };
  readonly to: { readonly real: Float64Array; readonly imaginary: Float64Array };
  readonly cosine: Float64Array;
  readonly sine: Float64Array;
  readonly radix: number;
  readonly next: number;
  readonly stride: number;
}

function passOfFour({ from, to, cosine, sine, next, stride }: Pass): void {
  const { real, imaginary } = from;
  const step = stride * next;
  for (let p = 0; p < next; p++) {
    const k = p * stride;
    for (let q = 0; q < stride; q++) {
      const a = q + k;
      const b = a + step;
      const c = b + step;
      const d = c + step;
      const sumReal = real[a] + real[c];
      const sumImaginary = imaginary[a] + imaginary[c];
      const restReal = real[a] - real[c];
      const restImaginary = imaginary[a] - imaginary[c];
      const oddReal = real[b] + real[d];
      const oddImaginary = imaginary[b] + imaginary[d];
      const turnedReal = imaginary[b] - imaginary[d]; // (b - d) times -i
      const turnedImaginary = real[d] - real[b];
      const at = q + 4 * k;
      to.real[at] = sumReal + oddReal;
      to.imaginary[at] = sumImaginary + oddImaginary;
      const real1 = restReal + turnedReal;
      const imaginary1 = restImaginary + turnedImaginary;
      to.real[at + stride] = real1 * cosine[k] - imaginary1 * sine[k];
      to.imaginary[at + stride] = real1 * sine[k] + imaginary1 * cosine[k];
      const real2 = sumReal - oddReal;
      const imaginary2 = sumImaginary - oddImaginary;
      to.real[at + 2 * stride] = real2 * cosine[2 * k] - imaginary2 * sine[2 * k];
      to.imaginary[at + 2 * stride] = real2 * sine[2 * k] + imaginary2 * cosine[2 * k];
      const real3 = restReal - turnedReal;
      const imaginary3 = restImaginary - turnedImaginary;
      to.real[at + 3 * stride] = real3 * cosine[3 * k] - imaginary3 * sine[3 * k];
      to.imaginary[at + 3 * stride] = real3 * sine[3 * k] + imaginary3 * cosine[3 * k];
    }
  }
}

function passOfAny({ from, to, cosine, sine, radix, next, stride }: Pass): void {
  const turn = cosine.length / radix; // one radix-th of a turn in the table
  const step = stride * next;
  for (let p = 0; p < next; p++) {
    for (let q = 0; q < stride; q++) {
      const first = q + stride * p;
      for (let k = 0; k < radix; k++) {
        let real = from.real[first];
        let imaginary = from.imaginary[first];
        for (let j = 1, at = k; j < radix; j++, at += k) {
          if (at >= radix) at -= radix;
          const c = cosine[at * turn];
          const s = sine[at * turn];
          const legReal = from.real[first + j * step];
          const legImaginary = from.imaginary[first + j * step];
          real += legReal * c - legImaginary * s;
          imaginary += legReal * s + legImaginary * c;
        }
        const twiddle = p * k * stride;
        const out = q + stride * (radix * p + k);
        to.real[out] = real * cosine[twiddle] - imaginary * sine[twiddle];
        to.imaginary[out] = real * sine[twiddle] + imaginary * cosine[twiddle];
      }
    }
  }
}

function mixedRadix(length: number, factors: readonly number[]): FourierTransform {
  const { cosine, sine } = roots(length);
  const spare = { real: new Float64Array(length), imaginary: new Float64Array(length) };
  return {
    length,
    forward(real, imaginary) {
      let from: Pass["from"] = { real, imaginary };
      let to: Pass["to"] = spare;
      let size = length; // length of the sub-transforms still to do
      let stride = 1;
      for (const radix of factors) {
        const next = size / radix;
        const pass = { from, to, cosine, sine, radix, next, stride };
        if (radix === 4) passOfFour(pass);
        else passOfAny(pass);
        [from, to] = [to, from];
        size = next;
        stride *= radix;
      }
      if (from === spare) {
        real.set(spare.real);
        imaginary.set(spare.imaginary);
      }
    },
  };
}

/** A transform of any length as a convolution with a chirp, done by transforms of a power of two. */
function bluestein(length: number): FourierTransform {
  const size = 2 ** Math.ceil(Math.log2(2 * length - 1));
  const inner = fourierTransform(size);
  const chirp = roots(2 * length);
  const cosine = new Float64Array(length);
  const sine = new Float64Array(length);
  const kernelReal = new Float64Array(size);
  const kernelImaginary = new Float64Array(size);
  let square = 0; // t^2 modulo 2 * length, without the rounding of a large square
  for (let t = 0; t < length; t++) {
    cosine[t] = chirp.cosine[square];
    sine[t] = chirp.sine[square];
    square = (square + 2 * t + 1) % (2 * length);
    kernelReal[t] = cosine[t];
    kernelImaginary[t] = -sine[t];
    if (t > 0) {
      kernelReal[size - t] = cosine[t];
      kernelImaginary[size - t] = -sine[t];
    }
  }
  inner.forward(kernelReal, kernelImaginary);
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  return {
    length,
    forward(real, imaginary) {
      re.fill(0);
      im.fill(0);
      for (let t = 0; t < length; t++) {
        re[t] = real[t] * cosine[t] - imaginary[t] * sine[t];
        im[t] = real[t] * sine[t] + imaginary[t] * cosine[t];
      }
      inner.forward(re, im);
      for (let k = 0; k < size; k++) {
        const value = re[k] * kernelReal[k] - im[k] * kernelImaginary[k];
        im[k] = -(re[k] * kernelImaginary[k] + im[k] * kernelReal[k]); // conjugated: the way back is the way there
        re[k] = value;
      }
      inner.forward(re, im);
      for (let k = 0; k < length; k++) {
        const a = re[k] / size;
        const b = -im[k] / size;
        real[k] = a * cosine[k] - b * sine[k];
        imaginary[k] = a * sine[k] + b * cosine[k];
      }
    },
  };
}
