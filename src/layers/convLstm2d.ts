import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { randomSource } from "../data";
import { tf } from "../engine";
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

  override call(inputs: tfTypes.Tensor | tfTypes.Tensor[], kwargs: object): tfTypes.Tensor {
    this.invokeCallHook(inputs, kwargs);
    return tf.tidy(() => {
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tfTypes.Tensor5D;
      const [samples, times, rows, columns, channels] = x.shape;
      const { recurrentActivation, returnSequences } = this.options;
      const gate = recurrentActivation === "sigmoid" ? tf.sigmoid : hardSigmoid;
      const recurrentKernel = this.recurrentKernel.read() as tfTypes.Tensor4D;

      // All gates of all times in one convolution: [times * samples, rows, columns, 4 * filters].
      const byTime = x.transpose([1, 0, 2, 3, 4]).reshape([times * samples, rows, columns, channels]);
      const fromInput = tf.add(
        tf.conv2d(byTime as tfTypes.Tensor4D, this.kernel.read() as tfTypes.Tensor4D, 1, "same"),
        this.bias.read(),
      ) as tfTypes.Tensor4D;
      const steps = times === 1 ? [fromInput] : tf.split(fromInput, times, 0);

      let state: tfTypes.Tensor4D | undefined; // [samples, rows, columns, filters]
      let memory: tfTypes.Tensor4D | undefined; // [samples, rows, columns, filters]
      const states: tfTypes.Tensor4D[] = [];
      for (const step of steps) {
        // The first state is zero: nothing recurs yet, and nothing is there to forget.
        const gates = state ? tf.add(step, tf.conv2d(state, recurrentKernel, 1, "same")) : step;
        const [input, forget, candidate, output] = tf.split(gates, 4, 3);
        const update = tf.mul(gate(input), tf.tanh(candidate));
        memory = (memory ? tf.add(tf.mul(gate(forget), memory), update) : update) as tfTypes.Tensor4D;
        state = tf.mul(gate(output), tf.tanh(memory)) as tfTypes.Tensor4D;
        if (returnSequences) states.push(state);
      }
      return returnSequences ? tf.stack(states, 1) : (state as tfTypes.Tensor);
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

/** The piecewise sigmoid of Keras 2: 0.2 x + 0.5, cut to [0, 1]. */
function hardSigmoid(x: tfTypes.Tensor): tfTypes.Tensor {
  return tf.clipByValue(tf.add(tf.mul(x, 0.2), 0.5), 0, 1);
}

/**
 * A convolutional LSTM over frames (Shi et al. 2015), weights laid out as Keras's ConvLSTM2D with `same` padding.
 *
 * In `[samples, times, rows, columns, channels]`; out `[samples, rows, columns, filters]`, or
 * `[samples, times, rows, columns, filters]` with `returnSequences`. Where tfjs's own layer convolves eight times a
 * step, this one convolves all inputs at once and then once a step.
 *
 * @throws {RangeError} if filters is not a whole number above 0
 * @example
 * convLstm2d({ filters: 16 }).apply(tf.input({ shape: [4, 120, 120, 1] })); // [null, 120, 120, 16]
 */
export function convLstm2d(options: ConvLstm2dOptions): tfTypes.layers.Layer {
  return new FastConvLstm2D(options);
}
