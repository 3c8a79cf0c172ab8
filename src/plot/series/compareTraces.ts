import type { Series } from "../../core/series";
import { Figure } from "../figure/figure";
import { escapeText } from "../figure/text";
import { lineColors } from "../figure/theme";
import type { Trace } from "../figure/types";
import { axisName, channelGroups, channelLine, legendName, rowAxes, timeTitle } from "./traces";

/** Options of {@link compareTraces}. */
export interface CompareTracesOptions {
  /** Which window; 0 by default. */
  window?: number;
  /** Which window of the second series; the same by default. */
  afterWindow?: number;
  /** Which channels, by name; all by default. */
  channels?: readonly string[];
  /** Axis titles by group (`{ acc: "acceleration (g)" }`); the group's name by default. */
  units?: Readonly<Record<string, string>>;
  /** Titles of the two columns; `["before", "after"]` by default. */
  titles?: readonly [before: string, after: string];
  /** `"Window <number>"` by default. */
  title?: string;
}

/**
 * Shows one window twice side by side on the same axes, such as before and after augmentation.
 *
 * @param before `[windows, steps, channels]`
 * @param after `[windows, steps, channels]` with the same channels
 * @throws {RangeError} if a window lies outside, or the channels differ
 * @example
 * compareTraces(windows, augment.jitterSeries(windows, { deviation: 0.05, seed: 1 }), { window: 3 });
 */
export function compareTraces(before: Series, after: Series, options: CompareTracesOptions = {}): Figure {
  const { window = 0, units = {}, titles = ["before", "after"], title = `Window ${window}` } = options;
  if (before.channels.join() !== after.channels.join()) {
    throw new RangeError(
      `Cannot compare traces: both series must have the channels ${before.channels.join(", ")}, got ${after.channels.join(", ")}`,
    );
  }
  const groups = channelGroups(before, options.channels);
  const layout = rowAxes(groups, { units, time: timeTitle(before) });
  const rows = groups.length;
  const colors = lineColors(Math.max(...groups.map(({ channels }) => channels.length)));
  const columns = [
    { source: before, window, x: "x" },
    { source: after, window: options.afterWindow ?? window, x: "x2" },
  ];
  const data = columns.flatMap(({ source, window: at, x }, column) =>
    groups.flatMap(({ channels }, row) =>
      channels.map(
        (channel, i): Trace => ({
          ...channelLine(source, at, channel),
          name: escapeText(source.channels[channel]),
          line: { width: 1.2, color: colors[i] },
          xaxis: x,
          // the second column has axes of its own, locked to the first column's
          yaxis: axisName("y", row + column * rows),
          legend: legendName(row),
          legendgroup: source.channels[channel],
          showlegend: column === 0,
        }),
      ),
    ),
  );
  const second = Object.fromEntries(
    groups.map((_, row) => [
      `yaxis${row + 1 + rows}`,
      {
        domain: (layout[row === 0 ? "yaxis" : `yaxis${row + 1}`] as { domain: unknown }).domain,
        matches: axisName("y", row),
        anchor: "x2",
        showticklabels: false,
      },
    ]),
  );
  const xaxis = layout.xaxis as Record<string, unknown>;
  return new Figure({
    data,
    layout: {
      ...layout,
      ...second,
      title: { text: escapeText(title) },
      margin: { r: 130, t: 62 },
      xaxis: { ...xaxis, domain: [0, 0.485] },
      xaxis2: { ...xaxis, domain: [0.515, 1], anchor: axisName("y", 2 * rows - 1), matches: "x" },
      annotations: titles.map((text, column) => ({
        text: escapeText(text),
        xref: `x${column === 0 ? "" : 2} domain`,
        yref: "paper",
        x: 0.5,
        y: 1,
        yanchor: "bottom",
        showarrow: false,
      })),
    },
  });
}
