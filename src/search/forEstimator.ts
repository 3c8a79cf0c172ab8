import type { Estimator } from "../core/estimator";
import { crossValidate } from "../validate/crossValidate";
import type { CrossValidateOptions, Score } from "../validate/crossValidateOptions";
import { type OptimizeOptions, optimize } from "./optimize";
import { pruneFolds } from "./prune";
import type { SearchResult } from "./result";
import type { Parameters, Space } from "./space";

/** Options of {@link forEstimator}. */
export interface ForEstimatorOptions<S extends Space>
  extends Omit<OptimizeOptions<S>, "objective" | "first">,
    Pick<
      CrossValidateOptions,
      "folds" | "data" | "prepare" | "groups" | "seeds" | "testAugment" | "pseudoLabels"
    > {
  /** Makes the estimator that is tried. */
  estimator: (parameters: Parameters<S>) => Estimator;
  /** The score of all predictions together that the search goes by, and of each fold, by which trials are given up. */
  score: Score;
  /** Points that are tried first, such as the settings in use. Default: none. */
  first?: readonly Partial<Parameters<S>>[];
}

/**
 * Looks for the parameters of an estimator with the best cross-validated score. Trials that do worse than others after
 * as many folds are given up before the next fold.
 *
 * @param options of {@link optimize} and of `validate.crossValidate`, besides `estimator` and `score`; with a `directory`
 *   each trial's cross-validation is kept in the search's folder, and continues. What `data` and `prepare` are is not part of
 *   what the search is named by: put what tells them apart into `config`
 * @returns all trials and the best one; fit `estimator(result.best.parameters)` for its predictions
 * @throws {RangeError} as both do
 * @example
 * const found = await search.forEstimator({
 *   space: { depth: search.int(1, 6), leaf: search.int(1, 20, { log: true }) },
 *   estimator: ({ depth, leaf }) =>
 *     python.estimator("sklearn.tree.DecisionTreeClassifier", { max_depth: depth, min_samples_leaf: leaf }, { classes: 61 }),
 *   folds,
 *   data: { x: windows, y: labels },
 *   score: ({ indices, prediction }) => metrics.logLoss(Int32Array.from(indices, (i) => labels[i]), prediction),
 *   trials: 2,
 * });
 */
export async function forEstimator<const S extends Space>(
  options: ForEstimatorOptions<S>,
): Promise<SearchResult<S>> {
  const { folds, data, prepare, groups, seeds, testAugment, pseudoLabels, estimator, score, ...own } =
    options;
  return optimize<S>({
    pruner: folds.length > 1 ? "median" : "none",
    ...own,
    async objective(parameters, trial) {
      const watched = pruneFolds(trial, {
        estimator: estimator(parameters),
        scores: { score },
        score: "score",
      });
      const { scores } = await crossValidate({
        ...{ folds, data, prepare, groups, seeds, testAugment, pseudoLabels },
        ...watched,
        directory: trial.directory,
        signal: trial.signal,
        progress: false,
      });
      return scores.score;
    },
  });
}
