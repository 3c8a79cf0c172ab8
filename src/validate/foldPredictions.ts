/** A fold's predictions: made in pieces, kept in memory or in a file. */
import type { ArrayData, Dataset, NamedArray } from "../core/array";
import type { Fitted } from "../core/estimator";
import { randomSource } from "../core/random";
import { sampleCount, viewSamples } from "../core/samples";
import { makeSource } from "../core/source";
import { openTensorFile, TensorFileWriter } from "../data/tensorFile";
import type { CrossValidateOptions } from "./crossValidateOptions";

/** Bytes of frames, as float32, that are predicted at a time. */
const pieceBytes = 1 << 26;

/** What predictions are made with. */
export interface FoldPredicting {
  readonly run: CrossValidateOptions;
  readonly seed: number;
  /** Where they are kept if not in memory: if they are many, by the values of one sample. */
  readonly file: { readonly path: string; isMany(size: number): boolean } | undefined;
}

/** Bytes of the predictions of all folds together, one value per sample. */
export function predictionBytes(options: CrossValidateOptions, tests: number): number {
  const { folds, seeds = [0] } = options;
  return folds.reduce((sum, { validation }) => sum + validation.length + tests, 0) * seeds.length * 4;
}

/** The mean of a piece's predictions and those of its changed copies. */
async function withCopies(fitted: Fitted, x: Dataset, given: FoldPredicting): Promise<NamedArray> {
  const { run, seed } = given;
  const { signal, testAugment } = run;
  const { rounds = 0, augment, invert } = testAugment ?? {};
  const plain = await fitted.predict(x, { signal });
  if (!augment || rounds === 0) return plain;
  const { data, shape } = plain;
  const sum = Float64Array.from(data);
  for (let round = 1; round <= rounds; round++) {
    const changed = await fitted.predict(augment(x, { round, seed }), { signal });
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

/** Mean predictions of the samples and, where asked, of their changed copies; of frames some samples at a time. */
async function* pieces(fitted: Fitted, x: Dataset, given: FoldPredicting): AsyncGenerator<NamedArray> {
  const { batchSize = 1 } = fitted;
  const samples = sampleCount(x);
  const batches = Math.max(1, Math.floor(pieceBytes / 4 / makeSource(x).size / batchSize));
  const step = "shards" in x ? batches * batchSize : samples;
  for (let start = 0; start < samples; start += step) {
    const indices = Int32Array.from({ length: Math.min(step, samples - start) }, (_, i) => start + i);
    const part = step < samples ? viewSamples(x, indices) : x;
    // Copies drawn at random must not be drawn alike in every piece.
    const own =
      start === 0
        ? given.seed
        : randomSource(given.seed)
            .fork(start)
            .integer(0, 2 ** 31);
    yield withCopies(fitted, part, { ...given, seed: own });
  }
}

/** Predicts samples: into memory, or into the file where they are many. */
export async function foldPredictions(fitted: Fitted, x: Dataset, given: FoldPredicting): Promise<ArrayData> {
  const { file } = given;
  const samples = sampleCount(x);
  let writer: TensorFileWriter | undefined;
  let held: NamedArray | undefined;
  let at = 0;
  try {
    for await (const { data, shape } of pieces(fitted, x, given)) {
      const whole = [samples, ...shape.slice(1)];
      if (file?.isMany(data.length / shape[0])) writer ??= new TensorFileWriter(file.path, whole);
      else held ??= { data: new Float32Array((data.length / shape[0]) * samples), shape: whole };
      if (writer) writer.append(data);
      else held?.data.set(data, at);
      at += data.length;
    }
  } catch (error) {
    writer?.abandon();
    throw error;
  }
  if (!writer || !file) return held ?? { data: new Float32Array(0), shape: [0] };
  writer.finish();
  return openTensorFile(file.path);
}
