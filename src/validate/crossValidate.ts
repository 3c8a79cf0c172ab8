import path from "node:path";
import type { ArrayData, FitData, NamedArray } from "../core/array";
import { atomicWrite } from "../core/atomicFile";
import { showAs, type TableBundle, tableBundle } from "../core/display";
import type { FoldContext, PreparedFold } from "../core/estimator";
import { sampleCount, takeFitData, viewSamples } from "../core/samples";
import { currentSignal, throwIfAborted } from "../core/signal";
import type { CrossValidateOptions, FoldRun, FoldTask, FoldWork, Score } from "./crossValidateOptions";
import { scorePredictions } from "./crossValidateOptions";
import { type FoldOfRun, isFinished, runFold } from "./foldRun";
import { checkFolds, type Fold, validatedSamples } from "./folds/folds";
import { partOf, taskName } from "./foldTask";
import { contextOf, identify, type Run } from "./identify";
import { meanPredictions, predictionMemory } from "./meanPredictions";
import { OverallProgress } from "./overallProgress";
import { takeRunFolder, totalsFile } from "./runFolder";
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
  const { estimator, folds, directory, name = estimator.name, on } = options;
  const run = makeRun(options);
  if (directory === undefined) {
    if (!on) return runFolds(run);
    throw new RangeError("Cannot cross-validate elsewhere: directory must be given with on, got none");
  }
  on?.check(options);
  const { identity, first } = await identify(run);
  const { folder, release } = await takeRunFolder(directory, {
    name,
    folds,
    samples: run.samples,
    ...identity,
  });
  try {
    if (on) return await runFolds({ ...run, folder, elsewhere: { name, identity } });
    return await runFolds({ ...run, folder, first });
  } finally {
    release();
  }
}

/** The cross-validation that options ask for, once they are found to fit together. */
export function makeRun(options: CrossValidateOptions): Run {
  const { folds, seeds = [0], data, groups } = options;
  const samples = samplesOf(options);
  checkFolds(folds, { samples, groups });
  checkSeeds(seeds);
  if (!data && !options.prepare) {
    throw new TypeError("Cannot cross-validate: data or prepare must be given, got neither");
  }
  return { options, prepare: options.prepare ?? plainPrepare(data as FitData), samples };
}

/** A cross-validation whose folder is chosen. */
interface FoldsOfRun extends Run {
  readonly folder?: string;
  /** The first fold's data, where they are made; taken away once they were used. */
  first?: PreparedFold;
  /** What the place that fits the folds is told besides. */
  readonly elsewhere?: Pick<FoldWork, "name" | "identity">;
  /** The line of progress over all fits that are made here. */
  readonly overall?: OverallProgress;
}

/** What a fit of a run is told besides its context. */
export function fitOf(run: Run, task: FoldTask): Omit<FoldOfRun, "directory"> {
  const { options, prepare } = run;
  const seconds = options.seconds && options.seconds / trainingCount(options);
  return { options, prepare, seconds, epochs: task.epochs, label: taskName(task, options) };
}

/** Has the place fit what is not finished. */
async function fitElsewhere(run: FoldsOfRun, all: readonly FoldTask[]): Promise<void> {
  const { options, folder, elsewhere } = run;
  if (!elsewhere || folder === undefined) return;
  const tasks = all.filter((task) => !isFinished(path.join(folder, ...partOf(task))));
  const signal = options.signal ?? currentSignal();
  throwIfAborted(signal);
  if (tasks.length > 0) await options.on?.run({ ...elsewhere, options, folder, tasks, signal });
  const left = tasks.find((task) => !isFinished(path.join(folder, ...partOf(task))));
  if (left) {
    throw new Error(
      `Cannot cross-validate: ${taskName(left, options)} must be finished, got no result in ${folder}`,
    );
  }
}

async function fitAll(run: FoldsOfRun, tasks: readonly FoldTask[]): Promise<FoldRun[]> {
  await fitElsewhere(run, tasks);
  const { overall } = run;
  const runs: FoldRun[] = [];
  for (const task of tasks) {
    throwIfAborted(run.options.signal ?? currentSignal());
    const prepared = run.first;
    // All that holds them from now on is the fold.
    run.first = undefined;
    const directory = run.folder && path.join(run.folder, ...partOf(task));
    runs.push(await runFold(contextOf(run, task), { ...fitOf(run, task), directory, prepared, overall }));
    overall?.end();
  }
  return runs;
}

/** Fits and predicts all, under one line of progress. */
async function runFolds(run: FoldsOfRun): Promise<CrossValidation> {
  const { options, elsewhere } = run;
  const { folds, seeds = [0], refit = false } = options;
  const fits = (folds.length + (refit ? 1 : 0)) * seeds.length;
  const isShown = !elsewhere && options.progress !== false && fits > 1;
  const overall = isShown ? new OverallProgress(fits) : undefined;
  try {
    return await makeResult({ ...run, overall });
  } finally {
    overall?.close();
  }
}

async function makeResult(run: FoldsOfRun): Promise<CrossValidation> {
  const { options, samples, folder } = run;
  const { folds, seeds = [0], refit = false } = options;
  const runs = await fitAll(
    run,
    seeds.flatMap((seed) => folds.map((_, fold) => ({ seed, fold }))),
  );
  const kept = runs.reduce((sum, run) => sum + run.keptEpoch + 1, 0) / runs.length;
  const epochs = (typeof refit === "object" ? refit.epochs : undefined) ?? Math.max(1, Math.round(kept));
  const refits = await fitAll(
    run,
    (refit ? seeds : []).map((seed) => ({ seed, fold: undefined, epochs })),
  );
  const { scores = {}, predictionMemory: memory } = options;
  const result = combineRuns({ runs, refits, samples, folds, scores, memory, directory: folder });
  if (folder !== undefined) {
    atomicWrite(totalsFile(folder), `${JSON.stringify({ scores: result.scores }, undefined, 2)}\n`);
  }
  return showAs(result, () => display.call(result));
}

function samplesOf(options: CrossValidateOptions): number {
  if (options.data) return sampleCount(options.data.x);
  let greatest = -1;
  for (const { train, validation } of options.folds) {
    for (const part of [train, validation]) for (const sample of part) greatest = Math.max(greatest, sample);
  }
  return greatest + 1;
}

/** Hands out a fold's samples of the whole data set, unchanged. */
function plainPrepare(data: FitData): (context: FoldContext) => PreparedFold {
  return ({ trainIndices, validationIndices }) => ({
    train: takeFitData(data, trainIndices),
    ...(validationIndices.length > 0 && { validation: takeFitData(data, validationIndices) }),
  });
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
