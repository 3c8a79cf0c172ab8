import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../engine";
import { convLstm2d, foldTime, unfoldTime } from "../../layers";
import { framesAsSequence } from "../blocks/frames";
import * as check from "../blocks/shapes";
import { type Activation, type Symbolic, toolkit } from "../blocks/toolkit";

/** Options of {@link downConvLstmUp}. */
export interface DownConvLstmUpOptions {
  /** `[rows, columns, times]` of one sample; rows and columns multiples of `2 ** depth`. */
  inputShape: [rows: number, columns: number, times: number];
  /** Channels of the first level, doubled by each below. Default 16. */
  filters?: number;
  /** Halvings before the ConvLSTM2D. Default 2. */
  depth?: number;
  /** Default `relu`. */
  activation?: Activation;
  /** Default `sigmoid`, for pixels in [0, 1]. */
  outputActivation?: Activation;
  /** Rows and columns of the last convolution. Default 3. */
  outputKernel?: 1 | 3;
  /** Seed of the weights. Default 0. */
  seed?: number;
}

/**
 * Frames made small, a ConvLSTM2D over them, and its last state made large again: the author's lightest trial, without
 * shortcuts; 250,017 parameters for four frames.
 *
 * In `[samples, rows, columns, times]`; out `[samples, rows, columns, 1]`.
 *
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} if a size is not a whole number above 0 or out of reach, a dropout not in [0, 1), or
 *   rows or columns are no multiple of `2 ** depth`
 * @see the author's post on DACON 235646, "what else I tried", 6
 * @example
 * const model = downConvLstmUp({ inputShape: [120, 120, 4] });
 */
export function downConvLstmUp(options: DownConvLstmUpOptions): tfTypes.LayersModel {
  check.checkNetwork(options, "rows, columns, times", {
    filters: check.size,
    depth: check.depth,
    activation: check.activation,
    outputActivation: check.activation,
    outputKernel: check.outputKernel,
    seed: check.seed,
  });
  const { inputShape, filters = 16, depth = 2, activation = "relu", outputActivation = "sigmoid" } = options;
  const { outputKernel = 3, seed = 0 } = options;
  check.checkHalvings(inputShape, depth);
  check.checkLevels(inputShape, { depth, filters });
  const net = toolkit(seed);

  const input = tf.input({ shape: inputShape });
  let x: Symbolic = net.apply(foldTime(), framesAsSequence(net, input)); // [samples * times, rows, columns, 1]
  for (let level = 0; level < depth; level++) {
    const channels = filters * 2 ** level;
    x = net.conv2d(x, { filters: channels, kernelSize: 3, kernelInitializer: "heNormal", useBias: false });
    x = net.apply(tf.layers.maxPooling2d({ poolSize: 2 }), net.activate(net.normalize(x), activation));
  }
  x = net.apply(unfoldTime({ times: inputShape[2] }), x);
  x = net.normalize(net.apply(convLstm2d({ filters: filters * 2 ** depth, seed: net.nextSeed() }), x));
  for (let level = depth - 1; level >= 0; level--) {
    const channels = filters * 2 ** level;
    x = net.conv2dTranspose(x, { filters: channels, kernelSize: 3, strides: 2, useBias: false });
    x = net.activate(net.normalize(x), activation);
  }
  const output = net.conv2d(x, { filters: 1, kernelSize: outputKernel, activation: outputActivation });
  return tf.model({ inputs: input, outputs: output });
}
