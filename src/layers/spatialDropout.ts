import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { tf } from "../engine";
import { randomUniform } from "../engine/random";

/** Options of {@link spatialDropout1d} and {@link spatialDropout2d}. */
export interface SpatialDropoutOptions {
  /** Part of the channels that a training step sets to zero, in [0, 1). */
  rate: number;
  /** Name of the layer; a numbered one by default. */
  name?: string;
}

/** Drops whole channels of a sample and scales the others up, while training. */
abstract class SpatialDropout extends tf.layers.Layer {
  private readonly rate: number;

  constructor(options: SpatialDropoutOptions) {
    super(options);
    this.supportsMasking = true;
    if (!(options.rate >= 0 && options.rate < 1)) {
      throw new RangeError(`Cannot drop channels: the rate must be in [0, 1), got ${options.rate}`);
    }
    this.rate = options.rate;
  }

  override call(inputs: tfTypes.Tensor | tfTypes.Tensor[], kwargs: { training?: boolean }): tfTypes.Tensor {
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    this.invokeCallHook(inputs, kwargs);
    if (!kwargs.training || this.rate === 0) return x.clone();
    return tf.tidy(() => {
      const [samples] = x.shape;
      const channels = x.shape[x.rank - 1];
      const shape = x.shape.map((_, axis) => (axis === 0 ? samples : axis === x.rank - 1 ? channels : 1));
      const kept = tf.greaterEqual(randomUniform(shape, { min: 0, max: 1 }), this.rate);
      return tf.mul(x, tf.mul(tf.cast(kept, "float32"), 1 / (1 - this.rate)));
    });
  }

  override computeOutputShape(inputShape: tfTypes.Shape): tfTypes.Shape {
    return inputShape;
  }

  override getConfig(): tfTypes.serialization.ConfigDict {
    return { ...super.getConfig(), rate: this.rate };
  }
}

class SpatialDropout1D extends SpatialDropout {
  static readonly className = "SpatialDropout1D";
}

class SpatialDropout2D extends SpatialDropout {
  static readonly className = "SpatialDropout2D";
}
tf.serialization.registerClass(SpatialDropout1D);
tf.serialization.registerClass(SpatialDropout2D);

/**
 * Drops whole channels of a series while training (Tompson et al. 2015; Keras's SpatialDropout1D).
 *
 * In and out: `[windows, steps, channels]`.
 *
 * @throws {RangeError} if the rate is not in [0, 1)
 * @example
 * spatialDropout1d({ rate: 0.1 }).apply(tf.input({ shape: [600, 18] }));
 */
export function spatialDropout1d(options: SpatialDropoutOptions): tfTypes.layers.Layer {
  return new SpatialDropout1D(options);
}

/**
 * Drops whole channels of frames while training (Tompson et al. 2015; Keras's SpatialDropout2D).
 *
 * In and out: `[samples, rows, columns, channels]`.
 *
 * @throws {RangeError} if the rate is not in [0, 1)
 * @example
 * spatialDropout2d({ rate: 0.25 }).apply(tf.input({ shape: [15, 15, 256] }));
 */
export function spatialDropout2d(options: SpatialDropoutOptions): tfTypes.layers.Layer {
  return new SpatialDropout2D(options);
}
