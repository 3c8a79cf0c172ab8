/** Whole LSTM and GRU layers over time as one op forward and one backward of our own, differentiable. */
import type { Tensor, Tensor2D, Tensor3D } from "@tensorflow/tfjs-node-gpu";
import { tf } from "../load";
import { nativeOp } from "../native";

/** Options of {@link lstmSequence} and {@link gruSequence}. */
export interface SequenceOptions {
  /** Reads time backwards; states come in the order of reading. */
  backwards: boolean;
  /** Gates cut 0.2 x + 0.5 to [0, 1] instead of the sigmoid. */
  hard: boolean;
  /** All states `[samples, steps, units]` instead of the last `[samples, units]`. */
  returnSequences: boolean;
  /** `[samples, units]`, what the state is multiplied by before it recurs. Default ones. */
  dropout?: Tensor;
  /** `[samples, steps]`, 0 where a step is skipped. Default ones. */
  counts?: Tensor;
  /** `[samples, units]` before the first step; gradients reach it. Default zeros. */
  state?: Tensor;
}

/** What stands for an input that is not given. */
function none(): Tensor {
  return tf.zeros([0]);
}

/** The product of `a`, transposed, and `b`, rows of samples and steps: a kernel's gradient. */
function kernelGradient(a: Tensor, b: Tensor): Tensor {
  const rows = (x: Tensor) => tf.reshape(x, [-1, x.shape[x.rank - 1]]);
  return nativeOp("MatMul", [rows(a), rows(b)], {
    attributes: { T: { type: "float32" }, transpose_a: { bool: true }, transpose_b: { bool: false } },
  })[0];
}

/** The sum over all but the last axis: a bias's gradient. */
function biasGradient(x: Tensor): Tensor {
  const rows = tf.reshape(x, [-1, x.shape[x.rank - 1]]);
  const attributes = { T: { type: "float32" }, data_format: { text: "NHWC" } } as const;
  return nativeOp("BiasAddGrad", [rows], { attributes })[0];
}

/** A gradient of the states or of the last one, as the ops take it: in the place of the other stands nothing. */
function outerGradients(dy: Tensor, returnSequences: boolean): [Tensor, Tensor] {
  return returnSequences ? [dy, none()] : [none(), dy];
}

type Save = (tensors: Tensor[]) => void;

/**
 * The states of an LSTM.
 *
 * @param projected the inputs' share of all gates, bias included, `[samples, steps, 4 units]`; Keras's order: input,
 *   forget, cell, output
 * @param weights `recurrentKernel` `[units, 4 units]`
 * @param options `memory`: `[samples, units]` before the first step; gradients reach it; default zeros
 */
export function lstmSequence(
  projected: Tensor3D,
  weights: { recurrentKernel: Tensor2D },
  options: SequenceOptions & { memory?: Tensor },
): Tensor {
  const { backwards, hard, returnSequences } = options;
  const attributes = { backwards: { bool: backwards }, hard: { bool: hard } } as const;
  const [dropout, counts] = [options.dropout ?? none(), options.counts ?? none()];
  const run = tf.customGrad((x, kernel, state, memory, save) => {
    const inputs = [x, kernel, state, memory] as Tensor[];
    const [states, gates, memories, recurring, last] = nativeOp("PodiumLstm", [...inputs, dropout, counts], {
      attributes,
      outputs: 5,
    });
    (save as Save)([kernel as Tensor, memory as Tensor, dropout, counts, gates, memories, recurring]);
    return {
      value: returnSequences ? states : last,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const outer = outerGradients(dy, returnSequences);
        const [dProjected, dState, dMemory] = nativeOp("PodiumLstmGrad", [...saved.slice(0, 6), ...outer], {
          attributes,
          outputs: 3,
        });
        return [
          dProjected,
          kernelGradient(saved[6], dProjected),
          options.state ? dState : none(),
          options.memory ? dMemory : none(),
        ];
      },
    };
  });
  return run(projected, weights.recurrentKernel, options.state ?? none(), options.memory ?? none());
}

/**
 * The states of a GRU.
 *
 * @param projected the inputs' share of all gates, bias included, `[samples, steps, 3 units]`; Keras's order: update,
 *   reset, candidate
 * @param weights `recurrentKernel` `[units, 3 units]`; `recurrentBias` `[3 units]` of the recurrent product, with
 *   `resetAfter` only
 * @param options `resetAfter`: the reset gate acts after the recurrent product (Keras 3, cuDNN) or before it
 */
export function gruSequence(
  projected: Tensor3D,
  weights: { recurrentKernel: Tensor2D; recurrentBias?: Tensor },
  options: SequenceOptions & { resetAfter: boolean },
): Tensor {
  const { backwards, hard, returnSequences, resetAfter } = options;
  const attributes = {
    backwards: { bool: backwards },
    hard: { bool: hard },
    reset_after: { bool: resetAfter },
  } as const;
  const [dropout, counts] = [options.dropout ?? none(), options.counts ?? none()];
  const run = tf.customGrad((x, kernel, bias, state, save) => {
    const inputs = [x, kernel, bias, state] as Tensor[];
    const [states, gates, inner, recurring, last] = nativeOp("PodiumGru", [...inputs, dropout, counts], {
      attributes,
      outputs: 5,
    });
    (save as Save)([kernel as Tensor, state as Tensor, dropout, counts, gates, inner, states, recurring]);
    return {
      value: returnSequences ? states : last,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const outer = outerGradients(dy, returnSequences);
        const [dProjected, dProduct, dState] = nativeOp("PodiumGruGrad", [...saved.slice(0, 7), ...outer], {
          attributes,
          outputs: 3,
        });
        const recurring = saved[7];
        return [
          dProjected,
          resetAfter ? kernelGradient(recurring, dProduct) : splitGradient(recurring, saved[5], dProjected),
          weights.recurrentBias ? biasGradient(dProduct) : none(),
          options.state ? dState : none(),
        ];
      },
    };
  });
  const { recurrentKernel, recurrentBias } = weights;
  return run(projected, recurrentKernel, recurrentBias ?? none(), options.state ?? none());
}

/** The recurrent kernel's gradient where the candidate's part was multiplied by the reset state. */
function splitGradient(recurring: Tensor, resetState: Tensor, dProjected: Tensor): Tensor {
  const units = recurring.shape[2] as number;
  const [gates, candidate] = tf.split(dProjected, [2 * units, units], 2);
  return tf.concat([kernelGradient(recurring, gates), kernelGradient(resetState, candidate)], 1);
}
