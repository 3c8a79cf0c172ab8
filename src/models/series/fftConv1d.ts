import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../engine";
import { meanOverTime } from "../blocks/series";
import * as check from "../blocks/shapes";
import { type Symbolic, toolkit } from "../blocks/toolkit";

/** Options of {@link fftConv1d}. */
export interface FftConv1dOptions {
  /** `[steps, channels]` of one window; the author's channels are 18: six FFT magnitudes, three energies, nine changes. */
  inputShape: [steps: number, channels: number];
  /** Number of classes. */
  classes: number;
  /** Dropout after each of the three convolutions. Default `[0.3, 0.4, 0.5]`. */
  dropout?: readonly [number, number, number];
  /** Seed of the weights. Default 0. */
  seed?: number;
}

/** Filters and kernel size of the three convolutions. */
const convolutions = [
  [128, 9],
  [256, 6],
  [128, 3],
] as const;

/**
 * The second-placed motion network, three convolutions over spectra and signals side by side; 326,077 parameters for
 * 18 channels and 61 classes.
 *
 * In `[windows, steps, channels]`, scaled; out `[windows, classes]`, probabilities.
 *
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} if a size is not a whole number above 0 or out of reach, or a dropout not in [0, 1)
 * @see HAR_private_2rd_1D-CNN in ghghdfd/Competition_code (DACON 235689, 2021)
 * @example
 * const model = fftConv1d({ inputShape: [600, 18], classes: 61 });
 */
export function fftConv1d(options: FftConv1dOptions): tfTypes.LayersModel {
  check.checkNetwork(options, "steps, channels", {
    classes: check.size,
    dropout: { each: check.rate, least: 3, most: 3 },
    seed: check.seed,
  });
  const { inputShape, classes, dropout = [0.3, 0.4, 0.5], seed = 0 } = options;
  const net = toolkit(seed);

  const input = tf.input({ shape: inputShape });
  let x: Symbolic = input; // [windows, steps, channels]
  convolutions.forEach(([filters, kernelSize], index) => {
    x = net.activate(net.normalize(net.conv1d(x, { filters, kernelSize })), "relu");
    x = net.dropout(x, dropout[index]);
  });
  x = meanOverTime(net, x); // [windows, 128]
  return tf.model({ inputs: input, outputs: net.dense(x, { units: classes, activation: "softmax" }) });
}
