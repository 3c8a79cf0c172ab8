import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../engine";
import { convLstm2d, foldTime, unfoldTime } from "../../layers";
import { framesAsSequence } from "../blocks/frames";
import * as check from "../blocks/shapes";
import { type Activation, type Symbolic, toolkit } from "../blocks/toolkit";

/** Options of {@link convLstmStack}. */
export interface ConvLstmStackOptions {
  /** `[rows, columns, times]` of one sample. */
  inputShape: [rows: number, columns: number, times: number];
  /** Channels of each ConvLSTM2D, in order. Default `[32, 32]`. */
  filters?: readonly number[];
  /** Rows and columns of their kernels. Default 3. */
  kernelSize?: number;
  /** Default `sigmoid`, for pixels in [0, 1]. */
  outputActivation?: Activation;
  /** Rows and columns of the last convolution. Default 3. */
  outputKernel?: 1 | 3;
  /** Seed of the weights. Default 0. */
  seed?: number;
}

/**
 * ConvLSTM2D layers one upon the other (Shi et al. 2015), batch-normalised, the last state giving the next frame; 112,545
 * parameters for four frames.
 *
 * In `[samples, rows, columns, times]`; out `[samples, rows, columns, 1]`.
 *
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} if a size is not a whole number above 0 or out of reach, a dropout not in [0, 1), or
 *   there is no layer
 * @example
 * const model = convLstmStack({ inputShape: [120, 120, 4], filters: [16] });
 */
export function convLstmStack(options: ConvLstmStackOptions): tfTypes.LayersModel {
  check.checkNetwork(options, "rows, columns, times", {
    filters: check.sizes,
    kernelSize: check.size,
    outputActivation: check.activation,
    outputKernel: check.outputKernel,
    seed: check.seed,
  });
  const { inputShape, filters = [32, 32], kernelSize = 3, outputActivation = "sigmoid" } = options;
  const { outputKernel = 3, seed = 0 } = options;
  const net = toolkit(seed);

  const input = tf.input({ shape: inputShape });
  let x: Symbolic = framesAsSequence(net, input); // [samples, times, rows, columns, 1]
  filters.forEach((channels, index) => {
    const last = index === filters.length - 1;
    const layer = convLstm2d({ filters: channels, kernelSize, returnSequences: !last, seed: net.nextSeed() });
    x = net.apply(layer, x);
    if (last) {
      x = net.normalize(x); // [samples, rows, columns, channels]
      return;
    }
    x = net.normalize(net.apply(foldTime(), x));
    x = net.apply(unfoldTime({ times: inputShape[2] }), x);
  });
  const output = net.conv2d(x, { filters: 1, kernelSize: outputKernel, activation: outputActivation });
  return tf.model({ inputs: input, outputs: output });
}
