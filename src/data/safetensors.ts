import { readFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import { sizeOf } from "../core/array";
import { atomicWrite } from "../core/atomicFile";

/** The typed arrays that a safetensors file may hold. */
export type StoredArray = Float32Array | Float64Array | Int32Array | Uint8Array;

/** A dense array in C order with its shape. */
export interface StoredTensor {
  readonly data: StoredArray;
  readonly shape: readonly number[];
}

/** What a safetensors file holds. */
export interface StoredTensors {
  readonly tensors: Readonly<Record<string, StoredTensor>>;
  /** Free text by name. */
  readonly metadata: Readonly<Record<string, string>>;
}

const kinds = {
  F32: Float32Array,
  F64: Float64Array,
  I32: Int32Array,
  U8: Uint8Array,
} as const;
type Kind = keyof typeof kinds;

/** Metadata under which the checksum of the values is kept; other programs ignore it. */
export const checksumKey = "crc32";
/** No header of ours comes near this; a larger length means that the file is something else. */
const longestHeader = 100_000_000;

/** An array's own bytes. */
export function bytesOf(array: StoredArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/**
 * Writes named arrays and text as a safetensors file, whole or not at all, with a checksum of the values.
 *
 * Source: the safetensors format of Hugging Face; its Python package reads these files.
 *
 * @param file where to write; its folder is made where it is lacking
 * @param content `tensors`: float32, float64, int32 or uint8 arrays; `metadata`: text by name (default none)
 * @throws {RangeError} if an array's length does not agree with its shape
 * @example
 * writeSafetensors("runs/a/weights.safetensors", { tensors: { bias: { data: new Float32Array(3), shape: [3] } } });
 */
export function writeSafetensors(
  file: string,
  content: {
    tensors: Readonly<Record<string, StoredTensor>>;
    metadata?: Readonly<Record<string, string>>;
  },
): void {
  const { tensors, metadata = {} } = content;
  const entries: Record<string, HeaderEntry> = {};
  const parts: Uint8Array[] = [];
  let at = 0;
  let checksum = 0;
  for (const [name, { data, shape }] of Object.entries(tensors)) {
    if (sizeOf(shape) !== data.length) {
      throw new RangeError(
        `Cannot write ${file}: "${name}" of shape [${shape}] needs ${sizeOf(shape)} values, got ${data.length}`,
      );
    }
    const kind = (Object.keys(kinds) as Kind[]).find((key) => data instanceof kinds[key]);
    entries[name] = { dtype: kind as Kind, shape, data_offsets: [at, at + data.byteLength] };
    const bytes = bytesOf(data);
    // zlib starts anew where it is handed no bytes.
    if (bytes.length > 0) checksum = crc32(bytes, checksum);
    parts.push(bytes);
    at += data.byteLength;
  }
  atomicWrite(file, encodeHeader(entries, { ...metadata, [checksumKey]: String(checksum) }), ...parts);
}

/** What a file's header says of a tensor. */
export interface HeaderEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [start: number, end: number];
}

/** All of a file that is before the values. */
export function encodeHeader(
  entries: Readonly<Record<string, HeaderEntry>>,
  metadata: Readonly<Record<string, string>>,
): Buffer {
  const text = JSON.stringify({ __metadata__: metadata, ...entries });
  // Spaces at the end of the header put the values on a multiple of 8 bytes, as the format recommends.
  const unpadded = Buffer.byteLength(text);
  const header = Buffer.from(text + " ".repeat((8 - (unpadded % 8)) % 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header]);
}

function malformed(file: string, requirement: string, byte: number): SyntaxError {
  return new SyntaxError(`Cannot read ${file}: ${requirement} (at byte ${byte})`);
}

/** The header at the beginning of a file's bytes, and where the values start. */
export function readHeader(file: string, bytes: Buffer): { header: Record<string, unknown>; start: number } {
  if (bytes.length < 8) {
    throw malformed(file, `a safetensors file has at least 8 bytes, got ${bytes.length}`, 0);
  }
  const length = Number(bytes.readBigUInt64LE(0));
  if (length > longestHeader) {
    throw malformed(file, `a safetensors header is at most ${longestHeader} bytes long, got ${length}`, 0);
  }
  if (8 + length > bytes.length) {
    throw malformed(file, `the file ends inside its header of ${length} bytes: it is cut off`, bytes.length);
  }
  const text = bytes.toString("utf8", 8, 8 + length);
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (cause) {
    throw new SyntaxError(`Cannot read ${file}: the header must be JSON (at byte 8)`, { cause });
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    throw malformed(file, "the header must be a JSON object", 8);
  }
  return { header: header as Record<string, unknown>, start: 8 + length };
}

function readTensor(file: string, bytes: Buffer, entry: HeaderEntry & { name: string; start: number }) {
  const { name, dtype, shape, data_offsets: offsets, start } = entry;
  if (!Object.hasOwn(kinds, dtype)) {
    throw malformed(file, `"${name}" must be one of ${Object.keys(kinds).join(", ")}, got ${dtype}`, 8);
  }
  const kind = kinds[dtype as Kind];
  const isShape = Array.isArray(shape) && shape.every((extent) => Number.isInteger(extent) && extent >= 0);
  const isRange = Array.isArray(offsets) && offsets.length === 2 && offsets.every(Number.isInteger);
  if (!isShape || !isRange || offsets[1] - offsets[0] !== sizeOf(shape) * kind.BYTES_PER_ELEMENT) {
    throw malformed(file, `the place of "${name}" must agree with its shape, got [${offsets}]`, 8);
  }
  if (offsets[0] < 0 || start + offsets[1] > bytes.length) {
    throw malformed(file, `the file ends before "${name}" does: it is cut off`, bytes.length);
  }
  // A copy of its own: aligned, and free of the rest of the file.
  const own = new Uint8Array(bytes.subarray(start + offsets[0], start + offsets[1]));
  return { data: new kind(own.buffer), shape };
}

/**
 * Reads a safetensors file, and checks its values where it holds a checksum.
 *
 * @throws {SyntaxError} if the file is not of this format, is cut off or its values are damaged
 * @throws {Error} the file system's own error if it cannot be read
 * @example
 * const { tensors, metadata } = readSafetensors("runs/a/weights.safetensors");
 */
export function readSafetensors(file: string): StoredTensors {
  const bytes = readFileSync(file);
  const { header, start } = readHeader(file, bytes);
  const { __metadata__: metadata = {}, ...entries } = header as {
    __metadata__?: Record<string, string>;
  } & Record<string, HeaderEntry>;
  const tensors: Record<string, StoredTensor> = {};
  let end = 0;
  for (const [name, entry] of Object.entries(entries as Record<string, HeaderEntry>)) {
    tensors[name] = readTensor(file, bytes, { ...entry, name, start });
    end = Math.max(end, entry.data_offsets[1]);
  }
  if (start + end !== bytes.length) {
    throw malformed(file, `the values must end with the file, at byte ${start + end}`, bytes.length);
  }
  const { [checksumKey]: checksum, ...rest } = metadata;
  if (checksum !== undefined && crc32(bytes.subarray(start)) !== Number(checksum)) {
    throw malformed(file, "the values must have the checksum in the header: the file is damaged", start);
  }
  return { tensors, metadata: rest };
}

/** JSON of a value in which numbers may also be NaN or infinite: a training that went wrong is kept as it is. */
export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(
    value,
    (_, item: unknown) =>
      typeof item === "number" && !Number.isFinite(item) ? { $number: String(item) } : item,
    indent,
  );
}

/** The value of {@link toJson}'s text. */
export function fromJson(text: string): unknown {
  return JSON.parse(text, (_, item: unknown) =>
    typeof item === "object" && item !== null && "$number" in item
      ? Number((item as { $number: string }).$number)
      : item,
  );
}
