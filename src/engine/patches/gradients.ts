/**
 * Gradients where tfjs's are slow (arrays of ones made in JavaScript, a dozen ops where TensorFlow has one) or wrong
 * (|x| at 0, dilated convolutions; ties.ts has more). They replace tfjs's in its registry when the engine is loaded.
 */
import type { NamedAttrMap, Tensor, Tensor4D, Tensor5D } from "@tensorflow/tfjs-node-gpu";
import { tf } from "../load";
import { type NativeAttribute, nativeOp } from "../native";
import { type ConvolutionOptions, filterGradient, inputGradient, pair } from "./convolution";

const float: NativeAttribute = { type: "float32" };

/** A gradient: from the incoming one, what was saved and the op's attributes to one tensor an input. */
export type Gradient = (
  dy: Tensor,
  saved: Tensor[],
  attributes: NamedAttrMap,
) => Record<string, () => Tensor>;

/** What a kernel's gradient needs of its inputs and outputs. */
interface GradientOptions {
  readonly inputs?: string[];
  readonly output?: boolean;
}

/** Puts a gradient in the place of tfjs's. */
export function replaceGradient(kernelName: string, options: GradientOptions, gradFunc: Gradient): void {
  if (tf.getGradient(kernelName)) tf.unregisterGradient(kernelName);
  tf.registerGradient({
    kernelName,
    inputsToSave: options.inputs,
    outputsToSave: options.output ? [true] : undefined,
    gradFunc: (dy, saved, attributes) => gradFunc(dy as Tensor, saved, attributes),
  });
}

/** One native op of the incoming gradient and what was saved. */
function native(op: string, inputs: readonly Tensor[]): Tensor {
  return nativeOp(op, inputs, { attributes: { T: float } })[0];
}

for (const [kernel, op] of [
  ["Relu", "ReluGrad"],
  ["Elu", "EluGrad"],
  ["Relu6", "Relu6Grad"],
] as const) {
  replaceGradient(kernel, { output: true }, (dy, [y]) => ({ x: () => native(op, [dy, y]) }));
}
for (const [kernel, op] of [
  ["Sigmoid", "SigmoidGrad"],
  ["Tanh", "TanhGrad"],
] as const) {
  replaceGradient(kernel, { output: true }, (dy, [y]) => ({ x: () => native(op, [y, dy]) }));
}
for (const [kernel, op] of [
  ["Softplus", "SoftplusGrad"],
  ["Selu", "SeluGrad"],
] as const) {
  const ofOutput = kernel === "Selu";
  replaceGradient(kernel, ofOutput ? { output: true } : { inputs: ["x"] }, (dy, [saved]) => ({
    x: () => native(op, [dy, saved]),
  }));
}
replaceGradient("LeakyRelu", { inputs: ["x"] }, (dy, [x], attributes) => ({
  x: () =>
    nativeOp("LeakyReluGrad", [dy, x], {
      attributes: { T: float, alpha: { float: attributes.alpha as number } },
    })[0],
}));
// sign(0) is 0, where tfjs's step gives -1.
replaceGradient("Abs", { inputs: ["x"] }, (dy, [x]) => ({ x: () => tf.mul(dy, tf.sign(x)) }));

/** The gradient of a sum: every summand's is the sum's. */
function spread(dy: Tensor, shape: readonly number[], axis: unknown): Tensor {
  const axes = tf.util.parseAxisParam(axis as number | number[], [...shape]);
  const kept = shape.map((extent, index) => (axes.includes(index) ? 1 : extent));
  const sizes = tf.tensor1d([...shape], "int32");
  return nativeOp("BroadcastTo", [tf.reshape(dy, kept), sizes], {
    attributes: { T: float, Tidx: { type: "int32" } },
  })[0];
}

replaceGradient("Sum", { inputs: ["x"] }, (dy, [x], attributes) => ({
  x: () => spread(dy, x.shape, attributes.axis),
}));
replaceGradient("Mean", { inputs: ["x"] }, (dy, [x], attributes) => ({
  x: () => spread(tf.mul(dy, dy.size / x.size), x.shape, attributes.axis),
}));

replaceGradient("Conv2D", { inputs: ["x", "filter"] }, (dy, [x, filter], attributes) => {
  const options = attributes as unknown as ConvolutionOptions;
  const maps = { x: x as Tensor4D, filter: filter as Tensor4D, dy: dy as Tensor4D };
  return {
    x: () => inputGradient(maps, options),
    filter: () => filterGradient(maps, options),
  };
});

/** The gradients of a dilated depthwise convolution of stride 1, by the parts of the maps that see each other. */
function dilatedDepthwise(
  { x, filter, dy }: { x: Tensor4D; filter: Tensor4D; dy: Tensor4D },
  dilations: [number, number],
  pad: string,
): { x: () => Tensor; filter: () => Tensor } {
  const paddings = dilations.map((dilation, axis): [number, number, number] => {
    const around = pad === "same" ? dilation * (filter.shape[axis] - 1) : 0;
    const before = around >> 1;
    const missing = (dilation - ((x.shape[axis + 1] + around) % dilation)) % dilation;
    return [before, around - before + missing, missing];
  });
  const widths = paddings.map(([before, behind]): [number, number] => [before, behind]);
  const parts = tf.spaceToBatchND(x, dilations, widths);
  const partsOfDy = tf.spaceToBatchND(
    dy,
    dilations,
    paddings.map(([, , missing]): [number, number] => [0, missing]),
  );
  const plain = { strides: [1, 1], pad: "valid", dilations: [1, 1] };
  return {
    x: () => {
      const attributes = { ...plain, inputShape: parts.shape };
      const gradient = tf
        .engine()
        .runKernel("DepthwiseConv2dNativeBackpropInput", { dy: partsOfDy, filter }, attributes) as Tensor;
      return tf.batchToSpaceND(gradient, dilations, widths);
    },
    filter: () =>
      tf
        .engine()
        .runKernel(
          "DepthwiseConv2dNativeBackpropFilter",
          { x: parts, dy: partsOfDy },
          { ...plain, filterShape: filter.shape },
        ) as Tensor,
  };
}

const depthwise = tf.getGradient("DepthwiseConv2dNative");
replaceGradient("DepthwiseConv2dNative", { inputs: ["x", "filter"] }, (dy, saved, attributes) => {
  const { dilations, pad } = attributes as unknown as Pick<ConvolutionOptions, "dilations" | "pad">;
  const rates = pair(dilations ?? 1);
  if (rates.every((rate) => rate === 1)) {
    return depthwise.gradFunc(dy, saved, attributes) as Record<string, () => Tensor>;
  }
  const [x, filter] = saved as Tensor4D[];
  return dilatedDepthwise({ x, filter, dy: dy as Tensor4D }, rates, pad as string);
});

// The transposed convolution of volumes, whose gradient tfjs lacks.
replaceGradient(
  "Conv3DBackpropInputV2",
  { inputs: ["dy", "filter"] },
  (upstream, [dy, filter], attributes) => {
    const { strides, pad } = attributes as unknown as {
      strides: [number, number, number];
      pad: "same" | "valid";
    };
    return {
      dy: () => tf.conv3d(upstream as Tensor5D, filter as Tensor5D, strides, pad),
      filter: () =>
        tf
          .engine()
          .runKernel(
            "Conv3DBackpropFilterV2",
            { x: upstream, dy },
            { strides, pad, filterShape: filter.shape },
          ) as Tensor,
    };
  },
);
