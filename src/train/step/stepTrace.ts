/**
 * What a step computes, as a recording on few samples: two are equal unless the step depends on something besides its
 * tensors, which a graph would keep at its first value.
 */
import { CaptureError, type NodeSummary, nextNativeId } from "../../engine";
import { Programs } from "./programs";
import type { TrainStep } from "./step";
import type { ProgramOptions } from "./trainer";

/** Samples of a recording that is only compared; one would let axes of one vanish. */
const traceSamples = 2;

/** A recording of a step's training, evaluation and prediction. */
export class StepTrace {
  private readonly nodes: readonly NodeSummary[];
  /** Tensors with lower native numbers existed before. */
  private readonly start = nextNativeId();
  private readonly constants: readonly number[];

  constructor(
    step: TrainStep,
    options: ProgramOptions,
    readonly batch: number,
  ) {
    const { builder, variables } = new Programs(step, {
      ...options,
      trainBatches: [batch],
      evaluateBatches: options.evaluateBatches.length > 0 ? [batch] : [],
      predictBatch: options.predictBatch && batch,
    });
    this.nodes = builder.summary();
    this.constants = variables.constants;
  }

  /** Where the first node comes from that another recording has not; `undefined` where they are equal. */
  difference({ nodes }: StepTrace): string | undefined {
    const index = this.nodes.findIndex(({ digest }, at) => digest !== nodes[at]?.digest);
    return index < 0 ? nodes[this.nodes.length]?.place : this.nodes[index].place;
  }

  /** Whether it takes in a tensor that was made after `earlier` began. */
  continues(earlier: StepTrace): boolean {
    return this.constants.some((id) => id > earlier.start);
  }
}

/** Records a step on few samples, or on a full batch where that is what it needs. */
function firstTrace(step: TrainStep, options: ProgramOptions): StepTrace {
  const fixed = step.options.model.inputs[0].shape[0] as number | null;
  try {
    return new StepTrace(step, options, fixed ?? traceSamples);
  } catch (error) {
    if (error instanceof CaptureError) throw error;
    return new StepTrace(step, options, options.trainBatches[0]);
  }
}

/**
 * Records a step until two recordings in a row are equal: what a layer makes on first use may differ once.
 *
 * @throws {CaptureError} if they differ for good, or one takes in what an earlier one left
 */
export function steadyTrace(step: TrainStep, options: ProgramOptions): StepTrace {
  let last = firstTrace(step, options);
  let reason = "";
  for (let attempt = 0; attempt < 2; attempt++) {
    const trace = new StepTrace(step, options, last.batch);
    const place = trace.difference(last);
    if (place === undefined && !trace.continues(last)) return trace;
    reason =
      place === undefined
        ? "it uses a tensor that an earlier step left"
        : `${place} is computed otherwise each time, from a counter, a clock or a random source in JavaScript`;
    last = trace;
  }
  throw new CaptureError(`Cannot compile the step: ${reason}`);
}
