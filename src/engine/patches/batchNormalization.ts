/**
 * Batch normalisation through TensorFlow's fused kernels, forward and backward, for every rank from 2 to 5, also
 * without scale or centre, which tfjs's own layer cannot train. Semantics are Keras 3's: the moving variance follows
 * the biased variance, and a layer that is not trainable uses its moving averages.
 */
import type { LayerVariable, Tensor, Tensor1D, Tensor4D } from "@tensorflow/tfjs-node-gpu";
import { tf } from "../load";
import { type NativeAttribute, nativeOp } from "../native";

/** The fields of tfjs-layers' layer that the computation needs. */
interface BatchNormalizationLayer {
  readonly name: string;
  readonly axis: number;
  readonly epsilon: number;
  readonly momentum: number;
  readonly trainable: boolean;
  readonly gamma?: LayerVariable;
  readonly beta?: LayerVariable;
  readonly movingMean: LayerVariable;
  readonly movingVariance: LayerVariable;
}

interface Normalized {
  readonly y: Tensor;
  /** Of the batch, `[channels]`. */
  readonly mean: Tensor1D;
  /** Of the batch, with n - 1 in the denominator, `[channels]`. */
  readonly variance: Tensor1D;
}

function fusedAttributes(epsilon: number): Record<string, NativeAttribute> {
  return {
    T: { type: "float32" },
    U: { type: "float32" },
    epsilon: { float: epsilon },
    data_format: { text: "NHWC" },
    is_training: { bool: true },
  };
}

/** `x` `[samples, rows, columns, channels]` normalised over all but the last axis. */
function normalizeBatch(x: Tensor4D, gamma: Tensor, beta: Tensor, epsilon: number): Normalized {
  let mean!: Tensor1D;
  let variance!: Tensor1D;
  const normalize = tf.customGrad((input, scale, offset, save) => {
    const none = tf.tensor1d([], "float32");
    const attributes = { ...fusedAttributes(epsilon), exponential_avg_factor: { float: 1 } };
    const inputs = [input, scale, offset, none, none] as Tensor[];
    const [y, batchMean, batchVariance, ...reserved] = nativeOp("FusedBatchNormV3", inputs, {
      attributes,
      outputs: 6,
    });
    mean = tf.keep(batchMean as Tensor1D);
    variance = tf.keep(batchVariance as Tensor1D);
    (save as (tensors: Tensor[]) => void)([input as Tensor, scale as Tensor, ...reserved]);
    return {
      value: y,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [dx, dScale, dOffset] = nativeOp("FusedBatchNormGradV3", [dy, ...saved], {
          attributes: fusedAttributes(epsilon),
          outputs: 5,
        });
        return [dx, dScale, dOffset];
      },
    };
  });
  return { y: normalize(x, gamma, beta), mean, variance };
}

/** The input as `[samples, rows, columns, channels]`. */
function asMaps(x: Tensor): Tensor4D {
  const shape: number[] = x.shape;
  const { rank } = x;
  const channels = shape[rank - 1];
  if (rank === 4) return x as Tensor4D;
  if (rank === 2) return tf.reshape(x, [shape[0], 1, 1, channels]);
  if (rank === 3) return tf.reshape(x, [shape[0], 1, shape[1], channels]);
  return tf.reshape(x, [-1, shape[rank - 3], shape[rank - 2], channels]);
}

function follow(average: LayerVariable, value: Tensor, momentum: number): void {
  const old = average.read();
  average.write(tf.add(old, tf.mul(tf.sub(value, old), 1 - momentum)));
}

function call(layer: BatchNormalizationLayer, x: Tensor, training: boolean): Tensor {
  const channels = x.shape[x.rank - 1];
  const gamma = layer.gamma ? layer.gamma.read() : tf.ones([channels]);
  const beta = layer.beta ? layer.beta.read() : tf.zeros([channels]);
  const maps = asMaps(x);
  if (!training || !layer.trainable) {
    const mean = layer.movingMean.read() as Tensor1D;
    const variance = layer.movingVariance.read() as Tensor1D;
    const y = tf.batchNorm4d(maps, mean, variance, beta as Tensor1D, gamma as Tensor1D, layer.epsilon);
    return tf.reshape(y, x.shape);
  }
  const { y, mean, variance } = normalizeBatch(maps, gamma, beta, layer.epsilon);
  const rows = x.size / channels;
  follow(layer.movingMean, mean, layer.momentum);
  follow(layer.movingVariance, tf.mul(variance, (rows - 1) / rows), layer.momentum);
  mean.dispose();
  variance.dispose();
  return tf.reshape(y, x.shape);
}

const prototype = Object.getPrototypeOf(tf.layers.batchNormalization({})) as {
  call: (
    this: BatchNormalizationLayer,
    inputs: Tensor | Tensor[],
    options: { training?: boolean; mask?: unknown },
  ) => Tensor;
};

prototype.call = function callFused(inputs, options) {
  return tf.tidy(() => {
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    const axis = this.axis < 0 ? this.axis + x.rank : this.axis;
    const training = options.training ?? false;
    if (training && this.trainable && options.mask) {
      throw new RangeError(
        `Cannot train batch normalisation "${this.name}" behind a mask: it would count padded steps; normalise before masking, or by layer`,
      );
    }
    if (axis === x.rank - 1) return call(this, x, training);
    // Channels go last and back again.
    const others = x.shape.map((_, index) => index).filter((index) => index !== axis);
    const back = x.shape.map((_, index) => [...others, axis].indexOf(index));
    return tf.transpose(call(this, tf.transpose(x, [...others, axis]), training), back);
  });
};
