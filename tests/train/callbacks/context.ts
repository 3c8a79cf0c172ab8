import type { NamedArray } from "../../../src/core/array";
import type { Logs } from "../../../src/core/estimator";
import { type Direction, directionOf } from "../../../src/metrics/direction";
import { gatherMemories, restoreMemories } from "../../../src/train/fit/fitState";
import type { Callback, FitContext, FitState } from "../../../src/train/types";

/** A context whose weights are the number of the epoch, so that it shows which epoch's were kept. */
export class FakeContext implements FitContext {
  model = undefined as unknown as FitContext["model"];
  optimizer = { name: "sgd" } as FitContext["optimizer"];
  learningRate = 0.1;
  epoch = 0;
  epochs = 30;
  step = 0;
  stepsPerEpoch = 10;
  history = {};
  stopReason: string | undefined;
  current: NamedArray[] = [{ data: new Float32Array(1), shape: [1] }];
  constructor(readonly callbacks: readonly Callback[] = []) {}
  stop(reason: string): void {
    this.stopReason = reason;
  }
  pull(): void {}
  push(): void {}
  weights(): NamedArray[] {
    return this.current;
  }
  setWeights(weights: readonly NamedArray[]): void {
    this.current = [...weights];
  }
  async validate(): Promise<Logs> {
    return {};
  }
  directionOf(monitor: string): Direction | undefined {
    return directionOf(monitor);
  }
  state(): FitState {
    const memories = gatherMemories(this.callbacks);
    const { epoch, step, learningRate } = this;
    return {
      tensors: { "weights/w": this.current[0], ...memories.tensors },
      progress: {
        ...{ epoch, step, seed: 0, learningRate, firstLearningRate: 0.1, optimizer: "sgd", batch: 1 },
        ...{ trainable: ["w"], history: {}, callbacks: memories.callbacks },
      },
    };
  }
  /** Runs the callbacks through epochs with these logs until one stops; `false` leaves out the end of training. */
  async run(logs: readonly Logs[], options: { end?: boolean } = {}): Promise<void> {
    let scored: NamedArray[] | undefined;
    for (const callback of this.callbacks) await callback.onTrainBegin?.(this);
    for (const log of logs) {
      if (this.stopReason !== undefined) break;
      for (const callback of this.callbacks) await callback.onEpochBegin?.(this);
      this.current = [{ data: Float32Array.of(this.epoch), shape: [1] }];
      this.step += this.stepsPerEpoch;
      for (const callback of this.callbacks) callback.onProgress?.(this, log, this.stepsPerEpoch);
      const training = this.current;
      scored = this.callbacks.map((callback) => callback.weightsToScore?.(this)).find(Boolean);
      if (scored) this.current = scored;
      this.epoch++;
      for (const callback of this.callbacks) await callback.onEpochEnd?.(this, log);
      this.current = training;
    }
    if (options.end === false) return;
    if (scored) this.current = scored;
    for (const callback of this.callbacks) await callback.onTrainEnd?.(this);
  }
}

/** Hands a state's memories to fresh callbacks and sets the counters, as `fit` does. */
export function resume(context: FakeContext, state: FitState): void {
  context.epoch = state.progress.epoch;
  context.step = state.progress.step;
  context.learningRate = state.progress.learningRate;
  context.current = [state.tensors["weights/w"]];
  restoreMemories(state, context.callbacks);
}
