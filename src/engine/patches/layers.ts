/**
 * Layers of tfjs-layers that differ from Keras: declared shapes, dilated depthwise convolutions, bilinear upsampling by
 * half pixels, layer normalisation without scale or centre, cropping that can be trained.
 */
import type { LayerVariable, Shape, serialization, Tensor, Tensor4D } from "@tensorflow/tfjs-node-gpu";
import { tf } from "../load";
import { core } from "../tfjsCore";

/** A layer's methods, as they are replaced here; `Fields` are what they read. */
type Methods<Fields> = {
  call(this: Fields & Methods<Fields>, inputs: Tensor | Tensor[], options: object): Tensor;
  computeOutputShape(this: Fields & Methods<Fields>, shape: Shape): Shape;
  getConfig(this: Fields & Methods<Fields>): serialization.ConfigDict;
};

function methodsOf<Fields>(layer: object): Methods<Fields> {
  return Object.getPrototypeOf(layer);
}

function only(inputs: Tensor | Tensor[]): Tensor {
  return Array.isArray(inputs) ? inputs[0] : inputs;
}

// A causal convolution is as long as one with padding "same".
let conv = methodsOf<{ padding: string }>(tf.layers.conv1d({ filters: 1, kernelSize: 1 }));
while (!Object.hasOwn(conv, "computeOutputShape")) conv = Object.getPrototypeOf(conv);
const { computeOutputShape: convShape } = conv;
conv.computeOutputShape = function causalShape(shape) {
  if (this.padding !== "causal") return convShape.call(this, shape);
  return convShape.call(Object.create(this, { padding: { value: "same" } }), shape);
};

interface Depthwise {
  readonly depthwiseKernel: LayerVariable;
  readonly bias: LayerVariable | null;
  readonly activation: { apply(x: Tensor): Tensor } | null;
  readonly strides: [number, number];
  readonly dilationRate: [number, number];
  readonly kernelSize: [number, number];
  readonly padding: "same" | "valid";
  readonly dataFormat: string;
}

const depthwise = methodsOf<Depthwise>(tf.layers.depthwiseConv2d({ kernelSize: 1 }));
const { call: callDepthwise, computeOutputShape: depthwiseShape } = depthwise;

function isDilated({ dilationRate }: Pick<Depthwise, "dilationRate">): boolean {
  return dilationRate.some((rate) => rate > 1);
}

depthwise.call = function callDilated(inputs, options) {
  if (!isDilated(this)) return callDepthwise.call(this, inputs, options);
  return tf.tidy(() => {
    const first = this.dataFormat === "channelsFirst";
    const x = first ? tf.transpose(only(inputs), [0, 2, 3, 1]) : only(inputs);
    const kernel = this.depthwiseKernel.read() as Tensor4D;
    const y = tf.depthwiseConv2d(
      x as Tensor4D,
      kernel,
      this.strides,
      this.padding,
      "NHWC",
      this.dilationRate,
    );
    const shifted = this.bias ? tf.add(y, this.bias.read()) : y;
    const turned = first ? tf.transpose(shifted, [0, 3, 1, 2]) : shifted;
    return this.activation ? this.activation.apply(turned) : turned;
  });
};

depthwise.computeOutputShape = function dilatedShape(shape) {
  // A dilated kernel is as a larger one.
  const reach = this.kernelSize.map((size, axis) => (size - 1) * this.dilationRate[axis] + 1);
  return depthwiseShape.call(Object.create(this, { kernelSize: { value: reach } }), shape);
};

const separable = Object.getPrototypeOf(
  methodsOf(tf.layers.separableConv2d({ filters: 1, kernelSize: 1 })),
) as Methods<{ depthMultiplier: number }>;
const { getConfig: separableConfig } = separable;
separable.getConfig = function withMultiplier() {
  return { ...separableConfig.call(this), depthMultiplier: this.depthMultiplier };
};

const upSampling = methodsOf<{
  size: [number, number];
  interpolation: "nearest" | "bilinear";
  dataFormat: string;
}>(tf.layers.upSampling2d({}));
const { call: callUpSampling } = upSampling;
upSampling.call = function callHalfPixels(inputs, options) {
  if (this.interpolation === "nearest") return callUpSampling.call(this, inputs, options);
  return tf.tidy(() => {
    const first = this.dataFormat === "channelsFirst";
    const x = (first ? tf.transpose(only(inputs), [0, 2, 3, 1]) : only(inputs)) as Tensor4D;
    const size: [number, number] = [x.shape[1] * this.size[0], x.shape[2] * this.size[1]];
    const larger = tf.image.resizeBilinear(x, size, false, true);
    return first ? tf.transpose(larger, [0, 3, 1, 2]) : larger;
  });
};

const layerNormalization = methodsOf<{
  axis: number[];
  epsilon: number;
  gamma: LayerVariable | null;
  beta: LayerVariable | null;
}>(tf.layers.layerNormalization({}));
const { call: callNormalization } = layerNormalization;
layerNormalization.call = function callWithout(inputs, options) {
  if (this.gamma && this.beta) return callNormalization.call(this, inputs, options);
  return tf.tidy(() => {
    const x = only(inputs);
    const extents = x.shape.map((extent, axis) => (this.axis.includes(axis) ? extent : 1));
    const { mean, variance } = tf.moments(x, this.axis, true);
    let y: Tensor = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, this.epsilon)));
    if (this.gamma) y = tf.mul(y, tf.reshape(this.gamma.read(), extents));
    if (this.beta) y = tf.add(y, tf.reshape(this.beta.read(), extents));
    return y;
  });
};

const reshape = methodsOf<{
  targetShape: Shape;
  fixUnknownDimension(shape: Shape, target: Shape): Shape;
}>(tf.layers.reshape({ targetShape: [1] }));
reshape.computeOutputShape = function knownShape([samples, ...sample]) {
  if (sample.includes(null)) return [samples, ...this.targetShape];
  return [samples, ...this.fixUnknownDimension(sample, this.targetShape)];
};

interface Sized {
  readonly height: number;
  readonly width: number;
}

const resizing = methodsOf<Sized & { interpolation: "bilinear" | "nearest" }>(
  tf.layers.resizing({ height: 1, width: 1 }),
);
resizing.computeOutputShape = function resizedShape(shape) {
  return [...shape.slice(0, -3), this.height, this.width, shape[shape.length - 1]];
};

resizing.call = function callResize(inputs) {
  const x = only(inputs) as Tensor4D;
  const size: [number, number] = [this.height, this.width];
  if (this.interpolation === "nearest") return tf.image.resizeNearestNeighbor(x, size, false, true);
  return tf.image.resizeBilinear(x, size, false, true);
};

const centerCrop = methodsOf<Sized>(tf.layers.centerCrop({ height: 1, width: 1 }));
const { call: callCrop } = centerCrop;
centerCrop.call = function callSlice(inputs, options) {
  const x = only(inputs);
  const [rows, columns] = x.shape.slice(-3);
  if (rows < this.height || columns < this.width) return callCrop.call(this, inputs, options);
  const before = x.shape.slice(0, -3).map(() => 0);
  const begin = [...before, (rows - this.height) >> 1, (columns - this.width) >> 1, 0];
  return tf.slice(x, begin, [...x.shape.slice(0, -3), this.height, this.width, x.shape[x.rank - 1]]);
};

const alphaDropout = methodsOf<{ rate: number; noiseShape?: number[] }>(
  tf.layers.alphaDropout({ rate: 0.5 }),
);
alphaDropout.call = function callKeepingMoments(inputs, options) {
  const x = only(inputs);
  const { rate } = this;
  if (!(options as { training?: boolean }).training || rate <= 0 || rate >= 1) return tf.clone(x);
  return tf.tidy(() => {
    // What is dropped takes SELU's lowest value (Klambauer et al. 2017), where tfjs takes its opposite.
    const lowest = -1.6732632423543772 * 1.0507009873554805;
    const kept = tf.cast(tf.greaterEqual(core.randomUniform(this.noiseShape ?? x.shape), rate), "float32");
    const slope = ((1 - rate) * (1 + rate * lowest ** 2)) ** -0.5;
    const dropped = tf.add(tf.mul(x, kept), tf.mul(tf.sub(1, kept), lowest));
    return tf.add(tf.mul(dropped, slope), -slope * lowest * rate);
  });
};

// A normal distribution cut at two deviations has 0.88 of its deviation, which Keras makes up for.
const cutDeviation = 0.87962566103423978;
const scaling = Object.getPrototypeOf(tf.initializers.varianceScaling({} as never)) as {
  apply(this: { distribution: string }, shape: number[], dtype?: string): Tensor;
};
const { apply: applyScaling } = scaling;
scaling.apply = function applyAsKeras(shape, dtype) {
  if (this.distribution !== "normal") return applyScaling.call(this, shape, dtype);
  return tf.tidy(() => tf.div(applyScaling.call(this, shape, dtype), cutDeviation));
};
