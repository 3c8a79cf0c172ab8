import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { tf } from "../engine";

class FoldTime extends tf.layers.Layer {
  static readonly className = "FoldTime";

  override call(inputs: tfTypes.Tensor | tfTypes.Tensor[], kwargs: object): tfTypes.Tensor {
    this.invokeCallHook(inputs, kwargs);
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    const [samples, times, ...rest] = x.shape as [number, number, ...number[]];
    return tf.reshape(x, [samples * times, ...rest]);
  }

  override computeOutputShape(inputShape: tfTypes.Shape): tfTypes.Shape {
    return [null, ...inputShape.slice(2)];
  }
}

class UnfoldTime extends tf.layers.Layer {
  static readonly className = "UnfoldTime";
  private readonly times: number;

  constructor(options: UnfoldTimeOptions) {
    super(options);
    if (!(Number.isInteger(options.times) && options.times > 0)) {
      throw new RangeError(`Cannot unfold time: times must be a whole number above 0, got ${options.times}`);
    }
    this.times = options.times;
  }

  override call(inputs: tfTypes.Tensor | tfTypes.Tensor[], kwargs: object): tfTypes.Tensor {
    this.invokeCallHook(inputs, kwargs);
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    return tf.reshape(x, [x.shape[0] / this.times, this.times, ...x.shape.slice(1)]);
  }

  override computeOutputShape(inputShape: tfTypes.Shape): tfTypes.Shape {
    return [inputShape[0], this.times, ...inputShape.slice(1)];
  }

  override getConfig(): tfTypes.serialization.ConfigDict {
    return { ...super.getConfig(), times: this.times };
  }
}
tf.serialization.registerClass(FoldTime);
tf.serialization.registerClass(UnfoldTime);

/** Options of {@link unfoldTime}. */
export interface UnfoldTimeOptions {
  /** Time steps of a sample. */
  times: number;
  /** Name of the layer; a numbered one by default. */
  name?: string;
}

/**
 * Takes the time steps as further samples, so that the layers up to {@link unfoldTime} run on each in one call.
 *
 * In `[samples, times, …]`, out `[samples * times, …]`. The pair replaces Keras's TimeDistributed, which tfjs runs as
 * a loop; a batch normalisation between them counts all steps as one batch, as Keras's does.
 *
 * @example
 * const folded = foldTime().apply(tf.input({ shape: [4, 120, 120, 1] })); // [null, 120, 120, 1]
 */
export function foldTime(options: { name?: string } = {}): tfTypes.layers.Layer {
  return new FoldTime(options);
}

/**
 * Gives time its axis back after {@link foldTime}.
 *
 * In `[samples * times, …]`, out `[samples, times, …]`.
 *
 * @throws {RangeError} if times is not a whole number above 0
 * @example
 * unfoldTime({ times: 4 }).apply(tf.input({ shape: [120, 120, 64] })); // [null, 4, 120, 120, 64]
 */
export function unfoldTime(options: UnfoldTimeOptions): tfTypes.layers.Layer {
  return new UnfoldTime(options);
}
