import type { NamedArray } from "../../../src/core/array";
import type { Logs } from "../../../src/core/estimator";
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
  state(): FitState {
    const tensors: Record<string, NamedArray> = { "weights/000/w": this.current[0] };
    const callbacks: Record<string, unknown> = {};
    for (const callback of this.callbacks) {
      const state = callback.state?.();
      if (!state) continue;
      callbacks[callback.name] = state.json;
      for (const [name, array] of Object.entries(state.arrays ?? {})) {
        tensors[`callbacks/${callback.name}/${name}`] = array;
      }
    }
    const { epoch, step, learningRate } = this;
    return {
      tensors,
      progress: { epoch, step, seed: 0, learningRate, optimizer: "sgd", history: {}, callbacks },
    };
  }
  /** Runs the callbacks through epochs with these logs until one stops; `false` leaves out the end of training. */
  async run(logs: readonly Logs[], options: { end?: boolean } = {}): Promise<void> {
    for (const callback of this.callbacks) await callback.onTrainBegin?.(this);
    for (const log of logs) {
      if (this.stopReason !== undefined) break;
      for (const callback of this.callbacks) await callback.onEpochBegin?.(this);
      this.current = [{ data: Float32Array.of(this.epoch), shape: [1] }];
      this.step += this.stepsPerEpoch;
      for (const callback of this.callbacks) callback.onProgress?.(this, log, this.stepsPerEpoch);
      this.epoch++;
      for (const callback of this.callbacks) await callback.onEpochEnd?.(this, log);
    }
    if (options.end === false) return;
    for (const callback of this.callbacks) await callback.onTrainEnd?.(this);
  }
}

/** Hands a state's memories to fresh callbacks and sets the counters, as `fit` does. */
export function resume(context: FakeContext, state: FitState): void {
  context.epoch = state.progress.epoch;
  context.step = state.progress.step;
  context.learningRate = state.progress.learningRate;
  context.current = [state.tensors["weights/000/w"]];
  for (const callback of context.callbacks) {
    const prefix = `callbacks/${callback.name}/`;
    const arrays = Object.fromEntries(
      Object.entries(state.tensors)
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, array]) => [name.slice(prefix.length), array]),
    );
    const json = state.progress.callbacks[callback.name];
    if (json !== undefined) callback.restore?.({ json, arrays });
  }
}
