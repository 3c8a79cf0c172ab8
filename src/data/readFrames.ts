import { closeSync, openSync, readvSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { sizeOf } from "../core/array";
import { checkOptions } from "../core/check";
import { forEachConcurrent } from "../core/concurrency";
import { fileError } from "../core/fileError";
import { type Frames, sampleOf } from "../core/frames";
import { currentSignal, throwIfAborted } from "../core/signal";
import { decodeNpy } from "./npy";
import { longestNpyHeader, readNpyHeader, writeNpyHeader } from "./npyHeader";
import { FLAGS, readSmallFile, readSmallFileAsync } from "./regularFile";

/** Shape of one sample. */
export type SampleShape = readonly [rows: number, columns: number, times: number];

/** Samples a shard: enough to make shards few, and each well under the 2 GiB that every Node can hold. */
const SHARD_BYTES = 1 << 28;

/**
 * Makes room for uint8 frames in shards of at most 256 MiB.
 *
 * @param samples how many
 * @param shape `[rows, columns, times]` of one
 * @returns frames of zeros, unit "pixel"
 * @example
 * const room = emptyFrames(1000, [120, 120, 5]);
 */
export function emptyFrames(samples: number, shape: SampleShape): Frames<Uint8Array> {
  const size = shape[0] * shape[1] * shape[2];
  const shardSize = Math.max(1, Math.min(samples, Math.floor(SHARD_BYTES / size)));
  const shards = Array.from(
    { length: Math.ceil(samples / shardSize) },
    (_, shard) => new Uint8Array(Math.min(shardSize, samples - shard * shardSize) * size),
  );
  return { shards, shardSize, shape: [samples, ...shape], unit: "pixel" };
}

/**
 * Decodes one sample's `.npy` file into its place.
 *
 * @param bytes the whole file
 * @param options `into`: where the values go; `shape`: what the file must have; `name`: names the file in errors
 * @throws {SyntaxError} if the file is malformed or has another shape
 * @throws {RangeError} if a value is no whole number in [0, 255]
 * @example
 * import { readFile } from "node:fs/promises";
 * const room = emptyFrames(paths.length, [120, 120, 5]);
 * decodePixels(await readFile(paths[0]), { into: sampleOf(room, 0), shape: [120, 120, 5], name: paths[0] });
 */
export function decodePixels(
  bytes: Uint8Array,
  options: { into: Uint8Array; shape: SampleShape; name: string },
): void {
  const { into, shape, name } = options;
  const header = readNpyHeader(bytes, name);
  if (header.shape.join() !== shape.join()) {
    throw new SyntaxError(
      `Cannot read ${name}: its shape must be (${shape.join(", ")}), got (${header.shape.join(", ")})`,
    );
  }
  const { data } = decodeNpy(bytes, { name, header });
  if (header.type !== "uint8") {
    const odd = data.findIndex((value) => !(value >= 0 && value <= 255 && Number.isInteger(value)));
    if (odd >= 0) {
      const at = [
        Math.floor(odd / (shape[1] * shape[2])),
        Math.floor(odd / shape[2]) % shape[1],
        odd % shape[2],
      ];
      throw new RangeError(
        `Cannot read ${name}: pixels must be whole numbers in [0, 255], got ${data[odd]} at [${at.join(", ")}]`,
      );
    }
  }
  into.set(data);
}

/** Bytes that a sample's file has at most: its numbers may be of any type. */
export function mostFileBytes(shape: SampleShape): number {
  return longestNpyHeader + 8 * sizeOf(shape);
}

/** Reads files whose head is `head` straight into place. */
class StraightReader {
  private readonly start: Buffer;
  private readonly beyond = Buffer.alloc(1);

  constructor(private readonly head: Uint8Array) {
    this.start = Buffer.alloc(head.length);
  }

  /** False if the file is not exactly the head and as many bytes as there is room for. */
  read(path: string, into: Uint8Array): boolean {
    let file: number | undefined;
    try {
      file = openSync(path, FLAGS);
      const bytesRead = readvSync(file, [this.start, into, this.beyond]);
      return bytesRead === this.head.length + into.length && this.start.equals(this.head);
    } catch (error) {
      throw fileError("read", path, error);
    } finally {
      if (file !== undefined) closeSync(file);
    }
  }
}

/** Milliseconds of reading between two turns of the event loop. */
const TURN = 20;
/** Milliseconds per file above which the disk takes the time. */
const SLOW = 2;

/**
 * Reads many `.npy` files of one shape into the shards of frames.
 *
 * A file of bytes in C order goes straight to its place; others are decoded and checked. Files that lie in memory are
 * read one after the other, without the overhead of a request each; once they come slowly, several are under way at
 * once.
 *
 * @param paths one file a sample
 * @param options `shape`: of each file; `concurrency`: reads under way at once from a slow disk (default 8);
 *   `onProgress`: called with the number of files read; `signal`: stops the reading (default: the notebook cell's)
 * @returns uint8 frames `[samples, rows, columns, times]`, unit "pixel"
 * @throws {SyntaxError} that names the file, if one is malformed or of another shape
 * @throws {RangeError} that names the file, if it is far too long or a value is no whole number in [0, 255]
 * @throws {TypeError} if an option is unknown
 * @throws {Error} that names the file, if it cannot be read
 * @example
 * const images = await readFrames(paths, { shape: [120, 120, 5] });
 */
export async function readFrames(
  paths: readonly string[],
  options: {
    shape: SampleShape;
    concurrency?: number;
    onProgress?: (done: number) => void;
    signal?: AbortSignal;
  },
): Promise<Frames<Uint8Array>> {
  const extent = { whole: true, low: 1, high: 1 << 20 };
  checkOptions(
    options,
    {
      shape: { each: extent, least: 3, most: 3 },
      concurrency: { whole: true, low: 1, high: 1024 },
      onProgress: "any",
      signal: "any",
    },
    { action: "read frames", required: ["shape"] },
  );
  const { shape, concurrency, onProgress, signal = currentSignal() } = options;
  const frames = emptyFrames(paths.length, shape);
  const reader = new StraightReader(writeNpyHeader("uint8", shape));
  const most = mostFileBytes(shape);
  let done = 0;
  let slow = false;
  while (done < paths.length && !slow) {
    throwIfAborted(signal);
    const first = done;
    const start = performance.now();
    let elapsed = 0;
    while (done < paths.length && elapsed < TURN) {
      const into = sampleOf(frames, done);
      if (!reader.read(paths[done], into)) {
        decodePixels(readSmallFile(paths[done], most), { into, shape, name: paths[done] });
      }
      done++;
      elapsed = performance.now() - start;
    }
    slow = elapsed > SLOW * (done - first);
    onProgress?.(done);
    await setImmediate();
  }
  const rest = done;
  await forEachConcurrent(
    paths.length - rest,
    async (index) => {
      const path = paths[rest + index];
      decodePixels(await readSmallFileAsync(path, most), {
        into: sampleOf(frames, rest + index),
        shape,
        name: path,
      });
      onProgress?.(++done);
    },
    { concurrency, signal },
  );
  return frames;
}
