import { checkNumber } from "../../core/check";
import { directionOf } from "../../metrics/direction";
import { Figure } from "../figure/figure";
import { escapeText } from "../figure/text";
import { lineColors } from "../figure/theme";
import type { Trace } from "../figure/types";

/** The numbers of each epoch by name, as `fit` logs them: `loss`, `val_loss`, … */
export interface EpochLogs {
  readonly logs: Readonly<Record<string, readonly number[]>>;
}

/** Options of {@link foldCurves}. */
export interface FoldCurvesOptions {
  /** Which logs, without `val_`; all but the learning rate by default. */
  metrics?: readonly string[];
  /** One name per fold; `fold 1`, `fold 2`, … by default. */
  names?: readonly string[];
  /** The fold that trains now, drawn strong beside the others; all alike by default. */
  present?: number;
  /** `"Training"` by default. */
  title?: string;
  /** Whether the notebook also gets a static image; `true` by default. Turn it off while training, when the figure is redrawn. */
  image?: boolean;
}

/**
 * Shows how loss and metrics went over the epochs, one panel a metric and one colour a fold: training thin and dotted,
 * validation thick with its best epoch marked, where the metric is one of which the library knows what is better.
 *
 * @param histories one per fold; `fit`'s history, or logs so far
 * @throws {RangeError} if there is no history, a metric is in none, or there is not one name per fold
 * @example
 * foldCurves(result.runs.map((run) => ({ logs: run.history })));
 * foldCurves([history], { metrics: ["loss"] }); // of one fit; while it trains: train.liveCurves({ draw: foldCurves })
 */
export function foldCurves(histories: readonly EpochLogs[], options: FoldCurvesOptions = {}): Figure {
  const known = [
    ...new Set(histories.flatMap(({ logs }) => Object.keys(logs).map((name) => name.replace(/^val_/, "")))),
  ];
  const metrics = options.metrics ?? known.filter((name) => !/learning_?rate|^lr$/i.test(name));
  const unknown = metrics.find((name) => !known.includes(name));
  if (metrics.length === 0 || unknown !== undefined) {
    throw new RangeError(
      `Cannot plot fold curves: metrics must be among the logged ones (${known.join(", ") || "none"}), got ${unknown ?? "none"}`,
    );
  }
  const { names = histories.map((_, fold) => `fold ${fold + 1}`), present, title = "Training" } = options;
  if (names.length !== histories.length) {
    throw new RangeError(
      `Cannot plot fold curves: there must be ${histories.length} names, one per fold, got ${names.length}`,
    );
  }
  if (present !== undefined) {
    const rule = { action: "plot fold curves", name: "present", low: 0, high: histories.length - 1 };
    checkNumber(present, { ...rule, whole: true });
  }
  const rows = Math.ceil(metrics.length / 4);
  const columns = Math.ceil(metrics.length / rows);
  const gap = 0.09;
  const width = (1 - gap * (columns - 1)) / columns;
  const colors = lineColors(histories.length);
  const layout: Record<string, unknown> = {};
  const data = metrics.flatMap((metric, panel) => {
    const number = panel === 0 ? "" : panel + 1;
    const left = (panel % columns) * (width + gap);
    const row = Math.floor(panel / columns);
    layout[`xaxis${number}`] = {
      title: { text: "epoch" },
      domain: [left, Math.min(1, left + width)],
      anchor: `y${number}`,
      // epochs are counted, not measured
      ...(longest(histories) < 10 && { dtick: 1 }),
    };
    layout[`yaxis${number}`] = {
      title: { text: escapeText(metric) },
      anchor: `x${number}`,
      domain: rowDomain(row, rows),
    };
    return histories.flatMap(({ logs }, fold): Trace[] => {
      const color = colors[fold];
      const faded = present !== undefined && fold !== present;
      const axes = {
        type: "scatter",
        ...(faded && { opacity: 0.3 }),
        xaxis: `x${number}`,
        yaxis: `y${number}`,
        legendgroup: String(fold),
      };
      const name = escapeText(names[fold]);
      const validation = logs[`val_${metric}`];
      const lines: Trace[] = [];
      if (logs[metric]) {
        lines.push({
          ...axes,
          ...epochs(logs[metric]),
          mode: modeOf(logs[metric]),
          name,
          line: { color, width: 1.2, dash: validation ? "dot" : "solid" },
          showlegend: panel === 0 && !validation,
          hovertemplate: `epoch %{x}: %{y:.4g}<extra>${name}, training</extra>`,
        });
      }
      if (validation) {
        const at = bestEpoch(metric, validation);
        lines.push({
          ...axes,
          ...epochs(validation),
          mode: modeOf(validation),
          name,
          line: { color, width: 2 },
          showlegend: panel === 0,
          hovertemplate: `epoch %{x}: %{y:.4g}<extra>${name}, validation</extra>`,
        });
        if (at >= 0) {
          lines.push({
            ...axes,
            mode: "markers",
            x: [at + 1],
            y: [validation[at]],
            name,
            marker: { color, size: 9, symbol: "diamond" },
            showlegend: false,
            hovertemplate: `best epoch %{x}: %{y:.4g}<extra>${name}, validation</extra>`,
          });
        }
      }
      return lines;
    });
  });
  return new Figure({
    data,
    layout: {
      ...layout,
      title: {
        text: `${escapeText(title)} <span style="color:#8c8c8c;font-size:12px">(dotted: training, solid: validation, ◆ best)</span>`,
      },
      height: 80 + Math.max(rowHeight * rows, 20 * histories.length + 16), // panels, or the legend
    },
    image: options.image,
  });
}

/** Height of a row of panels in pixels, its axis with it. */
const rowHeight = 260;

function rowDomain(row: number, rows: number): [low: number, high: number] {
  const gap = 60 / (rowHeight * rows); // for the axis below
  const height = (1 - gap * (rows - 1)) / rows;
  const high = 1 - row * (height + gap);
  return [Math.max(0, high - height), high];
}

function epochs(values: readonly number[]): { x: Int32Array; y: Float64Array } {
  return { x: Int32Array.from(values, (_, i) => i + 1), y: Float64Array.from(values) };
}

/** A value between two missing ones is a point: no line leads to it. */
function modeOf(values: readonly number[]): string {
  const known = (i: number) => Number.isFinite(values[i]);
  return values.some((_, i) => known(i) && !known(i - 1) && !known(i + 1)) ? "lines+markers" : "lines";
}

function longest(histories: readonly EpochLogs[]): number {
  return Math.max(...histories.flatMap(({ logs }) => Object.values(logs).map((values) => values.length)));
}

/** The best epoch; -1 where only who named the metric can say what is better. */
function bestEpoch(metric: string, values: readonly number[]): number {
  const direction = directionOf(metric);
  if (!direction) return -1;
  const sign = direction === "max" ? -1 : 1;
  let best = -1;
  values.forEach((value, i) => {
    if (Number.isFinite(value) && (best < 0 || sign * value < sign * values[best])) best = i;
  });
  return best;
}
