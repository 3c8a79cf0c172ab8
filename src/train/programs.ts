/** The graphs of a model's training, evaluation and prediction, and the variables that they share. */
import type { Tensor, Tensor1D } from "@tensorflow/tfjs-node-gpu";
import {
  backend,
  dtypeNumber,
  fromWords,
  GraphBuilder,
  GraphVariable,
  nativeId,
  type Output,
  record,
  tf,
  type VariableDtype,
} from "../engine";
import type { LayerWeight } from "./modelWeights";
import type { Batch, TrainStep } from "./step";
import type { ProgramOptions, SampleSpec } from "./trainer";

/** A data set's variables. */
export interface DataVariables {
  readonly x: GraphVariable;
  readonly y: GraphVariable;
  readonly weight: GraphVariable;
}

export interface TrainProgram {
  readonly control: Output;
  readonly rates: Output;
  readonly sums: Output;
}

/** Builds the graph and holds what the session needs to be called. */
export class Programs {
  readonly builder: GraphBuilder;
  readonly weights: GraphVariable;
  readonly fixed: GraphVariable | undefined;
  readonly slots: Record<string, GraphVariable> = {};
  readonly order: GraphVariable;
  readonly training: DataVariables;
  readonly validation: DataVariables | undefined;
  readonly train = new Map<number, TrainProgram>();
  readonly evaluate: { control: Output; sums: Output } | undefined;
  readonly predict: { words: Output; output: Output } | undefined;
  private readonly parameters: number;

  constructor(
    private readonly step: TrainStep,
    private readonly options: ProgramOptions,
  ) {
    this.builder = new GraphBuilder({ xla: options.xla });
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
    this.training = this.dataVariables("training");
    for (const batch of new Set(options.trainBatches)) {
      if (batch > 0) this.train.set(batch, this.trainProgram(batch));
    }
    if (options.evaluate !== false) {
      this.validation = this.dataVariables("validation");
      this.evaluate = this.evaluateProgram(this.validation);
    }
    if (options.predict) this.predict = this.predictProgram();
  }

  private variable(name: string, options: { dtype: VariableDtype; shape: readonly number[] }): GraphVariable {
    return new GraphVariable(this.builder, name, options);
  }

  private dataVariables(name: string): DataVariables {
    const { x, y } = this.options;
    return {
      x: this.variable(`${name}_x`, { dtype: x.dtype, shape: [-1, ...x.shape] }),
      y: this.variable(`${name}_y`, { dtype: y.dtype, shape: [-1, ...y.shape] }),
      weight: this.variable(`${name}_weight`, { dtype: "float32", shape: [-1] }),
    };
  }

  private placeholder(name: string, shape: readonly number[]): Output {
    const number = dtypeNumber("int32");
    const output = this.builder.node("Placeholder", [], {
      name,
      attributes: { dtype: { dtype: number }, shape: { shape } },
    });
    return this.builder.setDtype(output, number);
  }

  /** A node with one dtype attribute and, where it takes an int32 argument, that one's. */
  private typed(
    op: string,
    inputs: readonly Output[],
    dtypes: Readonly<Record<string, VariableDtype>>,
    result: VariableDtype = Object.values(dtypes)[0],
  ): Output {
    const attributes = Object.fromEntries(
      Object.entries(dtypes).map(([name, dtype]) => [name, { dtype: dtypeNumber(dtype) }]),
    );
    return this.builder.setDtype(this.builder.node(op, inputs, { attributes }), dtypeNumber(result));
  }

  private slice(values: Output, begin: Output, size: number, dtype: VariableDtype): Output {
    const from = this.typed("Reshape", [begin, this.builder.integers([1])], { T: "int32", Tshape: "int32" });
    return this.typed("Slice", [values, from, this.builder.integers([size])], { T: dtype, Index: "int32" });
  }

  private scalar(values: Output, begin: Output, dtype: VariableDtype): Output {
    const one = this.slice(values, begin, 1, dtype);
    return this.typed("Reshape", [one, this.builder.integers([])], { T: dtype, Tshape: "int32" });
  }

  /** The running sums before the first step, in double precision, where adding is exact whatever the grouping. */
  private zeroSums(size: number): Output {
    return this.builder.setDtype(this.builder.constant([size], double, new Float64Array(size)), double);
  }

  private addSums(total: Output, sums: Output): Output {
    const wide = this.builder.node("Cast", [sums], {
      attributes: { SrcT: { dtype: dtypeNumber("float32") }, DstT: { dtype: double } },
    });
    return this.builder.node("AddV2", [total, wide], { attributes: { T: { dtype: double } } });
  }

  /** Doubles as two float32 values each, high parts first: the addon has no doubles. */
  private splitSums(total: Output): Output {
    const { builder } = this;
    const cast = (value: Output, from: number, to: number) =>
      builder.node("Cast", [value], { attributes: { SrcT: { dtype: from }, DstT: { dtype: to } } });
    const float = dtypeNumber("float32");
    const high = cast(total, double, float);
    const rest = builder.node("Sub", [total, cast(high, float, double)], {
      attributes: { T: { dtype: double } },
    });
    return this.concat([high, cast(rest, double, float)]);
  }

  private asFloat(output: Output, spec: SampleSpec, batch: number): Output {
    const float =
      spec.dtype === "float32"
        ? output
        : this.typed("Cast", [output], { SrcT: spec.dtype, DstT: "float32" }, "float32");
    // The recorded ops know the batch's extents; the gathered values must too.
    return this.typed("Reshape", [float, this.builder.integers([batch, ...spec.shape])], {
      T: "float32",
      Tshape: "int32",
    });
  }

  /** Tensors that stand for a batch while the step is recorded, and what they are in the graph. */
  private batchOf(
    data: DataVariables,
    indices: Output,
    batch: number,
  ): { batch: Batch; bindings: Binding[] } {
    const { x, y } = this.options;
    const stand = {
      x: tf.zeros([batch, ...x.shape]),
      y: tf.zeros([batch, ...y.shape]),
      weight: tf.ones([batch]) as Tensor1D,
    };
    const bindings = [
      { tensor: stand.x, output: this.asFloat(data.x.gather(indices), x, batch) },
      { tensor: stand.y, output: this.asFloat(data.y.gather(indices), y, batch) },
      { tensor: stand.weight, output: data.weight.gather(indices) },
    ];
    return { batch: stand, bindings };
  }

  /** The model's variables as parts of the flat vectors. */
  private modelBindings(): { weights: Output; bindings: Binding[] } {
    const { step, builder } = this;
    const weights = this.weights.read();
    const parts = this.splitFlat(weights, step.weights.trainable);
    if (this.fixed) parts.push(...this.splitFlat(this.fixed.read(), step.weights.fixed));
    const bindings = step.weights.variables().map((tensor, index) => ({ tensor, output: parts[index] }));
    builder.setDtype(weights, dtypeNumber("float32"));
    return { weights, bindings };
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
      return this.typed("Reshape", [part, shape], { T: "float32", Tshape: "int32" });
    });
  }

  private trainProgram(batch: number): TrainProgram {
    const { builder } = this;
    const control = this.placeholder(`train${batch}_control`, [5]);
    const rateBits = this.placeholder(`train${batch}_rates`, [-1]);
    const rates = this.typed("Bitcast", [rateBits], { T: "int32", type: "float32" }, "float32");
    const [count, start, firstStep, seed, epoch] = [0, 1, 2, 3, 4].map((at) =>
      this.scalar(control, builder.integers(at), "int32"),
    );
    const sumSize = this.sumSize(batch);
    const [sums] = builder.loop(count, [this.zeroSums(sumSize)], (counter, [total]) => {
      const offset = this.typed("Mul", [counter, builder.integers(batch)], { T: "int32" });
      const from = this.typed("AddV2", [start, offset], { T: "int32" });
      const indices = this.slice(this.order.read(), from, batch, "int32");
      const step = this.typed("AddV2", [firstStep, counter], { T: "int32" });
      const rate = this.scalar(rates, counter, "float32");
      const recorded = this.recordTrain(batch, { indices, step, rate, seed, epoch });
      return { values: [this.addSums(total, recorded.sums)], wait: recorded.wait };
    });
    return { control, rates: rateBits, sums: this.splitSums(sums) };
  }

  /** How many sums a step returns: found by running one eagerly, which also makes what layers make on first use. */
  private sumSize(batch: number): number {
    const { step, options } = this;
    if (step.sumSizes.length === 0) {
      tf.tidy(() => {
        step.evaluate({
          x: tf.zeros([batch, ...options.x.shape]),
          y: tf.zeros([batch, ...options.y.shape]),
          weight: tf.ones([batch]),
        });
      });
    }
    return step.sumSizes.reduce((total, size) => total + size, 0);
  }

  private recordTrain(
    size: number,
    inputs: { indices: Output; step: Output; rate: Output; seed: Output; epoch: Output },
  ): { sums: Output; wait: Output[] } {
    const { step, builder } = this;
    return tf.tidy(() => {
      const { batch, bindings } = this.batchOf(this.training, inputs.indices, size);
      const model = this.modelBindings();
      const weights = tf.zeros([this.parameters]) as Tensor1D;
      const slots: Record<string, Tensor> = {};
      bindings.push(...model.bindings, { tensor: weights, output: model.weights });
      for (const [name, slot] of Object.entries(step.options.optimizer.slots)) {
        slots[name] =
          slot.kind === "vector" ? tf.fill([this.parameters], slot.initial) : tf.scalar(slot.initial);
        bindings.push({ tensor: slots[name], output: this.slots[name].read() });
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
      const variables = step.weights.variables();
      const before = variables.map((variable) => nativeId(variable));
      const held = variables.map((variable) => tf.clone(variable));
      try {
        const { result, output } = record(
          builder,
          () => step.train({ weights, slots }, batch, numbers),
          bindings,
        );
        const wait = [this.weights.assign(output(result.weights))];
        for (const [name, value] of Object.entries(result.slots)) {
          wait.push(this.slots[name].assign(output(value)));
        }
        const fixed = variables.slice(step.weights.trainable.length);
        if (
          this.fixed &&
          fixed.some((variable, at) => nativeId(variable) !== before[step.weights.trainable.length + at])
        ) {
          const parts = fixed.map((variable) =>
            this.typed("Reshape", [output(variable), builder.integers([-1])], {
              T: "float32",
              Tshape: "int32",
            }),
          );
          wait.push(this.fixed.assign(this.concat(parts)));
        }
        return { sums: output(result.sums), wait } as never;
      } finally {
        for (const [at, variable] of variables.entries()) {
          if (nativeId(variable) !== before[at]) variable.assign(held[at]);
        }
      }
    });
  }

  private concat(parts: readonly Output[]): Output {
    if (parts.length === 1) return parts[0];
    return this.builder.node("ConcatV2", [...parts, this.builder.integers(0)], {
      attributes: {
        T: { dtype: dtypeNumber("float32") },
        Tidx: { dtype: dtypeNumber("int32") },
        N: { int: parts.length },
      },
    });
  }

  private predictProgram(): { words: Output; output: Output } {
    const { builder, step } = this;
    const { x, evaluateBatch } = this.options;
    const words = this.placeholder("predict_words", [-1]);
    const values = fromWords(builder, words, x.dtype, builder.integers([evaluateBatch, ...x.shape]));
    return tf.tidy(() => {
      const batch = tf.zeros([evaluateBatch, ...x.shape]);
      const bindings = [{ tensor: batch, output: this.asFloat(values, x, evaluateBatch) }];
      bindings.push(...this.modelBindings().bindings);
      const { result, output } = record(builder, () => step.predict(batch), bindings);
      return { words, output: output(result) } as never;
    });
  }

  private evaluateProgram(data: DataVariables): { control: Output; sums: Output } {
    const { builder, step } = this;
    const size = this.options.evaluateBatch;
    const control = this.placeholder("evaluate_control", [3]);
    const [count, start, end] = [0, 1, 2].map((at) => this.scalar(control, builder.integers(at), "int32"));
    const [sums] = builder.loop(count, [this.zeroSums(this.sumSize(size))], (counter, [total]) => {
      const offset = this.typed("Mul", [counter, builder.integers(size)], { T: "int32" });
      const from = this.typed("AddV2", [start, offset], { T: "int32" });
      const range = this.typed(
        "AddV2",
        [from, builder.constant([size], dtypeNumber("int32"), rangeTo(size))],
        {
          T: "int32",
        },
      );
      // The last batch is filled up with its last sample, which counts for nothing.
      const last = this.typed("Sub", [end, builder.integers(1)], { T: "int32" });
      const indices = this.typed("Minimum", [range, last], { T: "int32" });
      const inside = this.typed("Less", [range, end], { T: "int32" });
      const counts = this.builder.node("Cast", [inside], {
        attributes: {
          SrcT: { dtype: backend().binding.TF_BOOL },
          DstT: { dtype: dtypeNumber("float32") },
        },
      });
      const recorded = tf.tidy(() => {
        const { batch, bindings } = this.batchOf(data, indices, size);
        const weight = bindings[2];
        weight.output = this.typed("Mul", [weight.output, counts], { T: "float32" });
        const { result, output } = record(builder, () => step.evaluate(batch), [
          ...bindings,
          ...this.modelBindings().bindings,
        ]);
        return output(result) as never;
      }) as Output;
      return { values: [this.addSums(total, recorded)], wait: [] };
    });
    return { control, sums: this.splitSums(sums) };
  }
}

interface Binding {
  tensor: Tensor;
  output: Output;
}

function rangeTo(size: number): Int32Array {
  return Int32Array.from({ length: size }, (_, index) => index);
}

/** TensorFlow's number of float64, which the addon does not name. */
const double = 2;
