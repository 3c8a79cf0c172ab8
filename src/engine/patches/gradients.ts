/**
 * Gradients where tfjs's are slow (arrays of ones made in JavaScript, a dozen ops where TensorFlow has one) or wrong
 * (|x| at 0, dilated convolutions; ties.ts has more). They replace tfjs's in its registry when the engine is loaded.
 */
import type { NamedAttrMap, Tensor, Tensor4D } from "@tensorflow/tfjs-node-gpu";
import { tf } from "../load";
import { type NativeAttribute, nativeOp } from "../native";
import { type ConvolutionOptions, filterGradient, inputGradient } from "./convolution";

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
