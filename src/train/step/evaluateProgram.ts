import { dtypeNumber, type Output, tf } from "../../engine";
import type { DataVariables, ProgramVariables } from "./programVariables";
import { addSums, splitSums, zeroSums } from "./runningSums";

/** What the session is called with to evaluate some batches, and what it returns. */
export interface EvaluateProgram {
  readonly control: Output;
  readonly sums: Output;
}

/** Adds the program that evaluates samples of a data set, some batches of `size` in a row. */
export function evaluateProgram(
  variables: ProgramVariables,
  data: DataVariables,
  size: number,
): EvaluateProgram {
  const { builder, step } = variables;
  const control = builder.placeholder(`evaluate${size}_control`, [2]);
  const [count, start] = [0, 1].map((at) => builder.scalar(control, builder.integers(at), "int32"));
  const [sums] = builder.loop(count, [zeroSums(builder, variables.sumSize(size))], (counter, [total]) => {
    const offset = builder.typed("Mul", [counter, builder.integers(size)], { T: "int32" });
    const from = builder.typed("AddV2", [start, offset], { T: "int32" });
    const places = Int32Array.from({ length: size }, (_, index) => index);
    const range = builder.constant([size], dtypeNumber("int32"), places);
    const indices = builder.typed("AddV2", [from, range], { T: "int32" });
    const recorded = tf.tidy(() => {
      const { batch, bindings } = variables.batchOf(data, indices, size);
      bindings.push(...variables.modelBindings().bindings);
      const { result, output } = variables.record(() => step.evaluate(batch), bindings);
      return output(result) as never;
    }) as Output;
    return { values: [addSums(builder, total, recorded)], wait: [] };
  });
  return { control, sums: splitSums(builder, sums) };
}
