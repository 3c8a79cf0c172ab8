import path from "node:path";
import { writeFileAtomic } from "../../core/atomicFile";
import { checkNumber } from "../../core/check";
import { drawImage } from "./drawing";
import { figurePage } from "./html";
import type { PlotSpec } from "./types";

/** Options of {@link Figure.save}. */
export interface SaveOptions {
  /** Image pixels for one pixel of the figure; 2 by default, 1 for `.gif`. */
  scale?: number;
  /** Milliseconds a frame of `.gif` is shown, a multiple of 10 from 20; the figure's own by default, else 600. */
  delay?: number;
}

const writers: Record<string, (spec: PlotSpec, options: SaveOptions) => Promise<string | Uint8Array>> = {
  ".html": async (spec) =>
    figurePage(spec, { image: await drawImage({ kind: "png", spec, scale: 1.5 }).catch(() => undefined) }),
  ".json": async (spec) => JSON.stringify(spec),
  ".svg": (spec) => drawImage({ kind: "svg", spec }),
  ".png": (spec, { scale = 2 }) => drawImage({ kind: "png", spec, scale }),
  ".gif": (spec, options) =>
    drawImage({ kind: "gif", spec, scale: options.scale ?? 1, delay: delayOf(spec, options) }),
};

/** Writes a figure whole or not at all. */
export async function saveFigure(spec: PlotSpec, file: string, options: SaveOptions): Promise<void> {
  const extension = path.extname(file).toLowerCase();
  const write = writers[extension];
  if (!write) {
    throw new RangeError(
      `Cannot save a figure: the extension must be one of ${Object.keys(writers).join(", ")}, got "${extension}" (${file})`,
    );
  }
  const action = "save a figure";
  if (options.scale !== undefined) {
    checkNumber(options.scale, { action, name: "scale", low: 0, above: true, high: 10 });
  }
  if (options.delay !== undefined) {
    checkNumber(options.delay, { action, name: "delay", low: 20, high: 600_000 });
  }
  await writeFileAtomic(file, await write(spec, options));
}

/** How long the play button shows a frame, where neither options nor figure say 600 ms. */
function delayOf(spec: PlotSpec, options: SaveOptions): number {
  const { meta } = spec.layout as { meta?: { delay?: number } };
  return options.delay ?? meta?.delay ?? 600;
}
