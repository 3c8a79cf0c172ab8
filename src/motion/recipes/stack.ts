import { showAs, summaryBundle, takeSamples } from "../../core";
import { type CombinedPredictions, stack as stackOf } from "../../ensemble";
import type { CrossValidation } from "../../validate";
import { scorePredictions, validatedSamples } from "../../validate";
import type { MotionData } from "../load";
import { scores } from "../scores";
import { best } from "./best";
import { type MiniRocketRecipeOptions, miniRocket } from "./miniRocket";
import { foldsOf, type MotionNetworkRecipeOptions } from "./recipe";
import { type TreesRecipeOptions, trees } from "./trees";

/** Options of `motion.recipes.stack`. */
export interface StackRecipeOptions extends MotionNetworkRecipeOptions {
  /** MiniRocket's options. Default its own. */
  rocket?: MiniRocketRecipeOptions["rocket"];
  /** Options of the trees. Default those of `motion.recipes.trees`. */
  trees?: Pick<TreesRecipeOptions, "estimator" | "rocket">;
  /** Inverse strength of the stack's penalty. Default 0.01. */
  c?: number;
}

/** A cross-validation of a stack: each window's probabilities are by one that was fitted on other folds' windows. */
export interface StackRecipeResult extends CrossValidation {
  /** What is stacked. */
  readonly members: {
    readonly network: CrossValidation;
    readonly miniRocket: CrossValidation;
    readonly trees: CrossValidation;
  };
}

/**
 * Ours, three that err differently and a model over them: the network of `best`, MiniRocket with ridge and trees, each
 * cross-validated on the same folds; then logistic regression on the logarithms of their out-of-fold probabilities
 * (`ensemble.stack`). For its own score, each fold's windows are predicted by a stack that was fitted on those of the other
 * folds.
 *
 * Of `seconds` the network gets what the others leave, at least half.
 *
 * @param competition what `motion.load` gives
 * @param options what to change; see {@link StackRecipeOptions}
 * @returns out-of-fold and test probabilities of the stack, its scores logLoss and accuracy, and its members; `runs` are the
 *   network's, with the stack's predictions and scores of their validation
 * @throws {RangeError} if options disagree with the data
 * @throws {Error} if LightGBM cannot be installed
 * Source: Wolpert 1992.
 * @example
 * const estimator = trees.lightGbm({ classes: competition.labelNames.length, num_iterations: 5 });
 * const members = { rocket: { features: 504 }, trees: { rocket: false as const, estimator } };
 * const options = { folds: 2, epochs: 1, groups: competition.subjects, ...members };
 * const trial = await motion.recipes.stack(competition, options);
 */
export async function stack(
  competition: MotionData,
  options: StackRecipeOptions = {},
): Promise<StackRecipeResult> {
  const { rocket, trees: ofTrees, c, seconds, name = "stack", ...rest } = options;
  const { directory, groups, seeds, progress, signal } = rest;
  const folds = foldsOf(competition, options);
  const shared = { folds, groups, seeds, directory, progress, signal };
  const rockets = await miniRocket(competition, { ...shared, rocket, name: `${name}-miniRocket` });
  const grown = await trees(competition, { ...shared, ...ofTrees, name: `${name}-trees` });
  const spent = [rockets, grown].flatMap(({ runs }) => runs).reduce((sum, run) => sum + run.seconds, 0);
  const network = await best(competition, {
    ...rest,
    folds,
    rocket: false,
    name: `${name}-network`,
    seconds: seconds && Math.max(seconds / 2, seconds - spent),
  });
  const members = { network, miniRocket: rockets, trees: grown };
  const { labels } = competition;
  const runs = Object.values(members);
  const whole = validatedSamples(folds);
  const truth = Int32Array.from(whole, (window) => labels[window]);
  const outOfFold = runs.map(({ predictions }) => takeSamples(predictions, whole) as CombinedPredictions);
  const settings = { ...(c !== undefined && { c }) };
  const place = new Map(Array.from(whole, (window, row) => [window, row]));
  const classes = competition.labelNames.length;
  const data = new Float32Array(labels.length * classes).fill(Number.NaN);
  const rowsOf = (windows: Int32Array) => Int32Array.from(windows, (window) => place.get(window) as number);
  const byFold = folds.map(({ validation }): CombinedPredictions => {
    const held = new Set(validation);
    const others = rowsOf(whole.filter((window) => !held.has(window)));
    const part = (rows: Int32Array) => outOfFold.map((own) => takeSamples(own, rows) as CombinedPredictions);
    const fitted = stackOf(part(others), {
      truth: Int32Array.from(others, (row) => truth[row]),
      ...settings,
    });
    const predicted = fitted.predict(part(rowsOf(validation)));
    validation.forEach((window, row) => {
      data.set(predicted.data.subarray(row * classes, (row + 1) * classes), window * classes);
    });
    return predicted;
  });
  const predictions: CombinedPredictions = { data, shape: [labels.length, classes] };
  const test = stackOf(outOfFold, { truth, ...settings }).predict(
    runs.map((run) => run.test as CombinedPredictions),
  );
  const judges = scores(competition);
  const result: StackRecipeResult = {
    ...network,
    predictions,
    test,
    scores: scorePredictions(judges, {
      indices: whole,
      prediction: takeSamples(predictions, whole) as CombinedPredictions,
    }),
    runs: network.runs.map((run) => {
      const prediction = byFold[run.fold as number];
      const indices = folds[run.fold as number].validation;
      return {
        ...run,
        load() {
          throw new TypeError("Cannot load a stack: each member has an estimator of its own, load those");
        },
        validation: prediction,
        scores: scorePredictions(judges, { indices, prediction }),
      };
    }),
    // Each member has a folder of its own.
    directory: undefined,
    members,
  };
  const words = (found: Readonly<Record<string, number>>): string =>
    Object.entries(found)
      .map(([score, value]) => `${score} ${value.toFixed(4)}`)
      .join(", ");
  return showAs(result, () =>
    summaryBundle("Network, MiniRocket and trees, out of fold", [
      ...Object.entries(members).map(([member, run]): [string, string] => [member, words(run.scores)]),
      ["stack", words(result.scores)],
    ]),
  );
}
