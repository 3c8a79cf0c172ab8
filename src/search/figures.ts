import { Figure, featureImportance, subplots, type Trace } from "../plot";
import { escapeHover, escapeText, formatNumber } from "../plot/figure/text";
import { lineColors, pointScale, quiet } from "../plot/figure/theme";
import type { SearchResult, SearchTrial } from "./result";
import type { Space } from "./space";

/** Trials with a score that can be drawn. */
function scoredTrials<S extends Space>(result: SearchResult<S>, action: string): SearchTrial<S>[] {
  const scored = result.trials.filter(({ state, value }) => state === "complete" && Number.isFinite(value));
  if (scored.length === 0) {
    throw new RangeError(
      `Cannot ${action}: one trial must have a finite score, got none of ${result.trials.length}`,
    );
  }
  return scored;
}

function words<S extends Space>({ number, value, parameters }: SearchTrial<S>): string {
  const lines = Object.entries(parameters).map(([name, one]) => `${name} ${shown(one)}`);
  return [`trial ${number}`, `score ${formatNumber(value as number, 5)}`, ...lines]
    .map(escapeHover)
    .join("<br>");
}

function shown(value: unknown): string {
  if (typeof value === "number") return formatNumber(value, 4);
  return typeof value === "string" ? value : JSON.stringify(value);
}

/**
 * The score of each trial, and the best one so far; trials that were given up are grey.
 *
 * @throws {RangeError} if no trial has a finite score
 * @example
 * const space = { x: search.float(-1, 1), y: search.int(1, 3) };
 * const found = await search.optimize({ space, objective: ({ x, y }) => x * y, trials: 5, sampler: "random" });
 * search.history(found);
 */
export function history<S extends Space>(result: SearchResult<S>): Figure {
  const scored = scoredTrials(result, "draw the history");
  const pruned = result.trials.filter(({ state, value }) => state === "pruned" && Number.isFinite(value));
  const better = result.direction === "maximize" ? Math.max : Math.min;
  let best = scored[0].value as number;
  const bests = scored.map(({ value }) => {
    best = better(best, value as number);
    return best;
  });
  const [color, line] = lineColors(2);
  const points = (name: string, trials: SearchTrial<S>[], marker: object): Trace => ({
    ...{ type: "scatter", mode: "markers", name, marker },
    x: trials.map(({ number }) => number),
    y: trials.map(({ value }) => value as number),
    text: trials.map(words),
    hovertemplate: "%{text}<extra></extra>",
  });
  return new Figure({
    data: [
      points("trial", scored, { color, size: 7 }),
      ...(pruned.length > 0 ? [points("given up", pruned, { color: quiet, size: 5 })] : []),
      {
        ...{
          type: "scatter",
          mode: "lines",
          name: "best so far",
          line: { color: line, width: 2, shape: "hv" },
        },
        x: scored.map(({ number }) => number),
        y: bests,
        hoverinfo: "skip",
      },
    ],
    layout: {
      title: { text: `Score of ${scored.length} trials, best ${formatNumber(result.best.value, 5)}` },
      xaxis: { title: { text: "trial" } },
      yaxis: { title: { text: "score" } },
      showlegend: true,
    },
  });
}

/**
 * How much of the scores' variance each parameter explains (fANOVA), as bars.
 *
 * @throws {RangeError} if fewer than two trials have a finite score
 * @example
 * const space = { x: search.float(-1, 1), y: search.int(1, 3) };
 * const found = await search.optimize({ space, objective: ({ x, y }) => x * y, trials: 5, sampler: "random" });
 * await search.importance(found);
 */
export async function importance<S extends Space>(result: SearchResult<S>): Promise<Figure> {
  const found = await result.importances();
  const columns = [...found.keys()];
  return featureImportance(
    { columns, means: columns.map((name) => found.get(name) as number) },
    { title: "Importance of parameters", measure: "share of the scores' variance" },
  );
}

/** An axis of a parameter: positions of its values, and how it is labelled. */
function axisOf<S extends Space>(result: SearchResult<S>, name: keyof S & string) {
  const { told } = result.space[name];
  if (told.kind !== "choice") {
    return { log: told.log === true, position: (value: unknown) => value as number, ticks: undefined };
  }
  const values = result.space[name].points as readonly unknown[];
  return {
    log: false,
    position: (value: unknown) => values.indexOf(value),
    ticks: { tickvals: values.map((_, i) => i), ticktext: values.map((value) => escapeText(shown(value))) },
  };
}

/**
 * The score by each parameter, a panel each; later trials are darker.
 *
 * @throws {RangeError} if no trial has a finite score
 * @example
 * const space = { x: search.float(-1, 1), y: search.int(1, 3) };
 * const found = await search.optimize({ space, objective: ({ x, y }) => x * y, trials: 5, sampler: "random" });
 * search.slices(found);
 */
export function slices<S extends Space>(result: SearchResult<S>): Figure {
  const scored = scoredTrials(result, "draw slices");
  const names = Object.keys(result.space);
  const panels = names.map((name) => {
    const { log, position, ticks } = axisOf(result, name);
    return new Figure({
      data: [
        {
          ...{ type: "scatter", mode: "markers", showlegend: false },
          x: scored.map(({ parameters }) => position(parameters[name])),
          y: scored.map(({ value }) => value as number),
          text: scored.map(words),
          hovertemplate: "%{text}<extra></extra>",
          marker: {
            size: 7,
            color: scored.map(({ number }) => number),
            colorscale: pointScale,
            showscale: false,
          },
        },
      ],
      layout: {
        title: { text: escapeText(name) },
        xaxis: { title: { text: escapeText(name) }, type: log ? "log" : "linear", ...ticks },
        yaxis: { title: { text: "score" } },
      },
    });
  });
  return panels.length === 1 ? panels[0] : subplots(panels, { columns: Math.min(3, names.length) });
}

/** Trials that are drawn, the best and, of others, evenly many. */
const mostLines = 200;
const shades = 8;

/**
 * Every trial as a line across all parameters, coloured by its rank: the best are darkest.
 *
 * @throws {RangeError} if no trial has a finite score
 * @example
 * const space = { x: search.float(-1, 1), y: search.int(1, 3) };
 * const found = await search.optimize({ space, objective: ({ x, y }) => x * y, trials: 5, sampler: "random" });
 * search.parallelCoordinates(found);
 */
export function parallelCoordinates<S extends Space>(result: SearchResult<S>): Figure {
  const scored = scoredTrials(result, "draw parallel coordinates");
  const sign = result.direction === "maximize" ? -1 : 1;
  const ranked = [...scored].sort((a, b) => sign * ((a.value as number) - (b.value as number)));
  const step = Math.ceil(ranked.length / mostLines);
  const drawn = ranked.filter((_, i) => i % step === 0);
  const names = Object.keys(result.space);
  const axes = names.map((name) => {
    const { log, position, ticks } = axisOf(result, name);
    const place = (value: unknown) => (log ? Math.log(position(value)) : position(value));
    const { told, points } = result.space[name];
    const ends =
      told.kind === "choice" ? [0, (points?.length ?? 1) - 1] : [place(told.low), place(told.high)];
    const [low, high] = ends;
    const at = (value: unknown) => (high > low ? (place(value) - low) / (high - low) : 0.5);
    const marks = ticks?.ticktext ?? [told.low, told.high].map((end) => formatNumber(end as number, 3));
    const heights = told.kind === "choice" ? (points as unknown[]).map(at) : high > low ? [0, 1] : [0.5];
    return { name, at, marks, heights };
  });
  const bins: SearchTrial<S>[][] = Array.from({ length: Math.min(shades, drawn.length) }, () => []);
  drawn.forEach((trial, i) => {
    bins[Math.floor((i * bins.length) / drawn.length)].push(trial);
  });
  const color = (bin: number) => {
    const share = bins.length > 1 ? 1 - bin / (bins.length - 1) : 1;
    return pointScale[Math.round(share * (pointScale.length - 1))][1];
  };
  const traces = bins.map(
    (trials, bin): Trace => ({
      ...{
        type: "scatter",
        mode: "lines",
        showlegend: false,
        line: { color: color(bin), width: bin === 0 ? 2 : 1 },
      },
      // A gap ends each line.
      x: trials.flatMap(() => [...axes.map((_, i) => i), null]),
      y: trials.flatMap(({ parameters }) => [...axes.map(({ name, at }) => at(parameters[name])), null]),
      text: trials.flatMap((trial) => [...axes.map(() => words(trial)), ""]),
      hovertemplate: "%{text}<extra></extra>",
    }),
  );
  return new Figure({
    // The best above the others.
    data: traces.reverse(),
    layout: {
      title: { text: `Parameters of ${drawn.length} of ${scored.length} trials, the best darkest` },
      width: Math.max(500, 160 * names.length),
      xaxis: {
        tickvals: axes.map((_, i) => i),
        ticktext: axes.map(({ name }) => escapeText(name)),
        range: [-0.3, names.length - 0.5],
        gridwidth: 2,
      },
      yaxis: { visible: false, range: [-0.06, 1.06] },
      annotations: axes.flatMap(({ marks, heights }, i) =>
        heights.map((height, mark) => ({
          ...{
            x: i,
            y: height,
            text: marks[mark],
            showarrow: false,
            xanchor: "left",
            xshift: 4,
            font: { size: 10 },
          },
        })),
      ),
    },
  });
}
