/** One run of `fit`: epochs, callbacks, and what they may see and change. */
import type { LayersModel } from "@tensorflow/tfjs-node-gpu";
import type { NamedArray } from "../../core/array";
import type { Logs } from "../../core/estimator";
import { seedBits } from "../../core/random";
import { throwIfAborted } from "../../core/signal";
import type { TrainStep } from "../step/step";
import { logsOfSums } from "../step/step";
import type { Trainer } from "../step/trainer";
import type { Callback, FitContext, FitOptions, FitState, History } from "../types";
import type { Feeder } from "./feeding";
import { sampleOrder } from "./feeding";
import { gatherState, restoreState, type StateHolders, writeWeights } from "./fitState";

/** Longest time that one native call should hold the event loop, in milliseconds. */
const callTime = 50;

/** What a run is made of. */
export interface FitRunParts {
  readonly model: LayersModel;
  readonly step: TrainStep;
  readonly trainer: Trainer;
  readonly options: FitOptions;
  readonly signal: AbortSignal | undefined;
  readonly batch: number;
  readonly training: Feeder;
  readonly trainingSamples: number;
  readonly validation?: { readonly samples: number; readonly batch: number; readonly feeder: Feeder };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function median(values: readonly number[]): number {
  if (values.length === 0) return 0;
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

/** A run of training; also what the callbacks see of it. */
export class FitRun implements FitContext {
  learningRate: number;
  epoch = 0;
  step = 0;
  readonly epochs: number;
  readonly history: Record<string, number[]> = {};
  readonly stepsPerEpoch: number;
  stopReason: string | undefined;
  private readonly callbacks: readonly Callback[];
  private readonly holders: StateHolders;
  private readonly seed: number;
  private readonly stepTimes: number[] = [];
  private stepTime = 0;
  private firstCall = true;

  constructor(private readonly parts: FitRunParts) {
    const { options } = parts;
    this.callbacks = options.callbacks ?? [];
    this.holders = { step: parts.step, trainer: parts.trainer, callbacks: this.callbacks };
    this.seed = options.initial?.progress.seed ?? options.seed ?? 0;
    this.epochs = options.epochs ?? 1;
    this.learningRate = options.optimizer.learningRate;
    this.stepsPerEpoch = Math.ceil(parts.trainingSamples / parts.batch);
  }

  get model(): LayersModel {
    return this.parts.model;
  }

  get optimizer(): FitOptions["optimizer"] {
    return this.parts.options.optimizer;
  }

  stop(reason: string): void {
    this.stopReason = reason;
  }

  /** Trains up to `epochs` epochs in all. */
  async train(epochs: number): Promise<History> {
    const { options, trainer } = this.parts;
    if (options.initial) this.restore(options.initial);
    else {
      this.push();
      trainer.write({ slots: this.parts.step.initialSlots() });
    }
    let failure: unknown;
    try {
      await this.each((callback) => callback.onTrainBegin?.(this));
      while (this.epoch < epochs && this.stopReason === undefined) await this.trainEpoch();
    } catch (error) {
      failure = error;
    }
    const state = this.state();
    this.pull();
    await this.each((callback) => callback.onTrainEnd?.(this, failure));
    if (failure !== undefined) throw failure;
    return {
      logs: this.history,
      epochs: this.epoch,
      stepTime: median(this.stepTimes),
      mode: trainer.mode,
      stopReason: this.stopReason,
      state,
    };
  }

  private async each(f: (callback: Callback) => void | Promise<void>): Promise<void> {
    for (const callback of this.callbacks) await f(callback);
  }

  private async trainEpoch(): Promise<void> {
    const { options, training, trainer, trainingSamples, validation } = this.parts;
    const { seed, epoch } = this;
    await this.each((callback) => callback.onEpochBegin?.(this));
    training.begin(sampleOrder(trainingSamples, { seed, epoch, shuffle: options.shuffle ?? true }), trainer);
    const rate = this.learningRateOf(this.step);
    const totals = { sums: [] as number[], samples: 0 };
    for (const shard of training.shards()) {
      await this.trainShard(shard, totals);
    }
    const logs = this.logsOf(totals);
    if (validation) Object.assign(logs, await this.validate());
    logs.learningRate = rate;
    await this.finishEpoch(logs);
  }

  private async finishEpoch(logs: Logs): Promise<void> {
    for (const [name, value] of Object.entries(logs)) {
      this.history[name] ??= [];
      this.history[name].push(value);
    }
    this.epoch++;
    await this.each((callback) => callback.onEpochEnd?.(this, logs));
  }

  private async trainShard(
    shard: { start: number; end: number; first: number },
    totals: { sums: number[]; samples: number },
  ): Promise<void> {
    const { batch, training } = this.parts;
    let place = shard.start;
    while (place < shard.end) {
      await nextTurn();
      throwIfAborted(this.parts.signal);
      const left = shard.end - place;
      const size = Math.min(batch, left);
      const count = size < batch ? 1 : Math.min(this.callSteps(), Math.floor(left / batch));
      this.call({ size, count, start: place - shard.start + shard.first }, totals);
      place += size * count;
      const logs = this.logsOf(totals);
      for (const callback of this.callbacks) {
        await callback.onBatchEnd?.(this, logs);
        callback.onProgress?.(this, logs, Math.ceil(place / batch));
      }
      training.prefetch(shard.end);
    }
  }

  /** Steps of the next call: as many as fit the time that a call may take. */
  private callSteps(): number {
    if (this.callbacks.some((callback) => callback.onBatchEnd) || this.stepTime === 0) return 1;
    return Math.max(1, Math.min(1000, Math.floor(callTime / this.stepTime)));
  }

  private learningRateOf(step: number): number {
    for (const callback of this.callbacks) {
      const rate = callback.learningRateAt?.(step, this);
      if (rate !== undefined) return rate;
    }
    return this.optimizer.schedule?.(step) ?? this.learningRate;
  }

  private call(
    part: { size: number; count: number; start: number },
    totals: { sums: number[]; samples: number },
  ): void {
    const { size, count, start } = part;
    const learningRates = Float32Array.from({ length: count }, (_, index) =>
      this.learningRateOf(this.step + index),
    );
    const begin = performance.now();
    const sums = this.parts.trainer.train({
      batch: size,
      start,
      step: this.step,
      seed: seedBits(this.seed),
      epoch: this.epoch,
      learningRates,
    });
    const time = (performance.now() - begin) / count;
    // The first call of a session also plans the graph.
    if (!this.firstCall && size === this.parts.batch) {
      this.stepTime = time;
      if (this.stepTimes.length < 10000) this.stepTimes.push(time);
    }
    this.firstCall = false;
    this.step += count;
    totals.samples += size * count;
    for (const [index, sum] of sums.entries()) totals.sums[index] = (totals.sums[index] ?? 0) + sum;
  }

  private logsOf(totals: { sums: readonly number[]; samples: number }): Logs {
    return logsOfSums(this.parts.step, totals);
  }

  async validate(): Promise<Logs> {
    const { validation, trainer } = this.parts;
    if (!validation) return {};
    const totals = { sums: [] as number[], samples: validation.samples };
    validation.feeder.begin(Int32Array.from({ length: validation.samples }, (_, index) => index));
    for (const shard of validation.feeder.shards()) {
      const length = shard.end - shard.start;
      for (let place = 0; place < length; ) {
        await nextTurn();
        throwIfAborted(this.parts.signal);
        // Evaluating a batch costs about a third of training on it.
        const end = Math.min(length, place + validation.batch * Math.max(1, 2 * this.callSteps()));
        const sums = trainer.evaluate({ start: place, end });
        for (const [index, sum] of sums.entries()) totals.sums[index] = (totals.sums[index] ?? 0) + sum;
        place = end;
      }
    }
    return Object.fromEntries(
      Object.entries(this.logsOf(totals)).map(([name, value]) => [`val_${name}`, value]),
    );
  }

  pull(): void {
    if (this.parts.trainer.mode === "eager") return;
    const { trainable, fixed } = this.parts.trainer.read();
    this.parts.step.weights.assign(trainable, fixed);
  }

  push(): void {
    this.parts.trainer.write(this.parts.step.weights.values());
  }

  weights(): NamedArray[] {
    const { step, trainer } = this.parts;
    return step.weights.named(trainer.read()).map(({ data, shape }) => ({ data, shape }));
  }

  setWeights(weights: readonly NamedArray[]): void {
    writeWeights(weights, this.holders);
  }

  state(): FitState {
    const { tensors, remembered } = gatherState(this.holders);
    return {
      tensors,
      progress: {
        epoch: this.epoch,
        step: this.step,
        seed: this.seed,
        learningRate: this.learningRate,
        optimizer: this.optimizer.name,
        history: structuredClone(this.history),
        callbacks: remembered,
      },
    };
  }

  private restore(state: FitState): void {
    restoreState(state, this.holders);
    const { progress } = state;
    this.epoch = progress.epoch;
    this.step = progress.step;
    this.learningRate = progress.learningRate;
    for (const [name, values] of Object.entries(progress.history)) this.history[name] = [...values];
  }
}
