/**
 * The recurrence of a ConvLSTM2D as one differentiable step: its gradient is written out, which keeps six tensors a
 * time step for it and runs about half of the ops that differentiating each op by itself would.
 */
import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { nativeOp, tf } from "../engine";

type Frames = tfTypes.Tensor4D;

/** What a gate does with its input, and its gradient from its output. */
interface Gate {
  value(x: Frames): Frames;
  gradient(dy: Frames, y: Frames): Frames;
}

const float = { T: { type: "float32" } } as const;
const native = (name: string, ...inputs: Frames[]): Frames =>
  nativeOp(name, inputs, { attributes: float })[0] as Frames;

const gates: Record<"sigmoid" | "cut", Gate> = {
  sigmoid: {
    value: (x) => native("Sigmoid", x),
    gradient: (dy, y) => native("SigmoidGrad", y, dy),
  },
  // x cut to [0, 1]: only what lies between has a gradient, which for [0, 6] is a native op.
  cut: {
    value: (x) =>
      nativeOp("ClipByValue", [x, tf.scalar(0), tf.scalar(1)], { attributes: float })[0] as Frames,
    gradient: (dy, y) => native("Relu6Grad", dy, tf.mul(y, 6)),
  },
};

const convolution = {
  ...float,
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

/** One time step's tensors, `[samples, rows, columns, filters]` each. */
interface Step {
  input: Frames;
  /** Absent in the first step, where there is nothing to forget. */
  forget?: Frames;
  candidate: Frames;
  output: Frames;
  memory: Frames;
  /** tanh(memory) */
  bent: Frames;
  state: Frames;
}

function advance(inputs: Frames, kernel: Frames, options: { gate: Gate; before?: Step }): Step {
  const { gate, before } = options;
  const all = before ? tf.add<Frames>(inputs, convolve(before.state, kernel)) : inputs;
  const parts = tf.split(all, 4, 3) as Frames[];
  const input = gate.value(parts[0]);
  const candidate = native("Tanh", parts[2]);
  const output = gate.value(parts[3]);
  const update = tf.mul<Frames>(input, candidate);
  const forget = before ? gate.value(parts[1]) : undefined;
  const memory = before && forget ? tf.add<Frames>(tf.mul(forget, before.memory), update) : update;
  const bent = native("Tanh", memory);
  return { input, forget, candidate, output, memory, bent, state: tf.mul<Frames>(output, bent) };
}

/** Options of {@link convLstmStates}. */
export interface ConvLstmStatesOptions {
  times: number;
  /** The gates' activation: `sigmoid`, or the input `cut` to [0, 1]. */
  gate: "sigmoid" | "cut";
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
  const gate = gates[options.gate];
  const run = tf.customGrad((given, recurrent, save) => {
    const steps: Step[] = [];
    for (const part of tf.split(given as Frames, times, 0) as Frames[]) {
      steps.push(advance(part, recurrent as Frames, { gate, before: steps.at(-1) }));
    }
    const kept: tfTypes.Tensor[] = [recurrent as Frames, ...steps.flatMap(tensorsOf)];
    (save as tfTypes.GradSaveFunc)(kept);
    return {
      value: returnSequences
        ? tf.concat(
            steps.map(({ state }) => state),
            0,
          )
        : steps[times - 1].state.clone(),
      gradFunc: (dy: tfTypes.Tensor, saved: tfTypes.Tensor[]) =>
        back(dy as Frames, saved as Frames[], { times, gate, returnSequences }),
    };
  });
  return run(inputs, kernel) as Frames;
}

/** A step's tensors in a row; the first step lacks one. */
function tensorsOf(step: Step): Frames[] {
  const { input, forget, candidate, output, memory, bent, state } = step;
  return [input, candidate, output, memory, bent, state, ...(forget ? [forget] : [])];
}

function stepOf(saved: readonly Frames[], index: number): Step {
  const from = index === 0 ? 1 : 7 * index;
  const [input, candidate, output, memory, bent, state, forget] = saved.slice(from, from + 7);
  return { input, candidate, output, memory, bent, state, forget: index === 0 ? undefined : forget };
}

function back(
  dy: Frames,
  saved: readonly Frames[],
  options: { times: number; gate: Gate; returnSequences: boolean },
): [Frames, Frames] {
  const { times, gate, returnSequences } = options;
  const kernel = saved[0];
  const outer = returnSequences ? (tf.split(dy, times, 0) as Frames[]) : [];
  const inputGradients: Frames[] = [];
  const kernelGradients: Frames[] = [];
  let dState = returnSequences ? outer[times - 1] : dy;
  let dMemory: Frames | undefined;
  for (let index = times - 1; index >= 0; index--) {
    const { input, forget, candidate, output, bent } = stepOf(saved, index);
    const fromState = native("TanhGrad", bent, tf.mul<Frames>(dState, output));
    const memory: Frames = dMemory ? tf.add<Frames>(dMemory, fromState) : fromState;
    const before = index > 0 ? stepOf(saved, index - 1) : undefined;
    const dGates = tf.concat<Frames>(
      [
        gate.gradient(tf.mul(memory, candidate), input),
        before && forget ? gate.gradient(tf.mul(memory, before.memory), forget) : tf.zerosLike(input),
        native("TanhGrad", candidate, tf.mul<Frames>(memory, input)),
        gate.gradient(tf.mul(dState, bent), output),
      ],
      3,
    );
    inputGradients.unshift(dGates);
    if (!before || !forget) break;
    const gradients = convolveBack(before.state, kernel, dGates);
    kernelGradients.push(gradients.kernel);
    dState = returnSequences ? tf.add<Frames>(outer[index - 1], gradients.x) : gradients.x;
    dMemory = tf.mul<Frames>(memory, forget);
  }
  const dKernel = kernelGradients.length > 0 ? (tf.addN(kernelGradients) as Frames) : tf.zerosLike(kernel);
  return [times === 1 ? inputGradients[0] : tf.concat<Frames>(inputGradients, 0), dKernel];
}
