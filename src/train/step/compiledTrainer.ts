/** Training in one session of TensorFlow's. */
import type { Variable } from "@tensorflow/tfjs-node-gpu";
import { type DataArray, sizeOf } from "../../core/array";
import { asIntegers, CaptureError, GraphSession, type GraphVariable, nativeId, tf } from "../../engine";
import { convertValues } from "./convertValues";
import { EagerTrainer } from "./eager";
import type { EvaluateProgram } from "./evaluateProgram";
import { Programs } from "./programs";
import type { DataVariables } from "./programVariables";
import { joinSums } from "./runningSums";
import type { TrainStep } from "./step";
import { StepTrace, steadyTrace } from "./stepTrace";
import type { DeviceData, ProgramOptions, SampleSpec, TrainCall, Trainer } from "./trainer";

/** Training in one session: every call is one native call of one or more steps. */
export class CompiledTrainer implements Trainer {
  readonly mode = "compiled";
  /** Nodes of each op in the graph. */
  readonly counts: Readonly<Record<string, number>>;
  private readonly session: GraphSession;
  private readonly programs: Programs;
  private readonly trace: StepTrace;
  /** The native numbers under which variables that are no weights lie in the session. */
  private readonly outsideIds = new Map<Variable, number>();
  private validation: DeviceData | undefined;

  /**
   * Records the step and loads the graph.
   *
   * @throws {CaptureError} if the model cannot be captured; the message names the layer and the reason
   */
  constructor(
    private readonly step: TrainStep,
    private readonly options: ProgramOptions,
  ) {
    this.trace = steadyTrace(step, options);
    this.programs = new Programs(step, options);
    this.counts = this.programs.builder.counts;
    try {
      this.session = new GraphSession(this.programs.builder);
    } catch (error) {
      throw new CaptureError(
        `Cannot compile the step: TensorFlow refuses the graph: ${(error as Error).message}`,
      );
    }
  }

  private fillData(variables: DataVariables, data: DeviceData): void {
    const samples = data.weight.length;
    const fill = (variable: GraphVariable, values: ArrayLike<number>, spec: SampleSpec): void => {
      const size = sizeOf(spec.shape);
      if (values.length !== samples * size) {
        throw new RangeError(
          `Cannot load data: ${samples} samples [${spec.shape}] need ${samples * size} values, got ${values.length}`,
        );
      }
      variable.fill(this.session, convertValues(values, spec.dtype), [samples, ...spec.shape]);
    };
    fill(variables.x, data.x, variables.specs.x);
    fill(variables.y, data.y, variables.specs.y);
    fill(variables.weight, data.weight, { shape: [], dtype: "float32" });
  }

  load(data: DeviceData): void {
    this.fillData(this.programs.variables.training, data);
  }

  loadValidation(data: DeviceData): void {
    const { validation } = this.programs;
    if (!validation) throw new Error("Cannot load validation data: the programs must include evaluation");
    this.fillData(validation, data);
    this.validation = data;
  }

  setOrder(order: Int32Array): void {
    this.programs.variables.order.fill(this.session, order, [order.length]);
  }

  train(call: TrainCall): Float64Array {
    const program = this.programs.train.get(call.batch);
    if (!program) {
      throw new RangeError(
        `Cannot train: the batch must be one of ${[...this.programs.train.keys()]}, got ${call.batch}`,
      );
    }
    this.refresh();
    const { learningRates, start, step, seed, epoch } = call;
    const count = learningRates.length;
    const control = Int32Array.of(count, start, step, seed, epoch);
    const [sums] = this.session.run(
      [
        { output: program.control, shape: [control.length], values: control },
        { output: program.rates, shape: [count], values: asIntegers(learningRates) },
      ],
      [program.sums],
    );
    return joinSums(sums as Float32Array);
  }

  evaluate(samples: { start: number; end: number }): Float64Array {
    const { evaluate } = this.programs;
    const [full] = this.options.evaluateBatches;
    const count = samples.end - samples.start;
    const middle = samples.end - (count % full);
    const rest = samples.end - middle;
    const parts: Float64Array[] = [];
    if (middle > samples.start) {
      parts.push(
        this.runEvaluate(evaluate.get(full), {
          count: (middle - samples.start) / full,
          start: samples.start,
        }),
      );
    }
    if (evaluate.has(rest)) parts.push(this.runEvaluate(evaluate.get(rest), { count: 1, start: middle }));
    else if (rest > 0) parts.push(this.evaluateEagerly({ start: middle, end: samples.end }));
    return parts.reduce((total, part) => total.map((value, index) => value + part[index]));
  }

  private runEvaluate(
    program: EvaluateProgram | undefined,
    { count, start }: { count: number; start: number },
  ): Float64Array {
    if (!program) throw new Error("Cannot evaluate: the programs must include evaluation");
    this.refresh();
    const feed = { output: program.control, shape: [2], values: Int32Array.of(count, start) };
    return joinSums(this.session.run([feed], [program.sums])[0] as Float32Array);
  }

  /** For a last batch of a size that no program has: filled up, it would be another batch to layers that mix samples. */
  private evaluateEagerly(samples: { start: number; end: number }): Float64Array {
    return this.eagerly(() => {
      const eager = new EagerTrainer(this.step, this.options);
      eager.loadValidation(this.validation as DeviceData);
      const sums = eager.evaluate(samples);
      eager.dispose();
      return sums;
    });
  }

  /** Runs `f` with the session's weights in the model's variables, which get their own values back. */
  private eagerly<T>(f: () => T): T {
    const { weights } = this.step;
    const variables = weights.variables();
    const held = variables.map((variable) => tf.clone(variable));
    const { trainable, fixed } = this.read();
    weights.assign(trainable, fixed);
    try {
      return f();
    } finally {
      for (const [index, variable] of variables.entries()) {
        variable.assign(held[index]);
        held[index].dispose();
      }
    }
  }

  /** The outputs of raw values; a batch of another size than the program's goes op by op. */
  predict(x: DataArray): Float32Array {
    const { predict } = this.programs;
    const { predictBatch, x: spec } = this.options;
    if (!predict) throw new Error("Cannot predict: the programs must include prediction");
    const samples = x.length / sizeOf(spec.shape);
    if (!Number.isInteger(samples)) {
      throw new RangeError(
        `Cannot predict: samples [${spec.shape}] have ${sizeOf(spec.shape)} values each, got ${x.length} values`,
      );
    }
    const values = convertValues(x, spec.dtype);
    this.refresh();
    if (samples !== predictBatch) {
      return this.eagerly(() =>
        tf.tidy(() => {
          const batch = tf.tensor(Float32Array.from(values), [samples, ...spec.shape]);
          return this.step.predict(batch).dataSync() as Float32Array;
        }),
      );
    }
    const words = asIntegers(values);
    const feeds = [{ output: predict.words, shape: [words.length], values: words }];
    return this.session.run(feeds, [predict.output])[0] as Float32Array;
  }

  /** Brings variables that are no weights of the model up to date in the session. */
  private refresh(): void {
    for (const [variable, own] of this.programs.variables.outside) {
      if (variable.isDisposed) continue;
      const id = nativeId(variable);
      if (this.outsideIds.get(variable) === id) continue;
      own.fill(this.session, variable.dataSync(), variable.shape);
      this.outsideIds.set(variable, id);
    }
  }

  /** Where the step has become another than the one that was recorded; `undefined` where it has not. */
  outdated(): string | undefined {
    return this.trace.difference(new StepTrace(this.step, this.options, this.trace.batch));
  }

  read(): { trainable: Float32Array; fixed: Float32Array; slots: Record<string, Float32Array> } {
    const { weights, fixed, slots } = this.programs.variables;
    return {
      trainable: weights.fetch(this.session),
      fixed: fixed ? fixed.fetch(this.session) : new Float32Array(0),
      slots: Object.fromEntries(
        Object.entries(slots).map(([name, variable]) => [name, variable.fetch(this.session)]),
      ),
    };
  }

  write(state: Parameters<Trainer["write"]>[0]): void {
    const { weights, fixed, slots } = this.programs.variables;
    const { optimizer } = this.step.options;
    if (state.trainable) weights.fill(this.session, state.trainable, [state.trainable.length]);
    if (state.fixed && fixed) fixed.fill(this.session, state.fixed, [state.fixed.length]);
    for (const [name, values] of Object.entries(state.slots ?? {})) {
      slots[name].fill(this.session, values, optimizer.slots[name].kind === "vector" ? [values.length] : []);
    }
  }

  dispose(): void {
    this.session.dispose();
  }
}
