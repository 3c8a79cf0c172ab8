/** One tensor in a safetensors file of its own, written and read by rows: it need not fit in memory. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { sizeOf } from "../core/array";
import { AtomicFile } from "../core/atomicFile";
import type { Frames } from "../core/frames";
import { lazyFrames } from "../core/frameViews";
import { LazyArray } from "../core/source";
import { type OpenFile, withFile } from "./regularFile";
import { bytesOf } from "./safetensors";
import {
  encodeHeader,
  type Head,
  type Metadata,
  malformed,
  readHead,
  seal,
  sumOn,
} from "./safetensorsHeader";

const tensorName = "values";

/** The arrays that such a file may hold. */
type Values = Float32Array | Uint8Array;

const kinds = {
  float32: { code: "F32", Values: Float32Array },
  uint8: { code: "U8", Values: Uint8Array },
} as const;

type Dtype = keyof typeof kinds;

/** Options of {@link TensorFileWriter}. */
interface TensorFileOptions {
  /** Default "float32". */
  dtype?: Dtype;
  /** What is to be known of the tensor. Default nothing. */
  metadata?: Metadata;
}

/** Writes a tensor row after row; the file has its name only once it is whole. */
export class TensorFileWriter {
  private readonly content: AtomicFile;
  private readonly header: Buffer;
  private checksum: number;
  private written = 0;

  /** @param shape `[rows, …]` of what will have been written in the end */
  constructor(
    private readonly file: string,
    private readonly shape: readonly number[],
    options: TensorFileOptions = {},
  ) {
    const { dtype = "float32", metadata = {} } = options;
    const { code, Values } = kinds[dtype];
    const bytes = Values.BYTES_PER_ELEMENT * sizeOf(shape);
    this.header = encodeHeader({ [tensorName]: { dtype: code, shape, data_offsets: [0, bytes] } }, metadata);
    this.checksum = sumOn(this.header, 0);
    this.content = new AtomicFile(file);
    this.write(this.header);
  }

  private write(bytes: Uint8Array): void {
    try {
      this.content.write(bytes);
    } catch (error) {
      this.content.abandon();
      throw error;
    }
  }

  append(values: Values): void {
    const bytes = bytesOf(values);
    this.write(bytes);
    this.checksum = sumOn(bytes, this.checksum);
    this.written += values.length;
  }

  /**
   * Gives the file its name.
   *
   * @throws {RangeError} if not all rows have been written
   */
  finish(): void {
    const { file, shape, content, written } = this;
    const wanted = sizeOf(shape);
    if (written !== wanted) {
      this.abandon();
      throw new RangeError(`Cannot write ${file}: shape [${shape}] needs ${wanted} values, got ${written}`);
    }
    content.write(seal(this.header, this.checksum), 0);
    content.finish();
    found.set(resolve(file), stateOf(file));
  }

  /** Leaves nothing behind. */
  abandon(): void {
    this.content.abandon();
  }
}

/** The state of each file that was written or found whole by this process. */
const found = new Map<string, string>();

function stateOf(file: string): string {
  const { size, mtimeNs, ino } = statSync(file, { bigint: true });
  return `${size} ${mtimeNs} ${ino}`;
}

/** Bytes summed at once. */
const PIECE = 16 << 20;

/** Requires that the values have the sum that the header tells; once for each state of a file. */
function requireWhole(file: OpenFile, { start, checksum }: Head): void {
  const state = stateOf(file.path);
  if (checksum === undefined) throw malformed(file.path, "the header must hold a checksum", 8);
  if (found.get(resolve(file.path)) === state) return;
  const piece = new Uint8Array(Math.min(PIECE, file.size - start));
  let sum = checksum.header;
  for (let at = start; at < file.size; at += piece.length) {
    const some = piece.subarray(0, file.size - at);
    file.read(some, at);
    sum = sumOn(some, sum);
  }
  if (sum !== checksum.wanted) {
    throw malformed(file.path, "the file must have the checksum that its header tells: it is damaged", start);
  }
  found.set(resolve(file.path), state);
}

/** A tensor on disk. */
interface TensorFile<T extends Values> {
  readonly shape: readonly number[];
  readonly metadata: Metadata;
  /**
   * Reads the rows at `indices` into a new array, in that order.
   *
   * @throws {Error} if another file has taken its place
   */
  take(indices: ArrayLike<number>): T;
}

/**
 * Requires that a safetensors file is as it was written, without keeping what it holds.
 *
 * @throws {SyntaxError} with file and byte, if it is not of this format, cut off or damaged
 */
export function requireWholeFile(path: string): void {
  withFile(path, (file) => requireWhole(file, readHead(file)));
}

function openRows<T extends Values>(path: string, dtype: Dtype): TensorFile<T> {
  const { code, Values } = kinds[dtype];
  const { head, shape, state } = withFile(path, (file) => {
    const head = readHead(file);
    const [entry] = head.entries;
    if (head.entries.length !== 1 || entry.name !== tensorName || entry.dtype !== code) {
      throw malformed(path, `the file must hold one tensor of ${dtype} values`, 8);
    }
    requireWhole(file, head);
    return { head, shape: entry.shape, state: stateOf(path) };
  });
  const size = sizeOf(shape.slice(1));
  const take = (indices: ArrayLike<number>): T => {
    const values = new Values(indices.length * size);
    withFile(path, (file) => {
      // Rows that lie one after the other are read at once.
      for (let from = 0, to = 1; from < indices.length; from = to++) {
        while (to < indices.length && indices[to] === indices[to - 1] + 1) to++;
        const into = bytesOf(values.subarray(from * size, to * size));
        file.read(into, head.start + indices[from] * size * Values.BYTES_PER_ELEMENT);
      }
      if (stateOf(path) !== state) {
        throw new Error(`Cannot read ${path}: it must be the file that was opened, got one written since`);
      }
    });
    return values as T;
  };
  return { shape, metadata: head.metadata, take };
}

/**
 * A float32 tensor of such a file; rows are read on demand.
 *
 * @throws {SyntaxError} with file and byte, if the file is not of this kind, cut off or damaged
 */
export function openTensorFile(file: string): LazyArray {
  const { shape, take } = openRows<Float32Array>(file, "float32");
  return new LazyArray(shape, take);
}

/**
 * Frames in pixels of such a file of uint8, and what it says of them; samples are read on demand.
 *
 * @throws {SyntaxError} with file and byte, if the file is not of this kind, cut off or damaged
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
