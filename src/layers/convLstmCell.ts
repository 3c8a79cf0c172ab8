/** What a time step of a ConvLSTM2D does besides its convolutions, forward and backward. */
import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { convLstmStep, convLstmStepBack, nativeOp, tf } from "../engine";

type Frames = tfTypes.Tensor4D;

/** The gates' activation: `sigmoid`, or the input `cut` to [0, 1]. */
export type ConvGate = "sigmoid" | "cut";

/** One time step's tensors: the state and the memory after it, and what its gradient needs beside them. */
export interface Step {
  readonly state: Frames;
  readonly memory: Frames;
  readonly kept: readonly Frames[];
}

/** The step of a convolutional LSTM between convolutions. */
export interface ConvLstmCell {
  /** How many tensors it keeps. */
  readonly kept: number;
  /** @param options `product`: the state's share of the gates; absent in the first step, as the memory `before` */
  forward(inputs: Frames, options: { product?: Frames; before?: Frames }): Step;
  /** The gradients of the gates and of the memory before. */
  backward(
    step: Step,
    options: { before?: Frames; dState: Frames; dMemory?: Frames },
  ): { gates: Frames; memory: Frames };
}

/** The step as one op of our own. */
export function ownCell(gate: ConvGate): ConvLstmCell {
  const hard = gate === "cut";
  return {
    kept: 1,
    forward(inputs, { product, before }) {
      const [state, memory, gates] = convLstmStep(inputs, { products: product, before, hard });
      return { state, memory, kept: [gates] };
    },
    backward({ memory, kept: [activated] }, { before, dState, dMemory }) {
      const gradients = { state: dState, memory: dMemory };
      const [gates, memoryBefore] = convLstmStepBack({ gates: activated, memory, before }, gradients, {
        hard,
      });
      return { gates, memory: memoryBefore };
    },
  };
}

const float = { T: { type: "float32" } } as const;
const native = (name: string, ...inputs: Frames[]): Frames =>
  nativeOp(name, inputs, { attributes: float })[0] as Frames;

/** What a gate does with its input, and its gradient from its output. */
interface Gate {
  value(x: Frames): Frames;
  gradient(dy: Frames, y: Frames): Frames;
}

const gates: Record<ConvGate, Gate> = {
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

/** The step in TensorFlow's ops. In the first one there is nothing to forget. */
export function tensorflowCell(gateName: ConvGate): ConvLstmCell {
  const gate = gates[gateName];
  return {
    kept: 5,
    forward(inputs, { product, before }) {
      const all = product ? tf.add<Frames>(inputs, product) : inputs;
      const parts = tf.split(all, 4, 3) as Frames[];
      const input = gate.value(parts[0]);
      const candidate = native("Tanh", parts[2]);
      const output = gate.value(parts[3]);
      const update = tf.mul<Frames>(input, candidate);
      const forget = before ? gate.value(parts[1]) : input;
      const memory = before ? tf.add<Frames>(tf.mul(forget, before), update) : update;
      const bent = native("Tanh", memory);
      return {
        state: tf.mul<Frames>(output, bent),
        memory,
        kept: [input, forget, candidate, output, bent],
      };
    },
    backward({ kept: [input, forget, candidate, output, bent] }, { before, dState, dMemory }) {
      const fromState = native("TanhGrad", bent, tf.mul<Frames>(dState, output));
      const memory: Frames = dMemory ? tf.add<Frames>(dMemory, fromState) : fromState;
      const all = tf.concat<Frames>(
        [
          gate.gradient(tf.mul(memory, candidate), input),
          before ? gate.gradient(tf.mul(memory, before), forget) : tf.zerosLike(input),
          native("TanhGrad", candidate, tf.mul<Frames>(memory, input)),
          gate.gradient(tf.mul(dState, bent), output),
        ],
        3,
      );
      return { gates: all, memory: tf.mul<Frames>(memory, forget) };
    },
  };
}
