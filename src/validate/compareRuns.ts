import path from "node:path";
import { type HasFrame, withFrame } from "../core/dataFrame";
import { type Cell, escapeHtml, showAs, type TableBundle, tableBundle } from "../core/display";
import { shortText } from "../core/text";
import type { Direction } from "../metrics/direction";
import type { Differences } from "./differences";
import type { LeaderboardOptions } from "./leaderboard";
import { type DifferentLine, lineDifferences } from "./lineDifferences";
import { readSources, runDifferences } from "./runFolder";
import { chance, rankedBy, readRun, scoresOf } from "./runResults";

/** One fold in one round, in both runs. */
export interface ComparedFold {
  readonly fold: number;
  readonly seed: number;
  readonly first: number;
  readonly second: number;
}

/** Two runs side by side; shown as tables in a notebook, and `toFrame` gives one row per fold. */
export interface RunComparison extends HasFrame {
  readonly first: string;
  readonly second: string;
  /** What is compared by fold. */
  readonly score: string;
  readonly direction: Direction;
  /** The score of all predictions together; the folds' mean of a run that is not finished. */
  readonly scores: readonly [first: number, second: number];
  /** How probable so great a difference is by chance; `undefined` where they share fewer than two folds. */
  readonly p: number | undefined;
  /** Settings and data that differ, by their places. */
  readonly settings: Differences;
  /** The code of the cells that had run when each began, where it differs; empty where a run was not begun in a notebook. */
  readonly cells: readonly DifferentLine[];
  /** Folds that both have. */
  readonly folds: readonly ComparedFold[];
}

/**
 * Two runs side by side: their scores by fold, what differs in settings and data, and in the source of the notebook's
 * cells that had run when each began.
 *
 * @param first a run's directory, as the leaderboard has it
 * @param second the other's
 * @param options as for {@link leaderboard}
 * @throws {RangeError} if nothing says which way the score is better, or a run has no such score
 * @throws {SyntaxError} if a file is damaged
 * @throws {Error} if there is no run
 * @example
 * const [best, other] = leaderboard("runs").rows;
 * if (other) compareRuns(best.directory, other.directory).settings;
 */
export function compareRuns(first: string, second: string, options: LeaderboardOptions = {}): RunComparison {
  const runs = [first, second].map(readRun);
  const { score, direction } = rankedBy(runs, options);
  const missing = runs.findIndex(
    ({ folds }) => folds.length === 0 || !folds.every(({ scores }) => score in scores),
  );
  if (missing >= 0) {
    throw new RangeError(
      `Cannot compare runs: each must have the score ${score} of a finished fold, got none of ${[first, second][missing]}`,
    );
  }
  const [old, young] = runs.map(({ run }) => run);
  const others = new Map(runs[1].folds.map((fold) => [`${fold.seed} ${fold.fold}`, fold.scores[score]]));
  const folds = runs[0].folds.flatMap(({ fold, seed, scores }): ComparedFold[] => {
    const value = old.config.folds === young.config.folds ? others.get(`${seed} ${fold}`) : undefined;
    return value === undefined ? [] : [{ fold, seed, first: scores[score], second: value }];
  });
  const [before, now] = [first, second].map((directory) => readSources(directory).join("\n\n"));
  const found = {
    ...{ first, second, score, direction },
    scores: [scoresOf(runs[0])[score], scoresOf(runs[1])[score]] as const,
    p: chance(runs[0], runs[1], score),
    settings: runDifferences(old, young),
    cells: before && now ? lineDifferences(before, now) : [],
    folds,
  };
  const framed = withFrame(found, () => ({
    fold: folds.map(({ fold }) => fold + 1),
    seed: folds.map(({ seed }) => seed),
    first: folds.map((fold) => fold.first),
    second: folds.map((fold) => fold.second),
  }));
  return showAs(framed, () => show(found));
}

function words(value: unknown): string {
  if (value === undefined) return "";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return shortText(text, 200);
}

function show(found: Omit<RunComparison, "toFrame">): TableBundle {
  const { first, second, score, scores, p, settings, cells, folds } = found;
  const names = [first, second].map((directory) => path.basename(directory));
  const scoreRows: Cell[][] = [
    ...folds.map((fold): Cell[] => [
      `fold ${fold.fold + 1}, seed ${fold.seed}`,
      fold.first.toFixed(4),
      fold.second.toFixed(4),
      (fold.second - fold.first).toFixed(4),
    ]),
    ["all folds", ...scores.map((value) => value.toFixed(4)), (scores[1] - scores[0]).toFixed(4)],
  ];
  const chance = p === undefined ? "no common folds" : `p ${p.toPrecision(2)} by chance`;
  const tables = [
    tableBundle([score, ...names, `difference (${chance})`], scoreRows),
    tableBundle(
      ["what differs", ...names],
      Object.entries(settings).map(([place, [before, now]]) => [place, words(before), words(now)]),
    ),
  ];
  const mark = { same: " ", removed: "-", added: "+" };
  const lines = cells.map(({ kind, text }) => `${mark[kind]} ${text}`);
  const color = { same: "", removed: "rgba(220, 50, 50, 0.18)", added: "rgba(40, 160, 70, 0.18)" };
  const html = cells.map(
    ({ kind }, at) =>
      `<div style="background:${color[kind] || "none"};white-space:pre-wrap">${escapeHtml(lines[at])}</div>`,
  );
  const code = html.length > 0 ? `<p>Cells</p><pre>${html.join("")}</pre>` : "";
  return {
    "text/html": `${tables.map((table) => table["text/html"]).join("<br>")}${code}`,
    "text/plain": [
      ...tables.map((table) => table["text/plain"]),
      ...(lines.length > 0 ? [lines.join("\n")] : []),
    ].join("\n\n"),
  };
}
