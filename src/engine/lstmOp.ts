/** A whole LSTM layer over time as one native op forward and one backward (`BlockLSTMV2`, CPU and GPU). */
import type { Tensor, Tensor2D, Tensor3D } from "@tensorflow/tfjs-node-gpu";
import { tf } from "./load";
import { backend } from "./native";

/** Runs an op whose first input is the number of steps, an int64, which tfjs has no tensors of. */
function stepsOp(
  name: string,
  inputs: readonly Tensor[],
  options: { steps: number; outputs: number },
): Tensor[] {
  const owner = backend();
  const { binding } = owner;
  const ids = owner.getInputTensorIds(inputs);
  // Little-endian halves of the int64.
  const steps = binding.createTensor([], binding.TF_INT64, Int32Array.of(options.steps, 0));
  const attributes = [{ name: "T", type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT }];
  if (name === "BlockLSTMV2") attributes.push({ name: "cell_clip", type: binding.TF_ATTR_FLOAT, value: 0 });
  const plain = { name: "use_peephole", type: binding.TF_ATTR_BOOL, value: false };
  const results = binding.executeOp(name, [...attributes, plain], [steps, ...ids], options.outputs);
  binding.deleteTensor(steps);
  return results.map((result) => owner.createOutputTensor(result));
}

/**
 * The states of an LSTM with sigmoid gates and tanh, from zero states.
 *
 * @param x `[steps, samples, channels]`
 * @param weights `kernel` `[channels + units, 4 units]`, the input's rows first, and `bias` `[4 units]`; gates in
 *   Keras's order: input, forget, cell, output
 * @returns `[steps, samples, units]`
 * @example
 * const states = lstmStates(x, { kernel, bias });
 */
export function lstmStates(x: Tensor3D, weights: { kernel: Tensor2D; bias: Tensor }): Tensor3D {
  const [steps, samples] = x.shape;
  const units = weights.kernel.shape[1] / 4;
  const run = tf.customGrad((sequence, kernel, bias, save) => {
    const state = tf.zeros([samples, units]);
    const peephole = tf.zeros([units]);
    const fixed = [state, state, kernel, peephole, peephole, peephole, bias] as Tensor[];
    const inputs = [sequence as Tensor, ...fixed];
    const outputs = stepsOp("BlockLSTMV2", inputs, { steps, outputs: 7 });
    (save as (tensors: Tensor[]) => void)([...inputs, ...outputs]);
    return {
      value: outputs[6],
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const none = tf.zeros([steps, samples, units]);
        const gradients = stepsOp("BlockLSTMGradV2", [...saved, none, dy], { steps, outputs: 8 });
        return [gradients[0], gradients[3], gradients[7]];
      },
    };
  });
  return run(x, weights.kernel, weights.bias) as Tensor3D;
}
