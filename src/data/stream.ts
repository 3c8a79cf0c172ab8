import { createReadStream } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { fileError } from "../core/fileError";
import { currentSignal, throwIfAborted } from "../core/signal";
import { openFile } from "./regularFile";

/** A piece of a file. */
export interface Chunk {
  /** The bytes, decompressed; valid until the next piece is asked for. */
  readonly bytes: Uint8Array;
  /** How far the reading has come in the file as it lies. */
  readonly position: number;
  /** Size of the file as it lies. */
  readonly size: number;
}

/** Bytes that a plain file is read in at once; only its last piece may be shorter. */
const PIECE = 4 << 20;

/** Reads as many bytes as there is room for, or up to the end of the file; returns how many. */
async function readFully(file: FileHandle, into: Uint8Array, position: number): Promise<number> {
  let done = 0;
  while (done < into.length) {
    const { bytesRead } = await file.read(into, done, into.length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}

async function* readPlain(path: string, signal: AbortSignal | undefined): AsyncGenerator<Chunk> {
  const { file, size } = await openFile(path);
  try {
    const room = Math.min(PIECE, size + 1);
    const buffers = [Buffer.allocUnsafe(room), Buffer.allocUnsafe(room)];
    let position = 0;
    let turn = 0;
    // One piece is read while the one before is worked on.
    let next = readFully(file, buffers[0], 0);
    try {
      while (true) {
        const bytesRead = await next;
        throwIfAborted(signal);
        if (bytesRead === 0) return;
        const bytes = buffers[turn].subarray(0, bytesRead);
        position += bytesRead;
        turn = 1 - turn;
        next = readFully(file, buffers[turn], position);
        yield { bytes, position, size };
      }
    } finally {
      await next.catch(() => undefined);
    }
  } finally {
    await file.close();
  }
}

/** Where the first byte that is not 0 lies, from a position on; the file's size if there is none. */
async function skipZeros(file: FileHandle, from: number, size: number): Promise<number> {
  const buffer = Buffer.alloc(1 << 16);
  for (let position = from; position < size; position += buffer.length) {
    const count = await readFully(file, buffer, position);
    const found = buffer.subarray(0, count).findIndex((byte) => byte !== 0);
    if (found >= 0) return position + found;
    if (count < buffer.length) break;
  }
  return size;
}

/** Decompresses the members that follow each other from `start` on; returns where they end. */
async function* readMembers(
  path: string,
  options: { start: number; size: number; signal: AbortSignal | undefined },
): AsyncGenerator<Chunk, number> {
  const { start, size, signal } = options;
  const source = createReadStream(path, { highWaterMark: 1 << 18, start });
  const gunzip = createGunzip({ chunkSize: 1 << 20 });
  source.on("error", (error) => gunzip.destroy(error));
  try {
    for await (const bytes of source.pipe(gunzip)) {
      throwIfAborted(signal);
      yield { bytes, position: start + source.bytesRead, size };
    }
    return start + gunzip.bytesWritten;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "Z_BUF_ERROR" || code === "Z_DATA_ERROR") {
      const problem = code === "Z_BUF_ERROR" ? "it is cut off" : "it is damaged or not a gzip file";
      throw new SyntaxError(`Cannot decompress ${path}: ${problem} (${(error as Error).message})`, {
        cause: error,
      });
    }
    throw error;
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

/** Decompresses all members of a file; zlib itself ends at the first zeros between two, which pad some files. */
async function* readGzip(path: string, signal: AbortSignal | undefined): AsyncGenerator<Chunk> {
  const { file, size } = await openFile(path);
  try {
    for (let start = 0; start < size; ) {
      const end: number = yield* readMembers(path, { start, size, signal });
      start = await skipZeros(file, end, size);
    }
  } finally {
    await file.close();
  }
}

/** Whether a file is read decompressed, by its name. */
export function isCompressed(path: string): boolean {
  return /\.(gz|tgz)$/.test(path);
}

/** What a reader of a stream is told of its limits. */
export interface ReadLimits {
  /** Bytes that a file may have, unpacked; default 64 GiB. */
  mostBytes?: number;
}

/** The rules of the limits. */
export const limitRules = { mostBytes: { whole: true, low: 1 } };

/**
 * Reads a file piece by piece, decompressed where its name ends in `.gz` or `.tgz`.
 *
 * @param path the file
 * @param options `signal`: stops the reading (default: the notebook cell's); `mostBytes`: see {@link ReadLimits}
 * @throws {SyntaxError} if the compressed data is damaged or cut off, or the file has too many bytes
 * @throws {Error} with the file's name, if it cannot be read
 * @example
 * for await (const { bytes } of readChunks("table.csv.gz")) consume(bytes);
 */
export async function* readChunks(
  path: string,
  options: ReadLimits & { signal?: AbortSignal } = {},
): AsyncGenerator<Chunk> {
  const { signal = currentSignal(), mostBytes = 2 ** 36 } = options;
  let count = 0;
  try {
    for await (const chunk of isCompressed(path) ? readGzip(path, signal) : readPlain(path, signal)) {
      count += chunk.bytes.length;
      if (count > mostBytes) {
        throw new SyntaxError(
          `Cannot read ${path}: it must have at most ${mostBytes} bytes unpacked (option mostBytes), got more`,
        );
      }
      yield chunk;
    }
  } catch (error) {
    throw fileError("read", path, error);
  }
}
