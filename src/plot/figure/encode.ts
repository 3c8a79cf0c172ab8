import type { PlotNumbers } from "./types";

/** Arrays shorter than this stay readable lists. */
const packFrom = 24;

const dtypes: Record<string, string> = {
  Float32Array: "f4",
  Float64Array: "f8",
  Int8Array: "i1",
  Uint8Array: "u1",
  Uint8ClampedArray: "u1",
  Int16Array: "i2",
  Uint16Array: "u2",
  Int32Array: "i4",
  Uint32Array: "u4",
};

/** Whether a value is a typed array that plotly reads. */
export function isTyped(value: unknown): value is PlotNumbers {
  return ArrayBuffer.isView(value) && value.constructor.name in dtypes;
}

// what XML has no place for: control characters, halves of surrogate pairs, noncharacters
const unprintable = /(?![\t\n\r])[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/gu;

/**
 * A copy of a value that JSON carries to plotly.js: long typed arrays become its packed form
 * (`{dtype, bdata, shape}`, plotly.js >= 2.28), NaN and infinities in lists become null, dates their ISO form in UTC,
 * and in text what no image can hold becomes U+FFFD.
 *
 * @example
 * encode({ y: Float32Array.of(1, NaN) }); // { y: [1, null] }
 */
export function encode(value: unknown): unknown {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "string") return value.replace(unprintable, "\ufffd");
  if (typeof value === "bigint") return Number(value);
  if (value === null || typeof value !== "object") return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (isTyped(value)) return value.length < packFrom ? Array.from(value, encode) : pack(value);
  if (Array.isArray(value)) return packRows(value) ?? Array.from(value, encode);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView))
    return Array.from(value as BigInt64Array, encode);
  if (value instanceof Set) return Array.from(value, encode);
  if (value instanceof Map) return encode(Object.fromEntries(value));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, entry]) => entry !== undefined)
      .map(([key, entry]) => [key, encode(entry)]),
  );
}

function pack(values: PlotNumbers): Record<string, unknown> {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return { dtype: dtypes[values.constructor.name], bdata: bytes.toString("base64") };
}

/** Rows of one length and type as one packed matrix. */
function packRows(rows: readonly unknown[]): Record<string, unknown> | undefined {
  const first = rows[0];
  if (!isTyped(first) || rows.length * first.length < packFrom) return undefined;
  const alike = rows.every(
    (row) => isTyped(row) && row.length === first.length && row.constructor === first.constructor,
  );
  if (!alike) return undefined;
  const bytes = (rows as PlotNumbers[]).map((row) => Buffer.from(row.buffer, row.byteOffset, row.byteLength));
  return {
    dtype: dtypes[first.constructor.name],
    bdata: Buffer.concat(bytes).toString("base64"),
    shape: `${rows.length}, ${first.length}`,
  };
}
