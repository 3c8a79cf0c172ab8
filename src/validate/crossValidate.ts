import path from "node:path";
import type { ArrayData, FitData, NamedArray } from "../core/array";
import { atomicWrite } from "../core/atomicFile";
import { showAs, type TableBundle, tableBundle } from "../core/display";
import type { FoldContext, PreparedFold } from "../core/estimator";
import { randomSource } from "../core/random";
import { sampleCount, takeFitData, viewSamples } from "../core/samples";
import { currentSignal, throwIfAborted } from "../core/signal";
import type { CrossValidateOptions, FoldRun, Score } from "./crossValidateOptions";
import { scorePredictions } from "./crossValidateOptions";
import { describeFold, foldsBeyondFirst } from "./foldData";
import { makeFoldData, runFold } from "./foldRun";
import { checkFolds, type Fold, validatedSamples } from "./folds/folds";
import { meanPredictions, predictionMemory } from "./meanPredictions";
import { OverallProgress } from "./overallProgress";
import { configOf, takeRunFolder, totalsFile } from "./runFolder";
import { trainingCount } from "./trainingCount";

/** What a cross-validation found; shown as a table in a notebook. */
export interface CrossValidation {
  /**
   * Out-of-fold predictions of all samples `[samples, …]`, the mean over seeds; NaN where no fold validated. Where they
   * are too many for memory, `data` reads them all from the folds' files; `takeSamples` reads some.
   */
  readonly predictions: NamedArray;
  /** Predictions of the test samples, the mean over folds and seeds. */
  readonly test: ArrayData | undefined;
  /** One entry per fold and seed. */
  readonly runs: readonly FoldRun[];
  /** Scores of all out-of-fold predictions together. */
  readonly scores: Readonly<Record<string, number>>;
  /** The models of all samples, one per seed; none unless asked for. */
  readonly refits: readonly FoldRun[];
  /** The run's folder, under the directory given; `undefined` where nothing is kept. */
  readonly directory: string | undefined;
}

/** Seed of one fold in one round. */
function foldSeedOf(seed: number, fold: number | undefined): number {
  return randomSource(seed)
    .fork(`fold ${fold ?? "all"}`)
    .integer(0, 2 ** 31);
}

function samplesOf(options: CrossValidateOptions): number {
  if (options.data) return sampleCount(options.data.x);
  let greatest = -1;
  for (const { train, validation } of options.folds) {
    for (const part of [train, validation]) for (const sample of part) greatest = Math.max(greatest, sample);
  }
  return greatest + 1;
}

/** The table of a cross-validation. */
export function display(this: CrossValidation): TableBundle {
  const names = [
    ...new Set(
      [...this.runs, ...this.refits].flatMap(({ logs, scores }) => [
        ...Object.keys(logs),
        ...Object.keys(scores),
      ]),
    ),
  ];
  const shown = names.filter((name) => name !== "learningRate");
  const row = (run: FoldRun) => [
    run.fold === undefined ? "all samples" : `fold ${run.fold + 1}`,
    run.seed,
    `${run.keptEpoch + 1} of ${run.epochs}`,
    ...shown.map((name) => run.scores[name] ?? run.logs[name] ?? ""),
    `${run.seconds.toFixed(1)} s`,
  ];
  const all = [
    "out of fold",
    "",
    "",
    ...shown.map((name) => this.scores[name] ?? meanText(this.runs, name)),
    "",
  ];
  return tableBundle(
    ["part", "seed", "epoch", ...shown, "time"],
    [...this.runs.map(row), all, ...this.refits.map(row)],
  );
}

/** The mean over the folds, for numbers of the logs, which are no score of all predictions together. */
function meanText(runs: readonly FoldRun[], name: string): string {
  const values = runs.map((run) => run.scores[name] ?? run.logs[name]);
  if (values.some((value) => value === undefined)) return "";
  return `mean ${(values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(4)}`;
}

/** Hands out a fold's samples of the whole data set, unchanged. */
function plainPrepare(data: FitData): (context: FoldContext) => PreparedFold {
  return ({ trainIndices, validationIndices }) => ({
    train: takeFitData(data, trainIndices),
    ...(validationIndices.length > 0 && { validation: takeFitData(data, validationIndices) }),
  });
}

/**
 * Fits an estimator on each fold and predicts what it has not seen: scores without self-deception, one model a fold, and
 * predictions of the test samples averaged over the models.
 *
 * With a `directory`, the run has a folder there, named by what it is (`name` and a checksum of its configuration and
 * data). Each fold keeps its model, log, predictions and scores in `seed-…/fold-…` below, and a run whose process died
 * continues when it is called again with the same: finished folds are read, the unfinished one goes on from its last
 * epoch, and the result is that of the uninterrupted run, byte for byte. Anything else, were it one value of one sample,
 * starts beside it and says in a line what differs from the nearest run there.
 *
 * @param options see {@link CrossValidateOptions}
 * @returns out-of-fold predictions `[samples, …]` float32, test predictions, and every fold's history and scores
 * @throws {RangeError} if folds leak, data and folds disagree, or the run's files were changed by hand
 * @throws {SyntaxError} if a file of the run is damaged
 * @throws {Error} if the same run is going on elsewhere
 * @throws {DOMException} if the signal aborts; the fold's best weights so far are in its folder
 * @example
 * const result = await crossValidate({
 *   folds: groupKFold(people, { folds: 2 }),
 *   groups: people,
 *   data: { x: windows, y: labels },
 *   estimator: train.network({
 *     model: (seed) => models.conv1d({ inputShape: [600, 18], classes: 61, seed }),
 *     fit: { optimizer: train.adam(), loss: "sparseCategoricalCrossEntropy", epochs: 2 },
 *   }),
 *   directory: "runs",
 *   name: "conv1d",
 * });
 * result.directory; // such as "runs/conv1d-5f1c09ab"
 */
export async function crossValidate(options: CrossValidateOptions): Promise<CrossValidation> {
  const { estimator, folds, seeds = [0], data, groups, directory, name = estimator.name } = options;
  const samples = samplesOf(options);
  checkFolds(folds, { samples, groups });
  checkSeeds(seeds);
  if (!data && !options.prepare) {
    throw new TypeError("Cannot cross-validate: data or prepare must be given, got neither");
  }
  const prepare = options.prepare ?? plainPrepare(data as FitData);
  const run = { options, prepare, samples };
  if (directory === undefined) return runFolds(run);
  const contextOf = (seed: number, fold: number | undefined) => contextIn(run, seed, fold);
  const config = configOf(options, contextOf);
  const dataOf = (fold: number) => makeFoldData(contextOf(seeds[0], fold), run);
  const descriptions: Record<string, string> = {};
  for (const fold of foldsBeyondFirst(folds)) {
    for (const [part, words] of Object.entries(describeFold(await dataOf(fold), true))) {
      descriptions[`fold ${fold + 1} ${part}`] = words;
    }
  }
  const first = await dataOf(0);
  const identity = { name, folds, samples, config, data: { ...describeFold(first, true), ...descriptions } };
  const { folder, release } = await takeRunFolder(directory, identity);
  try {
    return await runFolds({ ...run, folder, first });
  } finally {
    release();
  }
}

/** A cross-validation whose folds are checked and whose folder is chosen. */
interface Run {
  readonly options: CrossValidateOptions;
  readonly prepare: NonNullable<CrossValidateOptions["prepare"]>;
  readonly samples: number;
  readonly folder?: string;
  /** The first fold's data, where they are made; taken away once they were used. */
  first?: PreparedFold;
}

function contextIn({ options, samples }: Run, seed: number, fold: number | undefined): FoldContext {
  const { folds } = options;
  return {
    fold,
    seed,
    foldSeed: foldSeedOf(seed, fold),
    trainIndices: fold === undefined ? Int32Array.from({ length: samples }, (_, i) => i) : folds[fold].train,
    validationIndices: fold === undefined ? new Int32Array(0) : folds[fold].validation,
  };
}

async function runFolds(run: Run): Promise<CrossValidation> {
  const { options } = run;
  const { folds, seeds = [0], refit = false } = options;
  const signal = options.signal ?? currentSignal();
  const fits = (folds.length + (refit ? 1 : 0)) * seeds.length;
  const overall = options.progress !== false && fits > 1 ? new OverallProgress(fits) : undefined;
  try {
    return await fitAll(run, { signal, overall });
  } finally {
    overall?.close();
  }
}

/** Fits and predicts all, under one line of progress. */
async function fitAll(
  run: Run,
  { signal, overall }: { signal: AbortSignal | undefined; overall: OverallProgress | undefined },
): Promise<CrossValidation> {
  const { options, prepare, samples, folder } = run;
  const { folds, seeds = [0], refit = false } = options;
  const seconds = options.seconds && options.seconds / trainingCount(options);
  const ofRun = { options, prepare, seconds, overall };
  const directoryOf = (seed: number, part: string) => folder && path.join(folder, `seed-${seed}`, part);

  const runs: FoldRun[] = [];
  for (const seed of seeds) {
    for (let fold = 0; fold < folds.length; fold++) {
      throwIfAborted(signal);
      const context = contextIn(run, seed, fold);
      const label = `Fold ${fold + 1} of ${folds.length}${seeds.length > 1 ? `, seed ${seed}` : ""}`;
      const prepared = run.first;
      // All that holds them from now on is the fold.
      run.first = undefined;
      const directory = directoryOf(seed, `fold-${fold}`);
      runs.push(await runFold(context, { ...ofRun, label, directory, prepared }));
      overall?.end();
    }
  }
  const refits: FoldRun[] = [];
  for (const seed of refit ? seeds : []) {
    throwIfAborted(signal);
    const kept = runs.reduce((sum, run) => sum + run.keptEpoch + 1, 0) / runs.length;
    const epochs = (typeof refit === "object" ? refit.epochs : undefined) ?? Math.max(1, Math.round(kept));
    const directory = directoryOf(seed, `all-${epochs}`);
    const context = contextIn(run, seed, undefined);
    refits.push(await runFold(context, { ...ofRun, epochs, label: "All samples", directory }));
    overall?.end();
  }
  const { scores = {}, predictionMemory: memory } = options;
  const result = combineRuns({ runs, refits, samples, folds, scores, memory, directory: folder });
  if (folder !== undefined) {
    atomicWrite(totalsFile(folder), `${JSON.stringify({ scores: result.scores }, undefined, 2)}\n`);
  }
  return showAs(result, () => display.call(result));
}

function checkSeeds(seeds: readonly number[]): void {
  if (seeds.length === 0 || new Set(seeds).size !== seeds.length) {
    throw new RangeError(
      `Cannot cross-validate: seeds must be one or more different numbers, got [${seeds}]`,
    );
  }
}

function meanOfTests(runs: readonly FoldRun[]): ArrayData | undefined {
  const parts = runs.flatMap(({ test }) => (test ? [{ prediction: test }] : []));
  if (parts.length < runs.length) return undefined;
  return meanPredictions(parts, {
    samples: parts[0].prediction.shape[0],
    memory: Number.POSITIVE_INFINITY,
  });
}

/** The cross-validation that runs over folds make together. */
export function combineRuns(found: {
  runs: readonly FoldRun[];
  refits: readonly FoldRun[];
  samples: number;
  folds: readonly Fold[];
  scores: Readonly<Record<string, Score>>;
  /** Bytes of predictions in memory. */
  memory?: number;
  directory: string | undefined;
}): CrossValidation {
  const { runs, refits, samples, folds, scores, memory = predictionMemory, directory } = found;
  const parts = runs.flatMap(({ fold, validation }) =>
    validation ? [{ prediction: validation, indices: folds[fold as number].validation }] : [],
  );
  const predictions = meanPredictions(parts, { samples, memory });
  const indices = validatedSamples(folds);
  const prediction = viewSamples(predictions, indices) as ArrayData;
  return {
    predictions,
    test: meanOfTests(runs),
    runs,
    scores: scorePredictions(scores, { indices, prediction }),
    refits,
    directory,
  };
}
