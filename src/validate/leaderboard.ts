import path from "node:path";
import { type HasFrame, type TableColumns, withFrame } from "../core/dataFrame";
import { showAs, type TableBundle, tableBundle } from "../core/display";
import type { Direction } from "../metrics/direction";
import { differenceWords } from "./differences";
import { runDifferences } from "./runFolder";
import {
  chance,
  findRuns,
  type LeaderboardFold,
  mean,
  type RunResults,
  rankedBy,
  scoresOf,
} from "./runResults";

/** Options of {@link leaderboard}. */
export interface LeaderboardOptions {
  /** The score, or number of the logs, that ranks. Default: the first score of the runs, else `val_loss`. */
  score?: string;
  /** Which way it is better. Default: known of the library's own names. */
  direction?: Direction;
}

/** One run of a leaderboard. */
export interface LeaderboardRow {
  readonly name: string;
  readonly directory: string;
  readonly isFinished: boolean;
  /** Of all predictions together; of numbers of the logs, and while the run is not finished, the folds' mean. */
  readonly scores: Readonly<Record<string, number>>;
  readonly folds: readonly LeaderboardFold[];
  /** Standard deviation of the ranking score over the folds, each the mean of its seeds; `undefined` of one. */
  readonly foldSpread: number | undefined;
  /** The same over seeds, each the mean of its folds. */
  readonly seedSpread: number | undefined;
  /** What differs from the best run's configuration and data, in words. */
  readonly differs: string;
  /** How probable so great a difference to the best is by chance; `undefined` where they share fewer than two folds. */
  readonly p: number | undefined;
  /** Training time in all. */
  readonly seconds: number;
  readonly device: string;
  /** When it began, ISO 8601. */
  readonly begun: string;
}

/** Runs, the best first; shown as a table in a notebook, sorted by a heading that is pressed, and `toFrame` gives one row per run. */
export interface Leaderboard extends HasFrame {
  /** What ranks. */
  readonly score: string;
  readonly direction: Direction;
  /** Finished runs, the best first, then the others. */
  readonly rows: readonly LeaderboardRow[];
}

function spread(values: readonly number[]): number | undefined {
  if (values.length < 2) return undefined;
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, v) => sum + (v - middle) ** 2, 0) / (values.length - 1));
}

/** The means of a fold's number over what else it was made with. */
function meansBy(folds: readonly LeaderboardFold[], key: "fold" | "seed", score: string): number[] {
  const groups = new Map<number, number[]>();
  for (const each of folds) groups.set(each[key], [...(groups.get(each[key]) ?? []), each.scores[score]]);
  return [...groups.values()].map(mean);
}

/**
 * Every cross-validation whose folder lies below a directory, the best first: scores of all and by fold, spread over
 * folds and seeds, what differs from the best, whether that is more than chance, time, device and date. A run whose score
 * is NaN comes last.
 *
 * @param directory what runs were given as `directory`, or a folder above
 * @param options see {@link LeaderboardOptions}
 * @throws {RangeError} if nothing says which way the score is better, or no run has it
 * @throws {Error} if the directory cannot be read
 * @example
 * leaderboard("runs").rows[0].directory; // of the best
 */
export function leaderboard(directory: string, options: LeaderboardOptions = {}): Leaderboard {
  const found = findRuns(directory);
  const { score, direction } = rankedBy(found, options);
  const known = found.filter(({ folds }) => folds.length > 0 && folds.every((fold) => score in fold.scores));
  const names = [...new Set(found.flatMap(({ folds }) => Object.keys(folds[0]?.scores ?? {})))];
  // Runs without any score rank nothing.
  if (names.length > 0 && known.length === 0) {
    throw new RangeError(`Cannot rank runs: score must be one of ${names.join(", ")}, got ${score}`);
  }
  const rank = (run: RunResults): number => {
    const value = scoresOf(run)[score] * (direction === "min" ? 1 : -1);
    return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
  };
  const ranked = known.sort((a, b) => Number(!a.totals) - Number(!b.totals) || rank(a) - rank(b));
  const [best] = ranked;
  const rows = ranked.map((each): LeaderboardRow => {
    const { run, folds } = each;
    return {
      name: run.name,
      directory: each.directory,
      isFinished: each.totals !== undefined,
      scores: scoresOf(each),
      folds,
      foldSpread: spread(meansBy(folds, "fold", score)),
      seedSpread: spread(meansBy(folds, "seed", score)),
      differs: differenceWords(runDifferences(best.run, run)),
      p: each === best ? undefined : chance(best, each, score),
      seconds: folds.reduce((sum, fold) => sum + fold.seconds, 0),
      device: run.device,
      begun: run.begun,
    };
  });
  const board = withFrame({ score, direction, rows }, () => frameColumns(rows));
  return showAs(board, () => table(board));
}

/** One row per run: its scores under their names, what else the table shows, and the folder. */
function frameColumns(rows: readonly LeaderboardRow[]): TableColumns {
  const scores = [...new Set(rows.flatMap((row) => Object.keys(row.scores)))];
  return {
    run: rows.map(({ directory }) => path.basename(directory)),
    ...Object.fromEntries(scores.map((name) => [name, rows.map((row) => row.scores[name])])),
    foldSpread: rows.map((row) => row.foldSpread),
    seedSpread: rows.map((row) => row.seedSpread),
    p: rows.map((row) => row.p),
    differs: rows.map((row) => row.differs),
    isFinished: rows.map((row) => row.isFinished),
    seconds: rows.map((row) => row.seconds),
    device: rows.map((row) => row.device),
    begun: rows.map((row) => row.begun),
    directory: rows.map((row) => row.directory),
  };
}

/** Chance below which a difference is taken for one. */
const significant = 0.05;

function differenceCell({ p }: LeaderboardRow, place: number): string {
  if (place === 0) return "best";
  if (p === undefined) return "no common folds";
  return `${p < significant ? "more than chance" : "may be chance"} (p ${p.toPrecision(2)})`;
}

function table({ score, rows }: Leaderboard): TableBundle {
  const others = [...new Set(rows.flatMap((row) => Object.keys(row.scores)))].filter(
    (name) =>
      name !== score && rows.every((row) => name in row.scores) && !/^(val_.*|loss|learningRate)$/.test(name),
  );
  const columns = ["run", score, "over folds", "over seeds", "against the best", ...others, "by fold"];
  return tableBundle(
    [...columns, "differs from the best", "time", "device", "begun"],
    rows.map((row, place) => [
      `${path.basename(row.directory)}${row.isFinished ? "" : " (not finished)"}`,
      row.scores[score],
      row.foldSpread === undefined ? "" : `± ${row.foldSpread.toFixed(4)}`,
      row.seedSpread === undefined ? "" : `± ${row.seedSpread.toFixed(4)}`,
      differenceCell(row, place),
      ...others.map((name) => row.scores[name]),
      row.folds.map((fold) => fold.scores[score].toFixed(4)).join(" "),
      row.differs,
      `${row.seconds.toFixed(1)} s`,
      row.device,
      row.begun.slice(0, 16).replace("T", " "),
    ]),
    { sortable: true },
  );
}
