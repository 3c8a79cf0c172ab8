import { randomUUID } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
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
