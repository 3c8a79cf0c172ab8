import type { Series } from "../../core/series";
import { Figure } from "../figure/figure";
import { escapeText } from "../figure/text";
import { lineColors } from "../figure/theme";
import type { Layout, Trace } from "../figure/types";
import { thin } from "./thin";

/** Options of {@link traces}. */
export interface TracesOptions {
  /** Which window; 0 by default. */
  window?: number;
  /** Which channels, by name; all by default. */
  channels?: readonly string[];
  /** Axis titles by group (`{ acc: "acceleration (g)" }`); the group's name by default. */
  units?: Readonly<Record<string, string>>;
  /** `"Window <number>"` by default. */
  title?: string;
}

/** Channels that share a row: those whose names agree up to the last underscore (`acc_x`, `acc_y`). */
export interface ChannelGroup {
  readonly name: string;
  readonly channels: readonly number[];
}

/**
 * Shows the channels of one window over time, one row for each group of channels (`acc_x`, `acc_y`, `acc_z` share a
 * row). Works for raw sensors and for features.
 *
 * @param source `[windows, steps, channels]`; time is in seconds where the series has a rate, else in steps
 * @throws {RangeError} if the window lies outside, or no channel is named or an unknown one
 * @example
 * traces(windows, { window: 3, units: { acc: "acceleration (g)", gy: "angular rate (°/s)" } });
 */
export function traces(source: Series, options: TracesOptions = {}): Figure {
  const { window = 0, units = {}, title = `Window ${window}` } = options;
  const groups = channelGroups(source, options.channels);
  const rows = rowAxes(groups, { units, time: timeTitle(source) });
  const colors = lineColors(Math.max(...groups.map(({ channels }) => channels.length)));
  return new Figure({
    data: groups.flatMap(({ channels }, row) =>
      channels.map((channel, i) => ({
        ...channelLine(source, window, channel),
        name: escapeText(source.channels[channel]),
        line: { width: 1.2, color: colors[i] },
        yaxis: axisName("y", row),
        legend: legendName(row),
      })),
    ),
    layout: { title: { text: escapeText(title) }, ...rows },
  });
}

/** The values of one channel in one window. */
export function channelValues(source: Series, window: number, channel: number): Float32Array {
  const [windows, steps, channels] = source.shape;
  if (!(Number.isInteger(window) && window >= 0 && window < windows)) {
    throw new RangeError(
      `Cannot plot window ${window}: windows must be whole numbers in [0, ${windows}), got ${window}`,
    );
  }
  const values = new Float32Array(steps);
  const start = window * steps * channels + channel;
  for (let step = 0; step < steps; step++) values[step] = source.data[start + step * channels];
  return values;
}

/** One channel of one window as a thinned line. */
export function channelLine(source: Series, window: number, channel: number): Trace {
  const step = source.rate ? 1 / source.rate : 1;
  const values = channelValues(source, window, channel);
  const { x, y } = thin(values, { step });
  // a whole line needs no list of positions
  return { type: "scatter", mode: "lines", ...(y.length === values.length ? { x0: 0, dx: step } : { x }), y };
}

/** The chosen channels in groups, in the order of the series. */
export function channelGroups(source: Series, names: readonly string[] = source.channels): ChannelGroup[] {
  if (names.length === 0) {
    throw new RangeError(
      `Cannot plot channels: there must be some of ${source.channels.join(", ")}, got none`,
    );
  }
  const groups = new Map<string, number[]>();
  for (const name of new Set(names)) {
    const channel = source.channels.indexOf(name);
    if (channel < 0) {
      throw new RangeError(
        `Cannot plot channel "${name}": known channels are ${source.channels.join(", ")}, got "${name}"`,
      );
    }
    // "acc_x.gradient" is of the group "acc.gradient": what was derived has another unit
    const [, kind, derived] = /^([^.]*?)(?:_[^_.]*)?(\..*)?$/.exec(name) ?? [name, name];
    const group = `${kind}${derived ?? ""}`;
    groups.set(group, [...(groups.get(group) ?? []), channel]);
  }
  return [...groups].map(([name, channels]) => ({ name, channels }));
}

/** The title of the time axis. */
export function timeTitle(source: Series): string {
  return source.rate ? "time (s)" : "step";
}

/** Rows of line plots below one another over one x axis, each with its own legend beside it, on plotly's layout. */
export function rowAxes(
  groups: readonly ChannelGroup[],
  options: { units: Readonly<Record<string, string>>; time: string },
): Layout {
  const rows = groups.length;
  // a row's legend must not run into the next row's
  const heights = groups.map(({ channels }) => Math.max(rows === 1 ? 210 : 140, 20 * channels.length + 16));
  const space = 25;
  const inside = heights.reduce((sum, each) => sum + each, 0) + space * (rows - 1);
  const layout: Record<string, unknown> = {
    height: inside + 92,
    margin: { r: 130 },
    showlegend: true, // of a single channel too
    xaxis: { title: { text: options.time }, anchor: axisName("y", rows - 1) },
  };
  let above = 0;
  groups.forEach(({ name }, row) => {
    const top = 1 - above / inside;
    above += heights[row];
    const bottom = Math.max(0, 1 - above / inside);
    above += space;
    layout[row === 0 ? "yaxis" : `yaxis${row + 1}`] = {
      title: { text: escapeText(options.units[name] ?? name) },
      domain: [bottom, top],
    };
    layout[row === 0 ? "legend" : `legend${row + 1}`] = { x: 1.01, y: top, yanchor: "top" };
  });
  return layout;
}

/** plotly's name of the axis of a row: `y`, `y2`, … */
export function axisName(letter: "x" | "y", index: number): string {
  return index === 0 ? letter : `${letter}${index + 1}`;
}

/** plotly's name of the legend of a row: `legend`, `legend2`, … */
export function legendName(index: number): string {
  return index === 0 ? "legend" : `legend${index + 1}`;
}
