import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileError } from "../core/fileError";
import { type Direction, directionOf } from "../metrics/direction";
import { type RunFile, readRunFile, runFile, totalsFile } from "./runFolder";
import { resampledTTest } from "./studentT";

/** One fold in one round of a run. */
export interface LeaderboardFold {
  readonly fold: number;
  readonly seed: number;
  /** Scores, and the kept epoch's logs. */
  readonly scores: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/** What a run has left in its folder. */
export interface RunResults {
  readonly directory: string;
  readonly run: RunFile;
  readonly folds: readonly LeaderboardFold[];
  readonly totals: Readonly<Record<string, number>> | undefined;
}

/** The mean of some numbers. */
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, v) => sum + v, 0) / values.length;

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

/**
 * What one run has left in its folder.
 *
 * @throws {SyntaxError} if a file is damaged
 * @throws {Error} if there is no run
 */
export function readRun(directory: string): RunResults {
  const file = totalsFile(directory);
  const totals = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
  return {
    directory,
    run: readRunFile(directory),
    folds: readFolds(directory),
    totals: totals && numbersOf(totals.scores),
  };
}

/** A run's scores: of all predictions together, and where there are none, the folds' mean. */
export function scoresOf({ folds, totals }: RunResults): Record<string, number> {
  return {
    ...Object.fromEntries(
      Object.keys(folds[0]?.scores ?? {}).map((name) => [name, mean(folds.map((fold) => fold.scores[name]))]),
    ),
    ...totals,
  };
}

/**
 * The score by which runs are told apart, and which way it is better.
 *
 * @throws {RangeError} if nothing says which way it is better
 */
export function rankedBy(
  runs: readonly RunResults[],
  options: { score?: string; direction?: Direction },
): { score: string; direction: Direction } {
  const named = runs.flatMap(({ totals }) => Object.keys(totals ?? {}));
  const { score = named[0] ?? "val_loss", direction = directionOf(score) } = options;
  if (direction === undefined) {
    throw new RangeError(
      `Cannot rank runs: direction must be "min" or "max" for a score of one's own, got none for ${score}`,
    );
  }
  return { score, direction };
}

/** Every run below a folder; one whose files are damaged is left out with a warning. */
export function findRuns(directory: string): RunResults[] {
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
      return [readRun(own)];
    } catch (error) {
      console.warn(`Left out ${runFile(own)}: ${(error as Error).message}`);
      return [];
    }
  });
}

/** How probable the difference of two runs is by chance, over the folds and seeds that they have in common. */
export function chance(best: RunResults, other: RunResults, score: string): number | undefined {
  const sameFolds = best.run.config.folds === other.run.config.folds;
  if (sameFolds && best.run.data["validation y"] !== other.run.data["validation y"]) return undefined;
  const key = (of: RunResults, { fold, seed }: LeaderboardFold): string =>
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
