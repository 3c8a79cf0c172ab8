/**
 * The layers that every network here is made of, with Keras's defaults and a seed of its own for each weight, so that
 * a network reads as its paper's figure and two builds from one seed are equal.
 */
import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { randomSource } from "../../core/random";
import { tf } from "../../engine";
import { type InitializerName, initializer, mish, spatialDropout1d, spatialDropout2d } from "../../layers";

/** A tensor of the network under construction. */
export type Symbolic = tfTypes.SymbolicTensor;

/** Activations by Keras's names. */
export const activations = [
  "elu",
  "linear",
  "mish",
  "relu",
  "selu",
  "sigmoid",
  "softmax",
  "swish",
  "tanh",
] as const;

/** An activation by Keras's name. */
export type Activation = (typeof activations)[number];

/** Options of a convolution. */
export interface ConvolutionOptions {
  filters: number;
  kernelSize: number;
  strides?: number;
  kernelInitializer?: InitializerName;
  useBias?: boolean;
  activation?: Activation;
}

/** Layers applied to symbolic tensors. */
export interface Toolkit {
  /** A seed that nothing else in the network has. */
  nextSeed(): number;
  /** `[windows, steps, channels]` -> `[windows, steps / strides, filters]`, padding `same`. */
  conv1d(x: Symbolic, options: ConvolutionOptions): Symbolic;
  /** `[samples, rows, columns, channels]` -> `[samples, rows / strides, columns / strides, filters]`, padding `same`. */
  conv2d(x: Symbolic, options: ConvolutionOptions): Symbolic;
  /** `[samples, rows, columns, channels]` -> `[samples, rows * strides, columns * strides, filters]`. */
  conv2dTranspose(x: Symbolic, options: ConvolutionOptions): Symbolic;
  dense(x: Symbolic, options: DenseOptions): Symbolic;
  /** Batch normalisation, epsilon 0.001. */
  normalize(x: Symbolic): Symbolic;
  activate(x: Symbolic, activation: Activation): Symbolic;
  dropout(x: Symbolic, rate: number): Symbolic;
  /** Drops whole channels of `[windows, steps, channels]` or `[samples, rows, columns, channels]`. */
  spatialDropout(x: Symbolic, rate: number): Symbolic;
  add(...parts: Symbolic[]): Symbolic;
  /** Joins channels. */
  join(...parts: Symbolic[]): Symbolic;
  /** Applies any other layer. */
  apply(layer: tfTypes.layers.Layer, x: Symbolic | Symbolic[]): Symbolic;
}

/** Options of a dense layer. */
export interface DenseOptions {
  units: number;
  kernelInitializer?: InitializerName;
  activation?: Activation;
}

/**
 * Opens a toolkit whose weights and dropout all come from one seed.
 *
 * @param options `momentum` of batch normalisation (default 0.99)
 */
export function toolkit(seed: number, options: { momentum?: number } = {}): Toolkit {
  const { momentum = 0.99 } = options;
  const random = randomSource(seed).fork("weights");
  const nextSeed = (): number => random.integer(1, 2 ** 31 - 1);
  const apply = (layer: tfTypes.layers.Layer, x: Symbolic | Symbolic[]): Symbolic =>
    layer.apply(x) as Symbolic;
  const activate = (x: Symbolic, activation: Activation): Symbolic => {
    if (activation === "linear") return x;
    return apply(activation === "mish" ? mish() : tf.layers.activation({ activation }), x);
  };
  const convolution = (options: ConvolutionOptions) => {
    const { filters, kernelSize, strides = 1, kernelInitializer = "glorotUniform", useBias = true } = options;
    return {
      filters,
      kernelSize,
      strides,
      useBias,
      padding: "same" as const,
      kernelInitializer: initializer(kernelInitializer, { seed: nextSeed() }),
    };
  };
  return {
    nextSeed,
    apply,
    activate,
    conv1d: (x, options) =>
      activate(apply(tf.layers.conv1d(convolution(options)), x), options.activation ?? "linear"),
    conv2d: (x, options) =>
      activate(apply(tf.layers.conv2d(convolution(options)), x), options.activation ?? "linear"),
    conv2dTranspose: (x, options) =>
      activate(apply(tf.layers.conv2dTranspose(convolution(options)), x), options.activation ?? "linear"),
    dense(x, { units, kernelInitializer = "glorotUniform", activation = "linear" }) {
      const layer = tf.layers.dense({
        units,
        kernelInitializer: initializer(kernelInitializer, { seed: nextSeed() }),
      });
      return activate(apply(layer, x), activation);
    },
    normalize: (x) => apply(tf.layers.batchNormalization({ momentum, epsilon: 0.001 }), x),
    dropout: (x, rate) => (rate === 0 ? x : apply(tf.layers.dropout({ rate, seed: nextSeed() }), x)),
    spatialDropout(x, rate) {
      if (rate === 0) return x;
      return apply(x.shape.length === 3 ? spatialDropout1d({ rate }) : spatialDropout2d({ rate }), x);
    },
    add: (...parts) => apply(tf.layers.add(), parts),
    join: (...parts) => (parts.length === 1 ? parts[0] : apply(tf.layers.concatenate({ axis: -1 }), parts)),
  };
}
