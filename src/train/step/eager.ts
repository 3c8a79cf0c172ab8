/** Training op by op: the reference that the compiled way equals, and the fallback where a model cannot be captured. */
import type { Scalar, Tensor, Tensor1D } from "@tensorflow/tfjs-node-gpu";
import type { DataArray } from "../../core/array";
import { tf } from "../../engine";
import type { LayerWeight } from "./modelWeights";
import type { Batch, TrainStep } from "./step";
import type { DataSpecs, DeviceData, ProgramOptions, SampleSpec, TrainCall, Trainer } from "./trainer";

/** The samples at `indices` as a float32 tensor. */
function gather(array: DataArray, spec: SampleSpec, indices: Int32Array): Tensor {
  const size = spec.shape.reduce((product, extent) => product * extent, 1);
  const values = new Float32Array(indices.length * size);
  for (const [row, index] of indices.entries()) {
    values.set(array.subarray(index * size, (index + 1) * size), row * size);
  }
  return tf.tensor(values, [indices.length, ...spec.shape], "float32");
}

/** Training through tfjs's own calls, one per op. */
export class EagerTrainer implements Trainer {
  readonly mode = "eager";
  private slots: Record<string, Tensor> = {};
  private data: DeviceData | undefined;
  private validation: DeviceData | undefined;
  private order: Int32Array = new Int32Array(0);

  constructor(
    private readonly step: TrainStep,
    private readonly options: ProgramOptions,
  ) {
    const parameters = step.weights.trainableSizes.reduce((total, size) => total + size, 0);
    for (const [name, slot] of Object.entries(step.options.optimizer.slots)) {
      this.slots[name] =
        slot.kind === "vector" ? tf.fill([parameters], slot.initial) : tf.scalar(slot.initial);
    }
  }

  load(data: DeviceData): void {
    this.data = data;
  }

  loadValidation(data: DeviceData): void {
    this.validation = data;
  }

  setOrder(order: Int32Array): void {
    this.order = order;
  }

  private batch(data: DeviceData, specs: DataSpecs, indices: Int32Array): Batch {
    return {
      x: gather(data.x, specs.x, indices),
      y: gather(data.y, specs.y, indices),
      weight: tf.tensor1d(Float32Array.from(indices, (index) => data.weight[index])),
    };
  }

  private flat(weights: readonly LayerWeight[]): Tensor1D {
    const parts = weights.map((weight) => tf.reshape(weight.read(), [-1]) as Tensor1D);
    return parts.length === 1 ? parts[0] : tf.concat1d(parts);
  }

  private assign(flat: Tensor1D, weights: readonly LayerWeight[]): void {
    const variables = weights.map((weight) => weight.read());
    for (const [index, part] of this.step.weights.split(flat, weights).entries()) {
      (variables[index] as ReturnType<typeof tf.variable>).assign(part);
    }
  }

  train(call: TrainCall): Float64Array {
    const { data, step } = this;
    if (!data) throw new Error("Cannot train: data must be loaded");
    let total: Float64Array | undefined;
    for (const [index, rate] of call.learningRates.entries()) {
      const from = call.start + index * call.batch;
      const sums = tf.tidy(() => {
        const batch = this.batch(data, this.options, this.order.subarray(from, from + call.batch));
        const numbers = {
          seed: tf.scalar(call.seed, "int32"),
          step: tf.scalar(call.step + index, "int32"),
          epoch: tf.scalar(call.epoch, "int32"),
          learningRate: tf.scalar(rate) as Scalar,
        };
        const result = step.train(
          { weights: this.flat(step.weights.trainable), slots: this.slots },
          batch,
          numbers,
        );
        this.assign(result.weights, step.weights.trainable);
        const old = this.slots;
        this.slots = {};
        for (const [name, value] of Object.entries(result.slots)) this.slots[name] = tf.keep(value);
        for (const value of Object.values(old)) value.dispose();
        return result.sums;
      });
      const values = Float64Array.from(sums.dataSync());
      sums.dispose();
      total = total ? total.map((value, at) => value + values[at]) : values;
    }
    return total ?? new Float64Array(0);
  }

  evaluate(samples: { start: number; end: number }): Float64Array {
    const { validation: data } = this;
    if (!data) throw new Error("Cannot evaluate: validation data must be loaded");
    const { evaluateBatches, validation: specs = this.options } = this.options;
    const [full] = evaluateBatches;
    let total: Float64Array | undefined;
    for (let start = samples.start; start < samples.end; start += full) {
      const end = Math.min(start + full, samples.end);
      const indices = Int32Array.from({ length: end - start }, (_, index) => start + index);
      const sums = tf.tidy(() => this.step.evaluate(this.batch(data, specs, indices)));
      const values = Float64Array.from(sums.dataSync());
      sums.dispose();
      total = total ? total.map((value, at) => value + values[at]) : values;
    }
    return total ?? new Float64Array(0);
  }

  read(): { trainable: Float32Array; fixed: Float32Array; slots: Record<string, Float32Array> } {
    const values = (weights: readonly LayerWeight[]) =>
      weights.length === 0
        ? new Float32Array(0)
        : tf.tidy(() => this.flat(weights).dataSync() as Float32Array).slice();
    return {
      trainable: values(this.step.weights.trainable),
      fixed: values(this.step.weights.fixed),
      slots: Object.fromEntries(
        Object.entries(this.slots).map(([name, slot]) => [name, (slot.dataSync() as Float32Array).slice()]),
      ),
    };
  }

  write(state: Parameters<Trainer["write"]>[0]): void {
    const { trainable, fixed } = state;
    tf.tidy(() => {
      if (trainable) this.assign(tf.tensor1d(trainable.slice()), this.step.weights.trainable);
      if (fixed && this.step.weights.fixed.length > 0)
        this.assign(tf.tensor1d(fixed.slice()), this.step.weights.fixed);
    });
    for (const [name, values] of Object.entries(state.slots ?? {})) {
      this.slots[name]?.dispose();
      const kind = this.step.options.optimizer.slots[name].kind;
      this.slots[name] = kind === "vector" ? tf.tensor1d(values.slice()) : tf.scalar(values[0]);
    }
  }

  dispose(): void {
    for (const slot of Object.values(this.slots)) slot.dispose();
    this.slots = {};
  }
}
