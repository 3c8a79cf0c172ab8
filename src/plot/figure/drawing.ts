import type { Worker } from "node:worker_threads";
import { startThread } from "../../core/concurrency";
import type { ImageTask } from "./image";

interface Waiting {
  resolve(content: string | Uint8Array): void;
  reject(error: unknown): void;
}

/** The thread that draws, as soon as there is something to draw, and who waits for it. */
let thread: Worker | undefined;
let last = 0;
const waiting = new Map<number, Waiting>();

function start(): Worker {
  const worker = startThread(require.resolve("./imageThread"));
  worker.on(
    "message",
    ({ id, content, error }: { id: number; content?: string | Uint8Array; error?: unknown }) => {
      const one = waiting.get(id);
      waiting.delete(id);
      // an idle thread must not keep the process from its end
      if (waiting.size === 0) worker.unref();
      if (content === undefined) one?.reject(error);
      else one?.resolve(content);
    },
  );
  worker.on("error", (error) => stopped(worker, error));
  worker.on("exit", () => stopped(worker, new Error("Cannot draw an image: the drawing thread has ended")));
  return worker;
}

/** Tells all who wait that the thread has ended; the next image starts another. */
function stopped(worker: Worker, error: unknown): void {
  if (thread !== worker) return;
  thread = undefined;
  for (const { reject } of waiting.values()) reject(error);
  waiting.clear();
}

/**
 * Draws a static image on a thread of its own: a figure of many labels takes a moment, in which the kernel stays at
 * hand.
 *
 * @throws {RangeError} if a trace needs WebGL, or a GIF has no frames
 */
export function drawImage<T extends ImageTask>(
  task: T,
): Promise<T extends { kind: "svg" } ? string : Uint8Array> {
  thread ??= start();
  thread.ref();
  const id = ++last;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve: resolve as Waiting["resolve"], reject });
    thread!.postMessage({ id, task });
  });
}
