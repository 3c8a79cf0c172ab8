import { Worker } from "node:worker_threads";
import { currentSignal, throwIfAborted } from "./signal";

/**
 * Does work on many items with several under way at once, in order of their start.
 *
 * The first failure stops the start of further work and is thrown once what is under way has ended.
 *
 * @param count items, numbered from 0
 * @param work what to do with an item
 * @param options `concurrency`: items under way at once (default 8); `signal`: stops between items (default: the
 *   notebook cell's)
 * @example
 * const shapes: (readonly number[])[] = [];
 * await forEachConcurrent(paths.length, async (i) => {
 *   shapes[i] = (await readNpy(paths[i])).shape;
 * });
 */
export async function forEachConcurrent(
  count: number,
  work: (index: number) => Promise<void>,
  options: { concurrency?: number; signal?: AbortSignal } = {},
): Promise<void> {
  const { concurrency = 8, signal = currentSignal() } = options;
  let next = 0;
  let failed = false;
  async function lane(): Promise<void> {
    while (next < count && !failed) {
      try {
        throwIfAborted(signal);
        await work(next++);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  }
  const lanes = Array.from({ length: Math.min(concurrency, count) }, lane);
  for (const result of await Promise.allSettled(lanes)) {
    if (result.status === "rejected") throw result.reason;
  }
}

/**
 * The threads that `PODIUM_THREADS` asks for; `undefined` without it.
 *
 * @param action what the threads are for, as an error says it
 * @throws {RangeError} if it is no whole number above 0
 */
export function threadsAsked(action: string): number | undefined {
  const threads = process.env.PODIUM_THREADS;
  if (threads === undefined) return undefined;
  if (!/^[1-9]\d*$/.test(threads)) {
    throw new RangeError(`Cannot ${action}: PODIUM_THREADS must be a whole number above 0, got "${threads}"`);
  }
  return Number(threads);
}

/** Starts a thread that runs a file of the library, from its sources too, as tests do. */
export function startThread(file: string): Worker {
  // from sources the thread has to learn TypeScript first
  const files = file.endsWith(".ts") ? [require.resolve("tsx/cjs"), file] : [file];
  return new Worker(`for (const file of ${JSON.stringify(files)}) require(file);`, { eval: true });
}
