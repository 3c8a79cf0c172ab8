/**
 * The kernel of a filter's gradient, which transposed and fused convolutions call by itself: where the filter is one
 * pixel and the stride above 1, oneDNN's own one writes outside its memory and ends the process.
 */
import type { KernelConfig, Tensor4D } from "@tensorflow/tfjs-node-gpu";
import { tf } from "../load";
import { pair, pointFilterGradient, seesPoints } from "./convolution";

const original = tf.getKernel("Conv2DBackpropFilter", "tensorflow") as KernelConfig;

tf.unregisterKernel("Conv2DBackpropFilter", "tensorflow");
tf.registerKernel({
  ...original,
  kernelFunc: (parameters) => {
    const { x, dy } = parameters.inputs as unknown as { x: Tensor4D; dy: Tensor4D };
    const { filterShape, strides } = parameters.attrs as unknown as {
      filterShape: number[];
      strides: number | [number, number];
    };
    if (!seesPoints(filterShape, pair(strides))) return original.kernelFunc(parameters);
    return tf.tidy(() => pointFilterGradient({ x, dy }, { shape: filterShape, strides: pair(strides) }));
  },
});
