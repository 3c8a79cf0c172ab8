import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { mostBytes } from "../core/atomicFile";
import { fileError } from "../core/fileError";

/** A pipe that nobody writes to would make a plain opening wait for ever. */
export const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return "a directory";
  if (stats.isFIFO()) return "a named pipe";
  if (stats.isSocket()) return "a socket";
  return "a device";
}

function requireRegular(path: string, stats: Stats): void {
  if (stats.isFile()) return;
  throw new Error(`Cannot read ${path}: it must be a regular file, got ${kindOf(stats)}`);
}

/**
 * Opens a file to read it in pieces; the caller closes it.
 *
 * @throws {Error} with the file's name, if it cannot be opened or is a directory, pipe, device or socket
 */
export async function openFile(path: string): Promise<{ file: FileHandle; size: number }> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, FLAGS);
    const stats = await file.stat();
    requireRegular(path, stats);
    return { file, size: stats.size };
  } catch (error) {
    await file?.close();
    throw fileError("read", path, error);
  }
}

/** A file that is read in pieces before the caller goes on. */
export class OpenFile {
  readonly size: number;
  private readonly handle: number;

  /**
   * @throws {Error} with the file's name, if it cannot be opened or is a directory, pipe, device or socket
   */
  constructor(readonly path: string) {
    try {
      this.handle = openSync(path, FLAGS);
    } catch (error) {
      throw fileError("read", path, error);
    }
    try {
      const stats = fstatSync(this.handle);
      requireRegular(path, stats);
      this.size = stats.size;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /**
   * Fills an array with the bytes from a position on.
   *
   * @throws {SyntaxError} if the file ends before
   */
  read(into: Uint8Array, position: number): void {
    for (let at = 0; at < into.length; ) {
      const count = this.readSome(into, at, position + at);
      if (count === 0) {
        throw new SyntaxError(`Cannot read ${this.path}: it is cut off after ${position + at} bytes`);
      }
      at += count;
    }
  }

  private readSome(into: Uint8Array, at: number, position: number): number {
    try {
      return readSync(this.handle, into, at, Math.min(mostBytes, into.length - at), position);
    } catch (error) {
      throw fileError("read", this.path, error);
    }
  }

  close(): void {
    closeSync(this.handle);
  }
}

/** Does something with an open file and closes it. */
export function withFile<T>(path: string, work: (file: OpenFile) => T): T {
  const file = new OpenFile(path);
  try {
    return work(file);
  } finally {
    file.close();
  }
}

/**
 * All bytes of a file that must be small.
 *
 * @throws {RangeError} if it has more than `most` bytes
 * @throws {Error} with the file's name, if it cannot be read
 */
export function readSmallFile(path: string, most: number): Uint8Array {
  return withFile(path, (file) => {
    if (file.size > most) {
      throw new RangeError(`Cannot read ${path}: it must have at most ${most} bytes, got ${file.size}`);
    }
    const bytes = new Uint8Array(file.size);
    file.read(bytes, 0);
    return bytes;
  });
}

/** As {@link readSmallFile}, while others are read. */
export async function readSmallFileAsync(path: string, most: number): Promise<Uint8Array> {
  const { file, size } = await openFile(path);
  try {
    if (size > most) {
      throw new RangeError(`Cannot read ${path}: it must have at most ${most} bytes, got ${size}`);
    }
    return await file.readFile();
  } catch (error) {
    throw fileError("read", path, error);
  } finally {
    await file.close();
  }
}
