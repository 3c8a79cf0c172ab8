/**
 * Gradients of two-dimensional convolutions, dilated ones too, which tfjs refuses. On the CPU, TensorFlow's backward
 * kernels take up to twice the time of its forward kernel for the same products, so where a gradient is itself a
 * convolution or a few matrix products that were measured to be faster, it is computed as such.
 */
import type { Tensor, Tensor4D } from "@tensorflow/tfjs-node-gpu";
import { tf } from "../load";
import { backend, type NativeAttribute, nativeOp } from "../native";

/** A convolution's attributes, as tfjs keeps them. */
export interface ConvolutionOptions {
  readonly strides: number | [number, number];
  readonly pad: "same" | "valid" | number;
  readonly dataFormat: string;
  readonly dilations: number | [number, number];
}

/** `x` `[samples, rows, columns, channels]`, `filter` `[rows, columns, channels, filters]`, `dy` as the output. */
interface Maps {
  readonly x: Tensor4D;
  readonly filter: Tensor4D;
  readonly dy: Tensor4D;
}

function pair(value: number | [number, number]): [number, number] {
  return typeof value === "number" ? [value, value] : value;
}

function nativeAttributes(options: ConvolutionOptions): Record<string, NativeAttribute> {
  const { dataFormat, pad, strides, dilations } = options;
  if (dataFormat === "NCHW" || (pad !== "same" && pad !== "valid")) {
    throw new RangeError(
      `Cannot train a convolution: it must be NHWC with padding "same" or "valid", got ${dataFormat} and ${pad}`,
    );
  }
  return {
    T: { type: "float32" },
    strides: { int: [1, ...pair(strides), 1] },
    dilations: { int: [1, ...pair(dilations ?? 1), 1] },
    padding: { text: pad.toUpperCase() },
    data_format: { text: "NHWC" },
    use_cudnn_on_gpu: { bool: true },
  };
}

/** Whether output and input have the same extents and each output sees its neighbours evenly. */
function isCentred({ filter }: Maps, options: ConvolutionOptions): boolean {
  const [rows, columns] = filter.shape;
  const ones = [...pair(options.strides), ...pair(options.dilations ?? 1)].every((value) => value === 1);
  return ones && options.pad === "same" && rows % 2 === 1 && columns % 2 === 1;
}

function onProcessor(): boolean {
  return !backend().isUsingGpuDevice;
}

/** The gradient of a convolution's input. */
export function inputGradient(maps: Maps, options: ConvolutionOptions): Tensor {
  const { x, filter, dy } = maps;
  const attributes = nativeAttributes(options);
  const [, , channels, filters] = filter.shape;
  if (onProcessor() && isCentred(maps, options) && filters <= 2 * channels) {
    // The convolution of dy with the filter turned by half a turn.
    const turned = tf.reverse(tf.transpose(filter, [0, 1, 3, 2]), [0, 1]);
    return tf.conv2d(dy, turned as Tensor4D, 1, "same");
  }
  const sizes = tf.tensor1d(x.shape, "int32");
  return nativeOp("Conv2DBackpropInput", [sizes, filter, dy], { attributes })[0];
}

/** The gradient of a convolution's filter. */
export function filterGradient(maps: Maps, options: ConvolutionOptions): Tensor {
  const { x, filter, dy } = maps;
  const attributes = nativeAttributes(options);
  const [, , channels, filters] = filter.shape;
  if (onProcessor() && isCentred(maps, options)) {
    if (x.shape[1] === 1 && channels >= 32) return filterByConvolution(maps);
    if (filters <= channels) return filterByProducts(maps);
  }
  const sizes = tf.tensor1d(filter.shape, "int32");
  return nativeOp("Conv2DBackpropFilter", [x, sizes, dy], { attributes })[0];
}

/** As the convolution of x with dy, channels in the samples' place: the fastest for series. */
function filterByConvolution({ x, filter, dy }: Maps): Tensor {
  const [rows, columns] = filter.shape;
  const [top, left] = [(rows - 1) / 2, (columns - 1) / 2];
  const byChannel = tf.transpose(x, [3, 1, 2, 0]); // [channels, rows, columns, samples]
  const padded = tf.pad4d(byChannel, [
    [0, 0],
    [top, top],
    [left, left],
    [0, 0],
  ]);
  const kernel = tf.transpose(dy, [1, 2, 0, 3]); // [rows, columns, samples, filters]
  const gradient = tf.conv2d(padded, kernel, 1, "valid"); // [channels, rows, columns, filters]
  return tf.transpose(gradient, [1, 2, 0, 3]);
}

/** As one matrix product for each place of the kernel, over slices that share one padded array. */
function filterByProducts({ x, filter, dy }: Maps): Tensor {
  const [samples, mapRows, mapColumns, channels] = x.shape;
  const [rows, columns, , filters] = filter.shape;
  const width = mapColumns + columns - 1;
  const count = samples * (mapRows + rows - 1) * width;
  const used = count - (rows - 1) * width - (columns - 1);
  const [top, left] = [(rows - 1) / 2, (columns - 1) / 2];
  const around = tf.pad4d(x, [
    [0, 0],
    [top, top],
    [left, left],
    [0, 0],
  ]);
  const after = tf.pad4d(dy, [
    [0, 0],
    [0, 2 * top],
    [0, 2 * left],
    [0, 0],
  ]);
  const inputs = tf.reshape(around, [count, channels]);
  const outputs = tf.slice(tf.reshape(after, [count, filters]), [0, 0], [used, filters]);
  const places: Tensor[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const seen = tf.slice(inputs, [row * width + column, 0], [used, channels]);
      const attributes = {
        T: { type: "float32" },
        transpose_a: { bool: true },
        transpose_b: { bool: false },
      } as const;
      places.push(nativeOp("MatMul", [seen, outputs], { attributes })[0]);
    }
  }
  return tf.reshape(tf.stack(places), filter.shape);
}
