import { readFileSync } from "node:fs";
import { type Canvas, createCanvas, GlobalFonts } from "@napi-rs/canvas";
import { createTextMeasure } from "./textMeasure";
import type { PlotSpec } from "./types";

/** The bundled fonts' family. */
export const fontFamily = "DejaVu Sans Condensed";
const hangulFamily = "NanumGothic";

/** The bundled fonts that static images are measured and drawn with, so that a bare machine draws the same. */
const fonts = [
  { family: fontFamily, file: "dejavu-fonts-ttf/ttf/DejaVuSansCondensed.ttf" },
  { family: fontFamily, file: "dejavu-fonts-ttf/ttf/DejaVuSansCondensed-Bold.ttf" },
  { family: hangulFamily, file: "@expo-google-fonts/nanum-gothic/400Regular/NanumGothic_400Regular.ttf" },
].map(({ family, file }) => ({ family, file: require.resolve(file) }));
export const fontFiles = fonts.map(({ file }) => file);

interface Plotly {
  toImage(spec: unknown, options: Record<string, unknown>): Promise<string>;
}

/** What is used of jsdom's window; its own types would bring the browser's into the project. */
interface PlotWindow {
  readonly Plotly?: Plotly;
  readonly JSON: typeof JSON;
  readonly URL: { createObjectURL: () => string; revokeObjectURL: () => void };
  readonly Element: Prototype;
  readonly SVGElement: Prototype;
  readonly HTMLCanvasElement: Prototype;
  readonly XMLSerializer: Prototype;
  eval(code: string): unknown;
}

interface Prototype {
  readonly prototype: Record<string, unknown>;
}

interface Jsdom {
  JSDOM: new (html: string, options: Record<string, unknown>) => { window: PlotWindow };
  VirtualConsole: new () => { on(event: string, listener: (error: Error) => void): void };
}

let loaded: (PlotWindow & { readonly Plotly: Plotly }) | undefined;
/** Trace types that only a browser draws; plotly would wait for its graphics card for ever. */
const webgl = new Set(
  "scattergl scatterpolargl splom parcoords scatter3d surface mesh3d cone streamtube volume isosurface scattermap densitymap choroplethmap scattermapbox densitymapbox choroplethmapbox".split(
    " ",
  ),
);

let queue: Promise<unknown> = Promise.resolve();

/**
 * Draws a figure as SVG with plotly.js itself, in jsdom: the same library that draws it in the notebook, no browser
 * needed. The first call loads the library (about a second), later ones take 0.1 to 0.3 s.
 *
 * @throws {RangeError} if a trace needs WebGL
 */
export function renderSvg(spec: PlotSpec): Promise<string> {
  const beyond = spec.data.find((trace) => webgl.has(String(trace.type)));
  if (beyond) {
    const reason = `Cannot draw a static image: trace type must not need WebGL, got "${beyond.type}"`;
    return Promise.reject(new RangeError(reason));
  }
  // plotly keeps one hidden drawing area for measuring: one figure at a time
  const drawn = queue.then(() => draw(spec));
  queue = drawn.catch(() => undefined);
  return drawn;
}

async function draw(spec: PlotSpec): Promise<string> {
  loaded ??= loadPlotly();
  const { width, height } = spec.layout as { width: number; height: number };
  // parsed inside the window, so that plotly's instanceof checks hold
  const figure = loaded.JSON.parse(JSON.stringify({ data: spec.data, layout: spec.layout }));
  const svg = await loaded.Plotly.toImage(figure, { format: "svg", width, height, imageDataOnly: true });
  return svg.replaceAll(ampersand, "&");
}

/** Stands for `&` while plotly takes entities apart: `encode` leaves this character in no text. */
const ampersand = "\ufdd0";

/** What plotly does to entities in an image is made for browsers of old and breaks `&copy;` in a name. */
function keepEntities(window: PlotWindow): void {
  const { prototype } = window.XMLSerializer;
  const serialize = prototype.serializeToString as (node: unknown) => string;
  prototype.serializeToString = function (this: unknown, node: unknown) {
    return serialize.call(this, node).replaceAll("&", ampersand);
  };
}

function loadPlotly(): PlotWindow & { readonly Plotly: Plotly } {
  const { JSDOM, VirtualConsole } = require("jsdom") as Jsdom;
  for (const { file, family } of fonts) GlobalFonts.registerFromPath(file, family);
  const errors: string[] = [];
  const virtualConsole = new VirtualConsole();
  virtualConsole.on("jsdomError", (error) => errors.push(error.message));
  const { window } = new JSDOM("<!doctype html><body></body>", {
    runScripts: "outside-only",
    pretendToBeVisual: true,
    virtualConsole,
  });
  window.URL.createObjectURL = () => "";
  window.URL.revokeObjectURL = () => {};
  standInForText(window);
  standInForCanvas(window);
  keepEntities(window);
  window.eval(readFileSync(require.resolve("plotly.js-dist"), "utf8"));
  if (!window.Plotly) {
    throw new Error(`Cannot draw a static image: plotly.js must load in jsdom, got ${errors.join("; ")}`);
  }
  return window as PlotWindow & { readonly Plotly: Plotly };
}

/** What plotly asks the page about text: jsdom has no layout, so widths come from the fonts. */
function standInForText(window: PlotWindow): void {
  const measure = createTextMeasure(createCanvas(1, 1).getContext("2d"), [fontFamily, hangulFamily]);
  Object.assign(window.SVGElement.prototype, {
    getComputedTextLength(this: unknown) {
      return measure(this).width;
    },
    getBBox(this: unknown) {
      return measure(this);
    },
  });
  window.Element.prototype.getBoundingClientRect = function (this: unknown) {
    const { x, y, width, height } = measure(this);
    return { x, y, width, height, left: x, top: y, right: x + width, bottom: y + height };
  };
}

/** The canvas that heat maps are painted on. */
function standInForCanvas(window: PlotWindow): void {
  const canvases = new WeakMap<object, Canvas>();
  Object.assign(window.HTMLCanvasElement.prototype, {
    getContext(this: { width: number; height: number }, kind: string) {
      if (kind !== "2d") return null;
      const canvas: Canvas = createCanvas(this.width, this.height);
      canvases.set(this, canvas);
      return canvas.getContext("2d");
    },
    toDataURL(this: object) {
      return canvases.get(this)!.toDataURL("image/png");
    },
  });
}
