/**
 * Dense and convolutional layers with TensorFlow's own bias ops: one BiasAdd, which it fuses with what comes before,
 * and one BiasAddGrad, where tfjs reshapes, broadcasts and sums. Causal Conv1D, which tfjs refuses, pads in front.
 */
import type { LayerVariable, Tensor, Tensor2D, Tensor3D, Tensor4D } from "@tensorflow/tfjs-node-gpu";
import { tf } from "../load";
import { type NativeAttribute, nativeOp } from "../native";

const float: NativeAttribute = { type: "float32" };

/** Adds `bias` `[channels]` to the last axis of `x`. */
export function biasAdd(x: Tensor, bias: Tensor): Tensor {
  const attributes = { T: float, data_format: { text: "NHWC" } } as const;
  const add = tf.customGrad((values, offset) => ({
    value: nativeOp("BiasAdd", [values as Tensor, offset as Tensor], { attributes })[0],
    gradFunc: (dy: Tensor) => [dy, nativeOp("BiasAddGrad", [dy], { attributes })[0]],
  }));
  return add(x, bias);
}

/** The product of two matrices `[rows, inner]` and `[inner, columns]`. */
export function matrixProduct(a: Tensor2D, b: Tensor2D): Tensor2D {
  const product = (left: Tensor, right: Tensor, transpose: { a?: boolean; b?: boolean } = {}) =>
    nativeOp("MatMul", [left, right], {
      attributes: {
        T: float,
        transpose_a: { bool: transpose.a ?? false },
        transpose_b: { bool: transpose.b ?? false },
      },
    })[0];
  const multiply = tf.customGrad((left, right, save) => {
    (save as (tensors: Tensor[]) => void)([left as Tensor, right as Tensor]);
    return {
      value: product(left as Tensor, right as Tensor),
      gradFunc: (dy: Tensor, saved: Tensor[]) => [
        product(dy, saved[1], { b: true }),
        product(saved[0], dy, { a: true }),
      ],
    };
  });
  return multiply(a, b) as Tensor2D;
}

interface AffineLayer {
  readonly kernel: LayerVariable;
  readonly bias?: LayerVariable | null;
  readonly activation?: { apply(x: Tensor): Tensor } | null;
  invokeCallHook(inputs: unknown, options: unknown): void;
}

type Call<Layer> = (this: Layer, inputs: Tensor | Tensor[], options: object) => Tensor;

function finish(layer: AffineLayer, x: Tensor): Tensor {
  const shifted = layer.bias ? biasAdd(x, layer.bias.read()) : x;
  return layer.activation ? layer.activation.apply(shifted) : shifted;
}

const dense = Object.getPrototypeOf(tf.layers.dense({ units: 1 })) as { call: Call<AffineLayer> };

dense.call = function callDense(inputs, options) {
  return tf.tidy(() => {
    this.invokeCallHook(inputs, options);
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    const kernel = this.kernel.read() as Tensor2D;
    const [inner, units] = kernel.shape;
    if (x.rank === 2) return finish(this, matrixProduct(x as Tensor2D, kernel));
    const rows = tf.reshape(x, [-1, inner]) as Tensor2D;
    const shape = [...x.shape.slice(0, -1), units];
    const product = matrixProduct(rows, kernel);
    const shifted = this.bias ? biasAdd(product, this.bias.read()) : product;
    const y = tf.reshape(shifted, shape);
    return this.activation ? this.activation.apply(y) : y;
  });
};

interface ConvLayer extends AffineLayer {
  readonly rank: number;
  readonly strides: number[];
  readonly padding: "same" | "valid" | "causal";
  readonly dataFormat: string;
  readonly dilationRate: number[];
  /** Parts of the channels that do not see each other; see groups.ts. */
  readonly groups?: number;
}

/** A convolution's geometry, along rows and columns. */
interface Geometry {
  readonly strides: [number, number];
  readonly dilations: [number, number];
  readonly padding: "same" | "valid";
  readonly groups: number;
}

/** Convolves `x` `[samples, rows, columns, channels]` with `kernel` `[rows, columns, channels / groups, filters]`. */
function convolve(
  x: Tensor4D,
  kernel: Tensor4D,
  { strides, dilations, padding, groups }: Geometry,
): Tensor4D {
  if (groups === 1) return tf.conv2d(x, kernel, strides, padding, "NHWC", dilations);
  // TensorFlow's kernels for the CPU have no gradient of a grouped convolution.
  const inputs = tf.split(x, groups, 3) as Tensor4D[];
  const kernels = tf.split(kernel, groups, 3) as Tensor4D[];
  const parts = inputs.map((part, group) =>
    tf.conv2d(part, kernels[group], strides, padding, "NHWC", dilations),
  );
  return tf.concat(parts, 3);
}

const conv2d = Object.getPrototypeOf(tf.layers.conv2d({ filters: 1, kernelSize: 1 }));
const conv = Object.getPrototypeOf(conv2d) as { call: Call<ConvLayer> };
const callConv = conv.call;

conv.call = function callConvNative(inputs, options) {
  if (this.rank === 3) return callConv.call(this, inputs, options);
  return tf.tidy(() => {
    this.invokeCallHook(inputs, options);
    const given = Array.isArray(inputs) ? inputs[0] : inputs;
    if (this.dataFormat !== "channelsFirst") return finish(this, convolveLayer(given, this));
    const axes = given.shape.map((_, axis) => axis);
    const [samples, channels, ...places] = axes;
    const y = convolveLayer(tf.transpose(given, [samples, ...places, channels]), this);
    const shifted = this.bias ? biasAdd(y, this.bias.read()) : y;
    const turned = tf.transpose(shifted, [samples, given.rank - 1, ...places.map((axis) => axis - 1)]);
    return this.activation ? this.activation.apply(turned) : turned;
  });
};

/** A layer's convolution of `x` `[samples, ...places, channels]`. */
function convolveLayer(x: Tensor, layer: ConvLayer): Tensor {
  const kernel = layer.kernel.read();
  if (layer.rank === 1) return convolveSeries(x as Tensor3D, kernel as Tensor3D, layer);
  return convolve(x as Tensor4D, kernel as Tensor4D, {
    strides: layer.strides as [number, number],
    dilations: layer.dilationRate as [number, number],
    padding: layer.padding as "same" | "valid",
    groups: layer.groups ?? 1,
  });
}

/** A one-dimensional convolution as a two-dimensional one over a single row. */
function convolveSeries(x: Tensor3D, kernel: Tensor3D, layer: ConvLayer): Tensor {
  const [stride] = layer.strides;
  const [dilation] = layer.dilationRate;
  const [size, channels, filters] = kernel.shape;
  const causal = layer.padding === "causal";
  const series = causal
    ? tf.pad3d(x, [
        [0, 0],
        [dilation * (size - 1), 0],
        [0, 0],
      ])
    : x;
  const [samples, steps] = series.shape;
  const rows = tf.reshape(series, [samples, 1, steps, series.shape[2]]) as Tensor4D;
  const y = convolve(rows, tf.reshape(kernel, [1, size, channels, filters]) as Tensor4D, {
    strides: [1, stride],
    dilations: [1, dilation],
    padding: causal ? "valid" : (layer.padding as "same" | "valid"),
    groups: layer.groups ?? 1,
  });
  return tf.reshape(y, [samples, y.shape[2], filters]);
}
