import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type HasFrame, type TableColumns, withFrame } from "../core/dataFrame";
import { showAs, type TableBundle, tableBundle } from "../core/display";
import { fileError } from "../core/fileError";
import { type Direction, directionOf } from "../metrics/direction";
import { differenceWords } from "./differences";
import { type RunFile, readRunFile, runDifferences, runFile, totalsFile } from "./runFolder";
import { resampledTTest } from "./studentT";

/** Options of {@link leaderboard}. */
export interface LeaderboardOptions {
  /** The score, or number of the logs, that ranks. Default: the first score of the runs, else `val_loss`. */
  score?: string;
  /** Which way it is better. Default: known of the library's own names. */
  direction?: Direction;
}

/** One fold in one round of a run. */
export interface LeaderboardFold {
  readonly fold: number;
  readonly seed: number;
  /** Scores, and the kept epoch's logs. */
  readonly scores: Readonly<Record<string, number>>;
  readonly seconds: number;
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

/** Runs, the best first; shown as a table in a notebook, and `toFrame` gives one row per run. */
export interface Leaderboard extends HasFrame {
  /** What ranks. */
  readonly score: string;
  readonly direction: Direction;
  /** Finished runs, the best first, then the others. */
  readonly rows: readonly LeaderboardRow[];
}

interface Found {
  readonly directory: string;
  readonly run: RunFile;
  readonly folds: readonly LeaderboardFold[];
  readonly totals: Readonly<Record<string, number>> | undefined;
}

const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

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

/** Numbers as they were before JSON, which has no NaN and no infinity. */
function numbersOf(read: Readonly<Record<string, number | null>>): Record<string, number> {
  return Object.fromEntries(Object.entries(read).map(([name, value]) => [name, value ?? Number.NaN]));
}

function readFolds(directory: string): LeaderboardFold[] {
  const files = readdirSync(directory, { recursive: true, encoding: "utf8" });
  const own = files.filter((file) => /^seed-[^/\\]+[/\\]fold-\d+[/\\]scores\.json$/.test(file));
  const folds = own.map((file): LeaderboardFold => {
    const { fold, seed, logs, scores, seconds } = JSON.parse(
      readFileSync(path.join(directory, file), "utf8"),
    );
    return { fold, seed, seconds, scores: numbersOf({ ...logs, ...scores }) };
  });
  return folds.sort((a, b) => a.seed - b.seed || a.fold - b.fold);
}

/** Every run below a folder; one whose files are damaged is left out with a warning. */
function findRuns(directory: string): Found[] {
  let files: string[];
  try {
    files = readdirSync(directory, { recursive: true, encoding: "utf8" });
  } catch (error) {
    throw fileError("read", directory, error);
  }
  return files.flatMap((file) => {
    if (path.basename(file) !== "run.json") return [];
    const own = path.join(directory, path.dirname(file));
    try {
      const totals = existsSync(totalsFile(own))
        ? JSON.parse(readFileSync(totalsFile(own), "utf8"))
        : undefined;
      return [
        {
          directory: own,
          run: readRunFile(own),
          folds: readFolds(own),
          totals: totals && numbersOf(totals.scores),
        },
      ];
    } catch (error) {
      console.warn(`Left out ${runFile(own)}: ${(error as Error).message}`);
      return [];
    }
  });
}

/** How probable the difference of two runs is by chance, over the folds and seeds that they have in common. */
function chance(best: Found, other: Found, score: string): number | undefined {
  const sameFolds = best.run.config.folds === other.run.config.folds;
  if (sameFolds && best.run.data["validation y"] !== other.run.data["validation y"]) return undefined;
  const key = (of: Found, { fold, seed }: LeaderboardFold): string =>
    `${seed} ${of.run.parts[fold].checksum}`;
  const values = new Map(other.folds.map((fold) => [key(other, fold), fold.scores[score]]));
  const pairs = best.folds.flatMap((fold) => {
    const value = values.get(key(best, fold));
    return value === undefined ? [] : [{ part: best.run.parts[fold.fold], by: value - fold.scores[score] }];
  });
  const share = mean(pairs.map(({ part }) => part.validation / part.train));
  return resampledTTest(
    pairs.map(({ by }) => by),
    share,
  );
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
  const named = found.flatMap(({ totals }) => Object.keys(totals ?? {}));
  const { score = named[0] ?? "val_loss", direction = directionOf(score) } = options;
  if (direction === undefined) {
    throw new RangeError(
      `Cannot rank runs: direction must be "min" or "max" for a score of one's own, got none for ${score}`,
    );
  }
  const known = found.filter(({ folds }) => folds.length > 0 && folds.every((fold) => score in fold.scores));
  if (found.length > 0 && known.length === 0) {
    const names = [...new Set(found.flatMap(({ folds }) => Object.keys(folds[0]?.scores ?? {})))];
    throw new RangeError(`Cannot rank runs: score must be one of ${names.join(", ")}, got ${score}`);
  }
  const scoresOf = ({ folds, totals }: Found): Record<string, number> => ({
    ...Object.fromEntries(
      Object.keys(folds[0].scores).map((name) => [name, mean(folds.map((fold) => fold.scores[name]))]),
    ),
    ...totals,
  });
  const rank = (run: Found): number => {
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
  );
}
