import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { bootstrap } from "./bootstrap";
import { libraryVersion, packedLibrary } from "./library";
import { escapeHtml, scriptJson } from "./text";
import type { PlotSpec } from "./types";

/** Specs longer than this travel compressed. */
const packFrom = 8192;

/** Options of {@link figureHtml}. */
export interface FigureHtmlOptions {
  /** A PNG that stands in until the library has drawn, and where scripts do not run. */
  image?: Uint8Array;
  /** Whether plotly.js comes along. */
  embed: boolean;
}

/**
 * A figure as a piece of HTML: its image, which plotly.js replaces by the live figure as soon as the page has the
 * library, from this figure or another.
 */
export function figureHtml(spec: PlotSpec, options: FigureHtmlOptions): string {
  const { width, height } = spec.layout as { width: number; height: number };
  const title = plainTitle(spec);
  const json = JSON.stringify(spec);
  const id = `podium-${createHash("sha256").update(json).digest("hex").slice(0, 12)}`;
  const content =
    json.length < packFrom
      ? scriptJson(spec)
      : JSON.stringify(gzipSync(json, { level: 9 }).toString("base64"));
  const image = options.image
    ? `<img alt="${escapeHtml(title)}" style="width:${width}px;max-width:100%" src="data:image/png;base64,${Buffer.from(options.image).toString("base64")}">`
    : "";
  const library = options.embed
    ? `<script type="text/plain" data-podium-plotly="${libraryVersion}">${packedLibrary()}</script>`
    : "";
  return (
    `<div class="podium-figure" id="${id}" style="min-height:${height}px">${image}${library}` +
    `<script>(${bootstrap})("${id}","${libraryVersion}",${content})</script></div>`
  );
}

/** A figure as a page of its own. */
export function figurePage(spec: PlotSpec, options: { image?: Uint8Array }): string {
  return (
    `<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<meta name="color-scheme" content="light dark">\n<title>${escapeHtml(plainTitle(spec))}</title>\n` +
    `<body style="margin:16px">\n${figureHtml(spec, { ...options, embed: true })}\n</body>\n</html>\n`
  );
}

/** The figure's title without plotly's tags. */
export function plainTitle(spec: PlotSpec): string {
  const { title } = spec.layout as { title?: { text?: string } };
  const text = (title?.text ?? "Figure").replace(/<br>/g, " ").replace(/<[^>]*>/g, "");
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
