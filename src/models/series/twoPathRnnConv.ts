import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../engine";
import { type Cell, recurrent } from "../blocks/recurrent";
import { classifierHead, maxPool1d, meanOverTime, residualBlock1d } from "../blocks/series";
import * as check from "../blocks/shapes";
import { type Activation, type Symbolic, toolkit } from "../blocks/toolkit";

/** Options of {@link twoPathRnnConv}. */
export interface TwoPathRnnConvOptions {
  /** `[steps, channels]` of one window. */
  inputShape: [steps: number, channels: number];
  /** Number of classes. */
  classes: number;
  /** Channels of the convolutions. Default 128. */
  filters?: number;
  /** Steps that a convolution sees. Default 9. */
  kernelSize?: number;
  /** Default `lstm`. */
  cell?: Cell;
  /** Units of the recurrent path's layers, in order. Default `[64]`. */
  recurrentUnits?: readonly number[];
  /** Units of the dense layer. Default 64. */
  units?: number;
  /** Dropout of whole channels before each block, and of units before the last layer. Default 0.1 and 0.4. */
  dropout?: { channels?: number; units?: number };
  /** Default `elu`. */
  activation?: Activation;
  /** Seed of the weights. Default 0. */
  seed?: number;
}

/**
 * A recurrent path for the order of steps beside a convolutional path for their local shape, joined before the dense
 * layer: the author's fourth idea; 799,677 parameters for 18 channels and 61 classes.
 *
 * In `[windows, steps, channels]`, scaled; out `[windows, classes]`, probabilities.
 *
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} if a size is not a whole number above 0 or out of reach, a dropout not in [0, 1), or
 *   there is no recurrent layer
 * @see the author's post on DACON 235689, 2.3
 * @example
 * const model = twoPathRnnConv({ inputShape: [600, 18], classes: 61, filters: 64 });
 */
export function twoPathRnnConv(options: TwoPathRnnConvOptions): tfTypes.LayersModel {
  check.checkNetwork(options, "steps, channels", {
    classes: check.size,
    filters: check.size,
    kernelSize: check.size,
    cell: check.cell,
    recurrentUnits: check.sizes,
    units: check.size,
    dropout: { options: { channels: check.rate, units: check.rate } },
    activation: check.activation,
    seed: check.seed,
  });
  const {
    inputShape,
    classes,
    filters = 128,
    kernelSize = 9,
    cell = "lstm",
    recurrentUnits = [64],
  } = options;
  const { units = 64, activation = "elu", seed = 0 } = options;
  const { channels: channelDropout = 0.1, units: unitDropout = 0.4 } = options.dropout ?? {};
  const net = toolkit(seed);

  const input = tf.input({ shape: inputShape }); // [windows, steps, channels]
  let local = net.spatialDropout(input, channelDropout);
  local = residualBlock1d(net, local, { filters, kernelSize, activation });
  local = net.spatialDropout(maxPool1d(net, local, 3), channelDropout);
  local = residualBlock1d(net, local, { filters, kernelSize, activation });

  let ordered: Symbolic = input;
  recurrentUnits.forEach((size, index) => {
    ordered = recurrent(net, ordered, {
      cell,
      units: size,
      returnSequences: index < recurrentUnits.length - 1,
    });
  });
  const joined = net.join(meanOverTime(net, local), ordered); // [windows, filters + units of the last]
  const outputs = classifierHead(net, joined, { units, activation, dropout: unitDropout, classes });
  return tf.model({ inputs: input, outputs });
}
