import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../engine";
import { encoderDecoder } from "../blocks/encoderDecoder";
import * as check from "../blocks/shapes";
import { type Activation, type Symbolic, toolkit } from "../blocks/toolkit";

/** Options of {@link rainNet}. */
export interface RainNetOptions {
  /** `[rows, columns, times]` of one sample; rows and columns multiples of `2 ** depth`. */
  inputShape: [rows: number, columns: number, times: number];
  /** Channels of the first level, doubled by each below. Default 64. */
  filters?: number;
  /** Levels below the first. Default 4, as the paper, or as many as rows and columns can be halved: 3 for 120 x 120. */
  depth?: number;
  /** Dropout in the two lowest levels. Default 0.5. */
  dropout?: number;
  /** `linear` for rain, as the paper; `sigmoid` for pixels / 255 or the chance of exceeding a threshold. Default `linear`. */
  outputActivation?: Activation;
  /** Seed of the weights. Default 0. */
  seed?: number;
}

/** How often rows and columns can be halved, up to the paper's 4 times; once where they cannot, to be refused. */
function deepest([rows, columns]: RainNetOptions["inputShape"]): number {
  return [4, 3, 2].find((depth) => rows % 2 ** depth === 0 && columns % 2 ** depth === 0) ?? 1;
}

/**
 * RainNet v1.0 (Ayzel et al. 2020), a U-Net for nowcasting trained with the log-cosh loss on log rain; 31,380,613
 * parameters for four frames.
 *
 * In `[samples, rows, columns, times]`; out `[samples, rows, columns, 1]`.
 *
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} if a size is not a whole number above 0 or out of reach, a dropout not in [0, 1), or
 *   rows or columns are no multiple of `2 ** depth`
 * @see hydrogo/rainnet
 * @example
 * const model = rainNet({ inputShape: [120, 120, 4], filters: 16 });
 */
export function rainNet(options: RainNetOptions): tfTypes.LayersModel {
  check.checkNetwork(options, "rows, columns, times", {
    filters: check.size,
    depth: check.depth,
    dropout: check.rate,
    outputActivation: check.activation,
    seed: check.seed,
  });
  const { inputShape, filters = 64, dropout = 0.5, outputActivation = "linear", seed = 0 } = options;
  const { depth = deepest(inputShape) } = options;
  check.checkHalvings(inputShape, depth);
  check.checkLevels(inputShape, { depth, filters });
  const net = toolkit(seed);
  const convolve = (x: Symbolic, channels: number): Symbolic =>
    net.conv2d(x, { filters: channels, kernelSize: 3, kernelInitializer: "heNormal", activation: "relu" });

  const input = tf.input({ shape: inputShape });
  let x = encoderDecoder(input, {
    depth,
    block: (from, level) => convolve(convolve(from, filters * 2 ** level), filters * 2 ** level),
    // The decoder sees the encoder's maps whole; only what goes down is thinned.
    shrink: (from, level) =>
      net.apply(
        tf.layers.maxPooling2d({ poolSize: 2 }),
        level === depth - 1 ? net.dropout(from, dropout) : from,
      ),
    middle: (lowest) => net.dropout(lowest, dropout),
    enlarge: (from) => net.apply(tf.layers.upSampling2d({ size: [2, 2] }), from),
    join: (skip, enlarged) => net.join(enlarged, skip),
  });
  x = convolve(x, 2);
  const output = net.conv2d(x, { filters: 1, kernelSize: 1, activation: outputActivation });
  return tf.model({ inputs: input, outputs: output });
}
