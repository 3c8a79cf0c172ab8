/** A model's weights, and the flat vectors that training keeps them in. */
import type { LayersModel, Tensor, Tensor1D, Variable } from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../engine";
import { type LayerWeight, namedWeights } from "./weightNames";

export type { LayerWeight } from "./weightNames";

function sizeOf(shape: readonly (number | null)[]): number {
  return shape.reduce<number>((product, extent) => product * (extent ?? 1), 1);
}

/** The weights of a model, trainable and not. */
export class ModelWeights {
  readonly trainable: readonly LayerWeight[];
  /** Weights that no gradient changes, such as moving averages. */
  readonly fixed: readonly LayerWeight[];
  readonly trainableSizes: readonly number[];
  readonly fixedSizes: readonly number[];

  /** @throws {RangeError} if the model has no trainable weights */
  constructor(private readonly model: LayersModel) {
    this.trainable = model.trainableWeights as unknown as LayerWeight[];
    this.fixed = model.nonTrainableWeights as unknown as LayerWeight[];
    if (this.trainable.length === 0) {
      throw new RangeError("Cannot train the model: it must have trainable weights, got none");
    }
    this.trainableSizes = this.trainable.map((weight) => sizeOf(weight.shape));
    this.fixedSizes = this.fixed.map((weight) => sizeOf(weight.shape));
  }

  /** The variables of the weights, trainable first. */
  variables(): Variable[] {
    return [...this.trainable, ...this.fixed].map((weight) => weight.read() as Variable);
  }

  /** A name for each of the model's weights, in the order of `model.weights`. */
  keys(): string[] {
    const names = namedWeights(this.model);
    return this.ordered().map((weight) => names.get(weight) as string);
  }

  /** The names of those that are trained, in the order of the flat vector. */
  trainableKeys(): string[] {
    const names = namedWeights(this.model);
    return this.trainable.map((weight) => names.get(weight) as string);
  }

  /** The names of those that no gradient changes, in the order of the flat vector. */
  fixedKeys(): string[] {
    const names = namedWeights(this.model);
    return this.fixed.map((weight) => names.get(weight) as string);
  }

  /** The weights in the order of `model.weights`. */
  private ordered(): LayerWeight[] {
    return this.model.weights as unknown as LayerWeight[];
  }

  /** The model's present weights as flat vectors. */
  values(): { trainable: Float32Array; fixed: Float32Array } {
    const flat = (weights: readonly LayerWeight[]) => {
      const all = new Float32Array(weights.reduce((total, weight) => total + sizeOf(weight.shape), 0));
      let at = 0;
      for (const weight of weights) {
        const values = weight.read().dataSync();
        all.set(values, at);
        at += values.length;
      }
      return all;
    };
    return { trainable: flat(this.trainable), fixed: flat(this.fixed) };
  }

  /** Writes flat vectors into the model's variables. */
  assign(trainable: Float32Array, fixed: Float32Array): void {
    for (const [values, weights] of [
      [trainable, this.trainable],
      [fixed, this.fixed],
    ] as const) {
      let at = 0;
      for (const weight of weights) {
        const size = sizeOf(weight.shape);
        const value = tf.tensor(values.slice(at, at + size), weight.shape as number[], "float32");
        (weight.read() as Variable).assign(value);
        value.dispose();
        at += size;
      }
    }
  }

  /** Flat vectors as the weights' own arrays, in the order of `model.weights`. */
  named(flat: { trainable: Float32Array; fixed: Float32Array }): {
    name: string;
    data: Float32Array;
    shape: readonly number[];
  }[] {
    const parts = new Map<LayerWeight, Float32Array>();
    for (const [values, weights] of [
      [flat.trainable, this.trainable],
      [flat.fixed, this.fixed],
    ] as const) {
      let at = 0;
      for (const weight of weights) {
        parts.set(weight, values.slice(at, at + sizeOf(weight.shape)));
        at += sizeOf(weight.shape);
      }
    }
    const names = this.keys();
    return this.ordered().map((weight, index) => ({
      name: names[index],
      data: parts.get(weight) as Float32Array,
      shape: weight.shape as number[],
    }));
  }

  /**
   * Arrays in the order of `model.weights` as flat vectors.
   *
   * @throws {RangeError} if they are not the model's, with the names and both shapes
   */
  fromNamed(arrays: readonly { data: Float32Array; shape: readonly number[] }[]): {
    trainable: Float32Array;
    fixed: Float32Array;
  } {
    const ordered = this.ordered();
    if (arrays.length !== ordered.length) {
      throw new RangeError(
        `Cannot set the weights: the model has ${ordered.length} weights, got ${arrays.length}`,
      );
    }
    const parts = new Map<LayerWeight, Float32Array>();
    for (const [index, weight] of ordered.entries()) {
      if (`${arrays[index].shape}` !== `${weight.shape}`) {
        throw new RangeError(
          `Cannot set the weights: "${weight.originalName}" has shape [${weight.shape}], got [${arrays[index].shape}]`,
        );
      }
      parts.set(weight, arrays[index].data);
    }
    const join = (weights: readonly LayerWeight[]) => {
      const all = new Float32Array(weights.reduce((total, weight) => total + sizeOf(weight.shape), 0));
      let at = 0;
      for (const weight of weights) {
        const values = parts.get(weight) as Float32Array;
        all.set(values, at);
        at += values.length;
      }
      return all;
    };
    return { trainable: join(this.trainable), fixed: join(this.fixed) };
  }

  /** A flat vector as the weights' own shapes. */
  split(flat: Tensor1D, weights: readonly LayerWeight[]): Tensor[] {
    const sizes = weights.map((weight) => sizeOf(weight.shape));
    return tf.split(flat, sizes).map((part, index) => tf.reshape(part, weights[index].shape as number[]));
  }

  /** A flat vector of the trainable weights after the layers' constraints, where there are any. */
  constrained(weights: Tensor1D): Tensor1D {
    if (!this.trainable.some((weight) => weight.constraint)) return weights;
    const parts = this.split(weights, this.trainable).map((part, index) => {
      const { constraint } = this.trainable[index];
      return tf.reshape(constraint ? constraint.apply(part) : part, [-1]);
    });
    return tf.concat1d(parts as Tensor1D[]);
  }
}
