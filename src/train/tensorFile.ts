/** One float32 tensor in a safetensors file of its own, written and read by rows: it need not fit in memory. */
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
import { writeAll } from "./atomicWrite";
import { LazyArray } from "./lazyArray";
import { bytesOf, checksumKey, encodeHeader, type HeaderEntry, readHeader } from "./safetensors";
import { sizeOf } from "./sizeOf";

const tensorName = "values";
/** Digits of the greatest checksum: the header is as long before the checksum is known as after. */
const digits = 10;

function headerOf(shape: readonly number[], checksum: number): Buffer {
  const bytes = 4 * sizeOf(shape);
  return encodeHeader(
    { [tensorName]: { dtype: "F32", shape, data_offsets: [0, bytes] } },
    { [checksumKey]: String(checksum).padStart(digits, "0") },
  );
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
  ) {
    mkdirSync(path.dirname(file), { recursive: true });
    // Always the same name: what a killed process left is written over.
    this.temporary = `${file}.tmp`;
    this.handle = openSync(this.temporary, "w");
    writeAll(this.handle, headerOf(shape, 0));
  }

  append(values: Float32Array): void {
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
  finish(): LazyArray {
    const { file, shape, handle, written } = this;
    const wanted = sizeOf(shape);
    if (written !== wanted) {
      this.abandon();
      throw new RangeError(`Cannot write ${file}: shape [${shape}] needs ${wanted} values, got ${written}`);
    }
    const header = headerOf(shape, this.checksum);
    writeSync(handle, header, 0, header.length, 0);
    fsyncSync(handle);
    closeSync(handle);
    renameSync(this.temporary, file);
    return openTensorFile(file);
  }

  /** Leaves nothing behind. */
  abandon(): void {
    closeSync(this.handle);
    rmSync(this.temporary, { force: true });
  }
}

function readAt(file: number, into: Uint8Array, position: number): void {
  for (let at = 0; at < into.length; ) {
    const read = readSync(file, into, at, into.length - at, position + at);
    if (read === 0) throw new SyntaxError("Cannot read predictions: the file is cut off");
    at += read;
  }
}

/**
 * A tensor of such a file; rows are read as they are looked at.
 *
 * @throws {SyntaxError} if the file is not of this kind or cut off
 */
export function openTensorFile(file: string): LazyArray {
  const { start, shape } = readHead(file);
  const size = sizeOf(shape.slice(1));
  return new LazyArray(shape, (indices) => {
    const values = new Float32Array(indices.length * size);
    const handle = openSync(file, "r");
    try {
      // Rows that lie one after the other are read at once.
      for (let from = 0, to = 1; from < indices.length; from = to++) {
        while (to < indices.length && indices[to] === indices[to - 1] + 1) to++;
        const into = bytesOf(values.subarray(from * size, to * size));
        readAt(handle, into, start + indices[from] * size * 4);
      }
    } finally {
      closeSync(handle);
    }
    return values;
  });
}

function readHead(file: string): { start: number; shape: readonly number[] } {
  const { size } = statSync(file);
  const handle = openSync(file, "r");
  try {
    // More than such a header ever has.
    const head = Buffer.alloc(Math.min(size, 4096));
    readAt(handle, head, 0);
    const { header, start } = readHeader(file, head);
    const entry = header[tensorName] as HeaderEntry | undefined;
    if (entry?.dtype !== "F32" || start + entry.data_offsets[1] !== size) {
      throw new SyntaxError(`Cannot read ${file}: it must hold one whole tensor of float32 values`);
    }
    return { start, shape: entry.shape };
  } finally {
    closeSync(handle);
  }
}
