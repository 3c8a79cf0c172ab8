import type { Tensor, Tensor1D } from "@tensorflow/tfjs-node-gpu";
import { nativeId, type Output, tf } from "../../engine";
import type { ProgramVariables } from "./programVariables";
import { addSums, splitSums, zeroSums } from "./runningSums";

/** What the session is called with for some steps of training, and what it returns. */
export interface TrainProgram {
  readonly control: Output;
  readonly rates: Output;
  readonly sums: Output;
}

/** What the graph tells a step, one scalar each but for the samples' places. */
interface StepInputs {
  readonly indices: Output;
  readonly step: Output;
  readonly rate: Output;
  readonly seed: Output;
  readonly epoch: Output;
}

/** Adds the program that trains some steps of `batch` samples each. */
export function trainProgram(variables: ProgramVariables, batch: number): TrainProgram {
  const { builder } = variables;
  const control = builder.placeholder(`train${batch}_control`, [5]);
  const rateBits = builder.placeholder(`train${batch}_rates`, [-1]);
  const rates = builder.typed("Bitcast", [rateBits], { T: "int32", type: "float32" }, "float32");
  const [count, start, firstStep, seed, epoch] = [0, 1, 2, 3, 4].map((at) =>
    builder.scalar(control, builder.integers(at), "int32"),
  );
  const sumSize = variables.sumSize(batch);
  const [sums] = builder.loop(count, [zeroSums(builder, sumSize)], (counter, [total]) => {
    const offset = builder.typed("Mul", [counter, builder.integers(batch)], { T: "int32" });
    const from = builder.typed("AddV2", [start, offset], { T: "int32" });
    const indices = builder.slice(variables.order.read(), from, batch, "int32");
    const step = builder.typed("AddV2", [firstStep, counter], { T: "int32" });
    const rate = builder.scalar(rates, counter, "float32");
    const recorded = recordTrain(variables, batch, { indices, step, rate, seed, epoch });
    return { values: [addSums(builder, total, recorded.sums)], wait: recorded.wait };
  });
  return { control, rates: rateBits, sums: splitSums(builder, sums) };
}

/** Records one step; returns its sums, and the nodes that write what it changes. */
function recordTrain(
  variables: ProgramVariables,
  size: number,
  inputs: StepInputs,
): { sums: Output; wait: Output[] } {
  const { step, builder, parameters } = variables;
  return tf.tidy(() => {
    const { batch, bindings } = variables.batchOf(variables.training, inputs.indices, size);
    const model = variables.modelBindings();
    const weights = tf.zeros([parameters]) as Tensor1D;
    const slots: Record<string, Tensor> = {};
    bindings.push(...model.bindings, { tensor: weights, output: model.weights });
    for (const [name, slot] of Object.entries(step.options.optimizer.slots)) {
      slots[name] = slot.kind === "vector" ? tf.fill([parameters], slot.initial) : tf.scalar(slot.initial);
      bindings.push({ tensor: slots[name], output: variables.slots[name].read() });
    }
    const numbers = {
      seed: tf.scalar(1, "int32"),
      step: tf.scalar(1, "int32"),
      epoch: tf.scalar(0, "int32"),
      learningRate: tf.scalar(0.5),
    };
    bindings.push(
      { tensor: numbers.seed, output: inputs.seed },
      { tensor: numbers.step, output: inputs.step },
      { tensor: numbers.epoch, output: inputs.epoch },
      { tensor: numbers.learningRate, output: inputs.rate },
    );
    const modelVariables = step.weights.variables();
    const before = modelVariables.map((variable) => nativeId(variable));
    const held = modelVariables.map((variable) => tf.clone(variable));
    try {
      const { result, output } = variables.record(
        () => step.train({ weights, slots }, batch, numbers),
        bindings,
      );
      const wait = [variables.weights.assign(output(result.weights))];
      for (const [name, value] of Object.entries(result.slots)) {
        wait.push(variables.slots[name].assign(output(value)));
      }
      const trainable = step.weights.trainable.length;
      const fixed = modelVariables.slice(trainable);
      if (variables.fixed && fixed.some((variable, at) => nativeId(variable) !== before[trainable + at])) {
        const parts = fixed.map((variable) =>
          builder.typed("Reshape", [output(variable), builder.integers([-1])], {
            T: "float32",
            Tshape: "int32",
          }),
        );
        wait.push(variables.fixed.assign(builder.concat(parts)));
      }
      return { sums: output(result.sums), wait } as never;
    } finally {
      for (const [at, variable] of modelVariables.entries()) {
        if (nativeId(variable) !== before[at]) variable.assign(held[at]);
      }
    }
  });
}
