import { Resvg } from "@resvg/resvg-js";
import { encodePng, type Raster } from "./png";
import { fontFamily, fontFiles, renderSvg } from "./renderer";
import type { PlotSpec } from "./types";

/** Pixels of a figure's static image: `scale` pixels of the image for one of the figure. */
export async function rasterize(spec: PlotSpec, scale: number): Promise<Raster> {
  const svg = await renderSvg(spec);
  const image = new Resvg(svg, {
    font: { loadSystemFonts: false, fontFiles, defaultFontFamily: fontFamily, sansSerifFamily: fontFamily },
    fitTo: { mode: "zoom", value: scale },
    imageRendering: 1, // a pixel of a heat map is a measurement: no smoothing
    background: "#ffffff",
  }).render();
  return { width: image.width, height: image.height, pixels: image.pixels };
}

/** A figure as PNG. */
export async function renderPng(spec: PlotSpec, scale: number): Promise<Buffer> {
  return encodePng(await rasterize(spec, scale));
}
