/** The graphs of a model's training, evaluation and prediction, and the variables that they share. */
import { type EvaluateProgram, evaluateProgram } from "./evaluateProgram";
import { type PredictProgram, predictProgram } from "./predictProgram";
import { ProgramBuilder } from "./programBuilder";
import { type DataVariables, ProgramVariables } from "./programVariables";
import type { TrainStep } from "./step";
import type { ProgramOptions } from "./trainer";
import { type TrainProgram, trainProgram } from "./trainProgram";

/** Builds the graph and holds what the session needs to be called. */
export class Programs {
  readonly builder: ProgramBuilder;
  readonly variables: ProgramVariables;
  readonly validation: DataVariables | undefined;
  readonly train = new Map<number, TrainProgram>();
  readonly evaluate = new Map<number, EvaluateProgram>();
  readonly predict: PredictProgram | undefined;

  constructor(step: TrainStep, options: ProgramOptions) {
    this.builder = new ProgramBuilder({ xla: options.xla });
    this.variables = new ProgramVariables(this.builder, step, options);
    for (const batch of options.trainBatches) this.train.set(batch, trainProgram(this.variables, batch));
    if (options.evaluateBatches.length > 0) {
      this.validation = this.variables.dataVariables("validation", options.validation ?? options);
      for (const batch of options.evaluateBatches) {
        this.evaluate.set(batch, evaluateProgram(this.variables, this.validation, batch));
      }
    }
    if (options.predictBatch) this.predict = predictProgram(this.variables, options.predictBatch);
  }
}
