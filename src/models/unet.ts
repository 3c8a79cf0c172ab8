import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { tf } from "../engine";
import { encoderDecoder } from "./blocks/encoderDecoder";
import { checkChoice, checkCount, checkInputShape } from "./blocks/shapes";
import { type Activation, toolkit } from "./blocks/toolkit";
import { unetParts } from "./blocks/unetParts";

/** Options of {@link unet}. */
export interface UnetOptions {
  /** `[rows, columns, times]` of one sample. */
  inputShape: [rows: number, columns: number, times: number];
  /** Channels of the first level, doubled by each below. Default 64. */
  filters?: number;
  /** Levels below the first. Default 4. */
  depth?: number;
  /** Keeps the time steps apart until the last convolution: every convolution in as many groups. Default false. */
  groupByTime?: boolean;
  /** Channel and spatial attention on the way down (CBAM, Woo et al. 2018). Default false. */
  attention?: boolean;
  /** Attention gates on the way up (Attention U-Net, Oktay et al. 2018). Default false. */
  gates?: boolean;
  /** Default `relu`. */
  activation?: Activation;
  /** Default `sigmoid`, for pixels in [0, 1]. */
  outputActivation?: Activation;
  /** Rows and columns of the last convolution. Default 1. */
  outputKernel?: 1 | 3;
  /** Seed of the weights. Default 0. */
  seed?: number;
}

/**
 * U-Net (Ronneberger et al. 2015) with batch normalisation and padded convolutions, as milesial/Pytorch-UNet;
 * 31,049,985 parameters for four frames, 484,289 with `filters: 16, depth: 3`.
 *
 * In `[samples, rows, columns, times]`; out `[samples, rows, columns, 1]`.
 *
 * @throws {RangeError} if a size is not a whole number above 0, or filters are no multiple of the grouped times
 * @example
 * const model = unet({ inputShape: [120, 120, 4], filters: 16, depth: 3, gates: true });
 */
export function unet(options: UnetOptions): tfTypes.LayersModel {
  const { inputShape, filters = 64, depth = 4, groupByTime = false, attention, gates } = options;
  const { activation = "relu", outputActivation = "sigmoid", outputKernel = 1, seed = 0 } = options;
  checkInputShape(inputShape, "rows, columns, times");
  checkCount("filters", filters);
  checkCount("depth", depth);
  checkChoice("outputKernel", outputKernel, [1, 3]);
  const net = toolkit(seed);

  const input = tf.input({ shape: inputShape });
  const groups = groupByTime ? inputShape[2] : 1;
  const parts = unetParts(net, { filters, depth, activation, groups, attention, gates });
  const x = encoderDecoder(input, parts); // [samples, rows, columns, filters]
  const output = net.conv2d(x, { filters: 1, kernelSize: outputKernel, activation: outputActivation });
  return tf.model({ inputs: input, outputs: output });
}
