import { checkNumber } from "../../core/check";
import { drawImage } from "./drawing";
import { encode } from "./encode";
import { figureHtml, plainTitle } from "./html";
import { claimEmbedding } from "./library";
import { type SaveOptions, saveFigure } from "./save";
import { themed } from "./theme";
import type { Layout, MimeBundle, PlotFrame, PlotSpec, Trace } from "./types";

const displayKey = Symbol.for("Jupyter.display");

/** What a {@link Figure} is made of. */
export interface FigureOptions {
  /** The traces. */
  data: readonly Trace[];
  /** Titles, axes, size; `{}` by default. Podium's theme fills what is left open. */
  layout?: Layout;
  /** Steps of an animation; none by default. */
  frames?: readonly PlotFrame[];
  /** Whether the notebook also gets a static image; `true` by default. Turn it off for figures that are redrawn often. */
  image?: boolean;
}

/**
 * A figure: plotly traces, layout and, for animations, frames. Returned from a notebook's cell it is shown live, with a
 * static image beside it for GitHub, nbviewer and PDF.
 *
 * @throws {RangeError} if its width or height are not 10 to 50,000 pixels
 * @example
 * const figure = new Figure({
 *   data: [{ type: "scatter", x: [0, 1, 2], y: Float32Array.of(1, 4, 9), name: "squares" }],
 *   layout: { title: { text: "Squares" }, xaxis: { title: { text: "x" } } },
 * });
 * await figure.save("squares.png");
 */
export class Figure {
  readonly data: readonly Trace[];
  /** The figure's own layout on Podium's theme. */
  readonly layout: Layout;
  readonly frames?: readonly PlotFrame[];
  readonly #image: boolean;

  constructor(options: FigureOptions) {
    this.data = options.data;
    this.layout = themed(options.layout ?? {});
    for (const name of ["width", "height"] as const) {
      checkNumber(this.layout[name]!, { action: "make a figure", name, low: 10, high: 50_000 });
    }
    this.frames = options.frames;
    this.#image = options.image ?? true;
  }

  /** The figure as plotly reads it: plain JSON, long typed arrays packed. */
  toJSON(): PlotSpec {
    const { data, layout, frames } = this;
    const config = { displaylogo: false, responsive: false };
    return encode({ data, layout, frames, config }) as PlotSpec;
  }

  /**
   * Writes the figure, atomically: `.html` (self-contained page), `.json`, `.svg`, `.png`; `.gif` plays the frames.
   *
   * @throws {RangeError} if the extension is none of these, an animation has no frames, or scale or delay are out of
   *   reach
   * @example
   * await figure.save("runs/latest/radar/worst.png", { scale: 2 });
   */
  save(path: string, options: SaveOptions = {}): Promise<void> {
    return saveFigure(this.toJSON(), path, options);
  }

  /** What a notebook shows: plotly JSON, HTML that works offline, and a PNG. */
  async [displayKey](): Promise<MimeBundle> {
    const spec = this.toJSON();
    const embed = claimEmbedding();
    let image: Uint8Array | undefined;
    let note = "";
    if (this.#image) {
      try {
        image = await drawImage({ kind: "png", spec, scale: 1.5 });
      } catch (error) {
        // the live figure is worth more than its image
        note = ` (no static image: ${error instanceof Error ? error.message : error})`;
      }
    }
    return {
      "application/vnd.plotly.v1+json": spec,
      "text/html": figureHtml(spec, { image, embed }),
      ...(image && { "image/png": Buffer.from(image).toString("base64") }),
      "text/plain": `Figure: ${plainTitle(spec)}${note}`,
    };
  }
}
