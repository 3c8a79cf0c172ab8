import { setImmediate } from "node:timers/promises";
import { sizeOf } from "../core/array";
import { atomicWrite } from "../core/atomicFile";
import { checkOptions } from "../core/check";
import { currentSignal, throwIfAborted } from "../core/signal";
import { type OpenFile, withFile } from "./regularFile";
import {
  encodeHeader,
  type HeaderEntry,
  type Kind,
  kinds,
  malformed,
  readHead,
  type StoredArray,
  seal,
  sumOn,
} from "./safetensorsHeader";

export type { StoredArray } from "./safetensorsHeader";

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

/** Options of {@link readSafetensors}. */
export interface ReadSafetensorsOptions {
  /**
   * Whether the file must hold the checksum that {@link writeSafetensors} writes; default true. `false` reads the files
   * of other programs too, where damage to the values cannot be told.
   */
  checked?: boolean;
}

/** An array's own bytes. */
export function bytesOf(array: StoredArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** The parts of a safetensors file: header and values, one after another. */
export function encodeSafetensors(
  file: string,
  content: {
    tensors: Readonly<Record<string, StoredTensor>>;
    metadata?: Readonly<Record<string, string>>;
  },
): Uint8Array[] {
  const { tensors, metadata = {} } = content;
  for (const [reserved, names] of [
    ["__metadata__", tensors],
    ["crc32", metadata],
  ] as const) {
    if (Object.hasOwn(names, reserved)) {
      throw new RangeError(
        `Cannot write ${file}: the name ${reserved} is the format's own, got it among yours`,
      );
    }
  }
  const entries: [string, HeaderEntry][] = [];
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const [name, { data, shape }] of Object.entries(tensors)) {
    if (sizeOf(shape) !== data.length) {
      throw new RangeError(
        `Cannot write ${file}: "${name}" of shape [${shape}] needs ${sizeOf(shape)} values, got ${data.length}`,
      );
    }
    const kind = (Object.keys(kinds) as Kind[]).find((key) => data instanceof kinds[key]);
    entries.push([name, { dtype: kind as Kind, shape, data_offsets: [at, at + data.byteLength] }]);
    parts.push(bytesOf(data));
    at += data.byteLength;
  }
  const header = encodeHeader(Object.fromEntries(entries), metadata);
  const checksum = parts.reduce((sum, bytes) => sumOn(bytes, sum), sumOn(header, 0));
  return [seal(header, checksum), ...parts];
}

/**
 * Writes named arrays and text as a safetensors file, whole or not at all, with a checksum of all that it holds.
 *
 * Source: the safetensors format of Hugging Face; its Python package reads these files.
 *
 * @param file where to write; its folder is made where it is lacking
 * @param content `tensors`: float32, float64, int32 or uint8 arrays; `metadata`: text by name (default none)
 * @throws {RangeError} if an array's length does not agree with its shape, or a name is the format's own
 * @throws {Error} with the file's name and the system's code, if it cannot be written
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
  atomicWrite(file, ...encodeSafetensors(file, content));
}

/** Bytes read between two looks at the signal. */
const PIECE = 16 << 20;

/** Reads an open file, with a pause after each piece. */
function* readPieces(file: OpenFile, checked: boolean): Generator<void, StoredTensors> {
  const { entries, metadata, start, checksum } = readHead(file);
  if (checked && checksum === undefined) {
    throw malformed(
      file.path,
      "the header must hold a checksum, which other programs do not write; read their files with { checked: false }",
      8,
    );
  }
  let sum = checksum?.header ?? 0;
  const tensors: [string, StoredTensor][] = [];
  for (const { name, dtype, shape, data_offsets: offsets } of entries) {
    const bytes = new Uint8Array(offsets[1] - offsets[0]);
    for (let at = 0; at < bytes.length; at += PIECE) {
      const piece = bytes.subarray(at, at + PIECE);
      file.read(piece, start + offsets[0] + at);
      if (checksum) sum = sumOn(piece, sum);
      yield;
    }
    tensors.push([name, { data: new kinds[dtype](bytes.buffer), shape }]);
  }
  if (checksum && sum !== checksum.wanted) {
    throw malformed(file.path, "the file must have the checksum that its header tells: it is damaged", start);
  }
  return { tensors: Object.fromEntries(tensors), metadata };
}

/**
 * Reads a safetensors file and checks that it is as it was written.
 *
 * @param options whether a checksum must be there; see {@link ReadSafetensorsOptions}
 * @throws {SyntaxError} with file and byte, if the file is not of this format, is cut off, damaged or without checksum
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} if `checked` is neither true nor false
 * @throws {Error} with the file's name, if it cannot be read
 * @example
 * const { tensors, metadata } = readSafetensors("runs/a/best.safetensors");
 */
export function readSafetensors(file: string, options: ReadSafetensorsOptions = {}): StoredTensors {
  checkOptions(options, { checked: [true, false] }, { action: `read ${file}` });
  return withFile(file, (open) => {
    const pieces = readPieces(open, options.checked ?? true);
    for (let step = pieces.next(); ; step = pieces.next()) if (step.done) return step.value;
  });
}

/** As {@link readSafetensors}, with a look at the signal after each piece. */
export async function readSafetensorsAsync(
  open: OpenFile,
  signal: AbortSignal | undefined = currentSignal(),
): Promise<StoredTensors> {
  const pieces = readPieces(open, true);
  for (let step = pieces.next(); ; step = pieces.next()) {
    if (step.done) return step.value;
    await setImmediate();
    throwIfAborted(signal);
  }
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

/**
 * The object of {@link toJson}'s text.
 *
 * @param place the file and the name of the text in it, for errors
 * @throws {SyntaxError} if the text is no JSON of an object
 */
export function fromJson(text: string, place: { file: string; name: string }): object {
  const revive = (_: string, item: unknown) =>
    typeof item === "object" && item !== null && "$number" in item
      ? Number((item as { $number: string }).$number)
      : item;
  try {
    const value: unknown = JSON.parse(text, revive);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Told below.
  }
  throw new SyntaxError(`Cannot read ${place.file}: "${place.name}" must be JSON of an object`);
}
