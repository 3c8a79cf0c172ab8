import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { randomSource } from "../core/random";
import { tf } from "../engine";
import { initializer } from "./initializers";

/** Options of {@link channelAttention}. */
export interface ChannelAttentionOptions {
  /** Channels over units of the hidden layer. Default 16. */
  reduction?: number;
  /** Seed of the weights. Default 0. */
  seed?: number;
  /** Name of the layer; a numbered one by default. */
  name?: string;
}

/** Options of {@link spatialAttention}. */
export interface SpatialAttentionOptions {
  /** Rows and columns of the kernel. Default 7. */
  kernelSize?: number;
  /** Seed of the kernel. Default 1. */
  seed?: number;
  /** Name of the layer; a numbered one by default. */
  name?: string;
}

class ChannelAttention extends tf.layers.Layer {
  static readonly className = "ChannelAttention";
  private readonly reduction: number;
  private readonly seed: number;
  private hiddenKernel!: tfTypes.LayerVariable;
  private hiddenBias!: tfTypes.LayerVariable;
  private kernel!: tfTypes.LayerVariable;
  private bias!: tfTypes.LayerVariable;

  constructor(options: ChannelAttentionOptions) {
    super(options);
    this.reduction = options.reduction ?? 16;
    this.seed = options.seed ?? 0;
    if (!(this.reduction > 0)) {
      throw new RangeError(`Cannot attend to channels: reduction must be above 0, got ${this.reduction}`);
    }
  }

  override build(inputShape: tfTypes.Shape | tfTypes.Shape[]): void {
    const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as tfTypes.Shape;
    const channels = shape[3] as number;
    const units = Math.max(1, Math.floor(channels / this.reduction));
    const random = randomSource(this.seed);
    const next = (): { seed: number } => ({ seed: random.integer(1, 2 ** 31 - 1) });
    const zeros = tf.initializers.zeros();
    this.hiddenKernel = this.addWeight(
      "hidden_kernel",
      [channels, units],
      "float32",
      initializer("heNormal", next()),
    );
    this.hiddenBias = this.addWeight("hidden_bias", [units], "float32", zeros);
    this.kernel = this.addWeight(
      "kernel",
      [units, channels],
      "float32",
      initializer("glorotUniform", next()),
    );
    this.bias = this.addWeight("bias", [channels], "float32", zeros);
    this.built = true;
  }

  override call(inputs: tfTypes.Tensor | tfTypes.Tensor[], kwargs: object): tfTypes.Tensor {
    this.invokeCallHook(inputs, kwargs);
    return tf.tidy(() => {
      const x = Array.isArray(inputs) ? inputs[0] : inputs;
      const [samples, , , channels] = x.shape;
      // Both pooled descriptions go through the shared layers in one product: [2 * samples, channels].
      const pooled = tf.concat([tf.mean(x, [1, 2]), tf.max(x, [1, 2])], 0) as tfTypes.Tensor2D;
      const hidden = tf.relu(
        tf.add(tf.matMul(pooled, this.hiddenKernel.read() as tfTypes.Tensor2D), this.hiddenBias.read()),
      );
      const scores = tf.add(
        tf.matMul(hidden as tfTypes.Tensor2D, this.kernel.read() as tfTypes.Tensor2D),
        this.bias.read(),
      );
      const [byMean, byMaximum] = tf.split(scores, 2, 0);
      return tf.mul(x, tf.sigmoid(tf.add(byMean, byMaximum)).reshape([samples, 1, 1, channels]));
    });
  }

  override computeOutputShape(inputShape: tfTypes.Shape): tfTypes.Shape {
    return inputShape;
  }

  override getConfig(): tfTypes.serialization.ConfigDict {
    return { ...super.getConfig(), reduction: this.reduction, seed: this.seed };
  }
}

class SpatialAttention extends tf.layers.Layer {
  static readonly className = "SpatialAttention";
  private readonly kernelSize: number;
  private readonly seed: number;
  private kernel!: tfTypes.LayerVariable;

  constructor(options: SpatialAttentionOptions) {
    super(options);
    this.kernelSize = options.kernelSize ?? 7;
    this.seed = options.seed ?? 1;
    if (!(Number.isInteger(this.kernelSize) && this.kernelSize > 0)) {
      throw new RangeError(
        `Cannot attend to places: kernelSize must be a whole number above 0, got ${this.kernelSize}`,
      );
    }
  }

  override build(): void {
    this.kernel = this.addWeight(
      "kernel",
      [this.kernelSize, this.kernelSize, 2, 1],
      "float32",
      initializer("heNormal", { seed: this.seed }),
    );
    this.built = true;
  }

  override call(inputs: tfTypes.Tensor | tfTypes.Tensor[], kwargs: object): tfTypes.Tensor {
    this.invokeCallHook(inputs, kwargs);
    return tf.tidy(() => {
      const x = Array.isArray(inputs) ? inputs[0] : inputs;
      const pooled = tf.concat([tf.mean(x, 3, true), tf.max(x, 3, true)], 3) as tfTypes.Tensor4D;
      return tf.mul(x, tf.sigmoid(tf.conv2d(pooled, this.kernel.read() as tfTypes.Tensor4D, 1, "same")));
    });
  }

  override computeOutputShape(inputShape: tfTypes.Shape): tfTypes.Shape {
    return inputShape;
  }

  override getConfig(): tfTypes.serialization.ConfigDict {
    return { ...super.getConfig(), kernelSize: this.kernelSize, seed: this.seed };
  }
}
tf.serialization.registerClass(ChannelAttention);
tf.serialization.registerClass(SpatialAttention);

/**
 * Weighs channels by their mean and maximum over the frame (the first half of CBAM, Woo et al. 2018).
 *
 * In and out: `[samples, rows, columns, channels]`.
 *
 * @throws {RangeError} if reduction is not above 0
 * @example
 * channelAttention({ reduction: 16 }).apply(tf.input({ shape: [60, 60, 128] }));
 */
export function channelAttention(options: ChannelAttentionOptions = {}): tfTypes.layers.Layer {
  return new ChannelAttention(options);
}

/**
 * Weighs pixels by the mean and maximum over their channels (the second half of CBAM, Woo et al. 2018).
 *
 * In and out: `[samples, rows, columns, channels]`.
 *
 * @throws {RangeError} if kernelSize is not a whole number above 0
 * @example
 * spatialAttention({ kernelSize: 7 }).apply(tf.input({ shape: [60, 60, 128] }));
 */
export function spatialAttention(options: SpatialAttentionOptions = {}): tfTypes.layers.Layer {
  return new SpatialAttention(options);
}
