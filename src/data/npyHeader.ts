import { endianness } from "node:os";

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

/**
 * Reads the head of a `.npy` file, format versions 1 to 3.
 *
 * @param bytes the file's beginning
 * @param name names the file in errors
 * @throws {SyntaxError} if it is no `.npy` file, is cut off, or holds Python objects, text or records
 * @example
 * readNpyHeader(await readFile("train_00000.npy")).shape; // [120, 120, 5]
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
  if (version < 1 || version > 3) throw refuse(`the format version must be 1, 2 or 3, got ${version}`);
  const start = version === 1 ? 10 : 12;
  if (buffer.length < start) throw refuse("the header is cut off");
  const offset = start + (version === 1 ? buffer.readUInt16LE(8) : buffer.readUInt32LE(8));
  if (buffer.length < offset) {
    throw refuse(`the header is cut off: it must have ${offset} bytes, got ${buffer.length}`);
  }
  const head = buffer.toString(version === 3 ? "utf8" : "latin1", start, offset);
  const code = /'descr'\s*:\s*'([<>|=]?)(\w+)'/.exec(head);
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(head);
  const extents = /'shape'\s*:\s*\(([^)]*)\)/.exec(head);
  if (!order || !extents) throw refuse(`the header must name fortran_order and shape, got ${head.trim()}`);
  const type = code ? npyCodes[code[2]] : undefined;
  if (!code || !type) {
    const what = /'descr'\s*:\s*('[^']*'|\[.*?\])/.exec(head)?.[1] ?? "nothing";
    const reason = what.includes("O") ? " (pickled Python objects, which can run code when read)" : "";
    throw refuse(
      `the values must be numbers of type ${Object.keys(npyCodes).join(", ")}, got ${what}${reason}`,
    );
  }
  const shape = extents[1]
    .split(",")
    .filter((extent) => extent.trim() !== "")
    .map((extent) => Number(extent.trim().replace(/L$/, "")));
  if (!shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0)) {
    throw refuse(`the shape must be whole numbers, got (${extents[1]})`);
  }
  const itemSize = Number(code[2].slice(1));
  const big = code[1] === ">" || (code[1] === "=" && endianness() === "BE");
  return {
    type,
    itemSize,
    swapped: itemSize > 1 && big !== (endianness() === "BE"),
    fortranOrder: order[1] === "True",
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
