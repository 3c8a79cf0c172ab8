import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { showAs } from "../core/display";
import type { Estimator, FoldContext } from "../core/estimator";
import { type CrossValidation, combineRuns, display } from "./crossValidate";
import { readResult } from "./foldRun";
import type { Fold } from "./folds/folds";
import { readFolds, readRunFile, totalsFile } from "./runFolder";

/** A finished run, read from its folder; its runs cannot `load`, as that takes the estimator. */
export interface OpenedRun extends CrossValidation {
  readonly name: string;
  readonly folds: readonly Fold[];
}

/**
 * A finished run's predictions, scores and folds, read from its folder without its estimator: to blend, to draw, to
 * submit. Models of all samples are left out.
 *
 * @param directory `result.directory` of `crossValidate`, or `directory` of a row of the leaderboard
 * @returns predictions `[samples, …]` float32, as `crossValidate` gave them
 * @throws {RangeError} if the run is not finished
 * @throws {SyntaxError} if a file is damaged
 * @throws {Error} if there is no run
 * @example
 * const best = open(leaderboard("runs").rows[0].directory);
 * best.predictions.shape;
 */
export function open(directory: string): OpenedRun {
  const { name, config } = readRunFile(directory);
  const { folds, samples } = readFolds(directory);
  const estimator = {
    name,
    restore() {
      throw new TypeError(
        "Cannot load a model of an opened run: that takes its estimator; call crossValidate with the same options",
      );
    },
  } as unknown as Estimator;
  const runs = String(config.seeds)
    .split(", ")
    .flatMap((seed) =>
      folds.map(({ train, validation }, fold) => {
        const context: FoldContext = {
          fold,
          seed: Number(seed),
          foldSeed: Number.NaN,
          trainIndices: train,
          validationIndices: validation,
        };
        const own = path.join(directory, `seed-${seed}`, `fold-${fold}`);
        const run = readResult(context, { options: { folds, estimator }, directory: own, keepsScores: true });
        if (!run)
          throw new RangeError(`Cannot open ${directory}: the run must be finished, got none of ${own}`);
        return run;
      }),
    );
  const file = totalsFile(directory);
  if (!existsSync(file)) throw new RangeError(`Cannot open ${directory}: the run must be finished`);
  const { scores } = JSON.parse(readFileSync(file, "utf8")) as Pick<CrossValidation, "scores">;
  const combined = combineRuns({ runs, refits: [], samples, folds, scores: {}, directory });
  const opened: OpenedRun = { ...combined, scores, name, folds };
  return showAs(opened, () => display.call(opened));
}
