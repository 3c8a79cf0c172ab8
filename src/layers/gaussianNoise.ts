import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { tf } from "../engine";
import { randomNormal } from "../engine/random";

/** Options of {@link gaussianNoise}. */
export interface GaussianNoiseOptions {
  /** Standard deviation of the noise, in units of the input. */
  deviation: number;
  /** Name of the layer; a numbered one by default. */
  name?: string;
}

class SeededGaussianNoise extends tf.layers.Layer {
  static readonly className = "SeededGaussianNoise";
  private readonly deviation: number;

  constructor(options: GaussianNoiseOptions) {
    super(options);
    this.supportsMasking = true;
    if (!(options.deviation >= 0)) {
      throw new RangeError(`Cannot add noise: the deviation must be 0 or more, got ${options.deviation}`);
    }
    this.deviation = options.deviation;
  }

  override call(inputs: tfTypes.Tensor | tfTypes.Tensor[], kwargs: { training?: boolean }): tfTypes.Tensor {
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    this.invokeCallHook(inputs, kwargs);
    if (!kwargs.training || this.deviation === 0) return x.clone();
    return tf.tidy(() => tf.add(x, randomNormal(x.shape, { mean: 0, deviation: this.deviation })));
  }

  override computeOutputShape(inputShape: tfTypes.Shape): tfTypes.Shape {
    return inputShape;
  }

  override getConfig(): tfTypes.serialization.ConfigDict {
    return { ...super.getConfig(), deviation: this.deviation };
  }
}
tf.serialization.registerClass(SeededGaussianNoise);

/**
 * Adds normal noise while training, drawn from the step's seed (Keras's GaussianNoise).
 *
 * In and out: any shape, the same.
 *
 * @throws {RangeError} if the deviation is negative or NaN
 * @example
 * gaussianNoise({ deviation: 0.03 }).apply(tf.input({ shape: [600, 18] }));
 */
export function gaussianNoise(options: GaussianNoiseOptions): tfTypes.layers.Layer {
  return new SeededGaussianNoise(options);
}
