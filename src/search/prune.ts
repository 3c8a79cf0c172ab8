import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Estimator, EstimatorFold, Logs } from "../core/estimator";
import type { CrossValidateOptions, Score } from "../validate/crossValidateOptions";
import type { Space } from "./space";
import type { Trial } from "./trial";

/** A callback of `train.fit`, as far as it is used here. */
interface EpochCallback {
  readonly name: string;
  readonly monitor: string;
  readonly config: null;
  onEpochEnd(context: { readonly epoch: number }, logs: Logs): Promise<void>;
}

/**
 * A callback of `train.fit` that gives a trial up by its epochs' scores.
 *
 * @param trial the objective's
 * @param options `monitor`: the number of the logs (default "val_loss"); it must be better the way the search goes
 * @throws {TrialPruned} in use, which `optimize` takes
 * @example
 * const objective = async ({ rate }: { rate: number }, trial: podium.search.Trial) => {
 *   const network = models.conv1d({ inputShape: [600, 18], classes: 61, seed: trial.seed });
 *   const callbacks = [search.pruneEpochs(trial, { monitor: "loss" })];
 *   const options = { optimizer: train.adam({ learningRate: rate }), epochs: 2, callbacks };
 *   const loss = "sparseCategoricalCrossEntropy";
 *   return (await train.fit(network, { x: windows, y: labels }, { ...options, loss })).logs.loss[1];
 * };
 */
export function pruneEpochs<S extends Space>(
  trial: Trial<S>,
  options: { monitor?: string } = {},
): EpochCallback {
  const { monitor = "val_loss" } = options;
  return {
    name: "pruneEpochs",
    monitor,
    config: null,
    async onEpochEnd({ epoch }, logs) {
      const value = logs[monitor];
      if (value === undefined) {
        throw new RangeError(
          `Cannot prune by epochs: monitor must be one of ${Object.keys(logs).join(", ")}, got ${monitor}`,
        );
      }
      await trial.report(value, epoch);
    },
  };
}

/** The score of a finished fold, as its folder has it. */
function scoreInFolder(fold: EstimatorFold, number: number, name: string): number | undefined {
  if (fold.directory === undefined) return undefined;
  const file = path.join(path.dirname(fold.directory), `fold-${number}`, "scores.json");
  if (!existsSync(file)) return undefined;
  const { scores } = JSON.parse(readFileSync(file, "utf8")) as { scores: Record<string, number> };
  return scores[name];
}

/**
 * Lets a cross-validation give a trial up by the mean of its folds' scores so far, before the next fold is trained.
 *
 * @param trial the objective's
 * @param options `estimator` and `scores` of the cross-validation; `score`: the name of the one that counts
 * @returns the same for `validate.crossValidate`
 * @throws {TrialPruned} in use, which `optimize` takes
 * @throws {RangeError} if there is no such score
 * @example
 * const score = ({ prediction }: { prediction: podium.data.ArrayData }) => prediction.data[0];
 * const objective = async (parameters: object, trial: podium.search.Trial) => {
 *   const estimator = python.estimator("sklearn.naive_bayes.GaussianNB", {}, { classes: 61 });
 *   const watched = search.pruneFolds(trial, { estimator, scores: { score }, score: "score" });
 *   return (await validate.crossValidate({ folds, data: { x: windows, y: labels }, ...watched })).scores.score;
 * };
 */
export function pruneFolds<S extends Space>(
  trial: Trial<S>,
  options: { estimator: Estimator; scores: Readonly<Record<string, Score>>; score: string },
): Pick<CrossValidateOptions, "estimator" | "scores"> {
  const { estimator, scores, score } = options;
  if (!Object.hasOwn(scores, score)) {
    throw new RangeError(
      `Cannot prune by folds: score must be one of ${Object.keys(scores).join(", ")}, got ${score}`,
    );
  }
  let fitting: number | undefined;
  let round: number | undefined;
  const found = new Map<number, number>();
  return {
    estimator: {
      name: estimator.name,
      config: (context) => estimator.config(context),
      restore: (state, context) => estimator.restore(state, context),
      async fit(fold) {
        const { fold: number, seed } = fold.context;
        round ??= seed;
        // By the first round alone: later ones are of the same samples.
        const counts = number !== undefined && seed === round;
        fitting = counts ? number : undefined;
        if (counts && number > 0) {
          const values = Array.from(
            { length: number },
            (_, i) => found.get(i) ?? scoreInFolder(fold, i, score),
          );
          const known = values.filter((value) => value !== undefined);
          const mean = known.reduce((sum, value) => sum + value, 0) / number;
          if (known.length === number) await trial.report(mean, number - 1);
        }
        return estimator.fit(fold);
      },
    },
    scores: {
      ...scores,
      [score](given) {
        const value = scores[score](given);
        if (fitting !== undefined) found.set(fitting, value);
        fitting = undefined;
        return value;
      },
    },
  };
}
