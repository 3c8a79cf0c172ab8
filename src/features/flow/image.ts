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

/**
 * Writes an image with a border of `width` pixels all round, reflected (border pixel not repeated) or left as it is.
 */
export function padInto(
  out: Float32Array,
  image: Image,
  options: { width: number; border: "reflect" | "none" },
): void {
  const { data, rows, columns } = image;
  const { width, border } = options;
  const stride = columns + 2 * width;
  for (let y = 0; y < rows; y++) {
    out.set(data.subarray(y * columns, (y + 1) * columns), (y + width) * stride + width);
  }
  if (border === "none") return;
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

/** Scales values to whole numbers 0 to 255, cut, as trackers expect; NaN counts as the least value. */
export function toBytes(values: ArrayLike<number>, rows: number, columns: number): Image {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    if (values[i] < low) low = values[i];
    if (values[i] > high) high = values[i];
  }
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
  let low = Number.POSITIVE_INFINITY;
  for (let i = 0; i < out.length; i++) if (out[i] < low) low = out[i];
  const echo = new Uint8Array(out.length);
  for (let i = 0; i < out.length; i++) {
    if (Number.isNaN(out[i])) out[i] = low;
    else if (out[i] > low) echo[i] = 1;
  }
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

/** Convolves rows, then columns, with a symmetric kernel given from its centre outward; borders as `edge` says. */
export function smooth(
  image: Image,
  half: ArrayLike<number>,
  edge: (index: number, length: number) => number,
): Image {
  const { data, rows, columns } = image;
  const radius = half.length - 1;
  const sources = Int32Array.from({ length: columns + 2 * radius }, (_, x) => edge(x - radius, columns));
  const line = new Float32Array(columns + 2 * radius);
  const between = new Float32Array(data.length);
  const out = new Float32Array(data.length);
  for (let y = 0; y < rows; y++) {
    const from = y * columns;
    for (let x = 0; x < line.length; x++) line[x] = data[from + sources[x]];
    for (let x = 0; x < columns; x++) {
      const at = x + radius;
      let sum = half[0] * line[at];
      for (let k = 1; k <= radius; k++) sum += half[k] * (line[at - k] + line[at + k]);
      between[from + x] = sum;
    }
  }
  for (let y = 0; y < rows; y++) {
    const to = y * columns;
    for (let x = 0; x < columns; x++) out[to + x] = half[0] * between[to + x];
    for (let k = 1; k <= radius; k++) {
      const above = edge(y - k, rows) * columns;
      const below = edge(y + k, rows) * columns;
      const weight = half[k];
      for (let x = 0; x < columns; x++) out[to + x] += weight * (between[above + x] + between[below + x]);
    }
  }
  return { data: out, rows, columns };
}

/** Half the size: smoothed with 1 4 6 4 1 and every second pixel kept, rounded as 8-bit images are. */
export function halve(image: Image): Image {
  const smoothed = smooth(image, [6 / 16, 4 / 16, 1 / 16], reflect);
  const rows = (image.rows + 1) >> 1;
  const columns = (image.columns + 1) >> 1;
  const data = new Float32Array(rows * columns);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      data[y * columns + x] = Math.floor(smoothed.data[2 * y * image.columns + 2 * x] + 0.5);
    }
  }
  return { data, rows, columns };
}

/** Derivatives along columns (x) and rows (y): a three-tap difference smoothed across by `side, middle, side`. */
export function derivatives(image: Image, side: number, middle: number): { x: Image; y: Image } {
  const { data, rows, columns } = image;
  const dx = new Float32Array(data.length);
  const dy = new Float32Array(data.length);
  for (let y = 0; y < rows; y++) {
    const up = reflect(y - 1, rows) * columns;
    const here = y * columns;
    const down = reflect(y + 1, rows) * columns;
    for (let x = 0; x < columns; x++) {
      const left = reflect(x - 1, columns);
      const right = reflect(x + 1, columns);
      dx[here + x] =
        side * (data[up + right] - data[up + left] + data[down + right] - data[down + left]) +
        middle * (data[here + right] - data[here + left]);
      dy[here + x] =
        side * (data[down + left] - data[up + left] + data[down + right] - data[up + right]) +
        middle * (data[down + x] - data[up + x]);
    }
  }
  return { x: { data: dx, rows, columns }, y: { data: dy, rows, columns } };
}
