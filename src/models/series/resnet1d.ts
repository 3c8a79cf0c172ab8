import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../engine";
import { meanOverTime } from "../blocks/series";
import * as check from "../blocks/shapes";
import { type Symbolic, type Toolkit, toolkit } from "../blocks/toolkit";

/** Options of {@link resnet1d}. */
export interface Resnet1dOptions {
  /** `[steps, channels]` of one window. */
  inputShape: [steps: number, channels: number];
  /** Number of classes. */
  classes: number;
  /** Channels of the three blocks. Default `[64, 128, 128]`. */
  filters?: readonly number[];
  /** Dropout before the last layer; the paper has none. Default 0. */
  dropout?: number;
  /** Seed of the weights. Default 0. */
  seed?: number;
}

/** Three convolutions of falling length, with the input added to the last. */
function residualBlock(net: Toolkit, x: Symbolic, filters: number): Symbolic {
  let path = x;
  for (const kernelSize of [8, 5, 3]) {
    path = net.normalize(net.conv1d(path, { filters, kernelSize }));
    if (kernelSize > 3) path = net.activate(path, "relu");
  }
  const shortcut = x.shape[2] === filters ? x : net.conv1d(x, { filters, kernelSize: 1 });
  return net.activate(net.add(net.normalize(shortcut), path), "relu");
}

/**
 * The residual network for time series of Wang et al. 2017; 524,221 parameters for 18 channels and 61 classes.
 *
 * In `[windows, steps, channels]`, scaled; out `[windows, classes]`, probabilities.
 *
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} if a size is not a whole number above 0 or out of reach, or a dropout not in [0, 1)
 * @see hfawaz/dl-4-tsc
 * @example
 * const model = resnet1d({ inputShape: [600, 18], classes: 61 });
 */
export function resnet1d(options: Resnet1dOptions): tfTypes.LayersModel {
  check.checkNetwork(options, "steps, channels", {
    classes: check.size,
    filters: check.sizes,
    dropout: check.rate,
    seed: check.seed,
  });
  const { inputShape, classes, filters = [64, 128, 128], dropout = 0, seed = 0 } = options;
  const net = toolkit(seed);

  const input = tf.input({ shape: inputShape });
  let x: Symbolic = input; // [windows, steps, channels]
  for (const channels of filters) x = residualBlock(net, x, channels);
  x = net.dropout(meanOverTime(net, x), dropout);
  return tf.model({ inputs: input, outputs: net.dense(x, { units: classes, activation: "softmax" }) });
}
