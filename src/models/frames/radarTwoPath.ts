import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../engine";
import type { InitializerName } from "../../layers";
import { convLstm2d } from "../../layers";
import { framesAsSequence } from "../blocks/frames";
import * as check from "../blocks/shapes";
import { type Activation, type Symbolic, type Toolkit, toolkit } from "../blocks/toolkit";

/** Options of {@link radarTwoPath}. */
export interface RadarTwoPathOptions {
  /** `[rows, columns, times]` of one sample; rows and columns multiples of 8. */
  inputShape: [rows: number, columns: number, times: number];
  /** `submitted` keeps the author's two wiring slips, `intended` is the network without them. Default `submitted`. */
  variant?: "submitted" | "intended";
  /** Channels of the first level; the others have two, four and eight times as many. Default 64. */
  filters?: number;
  /** Channels of the recurrent path. Default 16. */
  lstmFilters?: number;
  /** Dropout of whole channels in the two lowest levels. Default 0.25. */
  dropout?: number;
  /** Default `elu`. */
  activation?: Activation;
  /** Rows and columns of the last convolution. Default 3. */
  outputKernel?: 1 | 3;
  /** Seed of the weights. Default 0. */
  seed?: number;
}

/** How a block is wired. */
interface Wiring {
  /** Activations read the convolution before its normalisation (first slip). */
  beforeNormalization?: boolean;
  /** The third group reads the block's input (second slip). */
  skipsSecond?: boolean;
  /** Each convolution is three: 1x1 to a quarter, 3x3, 1x1 back. */
  bottleneck?: boolean;
  kernelInitializer?: InitializerName;
}

/** Three groups of convolutions with the first one's output added to the third's. */
function tripleBlock(
  net: Toolkit,
  x: Symbolic,
  filters: number,
  activation: Activation,
  wiring: Wiring = {},
): Symbolic {
  const { kernelInitializer = "heNormal" } = wiring;
  const convolve = (from: Symbolic): Symbolic => {
    if (!wiring.bottleneck) return net.conv2d(from, { filters, kernelSize: 3, kernelInitializer });
    const quarter = filters >> 2;
    const narrow = net.conv2d(from, { filters: quarter, kernelSize: 1, kernelInitializer });
    const seen = net.conv2d(narrow, { filters: quarter, kernelSize: 3, kernelInitializer });
    return net.conv2d(seen, { filters, kernelSize: 1, kernelInitializer });
  };
  const first = convolve(x);
  const shortcut = net.normalize(first);
  let path = x;
  if (!wiring.skipsSecond) {
    path = net.activate(wiring.beforeNormalization ? first : shortcut, activation);
    path = net.activate(net.normalize(convolve(path)), activation);
  }
  return net.activate(net.add(net.normalize(convolve(path)), shortcut), activation);
}

/**
 * The first-placed radar network: a residual U-Net beside a ConvLSTM2D over the same frames, joined before the last
 * convolution; 3,799,297 parameters as submitted (3,791,457 trainable), 4,113,409 as intended (4,104,545).
 *
 * In `[samples, rows, columns, times]`, pixels / 255; out `[samples, rows, columns, 1]`, in [0, 1].
 *
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} if a size is not a whole number above 0 or out of reach, a dropout not in [0, 1), or
 *   rows or columns are no multiple of 8
 * @see the author's notebook (DACON 235646, 2020)
 * @example
 * const model = radarTwoPath({ inputShape: [120, 120, 4], variant: "intended", filters: 16 });
 */
export function radarTwoPath(options: RadarTwoPathOptions): tfTypes.LayersModel {
  check.checkNetwork(options, "rows, columns, times", {
    variant: ["submitted", "intended"],
    filters: check.size,
    lstmFilters: check.size,
    dropout: check.rate,
    activation: check.activation,
    outputKernel: check.outputKernel,
    seed: check.seed,
  });
  const {
    inputShape,
    variant = "submitted",
    filters = 64,
    lstmFilters = 16,
    dropout = 0.25,
    outputKernel = 3,
  } = options;
  const { activation = "elu", seed = 0 } = options;
  check.checkHalvings(inputShape, 3);
  check.checkLevels(inputShape, { depth: 3, filters });
  const net = toolkit(seed);
  const slips = variant === "submitted";
  const pool = (x: Symbolic): Symbolic => net.apply(tf.layers.maxPooling2d({ poolSize: 2 }), x);

  const input = tf.input({ shape: inputShape });
  const level1 = tripleBlock(net, input, filters, activation);
  const level2 = tripleBlock(net, pool(level1), 2 * filters, activation);
  const level3 = tripleBlock(net, pool(level2), 4 * filters, activation, { bottleneck: true });
  let x = net.spatialDropout(pool(level3), dropout);
  x = tripleBlock(net, x, 8 * filters, activation, { bottleneck: true, skipsSecond: slips });
  x = net.spatialDropout(x, dropout); // [samples, rows / 8, columns / 8, 8 * filters]

  const up = (from: Symbolic, skip: Symbolic, channels: number, wiring: Wiring): Symbolic => {
    const larger = net.conv2dTranspose(from, { filters: channels, kernelSize: 3, strides: 2 });
    return tripleBlock(net, net.join(larger, skip), channels, activation, wiring);
  };
  x = up(x, level3, 4 * filters, { bottleneck: true });
  x = up(x, level2, 2 * filters, { beforeNormalization: slips });
  x = up(x, level1, filters, { beforeNormalization: slips }); // [samples, rows, columns, filters]

  // Keras 2, which the author had, opens and shuts the gates by a piecewise sigmoid.
  const recurrent = convLstm2d({
    filters: lstmFilters,
    recurrentActivation: "hardSigmoid",
    seed: net.nextSeed(),
  });
  const path2 = net.normalize(net.apply(recurrent, framesAsSequence(net, input)));

  x = tripleBlock(net, net.join(x, path2), filters, activation, { kernelInitializer: "glorotUniform" });
  const output = net.conv2d(x, { filters: 1, kernelSize: outputKernel, activation: "sigmoid" });
  return tf.model({ inputs: input, outputs: output });
}
