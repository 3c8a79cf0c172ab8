import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../engine";
import { type RollMode, randomRoll } from "../../layers";
import { classifierHead, maxPool1d, meanOverTime, residualBlock1d } from "../blocks/series";
import * as check from "../blocks/shapes";
import { type Activation, type Symbolic, toolkit } from "../blocks/toolkit";

/** Options of {@link motionConv1d}. */
export interface MotionConv1dOptions {
  /** `[steps, channels]` of one window. */
  inputShape: [steps: number, channels: number];
  /** Number of classes. */
  classes: number;
  /** Channels of every convolution. Default 128. */
  filters?: number;
  /** Steps that a convolution sees. Default 9. */
  kernelSize?: number;
  /** Units of the dense layer. Default 64. */
  units?: number;
  /** Dropout of whole channels before each block, and of units before the last layer. Default 0.1 and 0.4. */
  dropout?: { channels?: number; units?: number };
  /** Default `elu`. */
  activation?: Activation;
  /** The roll in front, in training: one for the model's life, as submitted, a new one for each batch or window, or none. Default `fixed`. */
  roll?: RollMode | "none";
  /** Seed of weights and of the fixed roll. Default 0. */
  seed?: number;
}

/**
 * The third-placed motion network as submitted: two residual Conv1D blocks of VGG's kind, 774,333 parameters for 18
 * channels and 61 classes.
 *
 * In `[windows, steps, channels]`, scaled; out `[windows, classes]`, probabilities.
 *
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} if a size is not a whole number above 0 or out of reach, or a dropout not in [0, 1)
 * @see the author's notebook (DACON 235689, 2021)
 * @example
 * const model = motionConv1d({ inputShape: [600, 18], classes: 61, seed: 2021 });
 */
export function motionConv1d(options: MotionConv1dOptions): tfTypes.LayersModel {
  check.checkNetwork(options, "steps, channels", {
    classes: check.size,
    filters: check.size,
    kernelSize: check.size,
    units: check.size,
    dropout: { options: { channels: check.rate, units: check.rate } },
    activation: check.activation,
    roll: ["fixed", "batch", "window", "none"],
    seed: check.seed,
  });
  const {
    inputShape,
    classes,
    filters = 128,
    kernelSize = 9,
    units = 64,
    activation = "elu",
    roll = "fixed",
  } = options;
  const { channels: channelDropout = 0.1, units: unitDropout = 0.4 } = options.dropout ?? {};
  const { seed = 0 } = options;
  const net = toolkit(seed);

  const input = tf.input({ shape: inputShape });
  let x: Symbolic = input; // [windows, steps, channels]
  if (roll !== "none") x = net.apply(randomRoll({ mode: roll, seed }), x);
  x = residualBlock1d(net, net.spatialDropout(x, channelDropout), { filters, kernelSize, activation });
  x = net.spatialDropout(maxPool1d(net, x, 3), channelDropout);
  x = residualBlock1d(net, x, { filters, kernelSize, activation });
  x = meanOverTime(net, x); // [windows, filters]
  const outputs = classifierHead(net, x, { units, activation, dropout: unitDropout, classes });
  return tf.model({ inputs: input, outputs });
}
