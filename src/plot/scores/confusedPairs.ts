import { checkNumber } from "../../core/check";
import type { Series } from "../../core/series";
import { confusionMatrix, mostConfused } from "../../metrics/confusion";
import { Figure } from "../figure/figure";
import { escapeText } from "../figure/text";
import { lineColors } from "../figure/theme";
import type { Trace } from "../figure/types";
import { axisName, channelGroups, channelLine, timeTitle } from "../series/traces";
import { shorten } from "./labelCounts";

/** Options of {@link confusedPairs}. */
export interface ConfusedPairsOptions {
  /** True label of each window. */
  truth: ArrayLike<number>;
  /** Predicted label of each window. */
  predicted: ArrayLike<number>;
  /** One name per class; the labels' numbers by default. */
  names?: readonly string[];
  /** How many pairs of classes, at most 50; 3 by default. */
  pairs?: number;
  /** Which channels, by name; the first group (such as `acc_x`, `acc_y`, `acc_z`) by default. */
  channels?: readonly string[];
  /** Title of the value axes; the group's name by default. */
  unit?: string;
  /** `"Most confused classes"` by default. */
  title?: string;
}

/**
 * Shows which classes are confused most, with traces: a typical window of the true class, one that was mistaken, and a
 * typical window of the class it was taken for.
 *
 * @param source `[windows, steps, channels]`
 * @throws {RangeError} if labels and windows are not equally many, a label has no name, pairs are not 1 to 50, or nothing is
 *   confused
 * @example
 * const predicted = metrics.predictedLabels(result.predictions);
 * confusedPairs(windows, { truth: labels, predicted, names: labelNames, unit: "acceleration (g)" });
 */
export function confusedPairs(source: Series, options: ConfusedPairsOptions): Figure {
  const { truth, predicted, names, pairs = 3, title = "Most confused classes" } = options;
  const windows = source.shape[0];
  checkNumber(pairs, { action: "plot confused pairs", name: "pairs", low: 1, high: 50, whole: true });
  if (truth.length !== windows || predicted.length !== windows) {
    throw new RangeError(
      `Cannot plot confused pairs: there must be ${windows} labels, one per window, got ${truth.length} true and ${predicted.length} predicted`,
    );
  }
  const matrix = confusionMatrix(truth, predicted, { classes: names?.length });
  const worst = mostConfused(matrix, { count: pairs });
  if (worst.length === 0) {
    throw new RangeError(
      "Cannot plot confused pairs: some window must be mistaken, got only right predictions",
    );
  }
  const group = channelGroups(source, options.channels)[0];
  const channels = options.channels
    ? channelGroups(source, options.channels).flatMap((each) => each.channels)
    : group.channels;
  const name = (label: number) => escapeText(shorten(names?.[label] ?? String(label), 24));
  const find = (isTrue: number, isPredicted: number) => {
    for (let i = 0; i < windows; i++) if (truth[i] === isTrue && predicted[i] === isPredicted) return i;
    // where the class is never right, any window of it
    for (let i = 0; i < windows; i++) if (truth[i] === isTrue) return i;
    return -1;
  };
  const data: Trace[] = [];
  const layout: Record<string, unknown> = {};
  const annotations: Record<string, unknown>[] = [];
  const rows = worst.length;
  const colors = lineColors(channels.length);
  // pixels: a row of panels, and the room for the titles of the next
  const [panel, between] = [125, 52];
  const inside = rows * panel + (rows - 1) * between;
  worst.forEach((pair, row) => {
    const isLong = name(pair.truth).length + name(pair.predicted).length > 20;
    const cells = [
      { window: find(pair.truth, pair.truth), text: `${name(pair.truth)}` },
      {
        window: find(pair.truth, pair.predicted),
        text: `<b>${name(pair.truth)}${isLong ? "<br>" : " "}taken for ${name(pair.predicted)}: ${pair.count}×</b>`,
      },
      { window: find(pair.predicted, pair.predicted), text: `${name(pair.predicted)}` },
    ];
    cells.forEach(({ window, text }, column) => {
      const index = row * 3 + column;
      const number = index === 0 ? "" : String(index + 1);
      const upper = 1 - (row * (panel + between)) / inside;
      layout[`xaxis${number}`] = {
        domain: [column * 0.345, column * 0.345 + 0.31],
        anchor: `y${number}`,
        ...(row === rows - 1 && { title: { text: timeTitle(source) } }),
        showticklabels: row === rows - 1,
      };
      layout[`yaxis${number}`] = {
        domain: [Math.max(0, upper - panel / inside), upper],
        anchor: `x${number}`,
        matches: column === 0 ? undefined : axisName("y", 3 * row),
        showticklabels: column === 0,
        ...(column === 0 && { title: { text: escapeText(options.unit ?? group.name) } }),
      };
      annotations.push({
        text: window < 0 ? text : `${text} (window ${window})`,
        xref: `x${number} domain`,
        yref: `y${number} domain`,
        x: 0.5,
        y: 1,
        yanchor: "bottom",
        showarrow: false,
        font: { size: 10 },
      });
      if (window < 0) {
        // no window is of this class: an empty panel, as plotly drops axes without a trace
        data.push({
          type: "scatter",
          x: [0],
          y: [null],
          xaxis: axisName("x", index),
          yaxis: axisName("y", index),
          showlegend: false,
        });
        return;
      }
      channels.forEach((channel, i) => {
        data.push({
          ...channelLine(source, window, channel),
          name: escapeText(source.channels[channel]),
          line: { width: 1, color: colors[i] },
          xaxis: axisName("x", index),
          yaxis: axisName("y", index),
          legendgroup: source.channels[channel],
          showlegend: index === 0,
        });
      });
    });
  });
  return new Figure({
    data,
    layout: {
      ...layout,
      annotations,
      showlegend: true, // of a single channel too
      title: { text: escapeText(title) },
      height: inside + 74 + 48,
      margin: { t: 74, r: 90 },
    },
  });
}
