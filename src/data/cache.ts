import { createHash } from "node:crypto";
import { access, constants, mkdir, open, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { crc32 } from "node:zlib";
import { writeFileAtomic } from "../core/atomicFile";
import { currentSignal, throwIfAborted } from "../core/signal";

/** The typed arrays that are cached. */
export type CacheArray = Uint8Array | Int32Array | Float32Array;

/** What a cache holds for a source: arrays by name. */
export type CacheContent = Record<string, CacheArray>;

/** Options of {@link cached}. */
export interface CacheOptions<T extends CacheContent> {
  /** Version of the parsing; another version's cache is not used. */
  version: number;
  /** Makes the content from the source. */
  read: () => Promise<T>;
  /** Whether to use a cache at all; default true. */
  enabled?: boolean;
  /** Stops reading and writing the cache; default: the notebook cell's signal. */
  signal?: AbortSignal;
}

interface Head {
  key: string;
  arrays: { name: string; type: "Uint8Array" | "Int32Array" | "Float32Array"; length: number }[];
  checksum: number;
}

const MAGIC = Buffer.from("PodiumC1");
/** What comes before the head: the magic word, the head's length and its sum. */
const START = MAGIC.length + 8;
const ALIGN = 64;
/** Bytes read or checked between two looks at the signal. */
const PIECE = 16 << 20;

async function keyOf(source: string, version: number): Promise<string> {
  const { size, mtimeNs } = await stat(source, { bigint: true });
  return `${version} ${size} ${mtimeNs}`;
}

/** The user's cache folder, by the conventions of the platform. */
function userFolder(): string {
  if (process.env.XDG_CACHE_HOME) return join(process.env.XDG_CACHE_HOME, "podium");
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches", "podium");
  return join(homedir(), ".cache", "podium");
}

/**
 * Where the cache of a file lies: in `.podium` beside it, or in the user's cache folder where that cannot be written.
 *
 * @param source the file
 * @example
 * await cachePath("data/train_features.csv"); // "data/.podium/train_features.csv.cache"
 */
export async function cachePath(source: string): Promise<string> {
  const name = `${basename(source)}.cache`;
  const folder = join(dirname(source), ".podium");
  if (await canWrite(dirname(source), folder)) return join(folder, name);
  const hash = createHash("sha256").update(resolve(source)).digest("hex").slice(0, 16);
  return join(userFolder(), `${hash}-${name}`);
}

/** Makes the folder; a parent whose mode forbids writing stays as it is, also for a superuser whom it would not stop. */
async function canWrite(parent: string, folder: string): Promise<boolean> {
  try {
    if (((await stat(parent)).mode & 0o222) === 0) return false;
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

const constructors = { Uint8Array, Int32Array, Float32Array };

function checksum(arrays: readonly CacheArray[], signal: AbortSignal | undefined): number {
  let sum = 0;
  for (const array of arrays) {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    for (let at = 0; at < bytes.length; at += PIECE) {
      throwIfAborted(signal);
      sum = crc32(bytes.subarray(at, at + PIECE), sum);
    }
  }
  return sum;
}

/** Reads a cache; `undefined` if it is missing, damaged or of another source. */
async function readCache(
  path: string,
  key: string,
  signal: AbortSignal | undefined,
): Promise<CacheContent | undefined> {
  try {
    const file = await open(path);
    try {
      const start = Buffer.alloc(START);
      await file.read(start, 0, start.length, 0);
      if (!start.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
      const length = start.readUInt32LE(MAGIC.length);
      if (length > (await file.stat()).size) return undefined;
      const text = Buffer.alloc(length);
      await file.read(text, 0, text.length, start.length);
      if (crc32(text) !== start.readUInt32LE(MAGIC.length + 4)) return undefined;
      const head = JSON.parse(text.toString("utf8")) as Head;
      if (head.key !== key) return undefined;
      const content: CacheContent = {};
      let at = Math.ceil((start.length + text.length) / ALIGN) * ALIGN;
      for (const { name, type, length } of head.arrays) {
        const array = new constructors[type](length);
        const bytes = new Uint8Array(array.buffer);
        for (let done = 0; done < bytes.length; ) {
          throwIfAborted(signal);
          const { bytesRead } = await file.read(bytes, done, Math.min(PIECE, bytes.length - done), at + done);
          if (bytesRead === 0) return undefined;
          done += bytesRead;
        }
        content[name] = array;
        at += bytes.length;
      }
      return checksum(Object.values(content), signal) === head.checksum ? content : undefined;
    } finally {
      await file.close();
    }
  } catch {
    throwIfAborted(signal);
    return undefined;
  }
}

function* encode(key: string, content: CacheContent, signal: AbortSignal | undefined): Generator<Uint8Array> {
  const arrays = Object.entries(content);
  const head: Head = {
    key,
    arrays: arrays.map(([name, array]) => ({
      name,
      type: array.constructor.name as keyof typeof constructors,
      length: array.length,
    })),
    checksum: checksum(Object.values(content), signal),
  };
  const text = Buffer.from(JSON.stringify(head));
  const start = Buffer.alloc(Math.ceil((START + text.length) / ALIGN) * ALIGN);
  MAGIC.copy(start);
  start.writeUInt32LE(text.length, MAGIC.length);
  start.writeUInt32LE(crc32(text), MAGIC.length + 4);
  text.copy(start, START);
  yield start;
  for (const [, array] of arrays) yield new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/**
 * The content of a source file, from its cache if there is one of this very state of it, else parsed and then cached.
 *
 * The cache is bound to the source's size, time of change and the parsing's version, and checked by a sum: one that
 * does not fit is made anew. A cache that cannot be written is no error.
 *
 * @param source the file that is parsed
 * @param options how to parse it; see {@link CacheOptions}
 * @example
 * const { values } = await cached("table.csv", { version: 1, read: async () => ({ values: await parse("table.csv") }) });
 */
export async function cached<T extends CacheContent>(source: string, options: CacheOptions<T>): Promise<T> {
  const { version, read, enabled = true, signal = currentSignal() } = options;
  if (!enabled) return read();
  const key = await keyOf(source, version);
  const path = await cachePath(source);
  const found = await readCache(path, key, signal);
  if (found) return found as T;
  const content = await read();
  // A source that changed while it was read is not cached.
  if ((await keyOf(source, version)) === key) {
    await writeFileAtomic(path, encode(key, content, signal), { signal }).catch(() => throwIfAborted(signal));
  }
  return content;
}
