import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { randomSource } from "../core/random";
import { biasAdd, tf } from "../engine";
import { convLstmStates } from "./convLstmStates";
import { initializer } from "./initializers";

/** Options of {@link convLstm2d}. */
export interface ConvLstm2dOptions {
  /** Channels of the state. */
  filters: number;
  /** Rows and columns of the kernels. Default 3. */
  kernelSize?: number;
  /** The gates' activation: `sigmoid` as Keras 3, or `hardSigmoid` (0.2 x + 0.5, cut to [0, 1]) as Keras 2. Default `sigmoid`. */
  recurrentActivation?: "sigmoid" | "hardSigmoid";
  /** All states in order of time instead of the last. Default false. */
  returnSequences?: boolean;
  /** Seed of the weights. Default 0. */
  seed?: number;
  /** Name of the layer; a numbered one by default. */
  name?: string;
}

class FastConvLstm2D extends tf.layers.Layer {
  static readonly className = "FastConvLstm2D";
  private readonly options: Required<Omit<ConvLstm2dOptions, "name">>;
  private kernel!: tfTypes.LayerVariable;
  private recurrentKernel!: tfTypes.LayerVariable;
  private bias!: tfTypes.LayerVariable;

  constructor(options: ConvLstm2dOptions) {
    super(options);
    const {
      filters,
      kernelSize = 3,
      recurrentActivation = "sigmoid",
      returnSequences = false,
      seed = 0,
    } = options;
    if (!(Number.isInteger(filters) && filters > 0)) {
      throw new RangeError(
        `Cannot make a ConvLSTM2D: filters must be a whole number above 0, got ${filters}`,
      );
    }
    this.options = { filters, kernelSize, recurrentActivation, returnSequences, seed };
    this.inputSpec = [{ ndim: 5 }];
  }

  override build(inputShape: tfTypes.Shape | tfTypes.Shape[]): void {
    const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as tfTypes.Shape;
    const channels = shape[4] as number;
    const { filters, kernelSize: size, seed } = this.options;
    const random = randomSource(seed);
    const next = (): number => random.integer(1, 2 ** 31 - 1);
    // The gates lie in Keras's order: input, forget, cell, output.
    this.kernel = this.addWeight(
      "kernel",
      [size, size, channels, 4 * filters],
      "float32",
      initializer("glorotUniform", { seed: next() }),
    );
    this.recurrentKernel = this.addWeight(
      "recurrent_kernel",
      [size, size, filters, 4 * filters],
      "float32",
      initializer("orthogonal", { seed: next() }),
    );
    this.bias = this.addWeight("bias", [4 * filters], "float32", tf.initializers.zeros());
    // The forget gate starts open, as Keras's unit_forget_bias.
    const open = Float32Array.from({ length: 4 * filters }, (_, i) =>
      i >= filters && i < 2 * filters ? 1 : 0,
    );
    tf.tidy(() => {
      this.bias.write(tf.tensor1d(open));
    });
    this.built = true;
  }

  override call(inputs: tfTypes.Tensor | tfTypes.Tensor[], kwargs: { mask?: unknown }): tfTypes.Tensor {
    this.invokeCallHook(inputs, kwargs);
    if (kwargs.mask) {
      throw new RangeError(`Cannot run "${this.name}": a ConvLSTM2D must see every frame, got a mask`);
    }
    return tf.tidy(() => {
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tfTypes.Tensor5D;
      const [samples, times, rows, columns, channels] = x.shape;
      const { filters, recurrentActivation, returnSequences } = this.options;
      let kernel = this.kernel.read() as tfTypes.Tensor4D;
      let recurrentKernel = this.recurrentKernel.read() as tfTypes.Tensor4D;
      let bias = this.bias.read();
      if (recurrentActivation === "hardSigmoid") {
        // 0.2 x + 0.5 goes into the weights, which are small, instead of every pixel.
        const slope = tf.tensor1d(perGate(filters, [0.2, 0.2, 1, 0.2]));
        kernel = tf.mul(kernel, slope);
        recurrentKernel = tf.mul(recurrentKernel, slope);
        bias = tf.add(tf.mul(bias, slope), tf.tensor1d(perGate(filters, [0.5, 0.5, 0, 0.5])));
      }
      // All gates of all times in one convolution: [times * samples, rows, columns, 4 * filters].
      const byTime = x.transpose([1, 0, 2, 3, 4]).reshape([times * samples, rows, columns, channels]);
      const fromInput = biasAdd(
        tf.conv2d(byTime as tfTypes.Tensor4D, kernel, 1, "same"),
        bias,
      ) as tfTypes.Tensor4D;
      const states = convLstmStates(fromInput, recurrentKernel, {
        times,
        gate: recurrentActivation === "sigmoid" ? "sigmoid" : "cut",
        returnSequences,
      });
      if (!returnSequences) return states;
      return states.reshape([times, samples, rows, columns, filters]).transpose([1, 0, 2, 3, 4]);
    });
  }

  override computeOutputShape(inputShape: tfTypes.Shape): tfTypes.Shape {
    const [samples, times, rows, columns] = inputShape;
    const { filters, returnSequences } = this.options;
    return returnSequences ? [samples, times, rows, columns, filters] : [samples, rows, columns, filters];
  }

  override getConfig(): tfTypes.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.options };
  }
}
tf.serialization.registerClass(FastConvLstm2D);

/** A value for each gate, over its filters. */
function perGate(filters: number, values: readonly number[]): Float32Array {
  return Float32Array.from({ length: filters * values.length }, (_, i) => values[Math.floor(i / filters)]);
}

/**
 * A convolutional LSTM over frames (Shi et al. 2015), weights laid out as Keras's ConvLSTM2D with `same` padding.
 *
 * In `[samples, times, rows, columns, channels]`; out `[samples, rows, columns, filters]`, or
 * `[samples, times, rows, columns, filters]` with `returnSequences`. Where tfjs's own layer convolves eight times a
 * step, this one convolves all inputs at once and then once per step.
 *
 * @throws {RangeError} if filters is not a whole number above 0
 * @example
 * convLstm2d({ filters: 16 }).apply(tf.input({ shape: [4, 120, 120, 1] })); // [null, 120, 120, 16]
 */
export function convLstm2d(options: ConvLstm2dOptions): tfTypes.layers.Layer {
  return new FastConvLstm2D(options);
}
