import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { biasAdd, lstmSequence, lstmStates, matrixProduct, tf } from "../engine";
import { carried, RecurrentLayer, type RecurrentOptions } from "./recurrent";

/** Options of {@link lstm}. */
export interface LstmOptions extends RecurrentOptions {
  /** The forget gate's bias starts at 1. Default true. */
  unitForgetBias?: boolean;
}

class FastLstm extends RecurrentLayer {
  static readonly className = "FastLstm";
  private readonly unitForgetBias: boolean;

  constructor(options: LstmOptions) {
    super(options, 4);
    this.unitForgetBias = options.unitForgetBias ?? true;
  }

  protected override biasShape(): number[] {
    return [4 * this.settings.units];
  }

  override build(inputShape: tfTypes.Shape | tfTypes.Shape[]): void {
    super.build(inputShape);
    if (!this.unitForgetBias) return;
    const { units } = this.settings;
    const open = Float32Array.from({ length: 4 * units }, (_, i) => (i >= units && i < 2 * units ? 1 : 0));
    tf.tidy(() => {
      this.bias.write(tf.tensor1d(open));
    });
  }

  protected override whole(
    x: tfTypes.Tensor3D,
    options: { training: boolean; counts?: tfTypes.Tensor },
  ): tfTypes.Tensor {
    const recurrentKernel = this.recurrentKernel.read() as tfTypes.Tensor2D;
    const projected = this.projected(x, this.bias.read());
    return lstmSequence(projected, { recurrentKernel }, this.sequenceOptions(x, options));
  }

  protected override states(
    x: tfTypes.Tensor3D,
    options: { training: boolean; counts?: readonly tfTypes.Tensor2D[] },
  ): tfTypes.Tensor3D {
    const kernel = this.kernel.read() as tfTypes.Tensor2D;
    const recurrentKernel = this.recurrentKernel.read() as tfTypes.Tensor2D;
    const bias = this.bias.read();
    const mask = this.recurrentMask(x.shape[1], options.training);
    const { counts } = options;
    if (this.settings.recurrentActivation === "sigmoid" && !mask && !counts) {
      return lstmStates(x, { kernel: tf.concat([kernel, recurrentKernel], 0), bias });
    }
    return this.unrolled(x, { kernel, recurrentKernel, bias, mask, counts });
  }

  /** Step by step, for what the native op does not know. */
  private unrolled(
    x: tfTypes.Tensor3D,
    weights: {
      kernel: tfTypes.Tensor2D;
      recurrentKernel: tfTypes.Tensor2D;
      bias: tfTypes.Tensor;
      mask?: tfTypes.Tensor2D;
      counts?: readonly tfTypes.Tensor2D[];
    },
  ): tfTypes.Tensor3D {
    const [steps, windows, channels] = x.shape;
    const { units } = this.settings;
    const rows = tf.reshape(x, [steps * windows, channels]) as tfTypes.Tensor2D;
    const projected = biasAdd(matrixProduct(rows, weights.kernel), weights.bias);
    const inputs = tf.unstack(tf.reshape(projected, [steps, windows, 4 * units])) as tfTypes.Tensor2D[];
    let state: tfTypes.Tensor2D | undefined; // [windows, units]
    let memory: tfTypes.Tensor | undefined; // [windows, units]
    const states: tfTypes.Tensor2D[] = [];
    for (const [step, input] of inputs.entries()) {
      const recurring = state && weights.mask ? tf.mul<tfTypes.Tensor2D>(state, weights.mask) : state;
      const all = recurring ? tf.add(input, matrixProduct(recurring, weights.recurrentKernel)) : input;
      const [write, forget, candidate, output] = tf.split(all, 4, 1);
      const update = tf.mul(this.gate(write), tf.tanh(candidate));
      const nextMemory: tfTypes.Tensor = memory ? tf.add(tf.mul(this.gate(forget), memory), update) : update;
      const next = tf.mul<tfTypes.Tensor2D>(this.gate(output), tf.tanh(nextMemory));
      const counts = weights.counts?.[step];
      memory = carried(nextMemory, memory ?? tf.zerosLike(nextMemory), counts);
      state = carried(next, state ?? tf.zerosLike(next), counts);
      states.push(state);
    }
    return tf.stack(states) as tfTypes.Tensor3D;
  }

  override getConfig(): tfTypes.serialization.ConfigDict {
    return { ...super.getConfig(), unitForgetBias: this.unitForgetBias };
  }
}
tf.serialization.registerClass(FastLstm);

/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997), weights and defaults as Keras 3's LSTM: a whole pass over
 * time is one native op, and one more backward.
 *
 * In `[windows, steps, channels]`; out `[windows, units]`, or `[windows, steps, units]` with `returnSequences`. Works
 * inside `tf.layers.bidirectional`. On a GPU, or without our own ops, it goes step by step where there is
 * `recurrentDropout`, `hardSigmoid` or a mask.
 *
 * @throws {RangeError} if `units` is not a whole number above 0 or a share lies outside [0, 1)
 * @example
 * lstm({ units: 64 }).apply(tf.input({ shape: [600, 18] })); // [null, 64]
 */
export function lstm(options: LstmOptions): tfTypes.layers.Layer {
  return new FastLstm(options);
}
