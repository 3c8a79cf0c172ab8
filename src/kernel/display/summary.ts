import type { MimeBundle } from "./bundle";
import { escapeHtml } from "./html";

type Numbers = ArrayLike<number> | ArrayLike<bigint>;

/** What is used of a tensor. */
interface TensorLike {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly isDisposed?: boolean;
  data(): Promise<ArrayLike<unknown>>;
  dataSync(): ArrayLike<unknown>;
}

/** An array with a shape; Podium's series also name their channels. */
interface ShapedArray {
  readonly data: Numbers;
  readonly shape: readonly number[];
  readonly channels?: readonly string[];
  readonly rate?: number;
}

/** Values looked at in full; of more, evenly spread ones are. */
const mostValues = 1 << 25;
const shownValues = 8;

/** Whether a value is a tensor, a typed array, or `{ data, shape }` of one. */
export function isArrayLike(value: unknown): value is TensorLike | ShapedArray | Numbers {
  return isNumbers(value) || isTensor(value) || isShaped(value);
}

function isNumbers(value: unknown): value is Numbers & object {
  return ArrayBuffer.isView(value) && !(value instanceof DataView) && !Buffer.isBuffer(value);
}

function isTensor(value: unknown): value is TensorLike {
  if (typeof value !== "object" || value === null) return false;
  const { shape, dtype, dataSync, data } = value as Partial<TensorLike>;
  return (
    Array.isArray(shape) &&
    typeof dtype === "string" &&
    typeof dataSync === "function" &&
    typeof data === "function"
  );
}

function isShaped(value: unknown): value is ShapedArray {
  if (typeof value !== "object" || value === null) return false;
  const { data, shape } = value as Partial<ShapedArray>;
  return isNumbers(data) && Array.isArray(shape) && shape.every(Number.isInteger);
}

/** Shape, type, smallest, mean and largest value, and the first few, of a tensor or an array. */
export function describeArray(value: TensorLike | ShapedArray | Numbers): MimeBundle | Promise<MimeBundle> {
  if (isNumbers(value)) return summarize(value.constructor.name, undefined, [value.length], value);
  if (!isTensor(value)) {
    const { data, shape, channels, rate } = value as ShapedArray;
    const title = channels ? "Series" : "Array";
    return summarize(title, dtypeName(data), shape, data, { channels, rate });
  }
  const { dtype, shape } = value;
  if (value.isDisposed) {
    const text = `Tensor ${dtype} ${shapeText(shape)}: disposed`;
    return { "text/plain": text, "text/html": `<div>${escapeHtml(text)}</div>` };
  }
  // Not dataSync: the values may still be under way from the device.
  return value.data().then((data) => {
    if (dtype === "string" || dtype === "complex64") return listed("Tensor", dtype, shape, data);
    return summarize("Tensor", dtype, shape, data as Numbers);
  });
}

/** Counts, range and mean of some numbers. */
interface Statistics {
  min: number;
  max: number;
  mean: number;
  missing: number;
}

function statistics(data: Numbers, start: number, step: number): Statistics {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let count = 0;
  let missing = 0;
  for (let i = start; i < data.length; i += step) {
    const x = Number(data[i]);
    if (Number.isNaN(x)) {
      missing++;
      continue;
    }
    count++;
    sum += x;
    if (x < min) min = x;
    if (x > max) max = x;
  }
  return { min, max, mean: count > 0 ? sum / count : Number.NaN, missing };
}

function summarize(
  title: string,
  dtype: string | undefined,
  shape: readonly number[],
  data: Numbers,
  series: { channels?: readonly string[]; rate?: number } = {},
): MimeBundle {
  const { channels, rate } = series;
  // An odd step, so that the sample does not see one column of a table only.
  const step = data.length > mostValues ? Math.ceil(data.length / mostValues) | 1 : 1;
  const head = [title, dtype, shapeText(shape), rate === undefined ? undefined : `at ${rate} Hz`];
  const heading = head.filter((part) => part !== undefined).join(" ");
  if (data.length === 0)
    return { "text/plain": `${heading}: empty`, "text/html": `<div>${heading}: empty</div>` };

  const names = channels && channels.length === shape.at(-1) ? channels : [undefined];
  const stride = names.length;
  const rows = names.map((name, i) => {
    const strided = stride === 1 ? step : stride * step;
    const { min, mean, max, missing } = statistics(data, i, strided);
    const cells = [min, mean, max].map(shortNumber);
    const first = Array.from(
      { length: Math.min(shownValues, Math.ceil((data.length - i) / stride)) },
      (_, k) => shortNumber(Number(data[i + k * stride])),
    );
    const more = data.length > first.length * stride ? ", …" : "";
    return {
      name,
      cells: [...cells, missing > 0 ? String(missing) : ""],
      values: `${first.join(", ")}${more}`,
    };
  });
  const note = step > 1 ? ` (from every ${step}th value)` : "";
  const anyMissing = rows.some(({ cells }) => cells[3] !== "");
  const columns = ["min", "mean", "max", ...(anyMissing ? ["NaN"] : [])];

  const lines = rows.map(({ name, cells, values }) => {
    const parts = columns.map((column, i) => `${column} ${cells[i] || 0}`);
    return `${name === undefined ? "" : `  ${name}: `}${parts.join(", ")}${name === undefined ? `, values ${values}` : ""}`;
  });
  const header = [...(channels ? ["channel"] : []), ...columns, "first values"];
  const html = rows.map(({ name, cells, values }) => {
    const all = [...(name === undefined ? [] : [name]), ...columns.map((_, i) => cells[i] || "0"), values];
    return `<tr>${all.map((text) => `<td>${escapeHtml(text)}</td>`).join("")}</tr>`;
  });
  return {
    "text/plain":
      rows.length === 1 ? `${heading}${note}: ${lines[0].trim()}` : `${heading}${note}\n${lines.join("\n")}`,
    "text/html": `<div><strong>${escapeHtml(heading)}</strong>${note}</div><table><thead><tr>${header.map((text) => `<th>${text}</th>`).join("")}</tr></thead><tbody>${html.join("")}</tbody></table>`,
  };
}

/** A tensor of what has no order: its first values. */
function listed(
  title: string,
  dtype: string,
  shape: readonly number[],
  data: ArrayLike<unknown>,
): MimeBundle {
  const first = Array.from({ length: Math.min(shownValues, data.length) }, (_, i) => String(data[i]));
  const more = data.length > first.length ? ", …" : "";
  const text = `${title} ${dtype} ${shapeText(shape)}: ${first.join(", ")}${more}`;
  return { "text/plain": text, "text/html": `<div>${escapeHtml(text)}</div>` };
}

function shapeText(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

function dtypeName(data: Numbers): string {
  return data.constructor.name
    .replace(/Clamped/, "")
    .replace(/Array$/, "")
    .toLowerCase();
}

function shortNumber(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(5))) : String(value);
}
