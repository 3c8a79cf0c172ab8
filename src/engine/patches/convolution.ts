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

/** The same value along rows and columns, or one each. */
export function pair(value: number | [number, number]): [number, number] {
  return typeof value === "number" ? [value, value] : value;
}

function nativeAttributes(options: ConvolutionOptions): Record<string, NativeAttribute> {
  const { pad, strides, dilations } = options;
  if (pad !== "same" && pad !== "valid") {
    throw new RangeError(`Cannot train a convolution: its padding must be "same" or "valid", got ${pad}`);
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

/** How a convolution of stride 1 lies on its input along rows and columns. */
interface Layout {
  readonly dilations: [number, number];
  /** What the input is padded with in front, and before and behind together. */
  readonly before: [number, number];
  readonly around: [number, number];
}

/** The layout of a convolution of stride 1; `undefined` for other strides. */
function layoutOf({ filter }: Maps, options: ConvolutionOptions): Layout | undefined {
  if (pair(options.strides).some((stride) => stride !== 1)) return undefined;
  const dilations = pair(options.dilations ?? 1);
  const around = dilations.map((dilation, axis) =>
    options.pad === "same" ? dilation * (filter.shape[axis] - 1) : 0,
  ) as [number, number];
  return { dilations, around, before: [around[0] >> 1, around[1] >> 1] };
}

/** TensorFlow's backward kernels for the CPU know no dilation. */
function isDilated({ dilations }: Layout): boolean {
  return dilations.some((dilation) => dilation > 1);
}

/** The layout where a gradient need not go through TensorFlow's backward kernels. */
function ownLayout(maps: Maps, options: ConvolutionOptions): Layout | undefined {
  return backend().isUsingGpuDevice ? undefined : layoutOf(maps, options);
}

const toLast = [0, 2, 3, 1];
const toFirst = [0, 3, 1, 2];

/** Maps with channels last, for kernels that know no others. */
function channelsLast({ x, filter, dy }: Maps): Maps {
  return { x: tf.transpose(x, toLast), filter, dy: tf.transpose(dy, toLast) };
}

/** The gradient of a convolution's input. */
export function inputGradient(maps: Maps, options: ConvolutionOptions): Tensor {
  if (options.dataFormat === "NCHW") {
    return tf.transpose(inputGradient(channelsLast(maps), { ...options, dataFormat: "NHWC" }), toFirst);
  }
  const { x, filter, dy } = maps;
  const attributes = nativeAttributes(options);
  const [, , channels, filters] = filter.shape;
  const layout = ownLayout(maps, options);
  if (layout && (isDilated(layout) || (options.pad === "same" && filters <= 2 * channels))) {
    return inputByConvolution(maps, layout);
  }
  const sizes = tf.tensor1d(x.shape, "int32");
  return nativeOp("Conv2DBackpropInput", [sizes, filter, dy], { attributes })[0];
}

/** As the convolution of dy with the filter turned by half a turn. */
function inputByConvolution({ filter, dy }: Maps, layout: Layout): Tensor {
  const turned = tf.reverse(tf.transpose(filter, [0, 1, 3, 2]), [0, 1]) as Tensor4D;
  const { dilations, before, around } = layout;
  const reach = dilations.map((dilation, axis) => dilation * (filter.shape[axis] - 1));
  if (reach.every((size, axis) => size === 2 * before[axis] && size === around[axis])) {
    return tf.conv2d(dy, turned, 1, "same", "NHWC", dilations);
  }
  const padding = reach.map((size, axis): [number, number] => [
    size - before[axis],
    size - around[axis] + before[axis],
  ]);
  const padded = tf.pad4d(dy, [[0, 0], padding[0], padding[1], [0, 0]]);
  return tf.conv2d(padded, turned, 1, "valid", "NHWC", dilations);
}

/** The gradient of a convolution's filter. */
export function filterGradient(maps: Maps, options: ConvolutionOptions): Tensor {
  if (options.dataFormat === "NCHW") {
    return filterGradient(channelsLast(maps), { ...options, dataFormat: "NHWC" });
  }
  const { x, filter, dy } = maps;
  const attributes = nativeAttributes(options);
  const [, , channels, filters] = filter.shape;
  const strides = pair(options.strides);
  if (seesPoints(filter.shape, strides))
    return pointFilterGradient({ x, dy }, { shape: filter.shape, strides });
  const layout = ownLayout(maps, options);
  if (layout && !isDilated(layout) && x.shape[1] === 1 && channels >= 32) {
    return filterByConvolution(maps, layout);
  }
  if (layout && (isDilated(layout) || filters <= channels)) return filterByProducts(maps, layout);
  const sizes = tf.tensor1d(filter.shape, "int32");
  return nativeOp("Conv2DBackpropFilter", [x, sizes, dy], { attributes })[0];
}

/** Whether a filter of one pixel skips pixels; oneDNN's gradient of such a filter writes outside its memory. */
export function seesPoints([rows, columns]: readonly number[], strides: readonly number[]): boolean {
  return rows === 1 && columns === 1 && strides.some((stride) => stride > 1);
}

/** The gradient of a filter of one pixel, as the product of the pixels that it saw with dy. */
export function pointFilterGradient(
  { x, dy }: Pick<Maps, "x" | "dy">,
  options: { shape: readonly number[]; strides: [number, number] },
): Tensor {
  const [, , channels, filters] = options.shape;
  const seen = tf.stridedSlice(x, [0, 0, 0, 0], x.shape, [1, ...options.strides, 1]);
  const attributes = {
    T: { type: "float32" },
    transpose_a: { bool: true },
    transpose_b: { bool: false },
  } as const;
  const inputs = [tf.reshape(seen, [-1, channels]), tf.reshape(dy, [-1, filters])];
  return tf.reshape(nativeOp("MatMul", inputs, { attributes })[0], [...options.shape]);
}

/** The padding of rows and columns: what lies in front, and the rest behind. */
function paddingOf({ before, around }: Layout): [number, number][] {
  return before.map((front, axis): [number, number] => [front, around[axis] - front]);
}

/** As the convolution of x with dy, channels in the samples' place: the fastest for series. */
function filterByConvolution({ x, dy }: Maps, layout: Layout): Tensor {
  const [rows, columns] = paddingOf(layout);
  const byChannel = tf.transpose(x, [3, 1, 2, 0]); // [channels, rows, columns, samples]
  const padded = tf.pad4d(byChannel, [[0, 0], rows, columns, [0, 0]]);
  const kernel = tf.transpose(dy, [1, 2, 0, 3]); // [rows, columns, samples, filters]
  const gradient = tf.conv2d(padded, kernel, 1, "valid"); // [channels, rows, columns, filters]
  return tf.transpose(gradient, [1, 2, 0, 3]);
}

/** As one matrix product for each place of the kernel, over slices that share one padded array. */
function filterByProducts({ x, filter, dy }: Maps, layout: Layout): Tensor {
  const [samples, mapRows, mapColumns, channels] = x.shape;
  const [rows, columns, , filters] = filter.shape;
  const { dilations, around } = layout;
  const height = mapRows + around[0];
  const width = mapColumns + around[1];
  const [down, right] = [(rows - 1) * dilations[0], (columns - 1) * dilations[1]];
  const used = samples * height * width - down * width - right;
  const [rowPadding, columnPadding] = paddingOf(layout);
  const maps = tf.pad4d(x, [[0, 0], rowPadding, columnPadding, [0, 0]]);
  const wide = tf.pad4d(dy, [
    [0, 0],
    [0, down],
    [0, right],
    [0, 0],
  ]);
  const inputs = tf.reshape(maps, [-1, channels]);
  const outputs = tf.slice(tf.reshape(wide, [-1, filters]), [0, 0], [used, filters]);
  const places: Tensor[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const from = row * dilations[0] * width + column * dilations[1];
      const seen = tf.slice(inputs, [from, 0], [used, channels]);
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
