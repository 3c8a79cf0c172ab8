import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../engine";
import { recurrent } from "../blocks/recurrent";
import { maxPool1d, meanOverTime } from "../blocks/series";
import * as check from "../blocks/shapes";
import { type Symbolic, toolkit } from "../blocks/toolkit";

/** Options of {@link gruPoolGru}. */
export interface GruPoolGruOptions {
  /** `[steps, channels]` of one window. */
  inputShape: [steps: number, channels: number];
  /** Number of classes. */
  classes: number;
  /** Units of the two GRU layers. Default `[256, 150]`. */
  units?: readonly [number, number];
  /** Steps that the pooling between them makes into one; 1: no pooling. Default 2. */
  poolSize?: number;
  /** Dropout before the last layer. Default 0. */
  dropout?: number;
  /** Seed of the weights. Default 0. */
  seed?: number;
}

/** The four variants whose ensemble won: with and without pooling, 150 or 256 units in the second layer. */
export const gruPoolGruVariants: readonly Pick<GruPoolGruOptions, "units" | "poolSize">[] = [
  { units: [256, 150], poolSize: 2 },
  { units: [256, 256], poolSize: 2 },
  { units: [256, 150], poolSize: 1 },
  { units: [256, 256], poolSize: 1 },
];

/**
 * The first-placed motion network: two GRU layers, with pooling between them, averaged over time. How many steps the
 * author pooled is not known; two is our choice. 404,779 parameters for 18 channels and 61 classes.
 *
 * In `[windows, steps, channels]`, scaled; out `[windows, classes]`, probabilities.
 *
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} if a size is not a whole number above 0 or out of reach, or a dropout not in [0, 1)
 * @see Parkjin96/DACON11-ClassificationOfMotion (DACON 235689, 2021)
 * @example
 * const ensemble = gruPoolGruVariants.map((variant) => gruPoolGru({ inputShape: [600, 18], classes: 61, ...variant }));
 */
export function gruPoolGru(options: GruPoolGruOptions): tfTypes.LayersModel {
  check.checkNetwork(options, "steps, channels", {
    classes: check.size,
    units: { each: check.size, least: 2, most: 2 },
    poolSize: check.size,
    dropout: check.rate,
    seed: check.seed,
  });
  const { inputShape, classes, units = [256, 150], poolSize = 2, dropout = 0, seed = 0 } = options;
  const net = toolkit(seed);

  const input = tf.input({ shape: inputShape });
  let x: Symbolic = recurrent(net, input, { cell: "gru", units: units[0], returnSequences: true });
  if (poolSize > 1) x = maxPool1d(net, x, poolSize); // [windows, steps / poolSize, units]
  x = recurrent(net, x, { cell: "gru", units: units[1], returnSequences: true });
  x = net.dropout(meanOverTime(net, x), dropout);
  return tf.model({ inputs: input, outputs: net.dense(x, { units: classes, activation: "softmax" }) });
}
