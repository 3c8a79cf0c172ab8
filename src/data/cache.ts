import { createHash } from "node:crypto";
import { access, constants, mkdir, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { writeFileAtomic } from "../core/atomicFile";
import { checkOptions } from "../core/check";
import { currentSignal, throwIfAborted } from "../core/signal";
import { OpenFile } from "./regularFile";
import { encodeSafetensors, readSafetensorsAsync } from "./safetensors";

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

/** Metadata that tells the source and the version of its parsing. */
const keyName = "podium.source";

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
 * await cachePath("data/motion/train_features.csv"); // "data/motion/.podium/train_features.csv.cache"
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

/** Reads a cache; `undefined` if it is missing, damaged or of another source. */
async function readCache(
  path: string,
  key: string,
  signal: AbortSignal | undefined,
): Promise<CacheContent | undefined> {
  try {
    const file = new OpenFile(path);
    try {
      const { tensors, metadata } = await readSafetensorsAsync(file, signal);
      if (metadata[keyName] !== key) return undefined;
      return Object.fromEntries(
        Object.entries(tensors).map(([name, { data }]) => [name, data as CacheArray]),
      );
    } finally {
      file.close();
    }
  } catch {
    throwIfAborted(signal);
    return undefined;
  }
}

async function writeCache(
  path: string,
  key: string,
  content: CacheContent,
  signal: AbortSignal | undefined,
): Promise<void> {
  const tensors = Object.fromEntries(
    Object.entries(content).map(([name, data]) => [name, { data, shape: [data.length] }]),
  );
  const parts = encodeSafetensors(path, { tensors, metadata: { [keyName]: key } });
  await writeFileAtomic(path, parts, { signal }).catch(() => throwIfAborted(signal));
}

/**
 * The content of a source file, from its cache if there is one of this very state of it, else parsed and then cached.
 *
 * The cache is bound to the source's size, time of change and the parsing's version, and checked by a sum: one that
 * does not fit is made anew. A cache that cannot be written is no error.
 *
 * @param source the file that is parsed
 * @param options how to parse it; see {@link CacheOptions}
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} if an option is missing, or the version is not a whole number
 * @example
 * const path = "data/motion/test_features.csv";
 * const read = async () => ({ values: (await readNumberTable(path)).values });
 * const { values } = await cached(path, { version: 1, read });
 */
export async function cached<T extends CacheContent>(source: string, options: CacheOptions<T>): Promise<T> {
  checkOptions(
    options,
    { version: { whole: true }, read: "any", enabled: [true, false], signal: "any" },
    { action: `cache ${source}`, required: ["version", "read"] },
  );
  const { version, read, enabled = true, signal = currentSignal() } = options;
  if (!enabled) return read();
  const key = await keyOf(source, version);
  const path = await cachePath(source);
  const found = await readCache(path, key, signal);
  if (found) return found as T;
  const content = await read();
  // A source that changed while it was read is not cached.
  if ((await keyOf(source, version)) === key) {
    await writeCache(path, key, content, signal);
  }
  return content;
}
