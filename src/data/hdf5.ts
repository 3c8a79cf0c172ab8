/** Writes HDF5: groups and arrays of numbers, as much of the format as a file of weights needs. */

/** An array of an HDF5 file. */
export interface Hdf5Array {
  readonly data: Float32Array | Int32Array;
  readonly shape: readonly number[];
}

/** An address or size, eight bytes. */
function word(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

/** What stands where there is no address. */
const nowhere = Buffer.alloc(8, 0xff);

/** A message of an object header: its type and its bytes, padded to eight. */
function message(type: number, content: Uint8Array): Buffer {
  const size = Math.ceil(content.length / 8) * 8;
  const bytes = Buffer.alloc(8 + size);
  bytes.writeUInt16LE(type, 0);
  bytes.writeUInt16LE(size, 2);
  bytes.set(content, 8);
  return bytes;
}

/** An object header (version 1) of messages. */
function objectHeader(messages: readonly Buffer[]): Buffer {
  const prefix = Buffer.alloc(16);
  const size = messages.reduce((sum, one) => sum + one.length, 0);
  prefix[0] = 1;
  prefix.writeUInt16LE(messages.length, 2);
  prefix.writeUInt32LE(1, 4);
  prefix.writeUInt32LE(size, 8);
  return Buffer.concat([prefix, ...messages]);
}

/** Little-endian IEEE float32: bits, places of exponent and mantissa, bias. */
const float32Type = [0x11, 0x20, 31, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0];
/** Little-endian signed int32. */
const int32Type = [0x10, 0x08, 0, 0, 4, 0, 0, 0, 0, 0, 32, 0];

function arrayHeader({ data, shape }: Hdf5Array, address: number): Buffer {
  const dataspace = Buffer.concat([Buffer.from([1, shape.length, 0, 0, 0, 0, 0, 0]), ...shape.map(word)]);
  const place = data.length > 0 ? word(address) : nowhere;
  return objectHeader([
    message(1, dataspace),
    message(3, Uint8Array.from(data instanceof Float32Array ? float32Type : int32Type)),
    message(5, Uint8Array.of(2, 2, 2, 0)), // fill value: late allocation, none defined
    message(8, Buffer.concat([Buffer.from([3, 1]), place, word(data.byteLength)])), // one block
  ]);
}

interface Group {
  readonly groups: Map<string, Group>;
  readonly arrays: Map<string, Hdf5Array>;
}

function groupHeader(links: readonly { name: string; address: number }[]): Buffer {
  return objectHeader([
    message(2, Buffer.concat([Buffer.from([0, 0]), nowhere, nowhere])), // links lie in this header
    message(10, Uint8Array.of(0, 0)),
    ...links.map(({ name, address }) => {
      const text = Buffer.from(name, "latin1");
      return message(6, Buffer.concat([Buffer.from([1, 0, text.length]), text, word(address)]));
    }),
  ]);
}

function treeOf(arrays: Readonly<Record<string, Hdf5Array>>): Group {
  const root: Group = { groups: new Map(), arrays: new Map() };
  for (const [path, array] of Object.entries(arrays)) {
    const names = path.split("/");
    const size = array.shape.reduce((product, extent) => product * extent, 1);
    if (names.some((name) => !/^[\x20-\x7e]{1,255}$/.test(name)) || size !== array.data.length) {
      throw new RangeError(
        `Cannot write HDF5: an array needs a path of ASCII names and ${size} values for [${array.shape}], got "${path}" and ${array.data.length}`,
      );
    }
    let group = root;
    for (const name of names.slice(0, -1)) {
      const inner = group.groups.get(name) ?? { groups: new Map(), arrays: new Map() };
      group.groups.set(name, inner);
      group = inner;
    }
    group.arrays.set(names[names.length - 1], array);
  }
  return root;
}

const superblockSize = 96;

/**
 * An HDF5 file (superblock version 0) of float32 and int32 arrays, each in one block.
 *
 * @param arrays by path, such as `"layers/dense/vars/0"`; groups come of the paths
 * @returns the file's pieces, in order
 * @throws {RangeError} if a shape does not fit its values or a name is not plain ASCII
 * Source: The HDF Group, HDF5 File Format Specification 3.0.
 * @example
 * const file = Buffer.concat(encodeHdf5({ "layers/dense/vars/0": { data: new Float32Array(6), shape: [2, 3] } }));
 */
export function encodeHdf5(arrays: Readonly<Record<string, Hdf5Array>>): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let end = superblockSize;
  const append = (bytes: Uint8Array): number => {
    const at = end;
    const rest = -bytes.length & 7;
    pieces.push(bytes, ...(rest ? [Buffer.alloc(rest)] : []));
    end += bytes.length + rest;
    return at;
  };
  // Children before their parents, so that every address is known when it is written.
  const write = ({ groups, arrays: own }: Group): number => {
    const links = [
      ...[...groups].map(([name, inner]) => ({ name, address: write(inner) })),
      ...[...own].map(([name, array]) => {
        const { buffer, byteOffset, byteLength } = array.data;
        const address = append(new Uint8Array(buffer, byteOffset, byteLength));
        return { name, address: append(arrayHeader(array, address)) };
      }),
    ];
    return append(groupHeader(links));
  };
  const root = write(treeOf(arrays));
  const superblock = Buffer.concat([
    Buffer.from("\x89HDF\r\n\x1a\n", "latin1"),
    Buffer.from([0, 0, 0, 0, 0, 8, 8, 0, 4, 0, 16, 0, 0, 0, 0, 0]),
    word(0),
    nowhere,
    word(end),
    nowhere,
    word(0),
    word(root),
    Buffer.alloc(24),
  ]);
  return [superblock, ...pieces];
}
