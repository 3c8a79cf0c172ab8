import { type Frames, type FrameUnit, sampleOf } from "../../core/frames";

/** Image sequences to plot: {@link Frames}, or an array with the shape `[samples, rows, columns, times]`. */
export type FrameSource =
  | Frames
  | { readonly data: FrameValues; readonly shape: readonly number[]; readonly unit?: FrameUnit };

/** The arrays that frames come in; plain numbers are taken as float64. */
export type FrameValues = Uint8Array | Int16Array | Float32Array | Float64Array | readonly number[];

/** The rows of an image, from the top. */
export type ImageRows = readonly (Uint8Array | Int16Array | Float32Array | Float64Array)[];

const rowTypes = [Uint8Array, Int16Array, Float32Array] as const;

/** The name of each unit on a colour bar. */
export const unitTitles: Readonly<Record<FrameUnit, string>> = {
  pixel: "pixel value",
  dbz: "reflectivity (dBZ)",
  reflectivity: "reflectivity (mm⁶/m³)",
  rain: "rain rate (mm/h)",
  unit: "pixel / 255",
};

/** A source as `[samples, rows, columns, times]`: images without samples or times get an extent of 1. */
export function frameShape(source: FrameSource): readonly [number, number, number, number] {
  const { shape } = source;
  const full =
    shape.length === 4
      ? shape
      : shape.length === 3
        ? [1, ...shape]
        : shape.length === 2
          ? [1, ...shape, 1]
          : [];
  if (full.length !== 4 || full.some((extent) => !(Number.isInteger(extent) && extent > 0))) {
    throw new RangeError(
      `Cannot plot frames: shape must be [samples, rows, columns, times], [rows, columns, times] or [rows, columns], got [${shape}]`,
    );
  }
  if (!("shards" in source) && source.data.length !== full.reduce((product, extent) => product * extent, 1)) {
    throw new RangeError(
      `Cannot plot frames: shape [${shape}] must have as many values, got ${source.data.length}`,
    );
  }
  return full as unknown as readonly [number, number, number, number];
}

/**
 * One image of a source as rows.
 *
 * @throws {RangeError} if sample or time lie outside
 */
export function imageRows(source: FrameSource, at: { sample: number; time: number }): ImageRows {
  const [samples, rows, columns, times] = frameShape(source);
  const { sample, time } = at;
  if (!(Number.isInteger(sample) && sample >= 0 && sample < samples)) {
    throw new RangeError(
      `Cannot plot sample ${sample}: samples must be whole numbers in [0, ${samples}), got ${sample}`,
    );
  }
  if (!(Number.isInteger(time) && time >= 0 && time < times)) {
    throw new RangeError(
      `Cannot plot time ${time}: times must be whole numbers in [0, ${times}), got ${time}`,
    );
  }
  const size = rows * columns * times;
  const shards = "shards" in source;
  const values: ArrayLike<number> = shards ? sampleOf(source, sample) : source.data;
  const start = (shards ? 0 : sample * size) + time;
  const Row = rowTypes.find((type) => values instanceof type) ?? Float64Array;
  return Array.from({ length: rows }, (_, row) => {
    const out = new Row(columns);
    for (let column = 0; column < columns; column++)
      out[column] = values[start + (row * columns + column) * times];
    return out;
  });
}

/** Smallest and largest finite value of images; `[0, 0]` where there is none. */
export function extent(images: readonly ImageRows[]): [low: number, high: number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const image of images) {
    for (const row of image) {
      for (const value of row) {
        if (!Number.isFinite(value)) continue;
        if (value < low) low = value;
        if (value > high) high = value;
      }
    }
  }
  return low > high ? [0, 0] : [low, high];
}

/** How many pixels a side become one, so that images have at most `limit` bytes in all. */
export function blockOf(images: readonly ImageRows[], limit = 1_000_000): number {
  const bytes = images.reduce((sum, rows) => sum + rows.length * rows[0].byteLength, 0);
  return Math.max(1, Math.ceil(Math.sqrt(bytes / limit)));
}

/**
 * An image with blocks of pixels as one: their mean, rounded where values are whole, or of errors the one farthest from
 * zero, as a mean would hide those of both signs.
 */
export function shrink(rows: ImageRows, block: number, keep: "mean" | "peak" = "mean"): ImageRows {
  if (block <= 1) return rows;
  const height = Math.ceil(rows.length / block);
  const width = Math.ceil(rows[0].length / block);
  const Row = rows[0].constructor as Float64ArrayConstructor;
  const whole = rows[0] instanceof Uint8Array || rows[0] instanceof Int16Array;
  return Array.from({ length: height }, (_, i) =>
    Row.from({ length: width }, (_, j) => {
      const values = rows
        .slice(i * block, (i + 1) * block)
        .flatMap((row) => Array.from(row.subarray(j * block, (j + 1) * block)));
      if (keep === "peak")
        return values.reduce((a, b) => (Math.abs(b) > Math.abs(a) || Number.isNaN(a) ? b : a));
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return whole ? Math.round(mean) : mean;
    }),
  );
}

/**
 * The unit of sources that are compared; one without a unit has that of the others.
 *
 * @throws {RangeError} if they are in different units
 */
export function commonUnit(sources: readonly FrameSource[]): FrameUnit {
  const units = [...new Set(sources.flatMap(({ unit }) => unit ?? []))];
  if (units.length > 1) {
    throw new RangeError(
      `Cannot compare frames: all must be in one unit, as convertFrames makes them, got ${units.join(" and ")}`,
    );
  }
  return units[0] ?? "pixel";
}
