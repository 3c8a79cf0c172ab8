/**
 * The recurrence of a ConvLSTM2D as one differentiable step: its gradient is written out, which keeps few tensors a time
 * step for it and runs about half of the ops that differentiating each op by itself would.
 */
import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { nativeOp, tf, usesOwnOps } from "../engine";
import { type ConvGate, type ConvLstmCell, ownCell, type Step, tensorflowCell } from "./convLstmCell";

type Frames = tfTypes.Tensor4D;

const convolution = {
  T: { type: "float32" },
  strides: { int: [1, 1, 1, 1] },
  padding: { text: "SAME" },
  data_format: { text: "NHWC" },
  dilations: { int: [1, 1, 1, 1] },
  explicit_paddings: { int: [] },
  use_cudnn_on_gpu: { bool: true },
} as const;

function convolve(x: Frames, kernel: Frames): Frames {
  return nativeOp("Conv2D", [x, kernel], { attributes: convolution })[0] as Frames;
}

/** The gradients of {@link convolve} for its input and its kernel. */
function convolveBack(x: Frames, kernel: Frames, dy: Frames): { x: Frames; kernel: Frames } {
  const run = (name: string, inputs: tfTypes.Tensor[]): Frames =>
    nativeOp(name, inputs, { attributes: convolution })[0] as Frames;
  return {
    x: run("Conv2DBackpropInput", [tf.tensor1d(x.shape, "int32"), kernel, dy]),
    kernel: run("Conv2DBackpropFilter", [x, tf.tensor1d(kernel.shape, "int32"), dy]),
  };
}

/** Options of {@link convLstmStates}. */
export interface ConvLstmStatesOptions {
  times: number;
  gate: ConvGate;
  /** All states in order of time instead of the last. */
  returnSequences: boolean;
}

/**
 * The states of a convolutional LSTM from zero states.
 *
 * @param inputs the input's share of all gates, `[times * samples, rows, columns, 4 * filters]`, times outermost;
 *   gates in Keras's order: input, forget, cell, output
 * @param kernel the recurrent kernel, `[rows, columns, filters, 4 * filters]`
 * @returns `[samples, rows, columns, filters]`, or `[times * samples, rows, columns, filters]` with `returnSequences`
 */
export function convLstmStates(inputs: Frames, kernel: Frames, options: ConvLstmStatesOptions): Frames {
  const { times, returnSequences } = options;
  const cell = usesOwnOps() ? ownCell(options.gate) : tensorflowCell(options.gate);
  const run = tf.customGrad((given, recurrent, save) => {
    const steps: Step[] = [];
    for (const part of tf.split(given as Frames, times, 0) as Frames[]) {
      const before = steps.at(-1);
      const product = before && convolve(before.state, recurrent as Frames);
      steps.push(cell.forward(part, { product, before: before?.memory }));
    }
    const kept = steps.flatMap(({ state, memory, kept }) => [state, memory, ...kept]);
    (save as tfTypes.GradSaveFunc)([recurrent as Frames, ...kept]);
    return {
      value: returnSequences
        ? tf.concat(
            steps.map(({ state }) => state),
            0,
          )
        : steps[times - 1].state.clone(),
      gradFunc: (dy: tfTypes.Tensor, saved: tfTypes.Tensor[]) =>
        back(dy as Frames, saved as Frames[], { times, cell, returnSequences }),
    };
  });
  return run(inputs, kernel) as Frames;
}

/** The saved tensors as steps. */
function stepsOf(saved: readonly Frames[], options: { times: number; each: number }): Step[] {
  const { times, each } = options;
  return Array.from({ length: times }, (_, step) => {
    const [state, memory, ...kept] = saved.slice(1 + step * each, 1 + (step + 1) * each);
    return { state, memory, kept };
  });
}

function back(
  dy: Frames,
  saved: readonly Frames[],
  options: { times: number; cell: ConvLstmCell; returnSequences: boolean },
): [Frames, Frames] {
  const { times, cell, returnSequences } = options;
  const kernel = saved[0];
  const steps = stepsOf(saved, { times, each: 2 + cell.kept });
  const outer = returnSequences ? (tf.split(dy, times, 0) as Frames[]) : [];
  const inputGradients: Frames[] = [];
  const kernelGradients: Frames[] = [];
  let dState = returnSequences ? outer[times - 1] : dy;
  let dMemory: Frames | undefined;
  for (let index = times - 1; index >= 0; index--) {
    const before = index > 0 ? steps[index - 1] : undefined;
    const gradients = cell.backward(steps[index], { before: before?.memory, dState, dMemory });
    inputGradients.unshift(gradients.gates);
    if (!before) break;
    const convolved = convolveBack(before.state, kernel, gradients.gates);
    kernelGradients.push(convolved.kernel);
    dState = returnSequences ? tf.add<Frames>(outer[index - 1], convolved.x) : convolved.x;
    dMemory = gradients.memory;
  }
  const dKernel = kernelGradients.length > 0 ? (tf.addN(kernelGradients) as Frames) : tf.zerosLike(kernel);
  return [times === 1 ? inputGradients[0] : tf.concat<Frames>(inputGradients, 0), dKernel];
}
