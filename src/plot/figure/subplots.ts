import { checkNumber } from "../../core/check";
import { Figure } from "./figure";
import { escapeText } from "./text";
import { size } from "./theme";
import type { Trace } from "./types";

/** Options of {@link subplots}. */
export interface SubplotsOptions {
  /** How many figures stand beside one another; 2 by default. */
  columns?: number;
  /** Width of the whole in pixels; 900 by default. */
  width?: number;
  /** None by default: each figure keeps its own. */
  title?: string;
}

type Values = Record<string, unknown>;

/** Where a figure's plotting area lies in the whole, both from the lower left, as shares of it. */
interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const gap = 12;

/**
 * Any figures beside and below one another as one figure, each with its own axes, legend, colour bar and title.
 *
 * @param figures one or more figures of x and y axes, none of them an animation
 * @throws {RangeError} if there is none, one is an animation or has traces without x and y axes, or an option is out of
 *   reach
 * @example
 * subplots([labelCounts(labels), traces(windows, { window: 3 })], { columns: 1, title: "Exercises" });
 */
export function subplots(figures: readonly Figure[], options: SubplotsOptions = {}): Figure {
  const { width = size.width, title } = options;
  const { columns = Math.min(2, figures.length) } = options;
  const action = "join figures";
  checkNumber(figures.length, { action, name: "their number", low: 1, high: 50, whole: true });
  checkNumber(columns, { action, name: "columns", low: 1, high: 10, whole: true });
  const least = columns * 200;
  checkNumber(width, { action, name: "width", low: least, high: 10_000 });
  const head = title === undefined ? 0 : 40;
  const cellWidth = (width - gap * (columns - 1)) / columns;
  const rows = Array.from({ length: Math.ceil(figures.length / columns) }, (_, row) =>
    figures.slice(row * columns, (row + 1) * columns),
  );
  const heights = rows.map((row) => Math.max(...row.map((figure) => heightAt(figure, cellWidth))));
  const height = head + heights.reduce((sum, each) => sum + each, 0) + gap * (rows.length - 1);
  const joined = new Joined();
  let top = head;
  rows.forEach((row, r) => {
    row.forEach((figure, c) => {
      const margin = marginOf(figure);
      const left = c * (cellWidth + gap);
      const inside = heightAt(figure, cellWidth) - margin.t - margin.b;
      joined.add(
        figure,
        {
          x: (left + margin.l) / width,
          y: 1 - (top + margin.t + inside) / height,
          width: Math.max(20, cellWidth - margin.l - margin.r) / width,
          height: inside / height,
        },
        { left: left / width, top: 1 - top / height },
      );
    });
    top += heights[r] + gap;
  });
  return new Figure({
    data: joined.data,
    layout: {
      ...joined.layout,
      ...(title !== undefined && { title: { text: escapeText(title) } }),
      showlegend: true,
      annotations: joined.annotations,
      shapes: joined.shapes,
      width,
      height: Math.round(height),
      margin: { l: 0, r: 0, t: 0, b: 0, autoexpand: false },
    },
  });
}

/** A figure's height where it is as wide as a cell: images keep their shape. */
function heightAt(figure: Figure, width: number): number {
  const margin = marginOf(figure);
  const {
    meta,
    height,
    width: natural,
  } = figure.layout as { meta?: { shape?: boolean }; height: number; width: number };
  if (!meta?.shape || width >= natural) return height;
  const share = (width - margin.l - margin.r) / (natural - margin.l - margin.r);
  return margin.t + margin.b + (height - margin.t - margin.b) * Math.max(0.1, share);
}

/** The room around the plotting area, with what plotly would add for long labels. */
function marginOf({ layout, data }: Figure): { l: number; r: number; t: number; b: number } {
  const margin = layout.margin as { l: number; r: number; t: number; b: number };
  const longest = (letter: "x" | "y"): number => {
    let most = 0;
    for (const [key, axis] of Object.entries(layout)) {
      if (!key.startsWith(`${letter}axis`)) continue;
      for (const text of (axis as { ticktext?: string[] }).ticktext ?? []) most = Math.max(most, text.length);
    }
    return most;
  };
  const upright = (layout.xaxis as { tickangle?: number } | undefined)?.tickangle === -90;
  const named =
    data.some(({ name, showlegend }) => name !== undefined && showlegend !== false) && data.length > 1;
  const bar = data.some(
    ({ type, coloraxis, showscale }) => type === "heatmap" && !coloraxis && showscale !== false,
  );
  return {
    l: Math.max(margin.l, 6.2 * longest("y") + 30),
    r: Math.max(margin.r, named ? 110 : 0, bar ? 90 : 0),
    t: margin.t,
    b: Math.max(margin.b, upright ? 6.2 * longest("x") + 36 : 0),
  };
}

const withoutAxes = new Set([
  "pie",
  "table",
  "indicator",
  "sunburst",
  "treemap",
  "icicle",
  "sankey",
  "parcats",
]);

/** Figures with their axes, legends and colour axes numbered on. */
class Joined {
  readonly data: Trace[] = [];
  readonly layout: Values = {};
  readonly annotations: Values[] = [];
  readonly shapes: Values[] = [];
  private axes = 0;
  private legends = 0;
  private colors = 0;

  add(figure: Figure, place: Place, corner: { left: number; top: number }): void {
    const { data, layout, frames } = figure;
    const odd = data.find(
      ({ type, subplot, scene, geo }) => withoutAxes.has(type) || subplot || scene || geo,
    );
    if (frames || odd) {
      throw new RangeError(
        `Cannot join figures: each must have x and y axes and no frames, got ${frames ? "an animation" : `a trace of type "${odd!.type}"`}`,
      );
    }
    const name = (kind: string, value: unknown, start: number): string =>
      `${kind}${withNumber(numberOf(value) + start)}`;
    const reference = (value: unknown): string => {
      const text = String(value);
      const [, letter, rest] = /^([xy])\d*(.*)$/.exec(text) ?? [];
      return letter ? `${name(letter, text, this.axes)}${rest}` : text;
    };
    const across = (x: number): number => place.x + x * place.width;
    const upright = (y: number): number => place.y + y * place.height;
    const known = { axes: 1, legends: 1, colors: 1 };
    for (const [key, value] of Object.entries(layout)) {
      const letter = /^([xy])axis\d*$/.exec(key)?.[1];
      if (letter) known.axes = Math.max(known.axes, numberOf(key));
      if (/^legend\d*$/.test(key)) known.legends = Math.max(known.legends, numberOf(key));
      if (/^coloraxis\d*$/.test(key)) {
        known.colors = Math.max(known.colors, numberOf(key));
        this.layout[name("coloraxis", key, this.colors)] = placedBar(value as Values, {
          across,
          upright,
          place,
        });
      }
    }
    for (const letter of ["x", "y"] as const) {
      for (let i = 1; i <= known.axes; i++) {
        const axis = (layout[`${letter}axis${withNumber(i)}`] ?? (i === 1 ? {} : undefined)) as
          | Values
          | undefined;
        if (!axis) continue;
        const [low, high] = (axis.domain as [number, number] | undefined) ?? [0, 1];
        const at = letter === "x" ? across : upright;
        this.layout[`${letter}axis${withNumber(i + this.axes)}`] = {
          ...axis,
          automargin: false,
          // plotly would take the first axis of all
          anchor: reference(axis.anchor ?? partner(data, letter, i)),
          domain: [at(low), at(high)].map((share) => Math.min(1, Math.max(0, share))),
          ...Object.fromEntries(
            ["matches", "scaleanchor", "overlaying"]
              .filter((key) => typeof axis[key] === "string")
              .map((key) => [key, reference(axis[key])]),
          ),
        };
      }
    }
    for (let i = 1; i <= known.legends; i++) {
      const legend = (layout[`legend${withNumber(i)}`] ?? {}) as Values;
      this.layout[`legend${withNumber(i + this.legends)}`] = {
        ...legend,
        x: across((legend.x as number) ?? 1.02),
        y: upright((legend.y as number) ?? 1),
        yanchor: legend.yanchor ?? "top",
      };
    }
    const shown =
      layout.showlegend ??
      data.filter(({ type, showlegend }) => type !== "heatmap" && showlegend !== false).length > 1;
    for (const trace of data) {
      this.data.push({
        ...trace,
        xaxis: reference(trace.xaxis ?? "x"),
        yaxis: reference(trace.yaxis ?? "y"),
        legend: name("legend", trace.legend, this.legends),
        ...(trace.legendgroup !== undefined && { legendgroup: `${this.legends}/${trace.legendgroup}` }),
        ...(!shown && { showlegend: false }),
        ...(trace.coloraxis !== undefined && { coloraxis: name("coloraxis", trace.coloraxis, this.colors) }),
        ...(trace.type === "heatmap" &&
          trace.coloraxis === undefined && {
            colorbar: placedBar({ colorbar: trace.colorbar ?? {} }, { across, upright, place }).colorbar,
          }),
      });
    }
    const moved = (item: Values): Values => {
      const out: Values = { ...item };
      for (const [axis, ends, at] of [
        ["xref", ["x", "x0", "x1"], across],
        ["yref", ["y", "y0", "y1"], upright],
      ] as const) {
        const to = item[axis] ?? "paper";
        if (to !== "paper") out[axis] = reference(to);
        else for (const end of ends) if (typeof item[end] === "number") out[end] = at(item[end] as number);
        out[axis] ??= "paper";
      }
      return out;
    };
    this.annotations.push(...(layout.annotations ?? []).map(moved));
    this.shapes.push(...(layout.shapes ?? []).map(moved));
    // its own ground, such as the grey of missing values, shows through its own axes alone
    for (let i = 1; layout.plot_bgcolor && i <= known.axes; i++) {
      if (!layout[`xaxis${withNumber(i)}`]) continue;
      const axis = withNumber(i + this.axes);
      const corners = { x0: 0, x1: 1, y0: 0, y1: 1, xref: `x${axis} domain`, yref: `y${axis} domain` };
      this.shapes.push({
        ...corners,
        type: "rect",
        fillcolor: layout.plot_bgcolor,
        line: { width: 0 },
        layer: "below",
      });
    }
    if (layout.title?.text) {
      this.annotations.push({
        text: layout.title.text,
        xref: "paper",
        yref: "paper",
        x: corner.left,
        y: corner.top,
        xanchor: "left",
        yanchor: "top",
        xshift: 8,
        yshift: -8,
        showarrow: false,
        font: { size: 14 },
      });
    }
    this.axes += known.axes;
    this.legends += known.legends;
    this.colors += known.colors;
  }
}

/** A colour axis whose bar stands where its figure does. */
function placedBar(
  axis: Values,
  options: { across: (x: number) => number; upright: (y: number) => number; place: Place },
): Values {
  const { across, upright, place } = options;
  const bar = (axis.colorbar ?? {}) as Values;
  return {
    ...axis,
    colorbar: {
      ...bar,
      x: across((bar.x as number) ?? 1.02),
      y: upright((bar.y as number) ?? 0.5),
      len: ((bar.len as number) ?? 1) * place.height,
    },
  };
}

/** The axis across from an axis, as the first trace on it has them. */
function partner(data: readonly Trace[], letter: "x" | "y", number: number): string {
  const other = letter === "x" ? "y" : "x";
  const trace = data.find((each) => numberOf(each[`${letter}axis`]) === number);
  return String(trace?.[`${other}axis`] ?? other);
}

/** `y3` and `yaxis3` are number 3, `y` and what is not named number 1. */
function numberOf(value: unknown): number {
  return Number(/(\d+)/.exec(String(value ?? ""))?.[1] ?? 1);
}

function withNumber(number: number): string {
  return number === 1 ? "" : String(number);
}
