import { endianness } from "node:os";
import { sizeOf } from "../core/array";

/** Kinds of numbers that `.npy` files are read in. */
export type NpyType =
  | "bool"
  | "uint8"
  | "int8"
  | "uint16"
  | "int16"
  | "uint32"
  | "int32"
  | "uint64"
  | "int64"
  | "float32"
  | "float64";

/** What the head of a `.npy` file says. */
export interface NpyHeader {
  readonly type: NpyType;
  /** Bytes a value. */
  readonly itemSize: number;
  /** Whether the bytes of a value must be turned round on this machine. */
  readonly swapped: boolean;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the values begin. */
  readonly offset: number;
}

/** NumPy's codes without their byte order. */
export const npyCodes: Readonly<Record<string, NpyType>> = {
  b1: "bool",
  u1: "uint8",
  i1: "int8",
  u2: "uint16",
  i2: "int16",
  u4: "uint32",
  i4: "int32",
  u8: "uint64",
  i8: "int64",
  f4: "float32",
  f8: "float64",
};

const MAGIC = Buffer.from("\x93NUMPY", "latin1");
/** The longest header; NumPy's own readers take 10,000 bytes unless told otherwise. */
export const longestNpyHeader = 1 << 16;

/** What a header may say: `descr` as text (or a list, which is refused later), `fortran_order` as a truth, `shape` as a tuple of whole numbers. */
const values = {
  descr: /('[^'\\]*'|\[[^\]]*\])/y,
  fortran_order: /(True|False)/y,
  shape: /\(\s*((?:\d+L?\s*,\s*)*(?:\d+L?)?)\s*\)/y,
} as const;
type Key = keyof typeof values;

/** Reads a header's dictionary, whose three keys come once each; an error's text where it is another. */
function readDictionary(head: string): Record<Key, string> | string {
  const found: Partial<Record<Key, string>> = {};
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(head);
    if (match) at = pattern.lastIndex;
    return match;
  };
  if (!take(/\s*\{\s*/y)) return "be a dictionary";
  while (!take(/\}\s*$/y)) {
    const key = take(/'(\w*)'\s*:\s*/y)?.[1] as Key | undefined;
    if (key === undefined) return "be a dictionary";
    if (!Object.hasOwn(values, key)) return `name descr, fortran_order and shape alone, not ${key}`;
    if (found[key] !== undefined) return `name ${key} once`;
    const value = take(values[key])?.[1];
    if (value === undefined) return `give ${key} as NumPy writes it`;
    found[key] = value;
    if (!take(/\s*,\s*/y) && !/^\s*\}/.test(head.slice(at))) return "be a dictionary";
    take(/\s*/y);
  }
  const missing = (Object.keys(values) as Key[]).find((key) => found[key] === undefined);
  return missing === undefined ? (found as Record<Key, string>) : `name ${missing}`;
}

/**
 * Reads the head of a `.npy` file, format versions 1 to 3.
 *
 * @param bytes the file's beginning
 * @param name names the file in errors
 * @throws {SyntaxError} if it is no `.npy` file, is cut off, its header is another than NumPy writes, or it holds
 *   Python objects, text or records
 * @example
 * import { readFile } from "node:fs/promises";
 * readNpyHeader(await readFile("data/radar/train/train_00000.npy")).shape; // [120, 120, 5]
 */
export function readNpyHeader(bytes: Uint8Array, name = "array"): NpyHeader {
  const refuse = (problem: string) => new SyntaxError(`Cannot read ${name}: ${problem}`);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length === 0) throw refuse("an .npy file must begin with \\x93NUMPY, got an empty file");
  if (buffer.length < 10 || !buffer.subarray(0, 6).equals(MAGIC)) {
    throw refuse(
      `an .npy file must begin with \\x93NUMPY, got ${JSON.stringify(buffer.toString("latin1", 0, 6))}`,
    );
  }
  const version = buffer[6];
  if (version < 1 || version > 3 || buffer[7] !== 0) {
    throw refuse(`the format version must be 1.0, 2.0 or 3.0, got ${version}.${buffer[7]}`);
  }
  const start = version === 1 ? 10 : 12;
  if (buffer.length < start) throw refuse("the header is cut off");
  const offset = start + (version === 1 ? buffer.readUInt16LE(8) : buffer.readUInt32LE(8));
  if (offset > longestNpyHeader) {
    throw refuse(`the header must have at most ${longestNpyHeader} bytes, got ${offset}`);
  }
  if (buffer.length < offset) {
    throw refuse(`the header is cut off: it must have ${offset} bytes, got ${buffer.length}`);
  }
  const head = buffer.toString(version === 3 ? "utf8" : "latin1", start, offset);
  const found = readDictionary(head);
  const shown = JSON.stringify(head.trim().slice(0, 200));
  if (typeof found === "string") {
    throw refuse(`the header must ${found}, got ${shown}`);
  }
  const code = /^'([<>|=]?)(\w+)'$/.exec(found.descr);
  const type = code && Object.hasOwn(npyCodes, code[2]) ? npyCodes[code[2]] : undefined;
  if (!code || !type) {
    const reason = found.descr.includes("O") ? " (pickled Python objects, which can run code when read)" : "";
    throw refuse(
      `the values must be numbers of type ${Object.keys(npyCodes).join(", ")}, got ${found.descr}${reason}`,
    );
  }
  const extents = found.shape.trim();
  if (/^\d+L?$/.test(extents)) throw refuse(`the shape must be a tuple, got ${shown}`);
  const shape = extents
    .split(",")
    .filter((extent) => extent.trim() !== "")
    .map((extent) => Number(extent.trim().replace(/L$/, "")));
  if (!Number.isSafeInteger(8 * sizeOf(shape)) || !shape.every(Number.isSafeInteger)) {
    throw refuse(`the shape must be of whole numbers within reach, got (${extents})`);
  }
  const itemSize = Number(code[2].slice(1));
  const big = code[1] === ">" || (code[1] === "=" && endianness() === "BE");
  return {
    type,
    itemSize,
    swapped: itemSize > 1 && big !== (endianness() === "BE"),
    fortranOrder: found.fortran_order === "True",
    shape,
    offset,
  };
}

/** The bytes of a head, format version 1, padded to a multiple of 64 as NumPy does. */
export function writeNpyHeader(type: NpyType, shape: readonly number[]): Uint8Array {
  const code = Object.keys(npyCodes).find((key) => npyCodes[key] === type)!;
  const order = code.endsWith("1") ? "|" : endianness() === "BE" ? ">" : "<";
  const extents = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const head = `{'descr': '${order}${code}', 'fortran_order': False, 'shape': ${extents}, }`;
  const length = Math.ceil((10 + head.length + 1) / 64) * 64 - 10;
  const bytes = Buffer.alloc(10 + length, " ");
  MAGIC.copy(bytes);
  bytes[6] = 1;
  bytes[7] = 0;
  bytes.writeUInt16LE(length, 8);
  bytes.write(head, 10, "latin1");
  bytes[bytes.length - 1] = 10;
  return bytes;
}
