/** What one training step computes: the same function for the compiled and the eager way. */
import type { LayersModel, Scalar, Tensor, Tensor1D, Variable } from "@tensorflow/tfjs-node-gpu";
import type { Logs } from "../../core/estimator";
import {
  applyMasked,
  logitsOf,
  type Masked,
  tf,
  variableGradients,
  withLogits,
  withRandomState,
} from "../../engine";
import type { BatchTransform } from "../../engine/batchTransform";
import { withEpoch } from "../../engine/batchTransform";
import { type LossFromLogits, loss as lossNamed } from "../losses/losses";
import type { Optimizer } from "../optimizers";
import type { FitOptions, Loss, Metric } from "../types";
import { ModelWeights } from "./modelWeights";
import { changeFirst, type PartsOfBatch, splitInputs, splitParts } from "./parts";
import { penaltyOf } from "./penalties";

/** What a step is made of. */
export interface StepOptions {
  readonly model: LayersModel;
  readonly optimizer: Optimizer;
  /** One for each output. */
  readonly loss: FitOptions["loss"];
  /** Factors of the losses' sum. Default 1. */
  readonly lossWeights?: readonly number[];
  /** Of the first output. */
  readonly metrics: readonly Metric[];
  /** Shapes of one sample's truths, where the model has several outputs. */
  readonly truths?: readonly (readonly number[])[];
  readonly classWeight?: ArrayLike<number>;
  readonly arrange?: BatchTransform;
  readonly augment?: BatchTransform;
  readonly transform?: BatchTransform;
  readonly scaleX: number;
  readonly scaleY: number;
  /** Epochs in all, for augmentations that change with the epoch. */
  readonly epochs: number;
}

/** What a step is told besides its batch. */
export interface StepNumbers {
  /** int32. */
  readonly seed: Scalar;
  /** int32, updates done before. */
  readonly step: Scalar;
  /** int32, from 0. */
  readonly epoch: Scalar;
  readonly learningRate: Scalar;
}

/** A batch of raw float32 values and one weight per sample. */
export interface Batch {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly weight: Tensor1D;
}

/** What losses and metrics compare, and how much of it counts in the mean. */
interface Compared {
  readonly loss: Loss;
  readonly truth: Tensor;
  readonly prediction: Tensor;
  /** What the model's last activation was given, where the loss wants that. */
  readonly logits: Tensor | undefined;
  readonly weight: Tensor1D;
  readonly total: Scalar;
}

/** What training changes, as flat vectors. */
export interface TrainState {
  readonly weights: Tensor1D;
  readonly slots: Readonly<Record<string, Tensor>>;
}

function comparedBy(loss: Loss, given: { truth: Tensor; output: Masked; weight: Tensor1D }): Compared {
  const { truth, output, weight } = given;
  const { value: prediction, mask } = output;
  const { fromLogits, activation } = loss as Partial<LossFromLogits>;
  const logits = fromLogits && logitsOf(prediction, activation ?? "softmax");
  if (!mask) return { loss, truth, prediction, logits, weight, total: tf.scalar(weight.size) };
  const [samples, steps] = mask.shape;
  const apart = (tensor: Tensor) => tf.reshape(tensor, [samples * steps, ...tensor.shape.slice(2)]);
  const counts = tf.cast(mask, "float32");
  return {
    loss,
    truth: apart(truth),
    prediction: apart(prediction),
    logits: logits && apart(logits),
    weight: tf.reshape(tf.mul(tf.reshape(weight, [samples, 1]), counts), [samples * steps]) as Tensor1D,
    total: tf.sum(counts),
  };
}

/** The computations of a model's training, on flat weights. */
export class TrainStep {
  readonly weights: ModelWeights;
  /** One for each output. */
  readonly losses: readonly Loss[];
  /** Values of the sums that `train` and `evaluate` return: the loss, then the metrics' own. */
  readonly sumSizes: number[] = [];

  constructor(readonly options: StepOptions) {
    const { model } = options;
    const { loss, lossWeights } = options;
    this.losses = (Array.isArray(loss) ? loss : [loss]).map((one: Loss | string) => lossNamed(one));
    const outputs = model.outputs.length;
    if (this.losses.length !== outputs || (lossWeights && lossWeights.length !== outputs)) {
      throw new RangeError(
        `Cannot train the model: it needs one loss, and one weight of it, for each of ${outputs} outputs, got ${this.losses.length} and ${lossWeights?.length ?? "no"} weights`,
      );
    }
    this.weights = new ModelWeights(model);
  }

  /** The optimizer's slots before the first update. */
  initialSlots(): Record<string, Float32Array> {
    const size = this.weights.trainableSizes.reduce((total, extent) => total + extent, 0);
    return Object.fromEntries(
      Object.entries(this.options.optimizer.slots).map(([name, slot]) => [
        name,
        new Float32Array(slot.kind === "vector" ? size : 1).fill(slot.initial),
      ]),
    );
  }

  /** Raw values to what the model takes, by way of `augment` in training; of several, the first is scaled and changed. */
  private prepared(
    batch: { x: Tensor; truths: readonly Tensor[]; weight?: Tensor1D },
    augment?: BatchTransform,
  ): PartsOfBatch {
    const { model, scaleX, scaleY, arrange, transform } = this.options;
    const scaled: BatchTransform = ({ x, y }) => ({
      x: scaleX === 1 ? x : tf.mul(x, scaleX),
      y: scaleY === 1 ? y : tf.mul(y, scaleY),
    });
    const changes = [scaled, arrange, augment, transform].filter((change) => change !== undefined);
    const raw = { inputs: splitInputs(model, batch.x), truths: batch.truths, weight: batch.weight };
    return changes.reduce<PartsOfBatch>(changeFirst, raw);
  }

  /** The batch's truths, one for each output. */
  private truthsOf(y: Tensor): Tensor[] {
    const { truths, model } = this.options;
    if (model.outputs.length === 1) return [y];
    if (truths?.length !== model.outputs.length) {
      throw new RangeError(
        `Cannot train the model: y must be several truths, one for each of ${model.outputs.length} outputs, got ${truths?.length ?? 1}`,
      );
    }
    return splitParts(y, truths);
  }

  private weightOf(y: Tensor, weight: Tensor1D): Tensor1D {
    const { classWeight } = this.options;
    if (!classWeight) return weight;
    const factors = tf.tensor1d(Float32Array.from(classWeight));
    const labels = y.rank === 2 && y.shape[1] === 1 ? tf.squeeze(y, [1]) : y;
    if (labels.rank > 2 || (labels.rank === 2 && labels.shape[1] !== classWeight.length)) {
      throw new RangeError(
        `Cannot weight the classes: truth must be class numbers [samples] or shares [samples, ${classWeight.length}], got [${y.shape}]`,
      );
    }
    const rows = labels.rank === 1 ? tf.oneHot(tf.cast(labels, "int32"), classWeight.length) : labels;
    return tf.mul(weight, tf.sum(tf.mul(tf.cast(rows, "float32"), factors), -1));
  }

  /** What each output's loss compares: samples, or the steps of all samples where the output has a mask. */
  private compared(truths: readonly Tensor[], outputs: readonly Masked[], weight: Tensor1D): Compared[] {
    return outputs.map((output, place) => {
      const loss = this.losses[place];
      return comparedBy(loss, { truth: truths[place], output, weight });
    });
  }

  /** The weighted mean loss, as Keras's: over all that counts, whatever its weight; the sum over the outputs. */
  private meanLoss(compared: readonly Compared[]): Scalar {
    const { lossWeights } = this.options;
    const means = compared.map(({ loss, truth, prediction, logits, weight, total }, output) => {
      const { fromLogits } = loss as Partial<LossFromLogits>;
      const values = logits && fromLogits ? fromLogits(truth, logits) : loss(truth, prediction);
      if (values.rank !== 1 || values.shape[0] !== truth.shape[0]) {
        throw new RangeError(
          `Cannot compute the loss: it must give one value per sample, [${truth.shape[0]}], got [${values.shape}]`,
        );
      }
      const mean = tf.div<Scalar>(tf.sum(tf.mul(values, weight)), total);
      const factor = lossWeights?.[output] ?? 1;
      return factor === 1 ? mean : tf.mul<Scalar>(mean, factor);
    });
    return means.length === 1 ? means[0] : tf.addN(means);
  }

  private sums(loss: Tensor, [{ truth, prediction, weight }]: readonly Compared[]): Tensor1D {
    const metrics = this.options.metrics.map((metric) => metric.update(truth, prediction, weight));
    const all = [tf.reshape(loss, [1]), ...metrics];
    if (this.sumSizes.length === 0) this.sumSizes.push(...all.map((sums) => sums.size));
    return all.length === 1 ? (all[0] as Tensor1D) : tf.concat1d(all as Tensor1D[]);
  }

  private within<T>(numbers: { seed: Scalar; step: Scalar }, f: () => T): T {
    return withRandomState(numbers, () => withLogits(f));
  }

  /** One update: the new weights and slots, and the batch's sums. The model's moving averages change in place. */
  train(state: TrainState, batch: Batch, numbers: StepNumbers): TrainState & { sums: Tensor1D } {
    const { model, optimizer, augment, epochs } = this.options;
    const { trainable, trainableSizes } = this.weights;
    return this.within(numbers, () => {
      const {
        inputs,
        truths,
        weight: counted,
      } = withEpoch({ epoch: numbers.epoch, epochs }, () =>
        this.prepared({ ...batch, truths: this.truthsOf(batch.y) }, augment),
      );
      // Mixed samples count by those that they are mixed of.
      const own = (counted as Tensor1D | undefined) ?? batch.weight;
      const weight = this.weightOf(truths[0], own);
      const samples = batch.weight.shape[0];
      let outputs: Masked[] = [];
      try {
        const { value, grads } = variableGradients(
          () => {
            outputs = applyMasked(model, inputs, { training: true });
            for (const { value: kept, mask } of outputs)
              for (const one of [kept, mask]) if (one) tf.keep(one);
            return tf.add<Scalar>(this.meanLoss(this.compared(truths, outputs, weight)), penaltyOf(model));
          },
          trainable.map((layerWeight) => layerWeight.read() as Variable),
        );
        const gradients = trainable.map((layerWeight, index) => {
          const gradient = grads[(layerWeight.read() as Variable).name];
          return gradient ? tf.reshape(gradient, [-1]) : tf.zeros([trainableSizes[index]]);
        });
        const gradient = (
          gradients.length === 1 ? gradients[0] : tf.concat1d(gradients as Tensor1D[])
        ) as Tensor1D;
        const { weights, slots } = optimizer.update({
          weights: state.weights,
          gradient,
          slots: { ...state.slots },
          learningRate: numbers.learningRate,
          step: tf.cast(numbers.step, "float32"),
        });
        // As Keras's: factors of the classes are of the loss alone.
        const compared = this.compared(truths, outputs, own);
        const sums = this.sums(tf.mul(value, samples), compared);
        return { weights: this.weights.constrained(weights), slots, sums };
      } finally {
        tf.dispose(outputs.map(({ value, mask }) => (mask ? [value, mask] : [value])));
      }
    });
  }

  /** The sums over a batch, without an update; `augment` where it is to be seen as in training. */
  evaluate(batch: Batch, augment?: BatchTransform): Tensor1D {
    return withLogits(() => {
      const { inputs, truths } = this.prepared({ x: batch.x, truths: this.truthsOf(batch.y) }, augment);
      const { model } = this.options;
      const outputs = applyMasked(model, inputs, { training: false });
      const compared = this.compared(truths, outputs, batch.weight);
      const loss = tf.add(this.meanLoss(compared), penaltyOf(model));
      return this.sums(tf.mul(loss, batch.weight.size), compared);
    });
  }

  /** The model's first output for raw values. */
  predict(x: Tensor): Tensor {
    const { inputs } = this.prepared({ x, truths: [x] });
    return applyMasked(this.options.model, inputs, { training: false })[0].value;
  }
}

/** Loss and metrics out of the sums that steps return. */

/** The logs of sums over `samples` samples: the loss, then each metric's. */
export function logsOfSums(step: TrainStep, totals: { sums: ArrayLike<number>; samples: number }): Logs {
  const sums = Float64Array.from(totals.sums);
  const logs: Logs = { loss: sums[0] / totals.samples };
  let at = 1;
  for (const [index, metric] of step.options.metrics.entries()) {
    const size = step.sumSizes[index + 1];
    logs[metric.name] = metric.result(sums.slice(at, at + size));
    at += size;
  }
  return logs;
}
