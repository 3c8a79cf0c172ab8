import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import type { LayersModel } from "@tensorflow/tfjs-node-gpu";
import { atomicWrite } from "./atomicWrite";
import { earlyStopping, jsonLines, modelCheckpoint, progress } from "./callbacks";
import { makeMonitor } from "./callbacks/monitor";
import { loadCheckpoint, saveWeights } from "./checkpoint";
import type {
  CrossValidateOptions,
  FoldContext,
  FoldFitOptions,
  FoldRun,
  PreparedFold,
} from "./crossValidateOptions";
import { fit } from "./fit";
import { fromJson, toJson } from "./json";
import { predict } from "./predict";
import { withPseudoLabels } from "./pseudoLabels";
import { readSafetensors, type StoredTensor, writeSafetensors } from "./safetensors";
import { sampleCount } from "./samples";
import type { ArrayData, Callback, Dataset, FitState, History, Logs } from "./types";

const recordKey = "podium.fold";

/** What a finished fold's file holds beside the predictions. */
type FoldRecord = Pick<FoldRun, "epochs" | "keptEpoch" | "history" | "scores" | "stopReason" | "seconds">;

function asArray(tensor: StoredTensor | undefined): ArrayData | undefined {
  return tensor && { data: tensor.data as Float32Array, shape: tensor.shape };
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
  return {
    ...record,
    fold,
    seed,
    // JSON leaves out what is undefined.
    stopReason: record.stopReason,
    logs: logsAt(record.history, record.keptEpoch),
    weights: path.join(directory, "model.safetensors"),
    validation: asArray(tensors.validation),
    test: asArray(tensors.test),
  };
}

function writeResult(directory: string, run: FoldRun): void {
  const { epochs, keptEpoch, history, scores, stopReason, seconds, validation, test } = run;
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
  writeSafetensors(resultFile(directory), {
    tensors: { ...(validation && { validation }), ...(test && { test }) } as Record<string, StoredTensor>,
    metadata: { [recordKey]: toJson(record) },
  });
}

/** Mean prediction of the samples and, where asked, of their changed copies. */
async function predictMean(
  model: LayersModel,
  x: Dataset,
  options: { run: CrossValidateOptions; fit: FoldFitOptions; seed: number },
): Promise<ArrayData> {
  const { run, fit: settings, seed } = options;
  const { rounds = 0, augment, invert } = run.testAugment ?? {};
  const { batchSize, scaleX, prepare } = settings;
  const how = { batchSize, scaleX, prepare, signal: run.signal };
  const { data, shape } = await predict(model, x, how);
  if (!augment || rounds === 0) return { data, shape };
  const sum = Float64Array.from(data);
  for (let round = 1; round <= rounds; round++) {
    const changed = await predict(model, augment(x, { round, seed }), how);
    const copy = invert ? invert(changed, { round, seed }) : changed;
    if (copy.shape.join() !== shape.join()) {
      throw new RangeError(
        `Cannot average predictions: changed copy ${round} must give [${shape}], got [${copy.shape}]`,
      );
    }
    for (let i = 0; i < sum.length; i++) sum[i] += copy.data[i];
  }
  return { data: Float32Array.from(sum, (value) => value / (rounds + 1)), shape };
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

/** Trains one fold in one round and predicts, or reads what a finished one left. */
export async function runFold(
  context: FoldContext,
  run: {
    options: CrossValidateOptions;
    settings: FoldFitOptions;
    prepare: (context: FoldContext) => PreparedFold | Promise<PreparedFold>;
    label: string;
  },
): Promise<FoldRun> {
  const finished = readResult(context);
  if (finished) return finished;
  const { options, settings, label } = run;
  const { fold, seed, directory, validationIndices } = context;
  const prepared = await run.prepare(context);
  if (fold !== undefined && !prepared.validation) {
    throw new TypeError(`Cannot cross-validate: prepare must give fold ${fold} validation samples, got none`);
  }
  if (prepared.validation && sampleCount(prepared.validation.x) !== validationIndices.length) {
    throw new RangeError(
      `Cannot cross-validate: prepare must give fold ${fold} its ${validationIndices.length} validation samples, got ${sampleCount(prepared.validation.x)}`,
    );
  }
  const how = { run: options, fit: settings, seed: context.foldSeed };
  let stage = await trainStage(prepared, { context, options, settings, directory, label });
  const test = prepared.test;
  let testPrediction = test && (await predictMean(stage.model, test, how));
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
    testPrediction = await predictMean(stage.model, test, how);
  }
  const { model, history, keptEpoch, seconds } = stage;
  const validation =
    prepared.validation && validationIndices.length > 0
      ? await predictMean(model, prepared.validation.x, how)
      : undefined;
  const scores = Object.fromEntries(
    Object.entries(validation ? (options.scores ?? {}) : {}).map(([name, score]) => [
      name,
      score({ indices: validationIndices, prediction: validation as ArrayData }),
    ]),
  );
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
