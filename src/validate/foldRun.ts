import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import { type ArrayData, type Dataset, type FitData, truthOf } from "../core/array";
import { atomicWrite } from "../core/atomicFile";
import type { FitReport, Fitted, FittedState, FoldContext, Logs, PreparedFold } from "../core/estimator";
import { sampleCount } from "../core/samples";
import { LazyArray } from "../core/source";
import { fromJson, readSafetensors, type StoredTensor, toJson, writeSafetensors } from "../data/safetensors";
import { openTensorFile, requireWholeFile } from "../data/tensorFile";
import { type CrossValidateOptions, type FoldRun, scorePredictions } from "./crossValidateOptions";
import { claimFold, describeFold } from "./foldData";
import { foldPredictions, predictionBytes } from "./foldPredictions";
import { predictionMemory } from "./meanPredictions";
import type { OverallProgress } from "./overallProgress";
import { withPseudoLabels } from "./pseudoLabels";

const recordKey = "podium.fold";

/** What a finished fold's file holds besides the predictions. */
type FoldRecord = FitReport & Pick<FoldRun, "scores" | "seconds">;

/** The parts of a fold's samples that are predicted, and the names of their predictions. */
const predicted = ["validation", "test"] as const;
type Predicted = (typeof predicted)[number];

/** The file of predictions that are too many for memory. */
function predictionsFile(directory: string, part: Predicted): string {
  return path.join(directory, `${part}.safetensors`);
}

/** The logs of one epoch of a history. */
function logsAt(history: FoldRun["history"], epoch: number): Logs {
  return Object.fromEntries(Object.entries(history).map(([name, values]) => [name, values[epoch]]));
}

/** The fold's file of predictions, scores and history, there once the fold is finished. */
function resultFile(directory: string): string {
  return path.join(directory, "result.safetensors");
}

/** Whether a fold's folder holds all that a finished fold leaves. */
export function isFinished(directory: string): boolean {
  return existsSync(resultFile(directory));
}

/** The file of what the fold's estimator became. */
function stateFile(directory: string): string {
  return path.join(directory, "model.safetensors");
}

/** A fold's run, with the way to its fitted estimator, which no table shows. */
function makeRun(
  fields: Omit<FoldRun, "load" | "logs">,
  from: { context: FoldContext; options: CrossValidateOptions; state: () => FittedState },
): FoldRun {
  const { context, options, state } = from;
  const run = { ...fields, logs: logsAt(fields.history, fields.keptEpoch) };
  const load = (): Fitted => options.estimator.restore(state(), context);
  return Object.defineProperty(run, "load", { value: load }) as FoldRun;
}

/**
 * What a finished fold left; `undefined` where there is none.
 *
 * @param run `keepsScores`: whether its scores are those kept, and not those of the options
 * @throws {SyntaxError} if a file is damaged
 */
export function readResult(
  context: FoldContext,
  run: Pick<FoldOfRun, "options" | "directory"> & { keepsScores?: boolean },
): FoldRun | undefined {
  const { options, directory, keepsScores = false } = run;
  const { fold, seed } = context;
  if (directory === undefined || !existsSync(resultFile(directory))) return undefined;
  const { tensors, metadata } = readSafetensors(resultFile(directory));
  const text = metadata[recordKey];
  if (text === undefined) {
    throw new SyntaxError(`Cannot read ${resultFile(directory)}: it must be the result of a fold`);
  }
  // What the fold's estimator became is read when it is wanted; that it is whole must be known now.
  if (existsSync(stateFile(directory))) requireWholeFile(stateFile(directory));
  const record = fromJson(text, { file: resultFile(directory), name: recordKey }) as FoldRecord;
  const find = (part: Predicted): ArrayData | undefined => {
    const file = predictionsFile(directory, part);
    const tensor = tensors[part];
    if (tensor) return { data: tensor.data as Float32Array, shape: tensor.shape };
    return existsSync(file) ? openTensorFile(file) : undefined;
  };
  const validation = find("validation");
  // JSON leaves out what is undefined.
  const { stopReason } = record;
  // Which scores are asked for is no part of what a run is.
  const scores = keepsScores ? record.scores : scoresOf(validation, { context, options });
  const read = makeRun(
    { ...record, fold, seed, directory, stopReason, scores, validation, test: find("test") },
    { context, options, state: () => readSafetensors(stateFile(directory)) as FittedState },
  );
  if (JSON.stringify(scores) !== JSON.stringify(record.scores)) writeScores(directory, read);
  return read;
}

function scoresOf(
  validation: ArrayData | undefined,
  { context, options }: { context: FoldContext; options: CrossValidateOptions },
): Record<string, number> {
  if (!validation) return {};
  return scorePredictions(options.scores ?? {}, {
    indices: context.validationIndices,
    prediction: validation,
  });
}

/** Writes what became of a fold for people and other programs. */
function writeScores(directory: string, run: FoldRun): void {
  const { fold, seed, epochs, keptEpoch, stopReason, seconds, logs, scores } = run;
  const readable = { fold, seed, epochs, keptEpoch, stopReason, seconds, logs, scores };
  atomicWrite(path.join(directory, "scores.json"), `${JSON.stringify(readable, undefined, 2)}\n`);
}

function writeResult(directory: string, run: FoldRun): void {
  const { epochs, keptEpoch, history, scores, stopReason, seconds } = run;
  const record: FoldRecord = { epochs, keptEpoch, history, scores, stopReason, seconds };
  // The run itself reads the other file, which is written last.
  writeScores(directory, run);
  // Those that are read on demand have files of their own.
  const held = predicted.filter((part) => run[part] && !(run[part] instanceof LazyArray));
  writeSafetensors(resultFile(directory), {
    tensors: Object.fromEntries(held.map((part) => [part, run[part] as StoredTensor])),
    metadata: { [recordKey]: toJson(record) },
  });
}

/**
 * A fold's data, once they are found to be of the fold.
 *
 * @throws {RangeError} if they have another number of validation samples than the fold
 * @throws {TypeError} if there are none
 */
export async function makeFoldData(
  context: FoldContext,
  run: { options: CrossValidateOptions; prepare: NonNullable<CrossValidateOptions["prepare"]> },
): Promise<PreparedFold> {
  const { fold, validationIndices } = context;
  const prepared = await run.prepare(context);
  const { validation, test = run.options.test } = prepared;
  if (fold !== undefined && !validation) {
    throw new TypeError(`Cannot cross-validate: prepare must give fold ${fold} validation samples, got none`);
  }
  if (validation && sampleCount(validation.x) !== validationIndices.length) {
    throw new RangeError(
      `Cannot cross-validate: prepare must give fold ${fold} its ${validationIndices.length} validation samples, got ${sampleCount(validation.x)}`,
    );
  }
  return { ...prepared, test };
}

/** Class numbers `[samples]`; `undefined` where the truth is something else. */
function classesOf(data: FitData | undefined): Int32Array | undefined {
  const y = data && truthOf(data);
  return y && "data" in y && y.shape.length === 1 && y.data instanceof Int32Array ? y.data : undefined;
}

function warnOfUnseenClasses({ train, validation }: PreparedFold, fold: number | undefined): void {
  const [learned, held] = [classesOf(train), classesOf(validation)];
  if (!learned || !held) return;
  const known = new Set(learned);
  const unseen = [...new Set(held)].filter((label) => !known.has(label)).sort((a, b) => a - b);
  if (unseen.length === 0) return;
  const names = `${unseen.length > 1 ? "classes" : "class"} ${unseen.join(", ")}`;
  console.warn(
    `Fold ${(fold ?? 0) + 1}: ${names} of the validation part is not in the training part, so no sample of it can be told; take fewer or stratified folds`,
  );
}

/** What a fold of a run is told besides its context. */
export interface FoldOfRun {
  readonly options: CrossValidateOptions;
  readonly prepare: NonNullable<CrossValidateOptions["prepare"]>;
  readonly label: string;
  /** Seconds of one fit. */
  readonly seconds: number | undefined;
  /** Epochs of a model of all samples. */
  readonly epochs?: number;
  /** Where the fold keeps its files; `undefined`: nowhere. */
  readonly directory: string | undefined;
  /** The fold's data, where they are made. */
  readonly prepared?: PreparedFold;
  /** Told how far the fits are. */
  readonly overall?: Pick<OverallProgress, "begin" | "share">;
}

/** Fits one fold in one round and predicts, or reads what a finished one left. */
export async function runFold(context: FoldContext, run: FoldOfRun): Promise<FoldRun> {
  const { options, directory, epochs } = run;
  const { estimator, progress = true, signal, clock } = options;
  const { fold, seed, validationIndices } = context;
  const finished = readResult(context, run);
  if (finished) return finished;
  const prepared = run.prepared ?? (await makeFoldData(context, run));
  warnOfUnseenClasses(prepared, fold);
  if (directory !== undefined) claimFold(directory, describeFold(prepared, false));
  run.overall?.begin();
  const rounds = options.pseudoLabels ? (options.pseudoLabels.rounds ?? 1) : 0;
  let seconds = 0;
  let stages = 0;
  const fit = async (train: PreparedFold["train"], stage: { folder?: string; label: string }) => {
    const start = performance.now();
    const { validation } = prepared;
    const before = stages++;
    const onShare = (share: number) => run.overall?.share((before + share) / (rounds + 1));
    const own = { directory: stage.folder, label: stage.label, onShare };
    const budget = { seconds: run.seconds, clock, epochs };
    const fitted = await estimator.fit({ context, train, validation, progress, signal, ...own, ...budget });
    seconds = (performance.now() - start) / 1000;
    return fitted;
  };
  const test = prepared.test;
  const memory = options.predictionMemory ?? predictionMemory;
  const predict = (x: Dataset, part: Predicted): Promise<ArrayData> => {
    const samples = test ? sampleCount(test) : 0;
    const isMany = (size: number): boolean => predictionBytes(options, samples) * size > memory;
    const file = directory === undefined ? undefined : { path: predictionsFile(directory, part), isMany };
    return foldPredictions(fitted, x, { run: options, seed: context.foldSeed, file });
  };
  let fitted = await fit(prepared.train, { folder: directory, label: run.label });
  let testPrediction = test && (await predict(test, "test"));
  const { threshold = 0.9, soft = false } = options.pseudoLabels ?? {};
  for (let round = 1; test && testPrediction && round <= rounds; round++) {
    fitted.dispose();
    const train = withPseudoLabels(prepared.train, { test, prediction: testPrediction, threshold, soft });
    fitted = await fit(train, {
      folder: directory && path.join(directory, `pseudo-${round}`),
      label: `${run.label}, pseudo-labels ${round}`,
    });
    testPrediction = await predict(test, "test");
  }
  const validation =
    prepared.validation && validationIndices.length > 0
      ? await predict(prepared.validation.x, "validation")
      : undefined;
  const scores = scoresOf(validation, { context, options });
  const state = fitted.state();
  fitted.dispose();
  const result = makeRun(
    { ...fitted.report, fold, seed, scores, seconds, directory, validation, test: testPrediction },
    { context, options, state: () => state },
  );
  if (directory !== undefined) {
    writeSafetensors(stateFile(directory), state);
    writeResult(directory, result);
    // What a stopped fold would have gone on from.
    for (const part of [".", ...Array.from({ length: rounds }, (_, i) => `pseudo-${i + 1}`)]) {
      rmSync(path.join(directory, part, "last.safetensors"), { force: true });
    }
  }
  return result;
}
