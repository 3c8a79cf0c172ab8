import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { biasAdd, gruSequence, matrixProduct, tf } from "../engine";
import { carried, RecurrentLayer, type RecurrentOptions } from "./recurrent";

/** Options of {@link gru}. */
export interface GruOptions extends RecurrentOptions {
  /** The reset gate acts after the recurrent product (Keras 3, cuDNN) or before it (the paper). Default true. */
  resetAfter?: boolean;
}

class FastGru extends RecurrentLayer {
  static readonly className = "FastGru";
  private readonly resetAfter: boolean;

  constructor(options: GruOptions) {
    super(options, 3);
    this.resetAfter = options.resetAfter ?? true;
  }

  protected override biasShape(): number[] {
    const width = 3 * this.settings.units;
    return this.resetAfter ? [2, width] : [width];
  }

  protected override whole(
    x: tfTypes.Tensor3D,
    options: { training: boolean; counts?: tfTypes.Tensor },
  ): tfTypes.Tensor {
    const { resetAfter } = this;
    const recurrentKernel = this.recurrentKernel.read() as tfTypes.Tensor2D;
    const [bias, recurrentBias] = resetAfter ? tf.unstack(this.bias.read()) : [this.bias.read()];
    const settings = { ...this.sequenceOptions(x, options), resetAfter };
    return gruSequence(this.projected(x, bias), { recurrentKernel, recurrentBias }, settings);
  }

  protected override states(
    x: tfTypes.Tensor3D,
    options: { training: boolean; counts?: readonly tfTypes.Tensor2D[] },
  ): tfTypes.Tensor3D {
    const [steps, windows, channels] = x.shape;
    const { units } = this.settings;
    const recurrentKernel = this.recurrentKernel.read() as tfTypes.Tensor2D;
    const mask = this.recurrentMask(windows, options.training);
    const biases = this.resetAfter ? tf.unstack(this.bias.read()) : [this.bias.read()];
    const rows = tf.reshape(x, [steps * windows, channels]) as tfTypes.Tensor2D;
    // Update, reset and candidate of all steps in one product.
    const projected = biasAdd(matrixProduct(rows, this.kernel.read() as tfTypes.Tensor2D), biases[0]);
    const inputs = tf.unstack(tf.reshape(projected, [steps, windows, 3 * units])) as tfTypes.Tensor2D[];
    const gatesKernel = this.resetAfter ? undefined : tf.slice2d(recurrentKernel, [0, 0], [units, 2 * units]);
    const lastKernel = this.resetAfter
      ? undefined
      : tf.slice2d(recurrentKernel, [0, 2 * units], [units, units]);
    let state = tf.zeros([windows, units]) as tfTypes.Tensor2D;
    const states: tfTypes.Tensor2D[] = [];
    for (const [step, input] of inputs.entries()) {
      const recurring = mask ? tf.mul<tfTypes.Tensor2D>(state, mask) : state;
      const [gatesInput, candidateInput] = tf.split(input, [2 * units, units], 1);
      let update: tfTypes.Tensor;
      let candidate: tfTypes.Tensor;
      if (gatesKernel && lastKernel) {
        const gates = this.gate(tf.add(gatesInput, matrixProduct(recurring, gatesKernel)));
        const [kept, reset] = tf.split(gates, 2, 1);
        const product = matrixProduct(tf.mul<tfTypes.Tensor2D>(reset, recurring), lastKernel);
        update = kept;
        candidate = tf.tanh(tf.add(candidateInput, product));
      } else {
        const inner = biasAdd(matrixProduct(recurring, recurrentKernel), biases[1]);
        const [gatesInner, candidateInner] = tf.split(inner, [2 * units, units], 1);
        const [kept, reset] = tf.split(this.gate(tf.add(gatesInput, gatesInner)), 2, 1);
        update = kept;
        candidate = tf.tanh(tf.add(candidateInput, tf.mul(reset, candidateInner)));
      }
      // update * state + (1 - update) * candidate
      const next = tf.add<tfTypes.Tensor2D>(candidate, tf.mul(update, tf.sub(state, candidate)));
      state = carried(next, state, options.counts?.[step]);
      states.push(state);
    }
    return tf.stack(states) as tfTypes.Tensor3D;
  }

  override getConfig(): tfTypes.serialization.ConfigDict {
    return { ...super.getConfig(), resetAfter: this.resetAfter };
  }
}
tf.serialization.registerClass(FastGru);

/**
 * Gated recurrent unit (Cho et al. 2014), weights and defaults as Keras 3's GRU: the input's share of all gates and
 * steps is one product, and a whole pass over time one op of our own. On a GPU, or without it, it goes step by step.
 *
 * In `[windows, steps, channels]`; out `[windows, units]`, or `[windows, steps, units]` with `returnSequences`. Works
 * inside `tf.layers.bidirectional`.
 *
 * @throws {RangeError} if `units` is not a whole number above 0 or a share lies outside [0, 1)
 * @example
 * gru({ units: 64, returnSequences: true }).apply(tf.input({ shape: [600, 18] })); // [null, 600, 64]
 */
export function gru(options: GruOptions): tfTypes.layers.Layer {
  return new FastGru(options);
}
