import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../engine";
import { latestTime } from "../../layers";
import { encoderDecoder } from "../blocks/encoderDecoder";
import * as check from "../blocks/shapes";
import { type Activation, toolkit } from "../blocks/toolkit";
import { unetParts } from "../blocks/unetParts";

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
  /** Default `sigmoid`, for pixels in [0, 1]; `linear` with `residual`. */
  outputActivation?: Activation;
  /**
   * Whether the network predicts how the latest image changes instead of the image itself. It then starts as
   * persistence, and learns to beat it within few epochs. Default false.
   */
  residual?: boolean;
  /** Factor of that change; below 1 it is learned in smaller steps. Default 1. */
  residualScale?: number;
  /**
   * Whether each convolution is followed by batch normalisation. Without, forecasts depend on nothing but the images, also
   * where they are of other weather than the training's. Default true.
   */
  normalization?: boolean;
  /** Share of the batch normalisations' running statistics that a step keeps; less for short trainings. Default 0.99. */
  momentum?: number;
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
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} if a size is not a whole number above 0 or out of reach, a dropout not in [0, 1), or
 *   filters are no multiple of the grouped times
 * @example
 * const model = unet({ inputShape: [120, 120, 4], filters: 16, depth: 3, gates: true });
 */
export function unet(options: UnetOptions): tfTypes.LayersModel {
  check.checkNetwork(options, "rows, columns, times", {
    filters: check.size,
    depth: check.depth,
    groupByTime: check.flag,
    attention: check.flag,
    gates: check.flag,
    activation: check.activation,
    outputActivation: check.activation,
    residual: check.flag,
    residualScale: check.scale,
    normalization: check.flag,
    momentum: check.rate,
    outputKernel: check.outputKernel,
    seed: check.seed,
  });
  const { inputShape, filters = 64, depth = 4, groupByTime = false, attention, gates } = options;
  const { activation = "relu", outputKernel = 1, residual = false, momentum, seed = 0 } = options;
  const { normalization, residualScale = 1 } = options;
  const { outputActivation = residual ? "linear" : "sigmoid" } = options;
  check.checkLevels(inputShape, { depth, filters });
  const net = toolkit(seed, { momentum });

  const input = tf.input({ shape: inputShape });
  const groups = groupByTime ? inputShape[2] : 1;
  const parts = unetParts(net, { filters, depth, activation, groups, attention, gates, normalization });
  const x = encoderDecoder(input, parts); // [samples, rows, columns, filters]
  const last = { filters: 1, kernelSize: outputKernel, activation: outputActivation };
  if (!residual) return tf.model({ inputs: input, outputs: net.conv2d(x, last) });
  let change = net.conv2d(x, { ...last, kernelInitializer: "zeros" });
  if (residualScale !== 1) change = net.apply(tf.layers.rescaling({ scale: residualScale }), change);
  return tf.model({ inputs: input, outputs: net.add(net.apply(latestTime(), input), change) });
}
