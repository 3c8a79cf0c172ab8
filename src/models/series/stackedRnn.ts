import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../engine";
import { type Cell, recurrent } from "../blocks/recurrent";
import { classifierHead } from "../blocks/series";
import * as check from "../blocks/shapes";
import { type Activation, type Symbolic, toolkit } from "../blocks/toolkit";

/** Options of {@link stackedRnn}. */
export interface StackedRnnOptions {
  /** `[steps, channels]` of one window. */
  inputShape: [steps: number, channels: number];
  /** Number of classes. */
  classes: number;
  /** Default `lstm`. */
  cell?: Cell;
  /** Units of each recurrent layer, in order. Default `[64, 64]`. */
  recurrentUnits?: readonly number[];
  /** Units of the dense layer. Default 64. */
  units?: number;
  /** Dropout after each recurrent layer but the last, and before the last layer. Default 0.2 and 0.4. */
  dropout?: { recurrent?: number; units?: number };
  /** Default `elu`. */
  activation?: Activation;
  /** Seed of the weights. Default 0. */
  seed?: number;
}

/**
 * LSTM or GRU layers one upon the other and a dense layer: the author's second idea, and the competition's baseline; 62,653 parameters
 * for 18 channels and 61 classes.
 *
 * In `[windows, steps, channels]`, scaled; out `[windows, classes]`, probabilities.
 *
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} if a size is not a whole number above 0 or out of reach, a dropout not in [0, 1), or
 *   there is no layer
 * @see the author's post on DACON 235689, 2.3
 * @example
 * const model = stackedRnn({ inputShape: [600, 18], classes: 61, cell: "gru" });
 */
export function stackedRnn(options: StackedRnnOptions): tfTypes.LayersModel {
  check.checkNetwork(options, "steps, channels", {
    classes: check.size,
    cell: check.cell,
    recurrentUnits: check.sizes,
    units: check.size,
    dropout: { options: { recurrent: check.rate, units: check.rate } },
    activation: check.activation,
    seed: check.seed,
  });
  const {
    inputShape,
    classes,
    cell = "lstm",
    recurrentUnits = [64, 64],
    units = 64,
    activation = "elu",
  } = options;
  const { recurrent: betweenDropout = 0.2, units: unitDropout = 0.4 } = options.dropout ?? {};
  const net = toolkit(options.seed ?? 0);

  const input = tf.input({ shape: inputShape });
  let x: Symbolic = input; // [windows, steps, channels]
  recurrentUnits.forEach((size, index) => {
    const last = index === recurrentUnits.length - 1;
    x = recurrent(net, x, { cell, units: size, returnSequences: !last });
    if (!last) x = net.dropout(x, betweenDropout);
  }); // [windows, units of the last]
  const outputs = classifierHead(net, x, { units, activation, dropout: unitDropout, classes });
  return tf.model({ inputs: input, outputs });
}
