/**
 * What went into a softmax or sigmoid. A cross-entropy computed from it is exact and one op, where one computed from
 * probabilities needs clipping; models end in an activation all the same, so the engine remembers its input.
 */
import type { Tensor, TensorLike } from "@tensorflow/tfjs-node-gpu";
import { tf } from "../load";
import { core } from "../tfjsCore";

type Activation = "softmax" | "sigmoid";

let noted: Map<Tensor, { activation: Activation; logits: Tensor }> | undefined;

function note(activation: Activation, input: Tensor, output: Tensor): Tensor {
  noted?.set(output, { activation, logits: input });
  return output;
}

const { softmax, sigmoid } = core;

core.softmax = function softmaxNoted<T extends Tensor>(logits: T | TensorLike, axis = -1): T {
  if (!(logits instanceof tf.Tensor)) return softmax<T>(logits, axis);
  const place = axis < 0 ? axis + logits.rank : axis;
  if (place !== logits.rank - 1) {
    // tfjs knows the last axis only.
    const order = logits.shape.map((_, index) => index);
    [order[place], order[logits.rank - 1]] = [logits.rank - 1, place];
    const turned = tf.transpose(softmax<Tensor>(tf.transpose<Tensor>(logits, order)), order) as Tensor;
    return turned as T;
  }
  if (!noted) return softmax(logits, axis);
  const kept = tf.keep(tf.clone(logits));
  return note("softmax", kept, softmax(kept)) as T;
};

core.sigmoid = function sigmoidNoted<T extends Tensor>(input: T | TensorLike): T {
  if (!noted || !(input instanceof tf.Tensor)) return sigmoid(input);
  const kept = tf.keep(tf.clone(input));
  return note("sigmoid", kept, sigmoid(kept)) as T;
};

/** Runs `f` with the inputs of softmax and sigmoid remembered for {@link logitsOf} until it returns. */
export function withLogits<T>(f: () => T): T {
  const outer = noted;
  const own: typeof noted = new Map();
  noted = own;
  try {
    return f();
  } finally {
    noted = outer;
    for (const { logits } of own.values()) logits.dispose();
  }
}

/**
 * What the activation that gave `output` was given, within {@link withLogits}; `undefined` where `output` did not
 * come straight out of that activation.
 */
export function logitsOf(output: Tensor, activation: Activation): Tensor | undefined {
  const found = noted?.get(output);
  return found?.activation === activation ? found.logits : undefined;
}
