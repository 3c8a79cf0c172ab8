import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import path, { basename, dirname, join } from "node:path";
import { currentSignal, throwIfAborted } from "./signal";

/** What a file can be written from: one piece or many. */
export type FileContent =
  | string
  | Uint8Array
  | Iterable<string | Uint8Array>
  | AsyncIterable<string | Uint8Array>;

/**
 * Writes a file whole or not at all: into a new file beside it that takes its name when it is complete and on disk.
 *
 * @param path the file; its folder is made if it is missing
 * @param content text (UTF-8) or bytes, in one piece or many
 * @param options `signal`: stops the writing and leaves what was there before; default: the notebook cell's
 * @example
 * await writeFileAtomic("runs/scores.json", JSON.stringify(scores));
 */
export async function writeFileAtomic(
  path: string,
  content: FileContent,
  options: { signal?: AbortSignal } = {},
): Promise<void> {
  const { signal = currentSignal() } = options;
  await mkdir(dirname(path), { recursive: true });
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.part`);
  const pieces = typeof content === "string" || content instanceof Uint8Array ? [content] : content;
  try {
    const file = await open(temporary, "wx");
    try {
      for await (const piece of pieces) {
        throwIfAborted(signal);
        await file.writeFile(piece);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    throwIfAborted(signal);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

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
