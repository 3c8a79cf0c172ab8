import { fromWords, type Output, record, tf } from "../../engine";
import type { ProgramVariables } from "./programVariables";

/** What the session is called with to predict a batch, and what it returns. */
export interface PredictProgram {
  readonly words: Output;
  readonly output: Output;
}

/** Adds the program that computes the model's outputs for a batch of raw values. */
export function predictProgram(variables: ProgramVariables): PredictProgram {
  const { builder, step } = variables;
  const { x, evaluateBatch } = variables.options;
  const words = builder.placeholder("predict_words", [-1]);
  const values = fromWords(builder, words, x.dtype, builder.integers([evaluateBatch, ...x.shape]));
  return tf.tidy(() => {
    const batch = tf.zeros([evaluateBatch, ...x.shape]);
    const bindings = [{ tensor: batch, output: builder.asFloat(values, x, evaluateBatch) }];
    bindings.push(...variables.modelBindings().bindings);
    const { result, output } = record(builder, () => step.predict(batch), bindings);
    return { words, output: output(result) } as never;
  });
}
