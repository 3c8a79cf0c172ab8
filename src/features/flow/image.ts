/** A grey image: values `[rows, columns]` in C order. */
export interface Image {
  readonly data: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** The index that a place outside `[0, length)` reflects to, the border pixel not repeated. */
export function reflect(index: number, length: number): number {
  if (index >= 0 && index < length) return index;
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const folded = ((index % period) + period) % period;
  return folded < length ? folded : period - folded;
}

/** Repeats an image, as it lies in `out` within a border of `width` pixels, in that border: reflected, its edge not repeated. */
export function reflectBorder(
  out: Float32Array,
  size: { rows: number; columns: number; width: number },
): void {
  const { rows, columns, width } = size;
  const stride = columns + 2 * width;
  for (let y = width; y < rows + width; y++) {
    const line = y * stride + width;
    for (let x = -width; x < 0; x++) out[line + x] = out[line + reflect(x, columns)];
    for (let x = columns; x < columns + width; x++) out[line + x] = out[line + reflect(x, columns)];
  }
  for (let y = -width; y < rows + width; y++) {
    const from = (reflect(y, rows) + width) * stride;
    if (y < 0 || y >= rows) out.copyWithin((y + width) * stride, from, from + stride);
  }
}

/** Writes an image with a reflected border of `width` pixels all round. */
export function writePadded(out: Float32Array, image: Image, width: number): void {
  const { data, rows, columns } = image;
  const stride = columns + 2 * width;
  for (let y = 0; y < rows; y++) {
    out.set(data.subarray(y * columns, (y + 1) * columns), (y + width) * stride + width);
  }
  reflectBorder(out, { rows, columns, width });
}

/** The least of the finite values; 0 where there is none. */
function leastFinite(values: ArrayLike<number>): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < values.length; i++)
    if (values[i] < least && Number.isFinite(values[i])) least = values[i];
  return Number.isFinite(least) ? least : 0;
}

/** Values in which those that are not finite, such as what no radar sees, count as the least of the others: as no rain. */
export function withoutGaps(values: ArrayLike<number>): ArrayLike<number> {
  let isWhole = true;
  for (let i = 0; i < values.length && isWhole; i++) isWhole = Number.isFinite(values[i]);
  if (isWhole) return values;
  const least = leastFinite(values);
  return Float32Array.from(values, (value) => (Number.isFinite(value) ? value : least));
}

/** Scales finite values to whole numbers 0 to 255, cut, as trackers expect. */
export function toBytes(values: ArrayLike<number>, rows: number, columns: number): Image {
  const low = leastFinite(values);
  let high = low;
  for (let i = 0; i < values.length; i++) if (values[i] > high) high = values[i];
  const data = new Float32Array(rows * columns);
  const range = high - low;
  for (let i = 0; i < data.length; i++) {
    const above = values[i] - low;
    if (above > 0) data[i] = Math.trunc(range > 1e-8 ? (above / range) * 255 : above);
  }
  return { data, rows, columns };
}

/** Takes away echoes smaller than a cross of three pixels: morphological opening of where the image is above its least value. */
export function removeSpecks(values: ArrayLike<number>, rows: number, columns: number): Float32Array {
  const out = new Float32Array(values);
  const low = leastFinite(out);
  const echo = new Uint8Array(out.length);
  for (let i = 0; i < out.length; i++) if (out[i] > low) echo[i] = 1;
  const eroded = overCross(echo, rows, columns, 1);
  const opened = overCross(eroded, rows, columns, 0);
  for (let i = 0; i < out.length; i++) if (echo[i] && !opened[i]) out[i] = low;
  return out;
}

/** The least (start 1) or greatest (start 0) of each pixel and its four neighbours; outside counts as neither. */
function overCross(source: Uint8Array, rows: number, columns: number, start: 0 | 1): Uint8Array {
  const out = new Uint8Array(source.length);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const i = y * columns + x;
      // Of zeros and ones, the least is 1 where none differs from 1, the greatest 0 where none differs from 0.
      const alike =
        source[i] === start &&
        (y === 0 || source[i - columns] === start) &&
        (y === rows - 1 || source[i + columns] === start) &&
        (x === 0 || source[i - 1] === start) &&
        (x === columns - 1 || source[i + 1] === start);
      out[i] = alike ? start : 1 - start;
    }
  }
  return out;
}
