import type { Tensor, Tensor1D, Variable } from "@tensorflow/tfjs-node-gpu";
import {
  dtypeNumber,
  GraphVariable,
  type Output,
  type Recording,
  record,
  separateVariables,
  tf,
  type VariableDtype,
  withRandomState,
} from "../../engine";
import { withEpoch } from "../../engine/batchTransform";
import type { LayerWeight } from "./modelWeights";
import type { ProgramBuilder } from "./programBuilder";
import type { Batch, TrainStep } from "./step";
import type { DataSpecs, ProgramOptions } from "./trainer";

/** A data set's variables. */
export interface DataVariables {
  readonly x: GraphVariable;
  readonly y: GraphVariable;
  readonly weight: GraphVariable;
  readonly specs: DataSpecs;
}

/** A tensor that a recorded step takes from outside, and what it is in the graph. */
export interface Binding {
  tensor: Tensor;
  output: Output;
}

/** The session's variables, and the tensors that stand for their values while a step is recorded. */
export class ProgramVariables {
  readonly weights: GraphVariable;
  readonly fixed: GraphVariable | undefined;
  readonly slots: Record<string, GraphVariable> = {};
  readonly order: GraphVariable;
  readonly training: DataVariables;
  /** Variables that are no weights of the model, such as a teacher's, and what they are in the session. */
  readonly outside = new Map<Variable, GraphVariable>();
  /** Numbers of the tensors from outside that became constants. */
  readonly constants: number[] = [];
  /** Values of all trainable weights. */
  readonly parameters: number;

  constructor(
    readonly builder: ProgramBuilder,
    readonly step: TrainStep,
    readonly options: ProgramOptions,
  ) {
    const { optimizer } = step.options;
    const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0);
    this.parameters = sum(step.weights.trainableSizes);
    this.weights = this.variable("weights", { dtype: "float32", shape: [this.parameters] });
    if (step.weights.fixed.length > 0) {
      this.fixed = this.variable("fixed", { dtype: "float32", shape: [sum(step.weights.fixedSizes)] });
    }
    for (const [name, slot] of Object.entries(optimizer.slots)) {
      const shape = slot.kind === "vector" ? [this.parameters] : [];
      this.slots[name] = this.variable(`slot_${name}`, { dtype: "float32", shape });
    }
    this.order = this.variable("order", { dtype: "int32", shape: [-1] });
    this.training = this.dataVariables("training", options);
  }

  private variable(name: string, options: { dtype: VariableDtype; shape: readonly number[] }): GraphVariable {
    return new GraphVariable(this.builder, name, options);
  }

  /** Adds the variables of a data set. */
  dataVariables(name: string, specs: DataSpecs): DataVariables {
    const { x, y } = specs;
    return {
      specs: { x, y },
      x: this.variable(`${name}_x`, { dtype: x.dtype, shape: [-1, ...x.shape] }),
      y: this.variable(`${name}_y`, { dtype: y.dtype, shape: [-1, ...y.shape] }),
      weight: this.variable(`${name}_weight`, { dtype: "float32", shape: [-1] }),
    };
  }

  /** Tensors of a batch's shapes. */
  private standIn(batch: number): Batch {
    const { x, y } = this.options;
    return {
      x: tf.zeros([batch, ...x.shape]),
      y: tf.zeros([batch, ...y.shape]),
      weight: tf.ones([batch]) as Tensor1D,
    };
  }

  /** Tensors that stand for a batch while the step is recorded, and what they are in the graph. */
  batchOf(data: DataVariables, indices: Output, batch: number): { batch: Batch; bindings: Binding[] } {
    const { builder } = this;
    const { x, y } = data.specs;
    const stand = this.standIn(batch);
    const bindings = [
      { tensor: stand.x, output: builder.asFloat(data.x.gather(indices), x, batch) },
      { tensor: stand.y, output: builder.asFloat(data.y.gather(indices), y, batch) },
      { tensor: stand.weight, output: data.weight.gather(indices) },
    ];
    return { batch: stand, bindings };
  }

  /** The model's variables as parts of the flat vectors. */
  modelBindings(): { weights: Output; bindings: Binding[] } {
    const { step, builder } = this;
    const weights = this.weights.read();
    const parts = this.splitFlat(weights, step.weights.trainable);
    if (this.fixed) parts.push(...this.splitFlat(this.fixed.read(), step.weights.fixed));
    const variables = step.weights.variables();
    separateVariables(variables);
    const bindings = variables.map((tensor, index) => ({ tensor, output: parts[index] }));
    builder.setDtype(weights, dtypeNumber("float32"));
    return { weights, bindings };
  }

  /** Records what `f` does with the tensors that `bindings` name, and with variables that are no weights. */
  record<T>(f: () => T, bindings: readonly Binding[]): Recording<T> {
    const recording = record(this.builder, f, {
      bindings,
      variable: (variable, fail) => this.outsideOf(variable, fail).read(),
    });
    this.constants.push(...recording.constants);
    return recording;
  }

  private outsideOf(variable: Variable, fail: (reason: string) => never): GraphVariable {
    const known = this.outside.get(variable);
    if (known) return known;
    const { name, dtype, shape } = variable;
    if (dtype !== "float32" && dtype !== "int32") {
      fail(`it reads variable "${name}", which must be float32 or int32, got ${dtype}`);
    }
    const own = this.builder.beforeLoop(() => this.variable(`outside${this.outside.size}`, { dtype, shape }));
    this.outside.set(variable, own);
    return own;
  }

  private splitFlat(flat: Output, weights: readonly LayerWeight[]): Output[] {
    const { builder } = this;
    const sizes = weights.map((weight) =>
      weight.shape.reduce<number>((size, extent) => size * (extent ?? 1), 1),
    );
    const split =
      sizes.length === 1
        ? flat
        : builder.node("SplitV", [flat, builder.integers(sizes), builder.integers(0)], {
            attributes: {
              T: { dtype: dtypeNumber("float32") },
              Tlen: { dtype: dtypeNumber("int32") },
              num_split: { int: sizes.length },
            },
          });
    return weights.map((weight, index) => {
      const part = index === 0 ? split : `${split}:${index}`;
      const shape = builder.integers(weight.shape as number[]);
      return builder.typed("Reshape", [part, shape], { T: "float32", Tshape: "int32" });
    });
  }

  /** How many sums a step returns: found by running one eagerly, which also makes what layers make on first use. */
  sumSize(batch: number): number {
    const { step } = this;
    if (step.sumSizes.length === 0) {
      const { augment, epochs } = step.options;
      tf.tidy(() => {
        const numbers = { seed: tf.scalar(0, "int32"), step: tf.scalar(0, "int32") };
        const place = { epoch: tf.scalar(0, "int32"), epochs };
        // As in training: augmentation may make of the truth what the loss takes.
        withRandomState(numbers, () => withEpoch(place, () => step.evaluate(this.standIn(batch), augment)));
      });
    }
    return step.sumSizes.reduce((total, size) => total + size, 0);
  }
}
