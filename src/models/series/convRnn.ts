import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../engine";
import { type Cell, recurrent } from "../blocks/recurrent";
import { classifierHead, maxPool1d, meanOverTime, residualBlock1d } from "../blocks/series";
import * as check from "../blocks/shapes";
import { type Activation, type Symbolic, toolkit } from "../blocks/toolkit";

/** Options of {@link convRnn}. */
export interface ConvRnnOptions {
  /** `[steps, channels]` of one window. */
  inputShape: [steps: number, channels: number];
  /** Number of classes. */
  classes: number;
  /** Channels of each stage's convolutions and units of its recurrent layer. Default `[64, 128]`. */
  filters?: readonly number[];
  /** Steps that a convolution sees. Default 9. */
  kernelSize?: number;
  /** Steps that each stage makes one. Default 3. */
  poolSize?: number;
  /** Default `gru`. */
  cell?: Cell;
  /** Units of the dense layer. Default 64. */
  units?: number;
  /** Dropout of whole channels before each stage, and of units before the last layer. Default 0.1 and 0.4. */
  dropout?: { channels?: number; units?: number };
  /** Default `elu`. */
  activation?: Activation;
  /** Seed of the weights. Default 0. */
  seed?: number;
}

/**
 * Convolutions and a recurrent layer in turn, with shortcuts past each recurrent layer and from every stage to the
 * end: the author's third idea; 596,989 parameters for 18 channels and 61 classes.
 *
 * In `[windows, steps, channels]`, scaled; out `[windows, classes]`, probabilities.
 *
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} if a size is not a whole number above 0 or out of reach, a dropout not in [0, 1), or
 *   there is no stage
 * @see the author's post on DACON 235689, 2.3
 * @example
 * const model = convRnn({ inputShape: [600, 18], classes: 61, filters: [32, 64] });
 */
export function convRnn(options: ConvRnnOptions): tfTypes.LayersModel {
  check.checkNetwork(options, "steps, channels", {
    classes: check.size,
    filters: check.sizes,
    kernelSize: check.size,
    poolSize: check.size,
    cell: check.cell,
    units: check.size,
    dropout: { options: { channels: check.rate, units: check.rate } },
    activation: check.activation,
    seed: check.seed,
  });
  const { inputShape, classes, filters = [64, 128], kernelSize = 9, poolSize = 3, cell = "gru" } = options;
  const { units = 64, activation = "elu", seed = 0 } = options;
  const { channels: channelDropout = 0.1, units: unitDropout = 0.4 } = options.dropout ?? {};
  const net = toolkit(seed);

  const input = tf.input({ shape: inputShape });
  let x: Symbolic = input; // [windows, steps, channels]
  const described: Symbolic[] = [];
  for (const channels of filters) {
    x = net.spatialDropout(x, channelDropout);
    x = residualBlock1d(net, x, { filters: channels, kernelSize, activation });
    x = maxPool1d(net, x, poolSize);
    x = net.normalize(net.add(recurrent(net, x, { cell, units: channels, returnSequences: true }), x));
    described.push(meanOverTime(net, x));
  }
  const outputs = classifierHead(net, net.join(...described), {
    units,
    activation,
    dropout: unitDropout,
    classes,
  });
  return tf.model({ inputs: input, outputs });
}
