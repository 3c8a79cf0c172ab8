import { escapeText } from "../figure/text";
import { type ColorScale, size } from "../figure/theme";
import type { Layout, Trace } from "../figure/types";
import { blockOf, type ImageRows, shrink } from "./frameSource";

/** One image in a grid of images. */
export interface Panel {
  readonly image: ImageRows;
  readonly row: number;
  readonly column: number;
  /** Above the image; none by default. */
  readonly title?: string;
  /** Which of the figure's colour axes; 0 by default. */
  readonly colorAxis?: number;
  /** What is kept of pixels that become one; `"mean"` by default. */
  readonly keep?: "mean" | "peak";
}

/** A colour bar that panels share. */
export interface ColorAxis {
  readonly scale: ColorScale;
  readonly low: number;
  readonly high: number;
  readonly title: string;
}

/** Options of {@link panels}. */
export interface PanelsOptions {
  readonly title: string;
  readonly colorAxes: readonly ColorAxis[];
  /** To the left of each row; none by default. */
  readonly rowTitles?: readonly string[];
  /** The widest an image may be in pixels; 360 by default. */
  readonly widest?: number;
  /** How many pixels a side become one; by default as many as keep the figure small. */
  readonly block?: number;
}

const top = 58;
const between = { columns: 8, rows: 24 };
const barWidth = 92;

/** Images in rows and columns, equally large, rows from the top, with shared colour bars: traces and layout. */
export function panels(list: readonly Panel[], options: PanelsOptions): { data: Trace[]; layout: Layout } {
  const rows = 1 + Math.max(...list.map((panel) => panel.row));
  const columns = 1 + Math.max(...list.map((panel) => panel.column));
  const { block = blockOf(list.map((panel) => panel.image)) } = options;
  const images = list.map(({ image, keep }) => shrink(image, block, keep));
  const left = options.rowTitles ? 34 : 12;
  const right = 14 + barWidth * options.colorAxes.length;
  const [height, width] = [list[0].image.length, list[0].image[0].length];
  const room = (size.width - left - right - (columns - 1) * between.columns) / columns;
  const panelWidth = Math.min(room, options.widest ?? 360);
  const panelHeight = (panelWidth * height) / width;
  const all = {
    width: columns * panelWidth + (columns - 1) * between.columns,
    height: rows * panelHeight + (rows - 1) * between.rows,
  };
  const layout: Record<string, unknown> = {
    title: { text: panelsTitle(options.title, block) },
    width: Math.round(left + all.width + right),
    height: Math.round(top + all.height + 14),
    margin: { l: left, r: right, t: top, b: 14 },
    plot_bgcolor: "#c4c4c4", // where values are missing
    meta: { shape: true },
  };
  const annotations: Record<string, unknown>[] = [];
  options.colorAxes.forEach((axis, i) => {
    layout[i === 0 ? "coloraxis" : `coloraxis${i + 1}`] = {
      colorscale: axis.scale,
      cmin: axis.low,
      // a scale needs an extent
      cmax: axis.high > axis.low ? axis.high : axis.low + 1,
      colorbar: {
        title: { text: axis.title, side: "right", font: { size: 11 } },
        thickness: 14,
        outlinewidth: 0,
        x: (all.width + 14 + i * barWidth) / all.width,
        xanchor: "left",
        xpad: 0,
        len: Math.min(1, 420 / all.height),
        nticks: Math.max(2, Math.min(8, Math.floor(all.height / 24))),
        y: 1,
        yanchor: "top",
        ypad: 0,
      },
    };
  });
  const data = list.map((panel, i): Trace => {
    const number = i === 0 ? "" : String(i + 1);
    const x = (panel.column * (panelWidth + between.columns)) / all.width;
    const y = 1 - (panel.row * (panelHeight + between.rows)) / all.height;
    const frame = { showticklabels: false, ticks: "", showgrid: false, zeroline: false, showline: false };
    layout[`xaxis${number}`] = {
      ...frame,
      domain: [x, Math.min(1, x + panelWidth / all.width)],
      anchor: `y${number}`,
      constrain: "domain",
      range: [-0.5, width - 0.5],
    };
    layout[`yaxis${number}`] = {
      ...frame,
      domain: [Math.max(0, y - panelHeight / all.height), y],
      anchor: `x${number}`,
      range: [height - 0.5, -0.5],
      scaleanchor: `x${number}`,
      constrain: "domain",
    };
    if (panel.title) annotations.push(panelTitle(panel.title, number));
    if (options.rowTitles && panel.column === 0)
      annotations.push(rowTitle(options.rowTitles[panel.row], number));
    return {
      type: "heatmap",
      z: images[i],
      x0: 0.5 * (width / images[i][0].length - 1),
      dx: width / images[i][0].length,
      y0: 0.5 * (height / images[i].length - 1),
      dy: height / images[i].length,
      coloraxis: panel.colorAxis ? `coloraxis${panel.colorAxis + 1}` : "coloraxis",
      xaxis: `x${number}`,
      yaxis: `y${number}`,
      hovertemplate: "row %{y}, column %{x}: %{z}<extra></extra>",
    };
  });
  return { data, layout: { ...layout, annotations } };
}

/** A figure's title that owns up to pixels which became one. */
export function panelsTitle(title: string, block: number): string {
  const note = ` <span style="font-size:12px">(${block} x ${block} pixels as one)</span>`;
  return `${escapeText(title)}${block > 1 ? note : ""}`;
}

function panelTitle(text: string, number: string): Record<string, unknown> {
  return {
    text: escapeText(text),
    xref: `x${number} domain`,
    yref: `y${number} domain`,
    x: 0.5,
    y: 1,
    xanchor: "center",
    yanchor: "bottom",
    showarrow: false,
    font: { size: 11 },
  };
}

function rowTitle(text: string, number: string): Record<string, unknown> {
  return {
    ...panelTitle(text, number),
    x: 0,
    y: 0.5,
    xanchor: "right",
    yanchor: "middle",
    textangle: -90,
    xshift: -4,
  };
}
