import { setImmediate } from "node:timers/promises";
import { sizeOf } from "../core/array";
import { writeFileAtomic } from "../core/atomicFile";
import { checkOptions } from "../core/check";
import { currentSignal, throwIfAborted } from "../core/signal";
import { longestNpyHeader, type NpyHeader, type NpyType, readNpyHeader, writeNpyHeader } from "./npyHeader";
import { OpenFile } from "./regularFile";

/** The typed arrays that `.npy` files are read into and written from. */
export type NpyData =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** An array of a `.npy` file. */
export interface NpyArray {
  /** Values in C order; 64-bit integers as float64, booleans as 0 and 1 in uint8. */
  readonly data: NpyData;
  readonly shape: readonly number[];
  /** The type in the file. */
  readonly type: NpyType;
}

type Swappable = Exclude<NpyType, "uint64" | "int64">;
const constructors = {
  bool: Uint8Array,
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} satisfies Record<Swappable, unknown>;

function swapBytes(bytes: Buffer, itemSize: number): void {
  if (itemSize === 2) bytes.swap16();
  else if (itemSize === 4) bytes.swap32();
  else if (itemSize === 8) bytes.swap64();
}

/** 64-bit integers as numbers, refused where a number cannot hold them. */
function widen(bytes: Uint8Array, signed: boolean, name: string): Float64Array {
  const count = bytes.byteLength / 8;
  const wide = signed
    ? new BigInt64Array(bytes.buffer, bytes.byteOffset, count)
    : new BigUint64Array(bytes.buffer, bytes.byteOffset, count);
  const data = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    data[i] = Number(wide[i]);
    if (!Number.isSafeInteger(data[i])) {
      throw new RangeError(`Cannot read ${name}: whole numbers must lie within ±(2^53 - 1), got ${wide[i]}`);
    }
  }
  return data;
}

/** Turns Fortran order (first axis fastest) into C order (last axis fastest). */
function toRowMajor<T extends NpyData>(data: T, shape: readonly number[]): T {
  const result = data.slice() as T;
  const rank = shape.length;
  const strides = new Array<number>(rank);
  for (let axis = 0, stride = 1; axis < rank; stride *= shape[axis++]) strides[axis] = stride;
  const index = new Array<number>(rank).fill(0);
  for (let to = 0, from = 0; to < data.length; to++) {
    result[to] = data[from];
    for (let axis = rank - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return result;
}

/**
 * Decodes a `.npy` file: C or Fortran order, little or big endian, bool, integers and floats, format versions 1 to 3.
 *
 * @param bytes the whole file
 * @param options `name`: names the file in errors (default "array"); `header`: its head, if it was read already
 * @returns values in C order in a new array
 * @throws {SyntaxError} if the file is malformed, cut off or too long, or holds Python objects
 * @throws {RangeError} if a 64-bit integer is too large for a number
 * @example
 * import { readFile } from "node:fs/promises";
 * const { data, shape } = decodeNpy(await readFile("data/radar/train/train_00000.npy")); // shape is [120, 120, 5]
 */
export function decodeNpy(bytes: Uint8Array, options: { name?: string; header?: NpyHeader } = {}): NpyArray {
  const { name = "array" } = options;
  const header = options.header ?? readNpyHeader(bytes, name);
  requireSize(header, bytes.byteLength, name);
  const body = new Uint8Array(bytes.byteLength - header.offset);
  body.set(bytes.subarray(header.offset));
  return decodeBody(body, header, name);
}

/** Requires that a file has the size that its header tells. */
function requireSize({ type, itemSize, shape, offset }: NpyHeader, size: number, name: string): void {
  const wanted = offset + sizeOf(shape) * itemSize;
  if (size === wanted) return;
  throw new SyntaxError(
    `Cannot read ${name}: the file is ${size < wanted ? "cut off" : "too long"}: shape (${shape.join(", ")}) of ${type} needs ${wanted} bytes, got ${size}`,
  );
}

/** The array whose values lie in `body`, which becomes its memory. */
function decodeBody(body: Uint8Array, header: NpyHeader, name: string): NpyArray {
  const { type, itemSize, shape } = header;
  if (header.swapped) swapBytes(Buffer.from(body.buffer), itemSize);
  const data =
    type === "int64" || type === "uint64"
      ? widen(body, type === "int64", name)
      : new constructors[type](body.buffer as ArrayBuffer);
  return { data: header.fortranOrder && shape.length > 1 ? toRowMajor(data, shape) : data, shape, type };
}

/**
 * Encodes an array as a `.npy` file, format version 1, C order.
 *
 * @param data values in C order
 * @param shape extents; their product is the length
 * @throws {RangeError} if the length does not agree with the shape
 * @throws {TypeError} if the array is of no type that NumPy shares
 * @example
 * encodeNpy(Float32Array.of(1, 2, 3, 4), [2, 2]).length; // 144
 */
export function encodeNpy(data: NpyData, shape: readonly number[]): Uint8Array {
  const count = shape.reduce((product, extent) => product * extent, 1);
  if (count !== data.length) {
    throw new RangeError(
      `Cannot encode an array: shape [${shape}] needs ${count} values, got ${data.length}`,
    );
  }
  const type =
    data instanceof Uint8Array ? "uint8" : data.constructor.name.replace(/Array$/, "").toLowerCase();
  if (!(type in constructors)) {
    throw new TypeError(
      `Cannot encode an array: need one of ${Object.keys(constructors).join(", ")}, got ${type}`,
    );
  }
  const head = writeNpyHeader(type as NpyType, shape);
  const bytes = new Uint8Array(head.length + data.byteLength);
  bytes.set(head);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), head.length);
  return bytes;
}

/** Bytes read between two looks at the signal. */
const PIECE = 16 << 20;

/**
 * Reads a `.npy` file; see {@link decodeNpy}.
 *
 * @param path the file
 * @param options `signal`: stops the reading; default: the notebook cell's
 * @throws {SyntaxError} with the file's name, if it is malformed, cut off or too long, or holds Python objects
 * @throws {RangeError} if a 64-bit integer is too large for a number
 * @throws {TypeError} if an option is unknown
 * @throws {Error} with the file's name, if it cannot be read
 * @example
 * const { data, shape } = await readNpy("data/radar/train/train_00000.npy");
 */
export async function readNpy(path: string, options: { signal?: AbortSignal } = {}): Promise<NpyArray> {
  checkOptions(options, { signal: "any" }, { action: `read ${path}` });
  const { signal = currentSignal() } = options;
  const file = new OpenFile(path);
  try {
    const head = new Uint8Array(Math.min(file.size, longestNpyHeader));
    file.read(head, 0);
    const header = readNpyHeader(head, path);
    requireSize(header, file.size, path);
    const body = new Uint8Array(file.size - header.offset);
    for (let at = 0; at < body.length; at += PIECE) {
      throwIfAborted(signal);
      file.read(body.subarray(at, at + PIECE), header.offset + at);
      if (body.length > PIECE) await setImmediate();
    }
    return decodeBody(body, header, path);
  } finally {
    file.close();
  }
}

/**
 * Writes an array as a `.npy` file, whole or not at all; see {@link encodeNpy}.
 *
 * @param path the file
 * @param array values in C order and their shape
 * @example
 * await writeNpy("out.npy", { data: Float32Array.of(1, 2), shape: [2] });
 */
export async function writeNpy(
  path: string,
  array: { data: NpyData; shape: readonly number[] },
): Promise<void> {
  await writeFileAtomic(path, encodeNpy(array.data, array.shape));
}
