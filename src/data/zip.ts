import { crc32 } from "node:zlib";

/** A file in an archive. */
export interface ZipEntry {
  readonly name: string;
  /** Its pieces, in order. */
  readonly content: readonly Uint8Array[];
}

/** Midnight of 1 January 1980, the first that the format knows: the same content makes the same bytes. */
const date = 0x0021;

/**
 * A zip archive of files as they are, not compressed.
 *
 * @param entries names in plain ASCII
 * @returns the archive's pieces, in order
 * @throws {RangeError} if it would have 4 GiB or more
 * Source: PKWARE, .ZIP File Format Specification 6.3.
 * @example
 * const archive = Buffer.concat(encodeZip([{ name: "a.txt", content: [Buffer.from("a")] }]));
 */
export function encodeZip(entries: readonly ZipEntry[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  const directory: Buffer[] = [];
  let end = 0;
  const append = (bytes: Uint8Array): void => {
    pieces.push(bytes);
    end += bytes.length;
  };
  for (const { name, content } of entries) {
    const at = end;
    const size = content.reduce((sum, piece) => sum + piece.length, 0);
    if (at + size >= 2 ** 32 - 2 ** 16) {
      throw new RangeError(
        `Cannot write a zip archive: it must have less than 4 GiB, got ${at + size} bytes`,
      );
    }
    const text = Buffer.from(name, "latin1");
    // Version 2.0, no flags, stored, date, checksum, both sizes, lengths of name and extra field.
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(date, 8);
    common.writeUInt32LE(
      // zlib starts anew where a piece is empty.
      content.reduce((sum, piece) => (piece.length > 0 ? crc32(piece, sum) : sum), 0),
      10,
    );
    common.writeUInt32LE(size, 14);
    common.writeUInt32LE(size, 18);
    common.writeUInt16LE(text.length, 22);
    append(Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), common, text]));
    content.forEach(append);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    directory.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00", "latin1"), common, place, text]));
  }
  const start = end;
  directory.forEach(append);
  const last = Buffer.alloc(22);
  last.write("PK\x05\x06", "latin1");
  last.writeUInt16LE(entries.length, 8);
  last.writeUInt16LE(entries.length, 10);
  last.writeUInt32LE(end - start, 12);
  last.writeUInt32LE(start, 16);
  append(last);
  return pieces;
}
