import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import type { LayersModel } from "@tensorflow/tfjs-node-gpu";
import type { ArrayData, Dataset } from "../core/array";
import { atomicWrite } from "../core/atomicFile";
import type { FoldContext, Logs, PreparedFold } from "../core/estimator";
import { sampleCount } from "../core/samples";
import { LazyArray } from "../core/source";
import { fromJson, readSafetensors, type StoredTensor, toJson, writeSafetensors } from "../data/safetensors";
import { openTensorFile } from "../data/tensorFile";
import { earlyStopping, jsonLines, modelCheckpoint, progress } from "../train/callbacks";
import { makeMonitor } from "../train/callbacks/monitor";
import { loadCheckpoint, saveWeights } from "../train/fit/checkpoint";
import { fit } from "../train/fit/fit";
import type { Callback, FitState, History } from "../train/types";
import type { CrossValidateOptions, FoldFitOptions, FoldRun } from "./crossValidateOptions";
import { scorePredictions } from "./crossValidateOptions";
import { areMany, foldPredictions } from "./foldPredictions";
import { withPseudoLabels } from "./pseudoLabels";
import { claimFold, isFoldClaimed } from "./runManifest";

const recordKey = "podium.fold";

/** What a finished fold's file holds beside the predictions. */
type FoldRecord = Pick<FoldRun, "epochs" | "keptEpoch" | "history" | "scores" | "stopReason" | "seconds">;

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

function readResult(context: FoldContext): FoldRun | undefined {
  const { directory, fold, seed } = context;
  if (directory === undefined || !existsSync(resultFile(directory))) return undefined;
  const { tensors, metadata } = readSafetensors(resultFile(directory));
  const text = metadata[recordKey];
  if (text === undefined) {
    throw new SyntaxError(`Cannot read ${resultFile(directory)}: it must be the result of a fold`);
  }
  const record = fromJson(text) as FoldRecord;
  const find = (part: Predicted): ArrayData | undefined => {
    const file = predictionsFile(directory, part);
    const tensor = tensors[part];
    if (tensor) return { data: tensor.data as Float32Array, shape: tensor.shape };
    return existsSync(file) ? openTensorFile(file) : undefined;
  };
  return {
    ...record,
    fold,
    seed,
    // JSON leaves out what is undefined.
    stopReason: record.stopReason,
    logs: logsAt(record.history, record.keptEpoch),
    weights: path.join(directory, "model.safetensors"),
    validation: find("validation"),
    test: find("test"),
  };
}

function writeResult(directory: string, run: FoldRun): void {
  const { epochs, keptEpoch, history, scores, stopReason, seconds } = run;
  const record: FoldRecord = { epochs, keptEpoch, history, scores, stopReason, seconds };
  // For people and other programs; the run itself reads the other file, which is written last.
  const readable = {
    fold: run.fold,
    seed: run.seed,
    epochs,
    keptEpoch,
    stopReason,
    seconds,
    logs: run.logs,
    scores,
  };
  atomicWrite(path.join(directory, "scores.json"), `${JSON.stringify(readable, undefined, 2)}\n`);
  // Those that are read as they are looked at have files of their own.
  const held = predicted.filter((part) => run[part] && !(run[part] instanceof LazyArray));
  writeSafetensors(resultFile(directory), {
    tensors: Object.fromEntries(held.map((part) => [part, run[part] as StoredTensor])),
    metadata: { [recordKey]: toJson(record) },
  });
}

/** The epoch whose weights `keepBest` put back. */
function keptEpochOf(history: History, options: CrossValidateOptions, keepsBest: boolean): number {
  const last = Math.max(0, history.epochs - 1);
  const { monitor = "val_loss", mode } = options;
  const values = history.logs[monitor];
  if (!keepsBest || !values) return last;
  const watch = makeMonitor("keep the best epoch", { monitor, mode });
  let best: number | undefined;
  let kept = 0;
  values.forEach((value, epoch) => {
    if (!watch.isBetter(value, best)) return;
    best = value;
    kept = epoch;
  });
  return kept;
}

/** One training of a fold, in its folder: from its last epoch where it was cut off. */
async function trainStage(
  prepared: PreparedFold,
  stage: {
    context: FoldContext;
    options: CrossValidateOptions;
    settings: FoldFitOptions;
    directory: string | undefined;
    label: string;
  },
): Promise<{ model: LayersModel; history: History; keptEpoch: number; seconds: number }> {
  const { context, options, settings, directory, label } = stage;
  const { keep = "best", monitor, mode } = options;
  const keepsBest = keep === "best" && prepared.validation !== undefined;
  const model = options.model(context.foldSeed);
  const callbacks: Callback[] = [];
  if (keepsBest) {
    const watch = earlyStopping({
      monitor,
      mode,
      patience: Number.POSITIVE_INFINITY,
      restoreBestWeights: true,
    });
    // Apart from an early stopping of the caller's: what callbacks remember is kept under their names.
    callbacks.push({ ...watch, name: "keepBest" });
  }
  callbacks.push(...(settings.callbacks ?? []));
  if (options.progress ?? true) callbacks.push(progress({ label }));
  let initial: FitState | undefined;
  if (directory !== undefined) {
    const last = path.join(directory, "last.safetensors");
    if (existsSync(last)) initial = loadCheckpoint(last, { model });
    callbacks.push(jsonLines(path.join(directory, "log.jsonl")));
    // The last of all: the others' memories of the epoch belong into the file.
    callbacks.push(modelCheckpoint(directory, { best: false }));
  }
  const start = performance.now();
  try {
    const history = await fit(model, prepared.train, {
      ...settings,
      callbacks,
      initial,
      seed: context.foldSeed,
      validation: prepared.validation,
      signal: options.signal,
    });
    const keptEpoch = keptEpochOf(history, options, keepsBest);
    return { model, history, keptEpoch, seconds: (performance.now() - start) / 1000 };
  } catch (error) {
    // Also an interrupted fold leaves the best weights so far.
    if (directory !== undefined) saveWeights(path.join(directory, "model.safetensors"), model);
    model.dispose();
    throw error;
  }
}

/** A fold's data, once they are found to be of the fold. */
async function makeData(
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

/** Trains one fold in one round and predicts, or reads what a finished one left if it was begun with the same. */
export async function runFold(
  context: FoldContext,
  run: {
    options: CrossValidateOptions;
    settings: FoldFitOptions;
    prepare: NonNullable<CrossValidateOptions["prepare"]>;
    label: string;
    /** Whether no other fold came before. */
    isFirst: boolean;
  },
): Promise<FoldRun> {
  const { options, settings, label, isFirst } = run;
  const { fold, seed, directory, validationIndices } = context;
  const finished = readResult(context);
  if (finished && directory !== undefined) {
    if (!isFoldClaimed(directory)) return finished;
    // Every call comes by the first fold's data, so those of later finished ones need not be made again.
    claimFold(directory, { settings, prepared: isFirst ? await makeData(context, run) : undefined });
    return finished;
  }
  const prepared = await makeData(context, run);
  if (directory !== undefined) claimFold(directory, { settings, prepared });
  const predict = (x: Dataset, part: Predicted): Promise<ArrayData> => {
    const many = areMany(stage.model, options, prepared.test ? sampleCount(prepared.test) : 0);
    const file = directory !== undefined && many ? predictionsFile(directory, part) : undefined;
    return foldPredictions(stage.model, x, { run: options, fit: settings, seed: context.foldSeed, file });
  };
  let stage = await trainStage(prepared, { context, options, settings, directory, label });
  const test = prepared.test;
  let testPrediction = test && (await predict(test, "test"));
  const { rounds = 1, threshold = 0.9, soft = false } = options.pseudoLabels ?? {};
  for (let round = 1; options.pseudoLabels && test && testPrediction && round <= rounds; round++) {
    stage.model.dispose();
    const train = withPseudoLabels(prepared.train, { test, prediction: testPrediction, threshold, soft });
    stage = await trainStage(
      { ...prepared, train },
      {
        context,
        options,
        settings,
        directory: directory && path.join(directory, `pseudo-${round}`),
        label: `${label}, pseudo-labels ${round}`,
      },
    );
    testPrediction = await predict(test, "test");
  }
  const { model, history, keptEpoch, seconds } = stage;
  const validation =
    prepared.validation && validationIndices.length > 0
      ? await predict(prepared.validation.x, "validation")
      : undefined;
  const scores = validation
    ? scorePredictions(options.scores ?? {}, { indices: validationIndices, prediction: validation })
    : {};
  const weights = directory && path.join(directory, "model.safetensors");
  if (weights !== undefined) saveWeights(weights, model);
  model.dispose();
  const result: FoldRun = {
    fold,
    seed,
    epochs: history.epochs,
    keptEpoch,
    logs: logsAt(history.logs, keptEpoch),
    history: history.logs,
    scores,
    stopReason: history.stopReason,
    seconds,
    weights,
    validation,
    test: testPrediction,
  };
  if (directory !== undefined) {
    writeResult(directory, result);
    // What a stopped fold would have gone on from.
    for (const part of [".", ...Array.from({ length: rounds }, (_, i) => `pseudo-${i + 1}`)]) {
      rmSync(path.join(directory, part, "last.safetensors"), { force: true });
    }
  }
  return result;
}
