/** Training in one session of TensorFlow's. */

import type { DataArray } from "../../core/array";
import { sizeOf } from "../../core/array";
import { asIntegers, CaptureError, GraphSession, type GraphVariable } from "../../engine";
import { convertValues } from "./convertValues";
import { Programs } from "./programs";
import type { DataVariables } from "./programVariables";
import { joinSums } from "./runningSums";
import type { TrainStep } from "./step";
import type { DeviceData, ProgramOptions, SampleSpec, TrainCall, Trainer } from "./trainer";

/** Training in one session: every call is one native call of one or more steps. */
export class CompiledTrainer implements Trainer {
  readonly mode = "compiled";
  /** Nodes of each op in the graph. */
  readonly counts: Readonly<Record<string, number>>;
  private readonly session: GraphSession;
  private readonly programs: Programs;

  /**
   * Records the step and loads the graph.
   *
   * @throws {CaptureError} if the model cannot be captured; the message names the layer and the reason
   */
  constructor(
    private readonly step: TrainStep,
    private readonly options: ProgramOptions,
  ) {
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
    if (!evaluate) throw new Error("Cannot evaluate: the programs must include evaluation");
    const count = Math.ceil((samples.end - samples.start) / this.options.evaluateBatch);
    const control = Int32Array.of(count, samples.start, samples.end);
    const [sums] = this.session.run(
      [{ output: evaluate.control, shape: [3], values: control }],
      [evaluate.sums],
    );
    return joinSums(sums as Float32Array);
  }

  /** The outputs of one batch of raw values, of as many samples as the programs evaluate at a time. */
  predict(x: DataArray): Float32Array {
    const { predict } = this.programs;
    if (!predict) throw new Error("Cannot predict: the programs must include prediction");
    const { evaluateBatch, x: spec } = this.options;
    const size = evaluateBatch * sizeOf(spec.shape);
    if (x.length !== size) {
      throw new RangeError(
        `Cannot predict: a batch of ${evaluateBatch} samples [${spec.shape}] has ${size} values, got ${x.length}`,
      );
    }
    const words = asIntegers(convertValues(x, spec.dtype));
    const feeds = [{ output: predict.words, shape: [words.length], values: words }];
    return this.session.run(feeds, [predict.output])[0] as Float32Array;
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
