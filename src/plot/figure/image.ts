import { GifEncoder } from "@napi-rs/canvas";
import { Resvg } from "@resvg/resvg-js";
import { encodePng, type Raster } from "./png";
import { inFewColors } from "./quantize";
import { fontFamily, fontFiles, renderSvg } from "./renderer";
import type { PlotSpec } from "./types";

/** A static image to draw of a figure. */
export type ImageTask =
  | { readonly kind: "svg"; readonly spec: PlotSpec }
  | { readonly kind: "png"; readonly spec: PlotSpec; readonly scale: number }
  | { readonly kind: "gif"; readonly spec: PlotSpec; readonly scale: number; readonly delay: number };

/** Text of an SVG, bytes of a PNG or of a GIF that plays the frames. */
export async function renderImage(task: ImageTask): Promise<string | Uint8Array> {
  if (task.kind === "svg") return renderSvg(task.spec);
  if (task.kind === "png") return renderPng(task.spec, task.scale);
  return encodeGif(await rasterizeFrames(task.spec, task.scale), task.delay);
}

/** Of an image; figures that would be larger, as those of a thousand classes, are drawn less finely. */
const mostPixels = 40_000_000;

/** Pixels of a figure's static image: `scale` pixels of the image for one of the figure. */
export async function rasterize(spec: PlotSpec, scale: number): Promise<Raster> {
  const svg = await renderSvg(spec);
  const { width, height } = spec.layout as { width: number; height: number };
  const image = new Resvg(svg, {
    font: { loadSystemFonts: false, fontFiles, defaultFontFamily: fontFamily, sansSerifFamily: fontFamily },
    fitTo: { mode: "zoom", value: Math.min(scale, Math.sqrt(mostPixels / (width * height))) },
    imageRendering: 1, // a pixel of a heat map is a measurement: no smoothing
    background: "#ffffff",
  }).render();
  return { width: image.width, height: image.height, pixels: image.pixels };
}

/** A figure as PNG. */
export async function renderPng(spec: PlotSpec, scale: number): Promise<Buffer> {
  return encodePng(await rasterize(spec, scale));
}

/** The images of an animation: the figure with each of its frames in turn. */
async function rasterizeFrames(spec: PlotSpec, scale: number): Promise<Raster[]> {
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
