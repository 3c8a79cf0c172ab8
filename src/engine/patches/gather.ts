/** tfjs reads gather's indices back to check them, which a recorded step must not; there TensorFlow checks instead. */
import type { KernelConfig, Tensor } from "@tensorflow/tfjs-node-gpu";
import { isRecording } from "../capture/record";
import { tf } from "../load";
import { nativeOp } from "../native";

const original = tf.getKernel("GatherV2", "tensorflow") as KernelConfig;

tf.unregisterKernel("GatherV2", "tensorflow");
tf.registerKernel({
  ...original,
  kernelFunc: (parameters) => {
    if (!isRecording()) return original.kernelFunc(parameters);
    const { x, indices } = parameters.inputs as unknown as { x: Tensor; indices: Tensor };
    const { axis, batchDims } = parameters.attrs as unknown as { axis: number; batchDims: number };
    return nativeOp("GatherV2", [x, indices, tf.scalar(axis, "int32")], {
      attributes: {
        batch_dims: { int: batchDims },
        Tparams: { type: x.dtype as "float32" },
        Tindices: { type: indices.dtype as "int32" },
        Taxis: { type: "int32" },
      },
    })[0];
  },
});
