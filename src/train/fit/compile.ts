import type { LayersModel } from "@tensorflow/tfjs-node-gpu";
import type { DataArray, Dataset, FitData } from "../../core/array";
import { sizeOf } from "../../core/array";
import type { Logs } from "../../core/estimator";
import { makeSource, type Source } from "../../core/source";
import { metric as metricOf } from "../losses/metrics";
import { optimizer as optimizerOf } from "../optimizers";
import { CompiledTrainer } from "../step/compiledTrainer";
import { inputShapes } from "../step/parts";
import { logsOfSums, TrainStep } from "../step/step";
import type { SampleSpec } from "../step/trainer";
import type { FitOptions } from "../types";
import { checkClassWeight, checkTruth } from "./checkTruth";
import { makeFitSource, whole } from "./feeding";
import { rememberInputs } from "./inputs";

/** Options of {@link compile}: those of `fit` that say what a step is. */
export interface CompileOptions
  extends Pick<
    FitOptions,
    | "optimizer"
    | "loss"
    | "lossWeights"
    | "metrics"
    | "batchSize"
    | "seed"
    | "augment"
    | "arrange"
    | "transform"
    | "classWeight"
    | "scaleX"
    | "scaleY"
    | "xla"
  > {
  /** Shape and dtype of one sample of x. Default the model's input, float32. */
  readonly x?: SampleSpec;
  /** Shape and dtype of one sample of y. Default a class number, int32. */
  readonly y?: SampleSpec;
  /** Epochs in all, for augmentations that change with the epoch. Default 1. */
  readonly epochs?: number;
}

/** A model's steps in one session. The weights live there until `pull` or `dispose`. */
export interface CompiledModel {
  /** One update on a full batch; loss and metrics of it. `epoch`, from 0 (default 0), is told to augmentations. */
  trainOnBatch(batch: { x: DataArray; y: DataArray; sampleWeight?: Float32Array; epoch?: number }): Logs;
  /** Loss and metrics over a data set; a last batch that is not full goes op by op, as in `predict`. */
  evaluate(data: FitData): Logs;
  /** Outputs for a data set, `[samples, …]`. */
  predict(x: Dataset): Float32Array;
  /** Writes the session's weights into the model. */
  pull(): void;
  /** Writes the model's weights into the session. */
  push(): void;
  /** Pulls the weights and closes the session. */
  dispose(): void;
}

function checkSamples(name: string, { sampleShape }: Source, spec: SampleSpec): void {
  if (sampleShape.join() === spec.shape.join()) return;
  throw new RangeError(`Cannot use ${name}: the programs take samples [${spec.shape}], got [${sampleShape}]`);
}

/**
 * Compiles a model's training, evaluation and prediction into graphs of one session, for loops of one's own; `fit`
 * is made of the same programs.
 *
 * @throws {CaptureError} if the model cannot be captured; the message names the layer and the reason
 * @throws {RangeError} if a batch has another number of samples than `batchSize`, or an epoch that is not below `epochs`
 * @example
 * const batchSize = windows.shape[0];
 * const compiled = compile(model, { optimizer: "adam", loss: "sparseCategoricalCrossEntropy", batchSize });
 * const { loss } = compiled.trainOnBatch({ x: windows.data, y: labels });
 * compiled.dispose();
 */
export function compile(model: LayersModel, options: CompileOptions): CompiledModel {
  const { batchSize = 32, seed = 0, epochs = 1 } = options;
  const optimizer = optimizerOf(options.optimizer);
  const inputs = inputShapes(model);
  const x = options.x ?? {
    shape: inputs.length === 1 ? inputs[0] : [inputs.map(sizeOf).reduce((sum, size) => sum + size)],
    dtype: "float32",
  };
  const y: SampleSpec = options.y ?? { shape: [], dtype: "int32" };
  checkClassWeight(options.classWeight, model);
  rememberInputs(model, options);
  const step = new TrainStep({
    model,
    optimizer,
    loss: options.loss,
    truths: y.parts,
    lossWeights: options.lossWeights,
    metrics: (options.metrics ?? []).map((given) => metricOf(given)),
    classWeight: options.classWeight,
    arrange: options.arrange,
    augment: options.augment,
    transform: options.transform,
    scaleX: options.scaleX ?? 1,
    scaleY: options.scaleY ?? 1,
    epochs,
  });
  const trainer = new CompiledTrainer(step, {
    x,
    y,
    trainBatches: [batchSize],
    evaluateBatches: [batchSize],
    predictBatch: batchSize,
    xla: options.xla,
  });
  trainer.write({ ...step.weights.values(), slots: step.initialSlots() });
  trainer.setOrder(Int32Array.from({ length: batchSize }, (_, index) => index));
  let updates = 0;
  const pull = () => {
    const { trainable, fixed } = trainer.read();
    step.weights.assign(trainable, fixed);
  };
  return {
    trainOnBatch(batch) {
      const weight = batch.sampleWeight ?? new Float32Array(batchSize).fill(1);
      for (const [name, values, shape] of [
        ["x", batch.x, x.shape],
        ["y", batch.y, y.shape],
        ["sampleWeight", weight, []],
      ] as const) {
        if (values.length === batchSize * sizeOf(shape)) continue;
        throw new RangeError(
          `Cannot train on the batch: ${name} must have ${batchSize} samples, got ${values.length / sizeOf(shape)}`,
        );
      }
      const { epoch = 0 } = batch;
      if (!(Number.isInteger(epoch) && epoch >= 0 && epoch < epochs)) {
        throw new RangeError(
          `Cannot train on the batch: its epoch must be a whole number in [0, ${epochs}), got ${epoch}`,
        );
      }
      const truth = makeSource({ data: batch.y, shape: [batchSize, ...y.shape] });
      checkTruth(truth, { fit: options, losses: step.losses, model, part: "the batch's" });
      trainer.load({ x: batch.x, y: batch.y, weight });
      const rate = optimizer.schedule?.(updates) ?? optimizer.learningRate;
      const learningRates = Float32Array.of(rate);
      const sums = trainer.train({
        batch: batchSize,
        start: 0,
        step: updates++,
        seed,
        epoch,
        learningRates,
      });
      return logsOfSums(step, { sums, samples: batchSize });
    },
    evaluate(data) {
      const source = makeFitSource(data);
      const { samples } = source;
      checkSamples("x", source.x, x);
      checkSamples("y", source.y, y);
      checkTruth(source.y, { fit: options, losses: step.losses, model, part: "the data's" });
      trainer.loadValidation({ x: whole(source.x), y: whole(source.y), weight: source.weight });
      const sums = trainer.evaluate({ start: 0, end: samples });
      return logsOfSums(step, { sums, samples });
    },
    predict(given) {
      const source = makeSource(given);
      checkSamples("x", source, x);
      const parts: Float32Array[] = [];
      for (let start = 0; start < source.samples; start += batchSize) {
        const length = Math.min(batchSize, source.samples - start);
        parts.push(trainer.predict(source.take(Int32Array.from({ length }, (_, index) => start + index))));
      }
      const all = new Float32Array(parts.reduce((total, part) => total + part.length, 0));
      parts.reduce((at, part) => {
        all.set(part, at);
        return at + part.length;
      }, 0);
      return all;
    },
    pull,
    push: () => trainer.write(step.weights.values()),
    dispose() {
      pull();
      trainer.dispose();
    },
  };
}
