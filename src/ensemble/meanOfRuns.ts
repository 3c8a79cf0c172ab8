import type { ArrayData, NamedArray } from "../core/array";
import { takeSamples } from "../core/samples";
import {
  type CrossValidation,
  type Fold,
  type FoldRun,
  meanPredictions,
  type Score,
  scorePredictions,
  validatedSamples,
} from "../validate";

/** Options of {@link meanOfRuns}. */
export interface MeanOfRunsOptions {
  /** The folds of all of them. */
  folds: readonly Fold[];
  /** Scores by name, of each fold and of all out-of-fold predictions. Default none. */
  scores?: Readonly<Record<string, Score>>;
}

/** The mean; NaN where a sample was not predicted. */
function meanOf(predictions: readonly ArrayData[]): NamedArray {
  const parts = predictions.map((prediction) => ({ prediction }));
  return meanPredictions(parts, { samples: predictions[0].shape[0], memory: Number.POSITIVE_INFINITY });
}

function meanOfTests(members: readonly { readonly test: ArrayData | undefined }[]): NamedArray | undefined {
  const tests = members.flatMap(({ test }) => (test ? [test] : []));
  return tests.length === members.length ? meanOf(tests) : undefined;
}

/**
 * The mean of cross-validations over the same folds and seeds, with its scores: all weigh the same, so nothing is learned
 * from the validation. Its runs and refits are the first one's, with the mean's predictions and scores.
 *
 * @param runs what `validate.crossValidate` gives, one each
 * @throws {RangeError} if there is none, or their folds and seeds differ
 * @example
 * const both = meanOfRuns([first, second], { folds });
 */
export function meanOfRuns(runs: readonly CrossValidation[], options: MeanOfRunsOptions): CrossValidation {
  const { folds, scores = {} } = options;
  const placesOf = (of: CrossValidation | undefined) =>
    of?.runs.map(({ fold, seed }) => `${fold}/${seed}`).join(" ");
  const [first] = runs;
  const odd = runs.find((run) => placesOf(run) !== placesOf(first));
  if (!first || odd) {
    throw new RangeError(
      `Cannot take the mean of runs: need one or more of the same folds and seeds, got ${runs.length === 0 ? "none" : `${placesOf(first)} beside ${placesOf(odd)}`}`,
    );
  }
  const meanRuns = first.runs.map((run, i): FoldRun => {
    const members = runs.map((each) => each.runs[i]);
    const prediction = meanOf(members.map(({ validation }) => validation as ArrayData));
    const indices = folds[run.fold as number].validation;
    return {
      ...run,
      load() {
        throw new TypeError("Cannot load a mean of runs: each has an estimator of its own, load those");
      },
      validation: prediction,
      test: meanOfTests(members),
      scores: scorePredictions(scores, { indices, prediction }),
    };
  });
  const predictions = meanOf(runs.map((run) => run.predictions));
  const indices = validatedSamples(folds);
  const prediction = takeSamples(predictions, indices) as ArrayData;
  return {
    predictions,
    test: meanOfTests(runs),
    runs: meanRuns,
    scores: scorePredictions(scores, { indices, prediction }),
    refits: first.refits,
    // Each has a folder of its own.
    directory: undefined,
  };
}
