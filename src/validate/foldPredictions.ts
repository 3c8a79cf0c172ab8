/** A fold's predictions: made in pieces, kept in memory or in a file. */
import type { LayersModel } from "@tensorflow/tfjs-node-gpu";
import type { ArrayData, Dataset, NamedArray } from "../core/array";
import { randomSource } from "../core/random";
import { sampleCount, viewSamples } from "../core/samples";
import { makeSource } from "../core/source";
import { openTensorFile, TensorFileWriter } from "../data/tensorFile";
import { joinRows, type PredictOptions, predict, predictBatches } from "../train/fit/predict";
import type { CrossValidateOptions, FoldFitOptions } from "./crossValidateOptions";
import { predictionMemory } from "./meanPredictions";

/** Bytes of frames that are changed at a time, for predictions of changed copies. */
const pieceBytes = 1 << 26;

/** What predictions are made with. */
export interface FoldPredicting {
  readonly run: CrossValidateOptions;
  readonly fit: FoldFitOptions;
  readonly seed: number;
  /** Where they are kept if not in memory. */
  readonly file: string | undefined;
}

/** Whether the predictions of all folds together are too many for memory. */
export function areMany(model: LayersModel, options: CrossValidateOptions, tests: number): boolean {
  const { folds, seeds = [0], predictionMemory: memory = predictionMemory } = options;
  const size = model.outputs[0].shape
    .slice(1)
    .reduce<number>((product, extent) => product * (extent ?? 1), 1);
  const samples = folds.reduce((sum, { validation }) => sum + validation.length + tests, 0);
  return samples * seeds.length * size * 4 > memory;
}

function predictOptionsOf({ run, fit: { batchSize, scaleX, prepare } }: FoldPredicting): PredictOptions {
  return { batchSize, scaleX, prepare, signal: run.signal };
}

/** The mean of a piece's predictions and those of its changed copies. */
async function withCopies(model: LayersModel, x: Dataset, how: FoldPredicting): Promise<NamedArray> {
  const { run, seed } = how;
  const predicting = predictOptionsOf(how);
  const { data, shape } = await predict(model, x, predicting);
  const { rounds = 0, augment, invert } = run.testAugment ?? {};
  const sum = Float64Array.from(data);
  for (let round = 1; augment && round <= rounds; round++) {
    const changed = await predict(model, augment(x, { round, seed }), predicting);
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

/** Mean predictions of the samples and, where asked, of their changed copies, some samples at a time. */
async function* pieces(model: LayersModel, x: Dataset, how: FoldPredicting): AsyncGenerator<NamedArray> {
  const { run, fit: settings, seed } = how;
  const { batchSize = 32 } = settings;
  if (!run.testAugment || run.testAugment.rounds === 0) {
    yield* predictBatches(model, x, predictOptionsOf(how));
    return;
  }
  const samples = sampleCount(x);
  const batches = Math.max(1, Math.floor(pieceBytes / 4 / makeSource(x).size / batchSize));
  const step = "shards" in x ? batches * batchSize : samples;
  for (let start = 0; start < samples; start += step) {
    const indices = Int32Array.from({ length: Math.min(step, samples - start) }, (_, i) => start + i);
    const part = step < samples ? viewSamples(x, indices) : x;
    // Copies drawn at random must not be drawn alike in every piece.
    const own =
      start === 0
        ? seed
        : randomSource(seed)
            .fork(start)
            .integer(0, 2 ** 31);
    yield withCopies(model, part, { ...how, seed: own });
  }
}

/** Predicts samples: into memory, or into the file where one is given. */
export async function foldPredictions(
  model: LayersModel,
  x: Dataset,
  how: FoldPredicting,
): Promise<ArrayData> {
  if (how.file === undefined) return joinRows(x, pieces(model, x, how));
  let writer: TensorFileWriter | undefined;
  try {
    for await (const { data, shape } of pieces(model, x, how)) {
      writer ??= new TensorFileWriter(how.file, [sampleCount(x), ...shape.slice(1)]);
      writer.append(data);
    }
  } catch (error) {
    writer?.abandon();
    throw error;
  }
  writer?.finish();
  return openTensorFile(how.file);
}
