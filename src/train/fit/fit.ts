import type { LayersModel } from "@tensorflow/tfjs-node-gpu";
import type { FitData } from "../../core/array";
import { currentSignal, throwIfAborted } from "../../core/signal";
import { liveCurves } from "../callbacks/liveCurves";
import { progress } from "../callbacks/progress";
import { metric as metricOf } from "../losses/metrics";
import { optimizer as optimizerOf } from "../optimizers";
import { EagerTrainer } from "../step/eager";
import { FallbackTrainer } from "../step/fallbackTrainer";
import { TrainStep } from "../step/step";
import type { DataSpecs, ProgramOptions } from "../step/trainer";
import type { Callback, FitOptions, History } from "../types";
import { checkClassWeight, checkTruth } from "./checkTruth";
import { Feeder, type FitSource, makeFitSource, streamedBytes } from "./feeding";
import { FitRun } from "./fitRun";
import { rememberInputs } from "./inputs";

/** Bytes of training data that stay on the device unless told otherwise. */
const defaultBudget = 1024 ** 3;

function checkCount(name: string, value: number): void {
  if (!(Number.isInteger(value) && value > 0)) {
    throw new RangeError(`Cannot train: ${name} must be a whole number above 0, got ${value}`);
  }
}

/** The full batch's size and, where the samples do not divide, the last one's. */
function batchSizes(samples: number, batchSize: number): number[] {
  const full = Math.min(batchSize, samples);
  return samples % full === 0 ? [full] : [full, samples % full];
}

function specsOf(source: FitSource): DataSpecs {
  const { x, y } = source;
  return {
    x: { shape: x.sampleShape, dtype: x.dtype },
    y: { shape: y.sampleShape, dtype: y.dtype },
  };
}

function checkShapes(model: LayersModel, source: FitSource, options: FitOptions): void {
  if (options.arrange || options.augment || options.transform) return;
  const { sampleShape, parts = [sampleShape] } = source.x;
  const shown = (shapes: readonly (readonly (number | null)[])[]) =>
    shapes.map((shape) => `[${shape.map((extent) => extent ?? "any")}]`).join(" and ");
  const wanted = model.inputs.map(({ shape: [, ...sample] }) => sample);
  const fits = (shape: readonly (number | null)[], part: readonly number[] | undefined) =>
    shape.length === part?.length && shape.every((extent, axis) => extent === null || extent === part[axis]);
  if (wanted.length !== parts.length || !wanted.every((shape, i) => fits(shape, parts[i]))) {
    throw new RangeError(`Cannot train the model: it takes samples ${shown(wanted)}, got ${shown(parts)}`);
  }
}

/** The callbacks with those that show how training goes. */
function shownBy({ callbacks = [], progress: isShown = true, curves }: FitOptions): Callback[] {
  const has = (name: string) => callbacks.some((callback) => callback.name === name);
  return [
    ...callbacks,
    ...(isShown && !has("progress") ? [progress()] : []),
    ...(curves && !has("liveCurves") ? [liveCurves({ draw: curves })] : []),
  ];
}

/**
 * Trains a model: by default each step is part of one native call, with data, weights and random numbers on the
 * device. The model has the last weights when it returns. An interrupt ends it like a callback that stops it: the history
 * so far comes back with its `stopReason`, and the model has the best epoch's weights, by validation loss, or the last
 * update's without validation.
 *
 * Same first weights, seed and machine give the same weights, byte for byte; a run that goes on from a `state`, also of an
 * interrupt, ends where the uninterrupted one would have. Without one, everything but the model's weights begins anew:
 * optimizer, epochs, history and callbacks. A loss or gradient that is not finite ends it with an error that names the
 * step and the cause, with the weights before that step. A model that cannot be captured trains eagerly, after a warning
 * that names the layer and the reason.
 *
 * @param data `x` `[samples, …]` float32, int32 or uint8; `y` `[samples, …]`, class numbers or what the loss wants;
 *   `sampleWeight` one factor per sample
 * @param given see {@link FitOptions}
 * @returns loss and metrics of every epoch, as a table in a notebook, the time of a step, and the state to go on from
 * @throws {RangeError} if shapes disagree, labels are not the loss's, an option lies outside its range, or loss or gradient
 *   is not finite
 * @throws {DOMException} if the signal is aborted before it begins
 * @example
 * const history = await fit(model, { x, y }, { optimizer: adam(), loss: "sparseCategoricalCrossEntropy", epochs: 2 });
 * history.logs.loss.length; // 2
 */
export async function fit(model: LayersModel, data: FitData, given: FitOptions): Promise<History> {
  const options = { ...given, optimizer: optimizerOf(given.optimizer), callbacks: shownBy(given) };
  const { epochs = 1, batchSize = 32, mode = "compiled", memoryBudget = defaultBudget } = options;
  checkCount("epochs", epochs);
  checkCount("batchSize", batchSize);
  if (options.xla && mode === "eager") {
    throw new RangeError('Cannot train with XLA: mode must be "compiled", got "eager"');
  }
  const signal = options.signal ?? currentSignal();
  throwIfAborted(signal);
  const source = makeFitSource(data);
  const validation = options.validation ? makeFitSource(options.validation) : undefined;
  checkShapes(model, source, options);
  if (validation) checkShapes(model, validation, options);
  checkClassWeight(options.classWeight, model);
  rememberInputs(model, options);
  const step = new TrainStep({
    model,
    optimizer: options.optimizer,
    loss: options.loss,
    truths: source.y.parts,
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
  const truth = { fit: options, losses: step.losses, model };
  checkTruth(source.y, { ...truth, part: "training" });
  if (validation) checkTruth(validation.y, { ...truth, part: "validation" });
  const batches = batchSizes(source.samples, batchSize);
  const validationBatches = validation ? batchSizes(validation.samples, batchSize) : [];
  const programs: ProgramOptions = {
    ...specsOf(source),
    validation: validation && specsOf(validation),
    trainBatches: batches,
    evaluateBatches: validationBatches,
    xla: options.xla,
  };
  const trainer = new (mode === "eager" ? EagerTrainer : FallbackTrainer)(step, programs);
  try {
    const training = new Feeder(source, {
      budget: memoryBudget,
      batch: batches[0],
      load: (part) => trainer.load(part),
    });
    // Where the training data are too large for the device, memory is dear: what validates them takes little of it.
    const rest = training.resident ? memoryBudget / 2 : Math.min(memoryBudget / 2, 2 * streamedBytes);
    const run = new FitRun({
      model,
      step,
      trainer,
      options,
      signal,
      batch: batches[0],
      training,
      source,
      validation: validation && {
        source: validation,
        batch: validationBatches[0],
        feeder: new Feeder(validation, {
          budget: rest,
          batch: validationBatches[0],
          load: (part) => trainer.loadValidation(part),
        }),
      },
    });
    return await run.train(epochs);
  } finally {
    trainer.dispose();
  }
}
