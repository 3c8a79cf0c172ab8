/** What the thread runs that draws static images: plotly.js in a page of its own, so that the kernel goes on meanwhile. */
import { parentPort } from "node:worker_threads";
import { type ImageTask, renderImage } from "./image";

parentPort?.on("message", async ({ id, task }: { id: number; task: ImageTask }) => {
  try {
    parentPort!.postMessage({ id, content: await renderImage(task) });
  } catch (error) {
    parentPort!.postMessage({ id, error });
  }
});
