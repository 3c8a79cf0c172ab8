import type { FrameArray, Frames, FrameUnit } from "./frames";

/** Options of the Z-R relation between reflectivity and rain rate, Z = a R^b. */
export interface RainRelationOptions {
  /** Factor a; default 200 (Marshall and Palmer 1948). */
  a?: number;
  /** Exponent b; default 1.6. */
  b?: number;
}

/** Reflectivity factor in dBZ of a pixel of the 8-bit scale: dBZ = (p - 0.5) * 70 / 255 - 10. */
function pixelToDbz(pixel: number): number {
  return ((pixel - 0.5) * 70) / 255 - 10;
}

/** dBZ of pixel 0, below which there is no rain that the scale tells from none. */
const FLOOR = pixelToDbz(0);
/** What float32 leaves of a whole pixel, at most. */
const ROUNDING = 1e-4;

/** A value of pixels, whole where it is but for rounding: so that levels survive the way there and back, cut or not. */
function wholePixel(value: number): number {
  const whole = Math.round(value);
  return Math.abs(value - whole) < ROUNDING ? whole + 0 : value;
}

/** To dBZ from each unit; what is below pixel 0 becomes that. */
function toDbz(value: number, unit: FrameUnit, a: number, b: number): number {
  switch (unit) {
    case "pixel":
      return Math.max(FLOOR, pixelToDbz(value));
    case "unit":
      return Math.max(FLOOR, pixelToDbz(value * 255));
    case "dbz":
      return Math.max(FLOOR, value);
    case "reflectivity":
      return Math.max(FLOOR, 10 * Math.log10(Math.max(0, value)));
    case "rain":
      return Math.max(FLOOR, 10 * Math.log10(a * Math.max(0, value) ** b));
  }
}

/** From dBZ to each unit. */
function fromDbz(dbz: number, unit: FrameUnit, a: number, b: number): number {
  switch (unit) {
    case "pixel":
      return wholePixel(((dbz + 10) * 255) / 70 + 0.5);
    case "unit":
      return wholePixel(((dbz + 10) * 255) / 70 + 0.5) / 255;
    case "dbz":
      return dbz;
    case "reflectivity":
      return 10 ** (dbz / 10);
    case "rain":
      return (10 ** (dbz / 10) / a) ** (1 / b);
  }
}

const units: readonly FrameUnit[] = ["pixel", "dbz", "reflectivity", "rain", "unit"];

function checkUnit(unit: string): void {
  if (!units.includes(unit as FrameUnit)) {
    throw new TypeError(`Cannot convert a radar value: unit must be one of ${units.join(", ")}, got ${unit}`);
  }
}

/**
 * What {@link convertRadarValue} does to each value.
 *
 * @throws {TypeError} if a unit is unknown
 * @throws {RangeError} if `a` or `b` is not a positive number
 */
export function radarConverter(
  options: { from: FrameUnit; to: FrameUnit } & RainRelationOptions,
): (value: number) => number {
  const { from, to, a = 200, b = 1.6 } = options;
  checkUnit(from);
  checkUnit(to);
  for (const [name, value] of Object.entries({ a, b })) {
    if (!(value > 0 && value < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`Cannot convert a radar value: ${name} must be a positive number, got ${value}`);
    }
  }
  if (from === to) return (value) => value;
  if (from === "pixel" && to === "unit") return (value) => Math.max(0, value / 255);
  if (from === "unit" && to === "pixel") return (value) => Math.max(0, wholePixel(value * 255));
  if (to === "rain" && (from === "pixel" || from === "unit")) {
    // Rain is exponential in pixels, so one power does: forecasts hold a thousand million of them.
    const zero = fromDbz(pixelToDbz(0), to, a, b);
    const rate = ((from === "unit" ? 255 : 1) * 7 * Math.LN10) / 255 / b;
    return (value) => zero * Math.exp(rate * Math.max(0, value));
  }
  return (value) => fromDbz(toDbz(value, from, a, b), to, a, b);
}

/**
 * Converts one radar value between units. The scale's floor is pixel 0, -10.14 dBZ: what lies below it, dry ground of
 * 0 mm/h or -Infinity dBZ included, becomes the floor. Above it nothing is clipped or rounded, but for pixels that are
 * whole within 0.0001: all 256 levels come back exactly from every unit. NaN stays NaN.
 *
 * Pixels follow the radar competition's scale, dBZ = (p - 0.5) * 70 / 255 - 10; reflectivity is in mm^6/m^3, rain in
 * mm/h by Z = a R^b, `unit` is pixel / 255.
 *
 * @param value the number to convert
 * @param options `from`, `to`: units; `a`, `b`: the Z-R relation (defaults 200, 1.6)
 * @throws {TypeError} if a unit is unknown
 * @example
 * convertRadarValue(63, { from: "pixel", to: "rain" }); // 0.1021 mm/h
 */
export function convertRadarValue(
  value: number,
  options: { from: FrameUnit; to: FrameUnit } & RainRelationOptions,
): number {
  return radarConverter(options)(value);
}

/** All 256 pixel values in another unit, so that whole frames convert by look-up. */
function pixelTable(to: FrameUnit, relation: RainRelationOptions): Float32Array {
  const convert = radarConverter({ ...relation, from: "pixel", to });
  return Float32Array.from({ length: 256 }, (_, pixel) => convert(pixel));
}

/**
 * Converts an array of radar values between units to float32. Dry ground becomes the floor of the scale, NaN stays NaN;
 * see {@link convertRadarValue}.
 *
 * @param values numbers in `from`; uint8 pixels convert by a table of 256 values
 * @param options `from`, `to`: units; `a`, `b`: the Z-R relation (defaults 200, 1.6)
 * @returns float32 values in `to`, as many
 * @throws {TypeError} if a unit is unknown
 * @example
 * convertRadarValues(Uint8Array.of(0, 255), { from: "pixel", to: "rain" }); // Float32Array [0.00848, 201.04]
 */
export function convertRadarValues(
  values: FrameArray | Float64Array,
  options: { from: FrameUnit; to: FrameUnit } & RainRelationOptions,
): Float32Array {
  const { from, to } = options;
  const out = new Float32Array(values.length);
  if (values instanceof Uint8Array && from === "pixel") {
    const table = pixelTable(to, options);
    for (let i = 0; i < values.length; i++) out[i] = table[values[i]];
    return out;
  }
  const convert = radarConverter(options);
  for (let i = 0; i < values.length; i++) out[i] = convert(values[i]);
  return out;
}

/**
 * Converts frames to another unit; the unit travels with the frames. Dry ground becomes the floor of the scale, NaN
 * stays NaN; see {@link convertRadarValue}.
 *
 * @param source frames `[samples, rows, columns, times]` in any unit
 * @param options `to`: the unit wanted; `a`, `b`: the Z-R relation (defaults 200, 1.6)
 * @returns float32 frames of the same shape and shards
 * @throws {TypeError} if the unit is unknown
 * @example
 * const rain = convertFrames(frames(new Uint8Array(16), { shape: [1, 4, 4, 1], unit: "pixel" }), { to: "rain" });
 * // rain.unit is "rain"
 */
export function convertFrames(
  source: Frames,
  options: { to: FrameUnit } & RainRelationOptions,
): Frames<Float32Array> {
  const shards = source.shards.map((shard) => convertRadarValues(shard, { ...options, from: source.unit }));
  return { ...source, shards, unit: options.to };
}

/**
 * A rain rate in the unit of what it is compared with: converted values may lie next to a threshold that they equal.
 *
 * @param threshold rain in mm/h
 * @param options `unit`: default "pixel"; `a`, `b`: the Z-R relation
 * @throws {RangeError} if that is no rate
 */
export function rainLevel(
  threshold: number,
  options: RainRelationOptions & { unit?: FrameUnit } = {},
): number {
  const { unit = "pixel", ...relation } = options;
  if (!(threshold >= 0)) {
    throw new RangeError(
      `Cannot tell where it rains: a threshold must be a rain rate of 0 mm/h or more, got ${threshold}`,
    );
  }
  return convertRadarValue(threshold, { ...relation, from: "rain", to: unit });
}
