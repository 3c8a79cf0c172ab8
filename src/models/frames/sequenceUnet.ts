import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../engine";
import { convLstm2d, foldTime, unfoldTime } from "../../layers";
import { encoderDecoder } from "../blocks/encoderDecoder";
import { framesAsSequence, timesAsChannels } from "../blocks/frames";
import * as check from "../blocks/shapes";
import { type Activation, type Symbolic, toolkit } from "../blocks/toolkit";
import { unetParts } from "../blocks/unetParts";

/** Options of {@link sequenceUnet}. */
export interface SequenceUnetOptions {
  /** `[rows, columns, times]` of one sample. */
  inputShape: [rows: number, columns: number, times: number];
  /**
   * Where time passes through a ConvLSTM2D: `none` (each frame alone, joined before the last convolution, as Keras's
   * TimeDistributed), `input` (before a plain U-Net), `middle` (between a frame-by-frame way down and a common way up),
   * or `throughout` (in place of every convolution). Default `input`.
   */
  recurrent?: "none" | "input" | "middle" | "throughout";
  /** Channels of the first level, doubled by each below. Default 16. */
  filters?: number;
  /** Levels below the first. Default 3. */
  depth?: number;
  /** Default `relu`. */
  activation?: Activation;
  /** Default `sigmoid`, for pixels in [0, 1]. */
  outputActivation?: Activation;
  /** Rows and columns of the last convolution. Default 1. */
  outputKernel?: 1 | 3;
  /** Seed of the weights. Default 0. */
  seed?: number;
}

/**
 * A U-Net over frames as a sequence: the author's trials that mix it with ConvLSTM2D, from frame by frame to recurrent
 * throughout; for four frames 483,905 parameters (`none`), 495,937 (`input`), 1,809,681 (`middle`), 3,754,225
 * (`throughout`).
 *
 * In `[samples, rows, columns, times]`; out `[samples, rows, columns, 1]`.
 *
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} if a size is not a whole number above 0 or out of reach, a dropout not in [0, 1), or
 *   `recurrent` is unknown
 * @see the author's post on DACON 235646, "what else I tried", 3 to 5
 * @example
 * const model = sequenceUnet({ inputShape: [120, 120, 4], recurrent: "middle" });
 */
export function sequenceUnet(options: SequenceUnetOptions): tfTypes.LayersModel {
  check.checkNetwork(options, "rows, columns, times", {
    recurrent: ["none", "input", "middle", "throughout"],
    filters: check.size,
    depth: check.depth,
    activation: check.activation,
    outputActivation: check.activation,
    outputKernel: check.outputKernel,
    seed: check.seed,
  });
  const { inputShape, recurrent = "input", filters = 16, depth = 3, activation = "relu" } = options;
  const { outputActivation = "sigmoid", outputKernel = 1, seed = 0 } = options;
  const times = inputShape[2];
  check.checkLevels(inputShape, { depth, filters });
  const net = toolkit(seed);
  const fold = (x: Symbolic): Symbolic => net.apply(foldTime(), x);
  const unfold = (x: Symbolic): Symbolic => net.apply(unfoldTime({ times }), x);
  const remember = (x: Symbolic, channels: number, returnSequences = false): Symbolic =>
    net.apply(convLstm2d({ filters: channels, returnSequences, seed: net.nextSeed() }), x);

  const input = tf.input({ shape: inputShape });
  const sequence = framesAsSequence(net, input); // [samples, times, rows, columns, 1]
  const parts = unetParts(net, {
    filters,
    depth,
    activation,
    ...(recurrent === "throughout"
      ? { convolve: (x: Symbolic, channels: number) => fold(remember(unfold(x), channels, true)) }
      : {}),
  });

  let x: Symbolic; // [samples, rows, columns, channels]
  if (recurrent === "input") {
    x = encoderDecoder(net.normalize(remember(sequence, filters)), parts);
  } else if (recurrent === "middle") {
    x = encoderDecoder(fold(sequence), {
      ...parts,
      middle: (lowest) => net.normalize(remember(unfold(lowest), filters * 2 ** depth)),
      join: (skip, enlarged, level) => parts.join(timesAsChannels(net, unfold(skip)), enlarged, level),
    });
  } else {
    x = timesAsChannels(net, unfold(encoderDecoder(fold(sequence), parts)));
  }
  const output = net.conv2d(x, { filters: 1, kernelSize: outputKernel, activation: outputActivation });
  return tf.model({ inputs: input, outputs: output });
}
