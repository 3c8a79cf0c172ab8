import { backend, dtypeNumber, type Output, record, tf } from "../../engine";
import type { DataVariables, ProgramVariables } from "./programVariables";
import { addSums, splitSums, zeroSums } from "./runningSums";

/** What the session is called with to evaluate some batches, and what it returns. */
export interface EvaluateProgram {
  readonly control: Output;
  readonly sums: Output;
}

function rangeTo(size: number): Int32Array {
  return Int32Array.from({ length: size }, (_, index) => index);
}

/** Adds the program that evaluates samples of a data set, some batches in a row. */
export function evaluateProgram(variables: ProgramVariables, data: DataVariables): EvaluateProgram {
  const { builder, step } = variables;
  const size = variables.options.evaluateBatch;
  const control = builder.placeholder("evaluate_control", [3]);
  const [count, start, end] = [0, 1, 2].map((at) => builder.scalar(control, builder.integers(at), "int32"));
  const [sums] = builder.loop(count, [zeroSums(builder, variables.sumSize(size))], (counter, [total]) => {
    const offset = builder.typed("Mul", [counter, builder.integers(size)], { T: "int32" });
    const from = builder.typed("AddV2", [start, offset], { T: "int32" });
    const places = builder.constant([size], dtypeNumber("int32"), rangeTo(size));
    const range = builder.typed("AddV2", [from, places], { T: "int32" });
    // The last batch is filled up with its last sample, which counts for nothing.
    const last = builder.typed("Sub", [end, builder.integers(1)], { T: "int32" });
    const indices = builder.typed("Minimum", [range, last], { T: "int32" });
    const inside = builder.typed("Less", [range, end], { T: "int32" });
    const counts = builder.node("Cast", [inside], {
      attributes: {
        SrcT: { dtype: backend().binding.TF_BOOL },
        DstT: { dtype: dtypeNumber("float32") },
      },
    });
    const recorded = tf.tidy(() => {
      const { batch, bindings } = variables.batchOf(data, indices, size);
      const weight = bindings[2];
      weight.output = builder.typed("Mul", [weight.output, counts], { T: "float32" });
      const { result, output } = record(builder, () => step.evaluate(batch), [
        ...bindings,
        ...variables.modelBindings().bindings,
      ]);
      return output(result) as never;
    }) as Output;
    return { values: [addSums(builder, total, recorded)], wait: [] };
  });
  return { control, sums: splitSums(builder, sums) };
}
