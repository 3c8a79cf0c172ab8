/** The beginning of a safetensors file: what lies where, text by name, and a checksum of all of the file. */
import { crc32 } from "node:zlib";
import { sizeOf } from "../core/array";
import type { OpenFile } from "./regularFile";

/** The typed arrays that a safetensors file may hold. */
export type StoredArray = Float32Array | Float64Array | Int32Array | Uint8Array;

/** Free text by name. */
export type Metadata = Readonly<Record<string, string>>;

/** Arrays by the format's names. */
export const kinds = {
  F32: Float32Array,
  F64: Float64Array,
  I32: Int32Array,
  U8: Uint8Array,
} as const;
export type Kind = keyof typeof kinds;

/** What a file's header says of a tensor. */
export interface HeaderEntry {
  readonly dtype: Kind;
  readonly shape: readonly number[];
  /** Where its values lie, counted from the header's end. */
  readonly data_offsets: readonly [start: number, end: number];
}

/** What a file says of itself. */
export interface Head {
  /** The tensors in the order of their values, which fill the file. */
  readonly entries: readonly (HeaderEntry & { readonly name: string })[];
  readonly metadata: Metadata;
  /** Where the values begin. */
  readonly start: number;
  /** The sum that the file must have, and that of its header alone; `undefined` for other programs' files. */
  readonly checksum?: { readonly wanted: number; readonly header: number };
}

/** Metadata under which the checksum is kept; other programs ignore it. */
const checksumKey = "crc32";
/** How a header with a checksum begins; ten digits follow, which count as zeros in the sum. */
const opening = `{"__metadata__":{"${checksumKey}":"`;
const digitsAt = 8 + opening.length;
const noDigits = "0".repeat(10);
/** No header of ours comes near this; a larger length means that the file is something else. */
const longestHeader = 100_000_000;

/** Goes on with a sum; zlib starts anew where it is handed no bytes. */
export function sumOn(bytes: Uint8Array, sum: number): number {
  return bytes.length > 0 ? crc32(bytes, sum) : sum;
}

/** All of a file that is before the values, with zeros for the checksum, which goes on from this one's own. */
export function encodeHeader(entries: Readonly<Record<string, HeaderEntry>>, metadata: Metadata): Buffer {
  // Put together by hand: in an object, names that are numbers would come first.
  const parts = [metadata, entries].map((part) => JSON.stringify(part).slice(1, -1));
  const [texts, places] = parts.map((part) => (part === "" ? "" : `,${part}`));
  const text = `${opening}${noDigits}"${texts}}${places}}`;
  // Spaces at the end of the header put the values on a multiple of 8 bytes, as the format recommends.
  const unpadded = Buffer.byteLength(text);
  const header = Buffer.from(text + " ".repeat((8 - (unpadded % 8)) % 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header]);
}

/** Puts the checksum of header and values into a header. */
export function seal(header: Buffer, checksum: number): Buffer {
  header.write(String(checksum).padStart(noDigits.length, "0"), digitsAt, "latin1");
  return header;
}

/** An error that names the file and the byte. */
export function malformed(file: string, requirement: string, byte: number): SyntaxError {
  return new SyntaxError(`Cannot read ${file}: ${requirement} (at byte ${byte})`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseHeader(file: string, text: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (cause) {
    throw new SyntaxError(`Cannot read ${file}: the header must be JSON (at byte 8)`, { cause });
  }
  if (!isRecord(header)) throw malformed(file, "the header must be a JSON object", 8);
  return header;
}

function checkEntry(file: string, name: string, entry: unknown): HeaderEntry & { name: string } {
  const what = `"${name}"`;
  if (!isRecord(entry))
    throw malformed(file, `${what} must be a JSON object, got ${JSON.stringify(entry)}`, 8);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== "string" || !Object.hasOwn(kinds, dtype)) {
    const got = JSON.stringify(dtype);
    throw malformed(
      file,
      `${what} must be of one of the types ${Object.keys(kinds).join(", ")}, got ${got}`,
      8,
    );
  }
  const isWhole = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
  if (!Array.isArray(shape) || !shape.every(isWhole)) {
    throw malformed(file, `the shape of ${what} must be whole numbers, got ${JSON.stringify(shape)}`, 8);
  }
  const size = sizeOf(shape) * kinds[dtype as Kind].BYTES_PER_ELEMENT;
  const isRange = Array.isArray(offsets) && offsets.length === 2 && offsets.every(isWhole);
  if (!isRange || offsets[1] - offsets[0] !== size) {
    const got = JSON.stringify(offsets);
    throw malformed(file, `the place of ${what} must agree with its shape [${shape}], got ${got}`, 8);
  }
  return { name, dtype: dtype as Kind, shape, data_offsets: [offsets[0], offsets[1]] };
}

function checkMetadata(file: string, metadata: unknown): Metadata {
  if (!isRecord(metadata) || !Object.values(metadata).every((text) => typeof text === "string")) {
    throw malformed(file, `the metadata must be text by name, got ${JSON.stringify(metadata)}`, 8);
  }
  return metadata as Metadata;
}

/**
 * Reads and checks a file's header.
 *
 * @throws {SyntaxError} with file and byte, if it is no header of this format, or the file is cut off or too long
 */
export function readHead(file: OpenFile): Head {
  const { path, size } = file;
  if (size < 8) throw malformed(path, `a safetensors file has at least 8 bytes, got ${size}`, 0);
  const lengthBytes = Buffer.alloc(8);
  file.read(lengthBytes, 0);
  const length = Number(lengthBytes.readBigUInt64LE(0));
  if (length > longestHeader) {
    throw malformed(path, `a safetensors header is at most ${longestHeader} bytes long, got ${length}`, 0);
  }
  const start = 8 + length;
  if (start > size)
    throw malformed(path, `the file ends inside its header of ${length} bytes: it is cut off`, size);
  const bytes = Buffer.alloc(start);
  file.read(bytes, 0);
  const header = parseHeader(path, bytes.toString("utf8", 8));
  const { __metadata__: stored, ...others } = header;
  const metadata = "__metadata__" in header ? checkMetadata(path, stored) : {};
  const entries = Object.entries(others).map(([name, entry]) => checkEntry(path, name, entry));
  entries.sort((a, b) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1]);
  let end = 0;
  for (const { name, data_offsets: offsets } of entries) {
    if (offsets[0] !== end) {
      throw malformed(
        path,
        `the values must follow each other, got "${name}" at ${offsets[0]} behind ${end}`,
        8,
      );
    }
    end = offsets[1];
  }
  if (start + end > size)
    throw malformed(path, `the file ends before its values do, at byte ${start + end}: it is cut off`, size);
  if (start + end < size)
    throw malformed(path, `the values must end with the file, at byte ${start + end}`, size);
  return { entries, start, ...withoutChecksum(path, bytes, metadata) };
}

/** Takes the checksum out of the metadata. */
function withoutChecksum(
  path: string,
  bytes: Buffer,
  metadata: Metadata,
): Pick<Head, "metadata" | "checksum"> {
  if (!Object.hasOwn(metadata, checksumKey)) return { metadata };
  const { [checksumKey]: text, ...rest } = metadata;
  const isOpening = bytes.toString("latin1", 8, digitsAt) === opening;
  if (!isOpening || !/^\d{10}$/.test(text)) {
    throw malformed(
      path,
      `the header must begin with a checksum of ten digits, got ${JSON.stringify(text)}`,
      8,
    );
  }
  bytes.write(noDigits, digitsAt, "latin1");
  return { metadata: rest, checksum: { wanted: Number(text), header: crc32(bytes) } };
}
