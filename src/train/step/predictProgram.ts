import { fromWords, type Output, tf } from "../../engine";
import type { ProgramVariables } from "./programVariables";

/** What the session is called with to predict a batch, and what it returns. */
export interface PredictProgram {
  readonly words: Output;
  readonly output: Output;
}

/** Adds the program that computes the model's outputs for `size` samples of raw values. */
export function predictProgram(variables: ProgramVariables, size: number): PredictProgram {
  const { builder, step } = variables;
  const { x } = variables.options;
  const words = builder.placeholder("predict_words", [-1]);
  const values = fromWords(builder, words, x.dtype, builder.integers([size, ...x.shape]));
  return tf.tidy(() => {
    const batch = tf.zeros([size, ...x.shape]);
    const bindings = [{ tensor: batch, output: builder.asFloat(values, x, size) }];
    bindings.push(...variables.modelBindings().bindings);
    const { result, output } = variables.record(() => step.predict(batch), bindings);
    return { words, output: output(result) } as never;
  });
}
