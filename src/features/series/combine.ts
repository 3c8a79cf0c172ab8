import type { Series } from "../../core/series";
import { channelIndices } from "../../core/series";
import { firstUnits } from "../../core/text";

/** Options of {@link magnitude}, {@link energy} and {@link product}. */
export interface CombineOptions {
  /** Names of the channels that are combined, such as `["acc_x", "acc_y", "acc_z"]`; default all. */
  channels?: readonly string[];
  /** Name of the new channel; default the channels' common beginning with what was done: `acc.magnitude`. */
  name?: string;
}

/** What names have in common at the start, without a joint at its end; empty where nothing. */
function commonStart(names: readonly string[]): string {
  let start = names[0] ?? "";
  for (const name of names) {
    while (!name.startsWith(start)) start = firstUnits(start, start.length - 1);
  }
  return start.replace(/[._-]+$/, "");
}

/** Makes one channel of several; `rule` sees a row and the places of its channels. */
function combine(
  source: Series,
  options: CombineOptions & {
    suffix: string;
    rule: (data: Float32Array, row: number, at: number[]) => number;
  },
): Series {
  const { channels: names = source.channels, suffix, rule } = options;
  if (names.length === 0) throw new RangeError("Cannot combine channels: need at least one, got none");
  const at = channelIndices(source, names);
  const start = commonStart(names);
  const { name = start === "" ? suffix : `${start}.${suffix}` } = options;
  const [windows, steps, channels] = source.shape;
  const data = new Float32Array(windows * steps);
  for (let i = 0; i < data.length; i++) data[i] = rule(source.data, i * channels, at);
  return { ...source, data, shape: [windows, steps, 1], channels: [name] };
}

function sumOfSquares(data: Float32Array, row: number, at: readonly number[]): number {
  let sum = 0;
  for (let c = 0; c < at.length; c++) sum += data[row + at[c]] ** 2;
  return sum;
}

/**
 * Euclidean length of several channels at each step, such as the acceleration whatever its direction. NaN and infinity
 * touch their own step only.
 *
 * @param source series `[windows, steps, channels]`
 * @returns float32 `[windows, steps, 1]`
 * @throws {RangeError} if a name is unknown
 * Source: equal to `numpy.linalg.norm(values, axis=2)` in float64.
 * @example
 * magnitude(series(Float32Array.of(3, 4), { steps: 1, channels: ["acc_x", "acc_y"] })).data; // Float32Array [5]
 */
export function magnitude(source: Series, options: CombineOptions = {}): Series {
  return combine(source, {
    ...options,
    suffix: "magnitude",
    rule: (data, row, at) => Math.sqrt(sumOfSquares(data, row, at)),
  });
}

/** Options of {@link energy}. */
export interface EnergyOptions extends CombineOptions {
  /** Channels subtracted from `channels` one by one before squaring, such as the gyroscope's; default none. */
  minus?: readonly string[];
  /** Power of the sum: 1 (default) is the first place's feature, 1 / 3 the second's. */
  power?: number;
}

/**
 * Sum of squares of several channels at each step, raised to a power. NaN and infinity touch their own step only.
 *
 * @param source series `[windows, steps, channels]`
 * @returns float32 `[windows, steps, 1]`
 * @throws {RangeError} if a name is unknown, power is not positive, or `minus` is not as long as `channels`
 * Source: the first (power 1) and second (power 1 / 3) places of DACON 235689.
 * @example
 * const cubeRoot = energy(raw, { channels: ["acc_x", "acc_y", "acc_z"], power: 1 / 3 });
 */
export function energy(source: Series, options: EnergyOptions = {}): Series {
  const { channels: names = source.channels, minus, power = 1 } = options;
  if (!(power > 0)) throw new RangeError(`Cannot take the energy: power must be positive, got ${power}`);
  if (minus && minus.length !== names.length) {
    throw new RangeError(
      `Cannot take the energy: minus must name as many channels as channels (${names.length}), got ${minus.length}`,
    );
  }
  const other = minus ? channelIndices(source, minus) : undefined;
  const raise =
    power === 1 ? (sum: number) => sum : power === 1 / 3 ? Math.cbrt : (sum: number) => sum ** power;
  return combine(source, {
    ...options,
    suffix: "energy",
    rule(data, row, at) {
      if (!other) return raise(sumOfSquares(data, row, at));
      let sum = 0;
      for (let c = 0; c < at.length; c++) sum += (data[row + at[c]] - data[row + other[c]]) ** 2;
      return raise(sum);
    },
  });
}

/**
 * Product of several channels at each step. NaN and infinity touch their own step only.
 *
 * @param source series `[windows, steps, channels]`
 * @returns float32 `[windows, steps, 1]`
 * @throws {RangeError} if a name is unknown
 * Source: the first place of DACON 235689.
 * @example
 * product(series(Float32Array.of(3, 4), { steps: 1, channels: ["x", "y"] })).data; // Float32Array [12]
 */
export function product(source: Series, options: CombineOptions = {}): Series {
  return combine(source, {
    ...options,
    suffix: "product",
    rule: (data, row, at) => at.reduce((value, c) => value * data[row + c], 1),
  });
}
