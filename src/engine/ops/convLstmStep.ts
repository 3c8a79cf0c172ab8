/** One time step of a convolutional LSTM, all but its convolutions, as one op of our own, and its gradient. */
import type { Tensor, Tensor4D } from "@tensorflow/tfjs-node-gpu";
import { tf } from "../load";
import { nativeOp } from "../native";

/** What stands for an input that is not given. */
function orNone(tensor: Tensor4D | undefined): Tensor {
  return tensor ?? tf.zeros([0]);
}

/**
 * The state, the memory and the activated gates after a step.
 *
 * @param inputs the input's share of the gates, `[samples, rows, columns, 4 filters]`; Keras's order
 * @param options `products`: the state's share, none in the first step; `before`: the memory
 *   `[samples, rows, columns, filters]`, default zeros; `hard`: gates cut their input to [0, 1] instead of the sigmoid
 */
export function convLstmStep(
  inputs: Tensor4D,
  options: { products?: Tensor4D; before?: Tensor4D; hard: boolean },
): [state: Tensor4D, memory: Tensor4D, gates: Tensor4D] {
  const { products, before, hard } = options;
  return nativeOp("PodiumConvLstm", [inputs, orNone(products), orNone(before)], {
    attributes: { hard: { bool: hard } },
    outputs: 3,
  }) as [Tensor4D, Tensor4D, Tensor4D];
}

/**
 * The gradients of {@link convLstmStep} for the gates' inputs and for the memory before.
 *
 * @param kept `gates` and `memory` that the step gave, and the memory `before` it, default zeros
 * @param gradients of the state, and of the memory from the step after, default zeros
 */
export function convLstmStepBack(
  kept: { gates: Tensor4D; memory: Tensor4D; before?: Tensor4D },
  gradients: { state: Tensor4D; memory?: Tensor4D },
  options: { hard: boolean },
): [gates: Tensor4D, before: Tensor4D] {
  const { gates, memory, before } = kept;
  const inputs = [gates, memory, orNone(before), gradients.state, orNone(gradients.memory)];
  return nativeOp("PodiumConvLstmGrad", inputs, {
    attributes: { hard: { bool: options.hard } },
    outputs: 2,
  }) as [Tensor4D, Tensor4D];
}
