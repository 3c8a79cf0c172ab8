/** Gradients that leave nothing behind where they fail. */
import type { Scalar, Tensor, Variable } from "@tensorflow/tfjs-node-gpu";
import { tf } from "./load";

/** What tfjs keeps of an op for its gradient. */
interface TapeNode {
  readonly saved?: readonly Tensor[];
}

/**
 * The value of `f` and its gradients, by variable name; as `tf.variableGrads`, which does not free what ops saved for
 * their gradients where `f` or a gradient throws.
 */
export function variableGradients(
  f: () => Scalar,
  variables: Variable[],
): { value: Scalar; grads: Record<string, Tensor> } {
  const { state } = tf.engine() as unknown as { state: { activeTape?: TapeNode[] | null } };
  let tape: TapeNode[] = [];
  try {
    return tf.variableGrads(() => {
      tape = state.activeTape ?? [];
      return f();
    }, variables);
  } catch (error) {
    for (const { saved = [] } of tape) {
      for (const tensor of saved) if (!tensor.isDisposed) tensor.dispose();
    }
    throw error;
  }
}
