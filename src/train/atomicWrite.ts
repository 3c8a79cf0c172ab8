import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import path from "node:path";

/** Bytes that are read or written by one call: Node takes fewer than 2 GiB. */
export const mostBytes = 1 << 30;

/**
 * Writes a file that is either whole or not there: into a neighbour, which then takes the file's place. Makes the
 * folder where it is lacking.
 *
 * @param file where to write
 * @param parts text or bytes, one after another
 * @throws {Error} the file system's own error; the old file, where there was one, is then untouched
 */
export function atomicWrite(file: string, ...parts: readonly (string | Uint8Array)[]): void {
  const directory = path.dirname(file);
  mkdirSync(directory, { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  const handle = openSync(temporary, "w");
  try {
    try {
      for (const part of parts) {
        writeAll(handle, typeof part === "string" ? Buffer.from(part) : part);
      }
      // Else a power cut could leave the new name on an empty file.
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Writes all the bytes where the last ones ended. */
export function writeAll(handle: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    at += writeSync(handle, bytes, at, Math.min(mostBytes, bytes.length - at));
  }
}
