import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { GifEncoder } from "@napi-rs/canvas";
import { figurePage } from "./html";
import { rasterize, renderPng } from "./image";
import { encodeApng, type Raster } from "./png";
import { inFewColors } from "./quantize";
import { renderSvg } from "./renderer";
import type { PlotSpec } from "./types";

/** Options of {@link Figure.save}. */
export interface SaveOptions {
  /** Image pixels for one pixel of the figure; 2 by default, 1 for `.gif` and `.apng`. */
  scale?: number;
  /** Milliseconds a frame of `.gif` and `.apng` is shown; 600 by default. */
  delay?: number;
}

const writers: Record<string, (spec: PlotSpec, options: SaveOptions) => Promise<string | Buffer>> = {
  ".html": async (spec) => figurePage(spec, { image: await renderPng(spec, 1.5).catch(() => undefined) }),
  ".json": async (spec) => JSON.stringify(spec),
  ".svg": renderSvg,
  ".png": (spec, { scale = 2 }) => renderPng(spec, scale),
  ".gif": async (spec, options) => encodeGif(await rasterizeFrames(spec, options), options.delay ?? 600),
  ".apng": async (spec, options) => encodeApng(await rasterizeFrames(spec, options), options.delay ?? 600),
};

/** Writes a figure to a file beside it first, so that no reader meets half of one. */
export async function saveFigure(spec: PlotSpec, file: string, options: SaveOptions): Promise<void> {
  const extension = path.extname(file).toLowerCase();
  const write = writers[extension];
  if (!write) {
    throw new RangeError(
      `Cannot save a figure: the extension must be one of ${Object.keys(writers).join(", ")}, got "${extension}" (${file})`,
    );
  }
  const content = await write(spec, options);
  await mkdir(path.dirname(file), { recursive: true });
  const partial = `${file}.${process.pid}-${randomUUID().slice(0, 8)}.partial`;
  try {
    await writeFile(partial, content);
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
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
