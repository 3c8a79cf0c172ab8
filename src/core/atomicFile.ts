import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { setImmediate } from "node:timers/promises";
import { fileError } from "./fileError";
import { currentSignal, throwIfAborted } from "./signal";
import { firstUnits } from "./text";

/** What a file can be written from: one piece or many. */
export type FileContent =
  | string
  | Uint8Array
  | Iterable<string | Uint8Array>
  | AsyncIterable<string | Uint8Array>;

/** Bytes that are read or written by one call: Node takes fewer than 2 GiB. */
export const mostBytes = 1 << 30;

/** A partial file's name tells who writes it: `.scores.json.1234-7@host.part`. */
const partialName = /^\..+\.(\d+)-\d+@(.+)\.part$/;
/** Milliseconds after which a partial file is of a writer that is gone, on whatever machine it was. */
const LONG_GONE = 24 * 3600_000;
/** Folders in which this process has looked for what killed ones left. */
const swept = new Set<string>();
let count = 0;

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Removes the partial files of writers that were killed; once a folder, as it may hold many files. */
function sweep(folder: string): void {
  const whole = resolve(folder);
  if (swept.has(whole)) return;
  swept.add(whole);
  for (const name of readdirSync(whole)) {
    const [, pid, host] = partialName.exec(name) ?? [];
    if (pid === undefined) continue;
    const file = join(whole, name);
    // This process has written nothing here yet, so a file with its number is of an earlier one.
    const isGone = host === hostname() && (Number(pid) === process.pid || !isRunning(Number(pid)));
    try {
      if (isGone || Date.now() - statSync(file).mtimeMs > LONG_GONE) rmSync(file, { force: true });
    } catch {
      // Another process removed it meanwhile, or it is another user's.
    }
  }
}

/**
 * A file that is written beside its place and takes its name once it is whole and on disk. What a killed process left
 * of one is removed when the next process writes into the folder.
 */
export class AtomicFile {
  private readonly partial: string;
  private readonly handle: number;
  private isOpen = true;

  /**
   * @param path the file; its folder is made if it is missing
   * @throws {Error} with the file's name and the system's code
   */
  constructor(private readonly path: string) {
    const folder = dirname(path);
    const name = firstUnits(basename(path), 64);
    this.partial = join(folder, `.${name}.${process.pid}-${++count}@${hostname()}.part`);
    this.handle = this.attempt(() => {
      mkdirSync(folder, { recursive: true });
      sweep(folder);
      return openSync(this.partial, "wx");
    });
  }

  /** Writes text or bytes where the last ones ended, or at a position. */
  write(piece: string | Uint8Array, position?: number): void {
    const bytes = typeof piece === "string" ? Buffer.from(piece) : piece;
    this.attempt(() => {
      for (let at = 0; at < bytes.length; ) {
        const length = Math.min(mostBytes, bytes.length - at);
        at += writeSync(this.handle, bytes, at, length, position === undefined ? null : position + at);
      }
    });
  }

  /** Gives the file its name. */
  finish(): void {
    this.attempt(() => {
      // Else a power cut could leave the new name on an empty file.
      fsyncSync(this.handle);
      this.close();
      renameSync(this.partial, this.path);
    });
  }

  /** Leaves nothing behind, and what was there before as it was. */
  abandon(): void {
    this.close();
    rmSync(this.partial, { force: true });
  }

  private close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    closeSync(this.handle);
  }

  private attempt<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw fileError("write", this.path, error);
    }
  }
}

/** Milliseconds of writing between two turns of the event loop, in which an interrupt is heard. */
const TURN = 20;

/**
 * Writes a file whole or not at all: into a new file beside it that takes its name when it is complete and on disk.
 *
 * @param path the file; its folder is made if it is missing
 * @param content text (UTF-8) or bytes, in one piece or many
 * @param options `signal`: stops the writing and leaves what was there before; default: the notebook cell's
 * @throws {Error} with the file's name and the system's code, such as `ENOSPC` where the disk is full; what was there
 *   before stays
 * @example
 * await writeFileAtomic("runs/a/scores.json", JSON.stringify({ logLoss: 0.42 }));
 */
export async function writeFileAtomic(
  path: string,
  content: FileContent,
  options: { signal?: AbortSignal } = {},
): Promise<void> {
  const { signal = currentSignal() } = options;
  throwIfAborted(signal);
  const pieces = typeof content === "string" || content instanceof Uint8Array ? [content] : content;
  const file = new AtomicFile(path);
  try {
    let turned = performance.now();
    for await (const piece of pieces) {
      throwIfAborted(signal);
      file.write(piece);
      if (performance.now() - turned < TURN) continue;
      await setImmediate();
      turned = performance.now();
    }
    throwIfAborted(signal);
    file.finish();
  } catch (error) {
    file.abandon();
    throw error;
  }
}

/**
 * Writes a file whole or not at all, as {@link writeFileAtomic} does, before it returns.
 *
 * @param path where to write; its folder is made where it is lacking
 * @param parts text or bytes, one after another
 * @throws {Error} with the file's name and the system's code; the old file, where there was one, is then untouched
 */
export function atomicWrite(path: string, ...parts: readonly (string | Uint8Array)[]): void {
  const file = new AtomicFile(path);
  try {
    for (const part of parts) file.write(part);
    file.finish();
  } catch (error) {
    file.abandon();
    throw error;
  }
}
