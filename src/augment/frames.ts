import { checkNumber } from "../core/check";
import { type FrameArray, type Frames, type FrameUnit, sampleOf } from "../core/frames";
import { convertRadarValue } from "../core/frameUnits";
import { type RandomSource, randomSource } from "../core/random";

/** How often an augmentation is applied, and from which seed it is drawn. */
export interface FrameAugmentOptions {
  /** Seed of the draws; default 0. */
  seed?: number;
  /** Chance that a sample is changed; default 0.5. */
  probability?: number;
}

/** A sample `[rows, columns, times]` on its way through an augmentation. */
interface Sample {
  readonly values: FrameArray;
  readonly rows: number;
  readonly columns: number;
  readonly times: number;
}

/** A pixel value (0: no echo, 255: the scale's end) in the frames' unit. */
function inUnitOf(source: Frames, pixel: number): number {
  return convertRadarValue(pixel, { from: "pixel", to: source.unit });
}

/** Refuses a value that the frames' array cannot hold. */
function checkValue(value: number, options: { source: Frames; action: string; name: string }): void {
  const { source, action, name } = options;
  const bytes = source.shards[0] instanceof Uint8Array;
  checkNumber(value, { action, name, ...(bytes && { low: 0, high: 255, whole: true }) });
}

/** Copies frames, each sample rewritten by `change`, which fills `out` from `sample`. */
function mapSamples<T extends FrameArray>(
  source: Frames<T>,
  change: (sample: Sample, out: T, index: number) => void,
): Frames<T> {
  const [samples, rows, columns, times] = source.shape;
  const shards = source.shards.map((shard) => shard.slice() as T);
  const result = { ...source, shards };
  for (let index = 0; index < samples; index++) {
    change({ values: sampleOf(source, index), rows, columns, times }, sampleOf(result, index), index);
  }
  return result;
}

function checkProbability(probability: number): void {
  if (!(probability >= 0 && probability <= 1)) {
    throw new RangeError(`Cannot augment frames: probability must lie in [0, 1], got ${probability}`);
  }
}

/** Rewrites a share of the samples, each with its own stream of random numbers: of seed, augmentation and sample. */
function mapSome<T extends FrameArray>(
  source: Frames<T>,
  options: FrameAugmentOptions & { name: string },
  change: (sample: Sample, out: T, random: RandomSource) => void,
): Frames<T> {
  const { seed = 0, probability = 0.5 } = options;
  checkProbability(probability);
  const random = randomSource(seed).fork(options.name);
  return mapSamples(source, (sample, out, index) => {
    const own = random.fork(index);
    if (own.uniform() < probability) change(sample, out, own);
  });
}

/** Writes a sample with each pixel taken from another place; all times move together. */
function remap(sample: Sample, out: FrameArray, from: (row: number, column: number) => number): void {
  const { values, rows, columns, times } = sample;
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const source = from(row, column) * times;
      for (let time = 0; time < times; time++) out[at++] = values[source + time];
    }
  }
}

/** Options of {@link flipFrames}. */
export interface FlipFramesOptions {
  /** Which way to mirror: `rows` turns top to bottom, `columns` left to right. */
  axis: "rows" | "columns";
}

/**
 * Mirrors every sample; twice is the original, as test-time flips need.
 *
 * @param source frames `[samples, rows, columns, times]`
 * @returns frames of the same shape and type
 * @example
 * flipFrames(frames(Uint8Array.of(1, 2), { shape: [1, 1, 2, 1], unit: "pixel" }), { axis: "columns" }).shards[0]; // Uint8Array [2, 1]
 */
export function flipFrames<T extends FrameArray>(source: Frames<T>, options: FlipFramesOptions): Frames<T> {
  const [, rows, columns] = source.shape;
  const vertical = options.axis === "rows";
  return mapSamples(source, (sample, out) =>
    remap(sample, out, (row, column) =>
      vertical ? (rows - 1 - row) * columns + column : row * columns + columns - 1 - column,
    ),
  );
}

/**
 * Turns every sample by quarter turns counter-clockwise.
 *
 * @param source frames `[samples, rows, columns, times]`; an odd number of turns needs rows equal to columns
 * @param options `turns`: how many quarter turns; negative turns go back
 * @returns frames of the same shape and type
 * @throws {RangeError} if turns is no whole number, or odd for oblong frames
 * Source: NumPy's rot90.
 * @example
 * const back = turnFrames(turnFrames(images, { turns: 1 }), { turns: -1 });
 */
export function turnFrames<T extends FrameArray>(source: Frames<T>, options: { turns: number }): Frames<T> {
  const [, rows, columns] = source.shape;
  if (!Number.isInteger(options.turns)) {
    throw new RangeError(`Cannot turn frames: turns must be a whole number, got ${options.turns}`);
  }
  const turns = ((options.turns % 4) + 4) % 4;
  if (turns % 2 === 1 && rows !== columns) {
    throw new RangeError(`Cannot turn frames: a quarter turn needs square frames, got ${rows} x ${columns}`);
  }
  const last = rows - 1;
  const places: readonly ((row: number, column: number) => number)[] = [
    (row, column) => row * columns + column,
    (row, column) => column * columns + last - row,
    (row, column) => (last - row) * columns + columns - 1 - column,
    (row, column) => (last - column) * columns + row,
  ];
  return mapSamples(source, (sample, out) => remap(sample, out, places[turns]));
}

/**
 * Plays a share of the samples backwards: the last image becomes the first.
 *
 * @param source frames `[samples, rows, columns, times]`, target included
 * @param options `seed` (default 0), `probability` (default 0.5)
 * @returns frames of the same shape and type
 * @throws {RangeError} if the probability lies outside [0, 1]
 * @example
 * const played = reverseFrames(images, { seed: 1 });
 */
export function reverseFrames<T extends FrameArray>(
  source: Frames<T>,
  options: FrameAugmentOptions = {},
): Frames<T> {
  return mapSome(source, { ...options, name: "reverseFrames" }, ({ values, times }, out) => {
    for (let i = 0; i < values.length; i++) out[i] = values[i - 2 * (i % times) + times - 1];
  });
}

/** Options of {@link blurFrames}. */
export interface BlurFramesOptions extends FrameAugmentOptions {
  /** Standard deviation of the Gaussian in pixels; default 1. */
  deviation?: number;
}

/**
 * Blurs a share of the samples with a Gaussian, borders repeated.
 *
 * @param source frames `[samples, rows, columns, times]`
 * @param options `deviation` in pixels (default 1), `seed` (default 0), `probability` (default 0.5)
 * @returns frames of the same shape and type; bytes are rounded
 * @throws {RangeError} if deviation is not positive or larger than the frames, or the probability lies outside [0, 1]
 * @example
 * const soft = blurFrames(images, { deviation: 0.8, probability: 0.25 });
 */
export function blurFrames<T extends FrameArray>(
  source: Frames<T>,
  options: BlurFramesOptions = {},
): Frames<T> {
  const { deviation = 1 } = options;
  const widest = Math.max(source.shape[1], source.shape[2], 1);
  checkNumber(deviation, { action: "blur frames", name: "deviation", low: 0, above: true, high: widest });
  const half = gaussianKernel(deviation);
  return mapSome(source, { ...options, name: "blurFrames" }, (sample, out) => {
    const { values, rows, columns, times } = sample;
    const between = new Float64Array(values.length);
    const along = (
      input: ArrayLike<number>,
      output: Float64Array,
      extent: number,
      stride: number,
      lines: (line: number) => number,
      count: number,
    ): void => {
      for (let line = 0; line < count; line++) {
        const start = lines(line);
        for (let place = 0; place < extent; place++) {
          let sum = 0;
          for (let k = 1 - half.length; k < half.length; k++) {
            const near = Math.min(Math.max(place + k, 0), extent - 1);
            sum += half[Math.abs(k)] * input[start + near * stride];
          }
          output[start + place * stride] = sum;
        }
      }
    };
    const blurred = new Float64Array(values.length);
    const width = columns * times;
    along(values, between, columns, times, (i) => Math.floor(i / times) * width + (i % times), rows * times);
    along(between, blurred, rows, width, (i) => i, width);
    const whole = out instanceof Uint8Array;
    for (let i = 0; i < out.length; i++) out[i] = whole ? Math.round(blurred[i]) : blurred[i];
  });
}

/** Half of a Gaussian that sums to 1, cut at three deviations, from its centre outward. */
export function gaussianKernel(deviation: number): number[] {
  const radius = Math.max(1, Math.ceil(3 * deviation));
  const half = Array.from({ length: radius + 1 }, (_, k) => Math.exp((-k * k) / (2 * deviation * deviation)));
  const sum = 2 * half.reduce((total, value) => total + value, 0) - half[0];
  return half.map((value) => value / sum);
}

/** Options of {@link dropPatches}. */
export interface DropPatchesOptions extends FrameAugmentOptions {
  /** Patches per sample; default 8. */
  count?: number;
  /** Height and width of a patch in pixels; default 8. */
  size?: number;
  /** Value written into them, in the frames' unit; default no echo (pixel 0, -10.1 dBZ, 0.008 mm/h). */
  fill?: number;
}

/**
 * Blanks square patches of a share of the samples, at all times alike (coarse dropout, also called cutout).
 *
 * @param source frames `[samples, rows, columns, times]`
 * @param options `count` (default 8), `size` (default 8), `fill` (default no echo), `seed` (default 0), `probability` (default 0.5)
 * @returns frames of the same shape and type
 * @throws {RangeError} if a patch does not fit the frames, count or fill are impossible (bytes hold 0 to 255), or the probability lies outside [0, 1]
 * Source: DeVries and Taylor 2017.
 * @example
 * const holed = dropPatches(images, { count: 4, size: 12 });
 */
export function dropPatches<T extends FrameArray>(
  source: Frames<T>,
  options: DropPatchesOptions = {},
): Frames<T> {
  const { count = 8, size = 8, fill = inUnitOf(source, 0) } = options;
  const action = "drop patches";
  const [, rows, columns, times] = source.shape;
  checkNumber(size, { action, name: "size", low: 1, high: Math.min(rows, columns), whole: true });
  checkNumber(count, { action, name: "count", low: 0, high: rows * columns, whole: true });
  checkValue(fill, { source, action, name: "fill" });
  return mapSome(source, { ...options, name: "dropPatches" }, (_, out, random) => {
    for (let patch = 0; patch < count; patch++) {
      const top = random.integer(0, rows - size + 1);
      const left = random.integer(0, columns - size + 1);
      for (let row = top; row < top + size; row++) {
        out.fill(fill, (row * columns + left) * times, (row * columns + left + size) * times);
      }
    }
  });
}

/** Options of {@link shiftIntensity}. */
export interface ShiftIntensityOptions extends FrameAugmentOptions {
  /**
   * Largest shift either way, in the frames' unit, of rain and reflectivity in dB, as these are multiplied; default 10
   * pixels, which are 2.75 dB.
   */
  shift?: number;
  /** Least value, which "no echo" keeps, in the frames' unit; default that of pixel 0. */
  low?: number;
  /** Greatest value, in the frames' unit; default that of pixel 255. */
  high?: number;
}

/** Ten pixels. */
const defaultShift: Readonly<Record<FrameUnit, number>> = {
  pixel: 10,
  unit: 10 / 255,
  dbz: 700 / 255,
  reflectivity: 700 / 255,
  rain: 700 / 255,
};

/**
 * Shifts every echo of a sample by one random number of dB, as another radar or rain type would; "no echo" stays.
 *
 * @param source frames `[samples, rows, columns, times]`
 * @param options `shift` (default 10 pixels), `low` (default no echo), `high` (default pixel 255), `seed` (default 0), `probability` (default 0.5)
 * @returns frames of the same shape and type, within `[low, high]`
 * @throws {RangeError} if shift, low or high are impossible (bytes hold 0 to 255) or the probability lies outside [0, 1]
 * @example
 * const brighter = shiftIntensity(images, { shift: 6 });
 */
export function shiftIntensity<T extends FrameArray>(
  source: Frames<T>,
  options: ShiftIntensityOptions = {},
): Frames<T> {
  const { unit } = source;
  const { shift = defaultShift[unit], low = inUnitOf(source, 0), high = inUnitOf(source, 255) } = options;
  const action = "shift intensities";
  checkNumber(shift, { action, name: "shift", low: 0 });
  checkValue(low, { source, action, name: "low" });
  checkValue(high, { source, action, name: "high" });
  checkNumber(high, { action, name: "high", low });
  const whole = source.shards[0] instanceof Uint8Array;
  // a dB of rain is less of it than of reflectivity, by the exponent of Marshall and Palmer's relation
  const decade = unit === "rain" ? 16 : 10;
  const factored = unit === "rain" || unit === "reflectivity";
  return mapSome(source, { ...options, name: "shiftIntensity" }, ({ values }, out, random) => {
    const drawn = (2 * random.uniform() - 1) * shift;
    const by = whole ? Math.round(drawn) : drawn;
    const factor = factored ? 10 ** (by / decade) : 1;
    // compared as the frames hold it: float32's no echo is not float64's
    const none = whole ? low : Math.fround(low);
    for (let i = 0; i < values.length; i++) {
      if (values[i] > none) {
        out[i] = Math.min(high, Math.max(low, factored ? values[i] * factor : values[i] + by));
      }
    }
  });
}
