import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { tf } from "../engine";
import { encoderDecoder } from "./blocks/encoderDecoder";
import { padLike } from "./blocks/frames";
import { checkCount, checkInputShape } from "./blocks/shapes";
import { type Activation, type Symbolic, toolkit } from "./blocks/toolkit";

/** Options of {@link unet}. */
export interface UnetOptions {
  /** `[rows, columns, times]` of one sample. */
  inputShape: [rows: number, columns: number, times: number];
  /** Channels of the first level, doubled by each below. Default 64. */
  filters?: number;
  /** Levels below the first. Default 4. */
  depth?: number;
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
 * @throws {RangeError} if a size is not a whole number above 0
 * @example
 * const model = unet({ inputShape: [120, 120, 4], filters: 16, depth: 3 });
 */
export function unet(options: UnetOptions): tfTypes.LayersModel {
  const { inputShape, filters = 64, depth = 4, activation = "relu", outputActivation = "sigmoid" } = options;
  const { outputKernel = 1, seed = 0 } = options;
  checkInputShape(inputShape, "rows, columns, times");
  checkCount("filters", filters);
  checkCount("depth", depth);
  const net = toolkit(seed);
  const convolve = (x: Symbolic, channels: number): Symbolic => {
    const convolved = net.conv2d(x, {
      filters: channels,
      kernelSize: 3,
      kernelInitializer: "heNormal",
      useBias: false,
    });
    return net.activate(net.normalize(convolved), activation);
  };

  const input = tf.input({ shape: inputShape });
  const x = encoderDecoder(input, {
    depth,
    block: (from, level) => convolve(convolve(from, filters * 2 ** level), filters * 2 ** level),
    shrink: (from) => net.apply(tf.layers.maxPooling2d({ poolSize: 2 }), from),
    enlarge: (from, level, skip) =>
      padLike(
        net,
        net.conv2dTranspose(from, { filters: filters * 2 ** level, kernelSize: 2, strides: 2 }),
        skip,
      ),
    join: (skip, enlarged) => net.join(skip, enlarged),
  });
  const output = net.conv2d(x, { filters: 1, kernelSize: outputKernel, activation: outputActivation });
  return tf.model({ inputs: input, outputs: output });
}
