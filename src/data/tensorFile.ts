/** One tensor in a safetensors file of its own, written and read by rows: it need not fit in memory. */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { crc32 } from "node:zlib";
import { sizeOf } from "../core/array";
import { mostBytes, writeAll } from "../core/atomicFile";
import type { Frames } from "../core/frames";
import { lazyFrames } from "../core/frameViews";
import { LazyArray } from "../core/source";
import { bytesOf, checksumKey, encodeHeader, type HeaderEntry, readHeader } from "./safetensors";

const tensorName = "values";
/** Digits of the greatest checksum: the header is as long before the checksum is known as after. */
const digits = 10;

/** The arrays that such a file may hold. */
type Values = Float32Array | Uint8Array;

const kinds = { float32: { code: "F32", Values: Float32Array }, uint8: { code: "U8", Values: Uint8Array } };

type Dtype = keyof typeof kinds;

/** Free text by name. */
type Metadata = Readonly<Record<string, string>>;

/** Options of {@link TensorFileWriter}. */
interface TensorFileOptions {
  /** Default "float32". */
  dtype?: Dtype;
  /** What is to be known of the tensor. Default nothing. */
  metadata?: Metadata;
}

/** Writes a tensor row after row; the file has its name only once it is whole. */
export class TensorFileWriter {
  private readonly temporary: string;
  private readonly handle: number;
  private checksum = 0;
  private written = 0;

  /** @param shape `[rows, …]` of what will have been written in the end */
  constructor(
    private readonly file: string,
    private readonly shape: readonly number[],
    private readonly options: TensorFileOptions = {},
  ) {
    mkdirSync(path.dirname(file), { recursive: true });
    // Always the same name: what a killed process left is written over.
    this.temporary = `${file}.tmp`;
    this.handle = openSync(this.temporary, "w");
    writeAll(this.handle, this.header());
  }

  private header(): Buffer {
    const { shape, checksum, options } = this;
    const { dtype = "float32", metadata } = options;
    const { code, Values } = kinds[dtype];
    const bytes = Values.BYTES_PER_ELEMENT * sizeOf(shape);
    return encodeHeader(
      { [tensorName]: { dtype: code, shape, data_offsets: [0, bytes] } },
      { ...metadata, [checksumKey]: String(checksum).padStart(digits, "0") },
    );
  }

  append(values: Values): void {
    if (values.length === 0) return;
    const bytes = bytesOf(values);
    writeAll(this.handle, bytes);
    this.checksum = crc32(bytes, this.checksum);
    this.written += values.length;
  }

  /**
   * Gives the file its name.
   *
   * @throws {RangeError} if not all rows have been written
   */
  finish(): void {
    const { file, shape, handle, written } = this;
    const wanted = sizeOf(shape);
    if (written !== wanted) {
      this.abandon();
      throw new RangeError(`Cannot write ${file}: shape [${shape}] needs ${wanted} values, got ${written}`);
    }
    const header = this.header();
    writeSync(handle, header, 0, header.length, 0);
    fsyncSync(handle);
    closeSync(handle);
    renameSync(this.temporary, file);
  }

  /** Leaves nothing behind. */
  abandon(): void {
    closeSync(this.handle);
    rmSync(this.temporary, { force: true });
  }
}

function readAt(file: string, handle: number, into: Uint8Array, position: number): void {
  for (let at = 0; at < into.length; ) {
    const read = readSync(handle, into, at, Math.min(mostBytes, into.length - at), position + at);
    if (read === 0) throw new SyntaxError(`Cannot read ${file}: it is cut off after ${position + at} bytes`);
    at += read;
  }
}

/** A tensor on disk. */
interface TensorFile<T extends Values> {
  readonly shape: readonly number[];
  readonly metadata: Metadata;
  /** Reads the rows at `indices` into a new array, in that order. */
  take(indices: ArrayLike<number>): T;
}

function readHead(
  file: string,
  dtype: Dtype,
): { start: number; shape: readonly number[]; metadata: Metadata } {
  const { size } = statSync(file);
  const handle = openSync(file, "r");
  try {
    // More than such a header ever has.
    const head = Buffer.alloc(Math.min(size, 4096));
    readAt(file, handle, head, 0);
    const { header, start } = readHeader(file, head);
    const entry = header[tensorName] as HeaderEntry | undefined;
    if (entry?.dtype !== kinds[dtype].code || start + entry.data_offsets[1] !== size) {
      throw new SyntaxError(`Cannot read ${file}: it must hold one whole tensor of ${dtype} values`);
    }
    return { start, shape: entry.shape, metadata: header.__metadata__ as Metadata };
  } finally {
    closeSync(handle);
  }
}

function openRows<T extends Values>(file: string, dtype: Dtype): TensorFile<T> {
  const { start, shape, metadata } = readHead(file, dtype);
  const size = sizeOf(shape.slice(1));
  const { Values } = kinds[dtype];
  const take = (indices: ArrayLike<number>): T => {
    const values = new Values(indices.length * size);
    const handle = openSync(file, "r");
    try {
      // Rows that lie one after the other are read at once.
      for (let from = 0, to = 1; from < indices.length; from = to++) {
        while (to < indices.length && indices[to] === indices[to - 1] + 1) to++;
        const into = bytesOf(values.subarray(from * size, to * size));
        readAt(file, handle, into, start + indices[from] * size * Values.BYTES_PER_ELEMENT);
      }
    } finally {
      closeSync(handle);
    }
    return values as T;
  };
  return { shape, metadata, take };
}

/**
 * A float32 tensor of such a file; rows are read as they are looked at.
 *
 * @throws {SyntaxError} if the file is not of this kind or cut off
 */
export function openTensorFile(file: string): LazyArray {
  const { shape, take } = openRows<Float32Array>(file, "float32");
  return new LazyArray(shape, take);
}

/**
 * Frames in pixels of such a file of uint8, and what it says of them; samples are read as they are looked at.
 *
 * @throws {SyntaxError} if the file is not of this kind or cut off
 */
export function openPixelFile(file: string): { pixels: Frames<Uint8Array>; metadata: Metadata } {
  const { shape, metadata, take } = openRows<Uint8Array>(file, "uint8");
  const [samples, rows, columns, times] = shape;
  const pixels = lazyFrames(take, {
    shape: [samples, rows, columns, times],
    unit: "pixel",
    Values: Uint8Array,
  });
  return { pixels, metadata };
}
