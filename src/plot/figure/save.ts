import path from "node:path";
import { GifEncoder } from "@napi-rs/canvas";
import { writeFileAtomic } from "../../core/atomicFile";
import { checkNumber } from "../../core/check";
import { figurePage } from "./html";
import { rasterize, renderPng } from "./image";
import type { Raster } from "./png";
import { inFewColors } from "./quantize";
import { renderSvg } from "./renderer";
import type { PlotSpec } from "./types";

/** Options of {@link Figure.save}. */
export interface SaveOptions {
  /** Image pixels for one pixel of the figure; 2 by default, 1 for `.gif`. */
  scale?: number;
  /** Milliseconds a frame of `.gif` is shown, a multiple of 10 from 20; the figure's own by default, else 600. */
  delay?: number;
}

const writers: Record<string, (spec: PlotSpec, options: SaveOptions) => Promise<string | Buffer>> = {
  ".html": async (spec) => figurePage(spec, { image: await renderPng(spec, 1.5).catch(() => undefined) }),
  ".json": async (spec) => JSON.stringify(spec),
  ".svg": renderSvg,
  ".png": (spec, { scale = 2 }) => renderPng(spec, scale),
  ".gif": async (spec, options) => encodeGif(await rasterizeFrames(spec, options), delayOf(spec, options)),
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

/** The images of an animation: the figure with each of its frames in turn. */
async function rasterizeFrames(spec: PlotSpec, { scale = 1 }: SaveOptions): Promise<Raster[]> {
  if (!spec.frames || spec.frames.length === 0) {
    throw new RangeError("Cannot save an animation: the figure must have frames, got none");
  }
  const images: Raster[] = [];
  for (const frame of spec.frames) {
    const { data, traces, layout } = frame as {
      data: Record<string, unknown>[];
      traces?: number[];
      layout?: Record<string, unknown>;
    };
    const merged = [...spec.data];
    data.forEach((change, i) => {
      const at = traces?.[i] ?? i;
      merged[at] = { ...merged[at], ...change };
    });
    // play button and slider are no part of a film
    const still = { ...spec.layout, ...layout, updatemenus: [], sliders: [] };
    images.push(await rasterize({ data: merged, layout: still }, scale));
  }
  return images;
}

function encodeGif(images: readonly Raster[], delay: number): Buffer {
  const { width, height } = images[0];
  const encoder = new GifEncoder(width, height, { repeat: 0, quality: 1 });
  // one palette for all, so that what stands still does not flicker
  const pixels = inFewColors(Buffer.concat(images.map((image) => image.pixels)));
  const size = 4 * width * height;
  for (let at = 0; at < pixels.length; at += size) {
    encoder.addFrame(pixels.subarray(at, at + size), width, height, { delay });
  }
  return encoder.finish();
}
