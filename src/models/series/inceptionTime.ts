import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../engine";
import { meanOverTime } from "../blocks/series";
import * as check from "../blocks/shapes";
import { type Symbolic, type Toolkit, toolkit } from "../blocks/toolkit";

/** Options of {@link inceptionTime}. */
export interface InceptionTimeOptions {
  /** `[steps, channels]` of one window. */
  inputShape: [steps: number, channels: number];
  /** Number of classes. */
  classes: number;
  /** Channels of each of a module's four branches. Default 32. */
  filters?: number;
  /** Inception modules; every third is bridged by a shortcut. Default 6. */
  depth?: number;
  /** Steps that the longest branch sees; the others see a half and a quarter. Default 40. */
  kernelSize?: number;
  /** Channels that the branches see. Default 32. */
  bottleneck?: number;
  /** Dropout before the last layer; the paper has none. Default 0. */
  dropout?: number;
  /** Seed of the weights. Default 0. */
  seed?: number;
}

/** Three lengths of convolution and a pooled look at the input, side by side. */
function inceptionModule(
  net: Toolkit,
  x: Symbolic,
  options: { filters: number; kernelSize: number; bottleneck: number },
): Symbolic {
  const { filters, kernelSize, bottleneck } = options;
  const narrow =
    (x.shape[2] as number) > 1 ? net.conv1d(x, { filters: bottleneck, kernelSize: 1, useBias: false }) : x;
  const branches = [1, 2, 4].map((part) =>
    net.conv1d(narrow, { filters, kernelSize: Math.floor(kernelSize / part), useBias: false }),
  );
  const pooled = net.apply(tf.layers.maxPooling1d({ poolSize: 3, strides: 1, padding: "same" }), x);
  branches.push(net.conv1d(pooled, { filters, kernelSize: 1, useBias: false }));
  return net.activate(net.normalize(net.join(...branches)), "relu"); // [windows, steps, 4 * filters]
}

/**
 * InceptionTime (Fawaz et al. 2020), one network of the five that the paper averages; 502,845 parameters for
 * 18 channels and 61 classes.
 *
 * In `[windows, steps, channels]`, scaled; out `[windows, classes]`, probabilities.
 *
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} if a size is not a whole number above 0 or out of reach, or a dropout not in [0, 1)
 * @see hfawaz/InceptionTime
 * @example
 * const models = [0, 1, 2, 3, 4].map((seed) => inceptionTime({ inputShape: [600, 18], classes: 61, seed }));
 */
export function inceptionTime(options: InceptionTimeOptions): tfTypes.LayersModel {
  check.checkNetwork(options, "steps, channels", {
    classes: check.size,
    filters: check.size,
    depth: check.depth,
    kernelSize: { ...check.size, low: 4 },
    bottleneck: check.size,
    dropout: check.rate,
    seed: check.seed,
  });
  const { inputShape, classes, filters = 32, depth = 6, kernelSize = 40, bottleneck = 32 } = options;
  const { dropout = 0, seed = 0 } = options;
  const net = toolkit(seed);

  const input = tf.input({ shape: inputShape });
  let x: Symbolic = input; // [windows, steps, channels]
  let from: Symbolic = input;
  for (let module = 0; module < depth; module++) {
    x = inceptionModule(net, x, { filters, kernelSize, bottleneck });
    if (module % 3 === 2) {
      const shortcut = net.normalize(
        net.conv1d(from, { filters: 4 * filters, kernelSize: 1, useBias: false }),
      );
      x = net.activate(net.add(shortcut, x), "relu");
      from = x;
    }
  }
  x = net.dropout(meanOverTime(net, x), dropout); // [windows, 4 * filters]
  return tf.model({ inputs: input, outputs: net.dense(x, { units: classes, activation: "softmax" }) });
}
