import { open } from "node:fs/promises";
import { PIECE, readFully } from "./stream";

const NEWLINE = 10;
/** Bytes read at once to find where the last line ends. */
const TAIL = 1 << 13;

/**
 * Reads the lines of a file that begin in one of its pieces.
 *
 * @param path the file
 * @param piece number of the piece, from 1 on
 * @returns whole lines with their line ends; also the last one, if the file lacks it
 */
export async function readPieceLines(path: string, piece: number): Promise<Uint8Array> {
  const file = await open(path);
  try {
    // A line begins after a line end, which may be the last byte of the piece before.
    const start = piece * PIECE - 1;
    const first = Buffer.allocUnsafe(PIECE);
    const length = await readFully(file, first, start);
    const from = first.subarray(0, length).indexOf(NEWLINE) + 1;
    if (from === 0) return new Uint8Array(0);
    const parts = [first.subarray(from, length)];
    for (let position = start + length; ; ) {
      const more = Buffer.allocUnsafe(TAIL);
      const count = await readFully(file, more, position);
      const end = more.subarray(0, count).indexOf(NEWLINE) + 1;
      parts.push(more.subarray(0, end || count));
      position += count;
      if (end === 0 && count === TAIL) continue;
      const lines = Buffer.concat(parts);
      return lines.length === 0 || lines.at(-1) === NEWLINE
        ? lines
        : Buffer.concat([lines, Buffer.of(NEWLINE)]);
    }
  } finally {
    await file.close();
  }
}
