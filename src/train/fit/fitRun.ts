/** One run of `fit`: epochs, callbacks, and what they may see and change. */
import type { LayersModel } from "@tensorflow/tfjs-node-gpu";
import type { NamedArray } from "../../core/array";
import type { Logs } from "../../core/estimator";
import { seedBits } from "../../core/random";
import { throwIfAborted } from "../../core/signal";
import type { Direction } from "../../metrics/direction";
import { describeEpoch, directionAmong } from "../callbacks/monitor";
import type { Optimizer } from "../optimizers";
import type { TrainStep } from "../step/step";
import { logsOfSums } from "../step/step";
import type { Trainer } from "../step/trainer";
import type { Callback, FitContext, FitOptions, FitState, History } from "../types";
import { fitForScore } from "./batchStatistics";
import { evaluateAll, type ValidationData } from "./evaluateAll";
import type { Feeder, FitSource } from "./feeding";
import { sampleOrder } from "./feeding";
import { gatherState, restoreState, type StateHolders, writeWeights } from "./fitState";
import { shownHistory } from "./history";
import { checkRateSetters, learningRateAt, refuseBesideSchedule } from "./learningRate";
import { areFinite, callsOf, type EpochRecord, findSpoilt, nextTurn, type UpdateCall } from "./updates";

/** Longest time that one native call should hold the event loop, in milliseconds. */
const callTime = 50;

/** What a run is made of. */
export interface FitRunParts {
  readonly model: LayersModel;
  readonly step: TrainStep;
  readonly trainer: Trainer;
  readonly options: FitOptions & { readonly optimizer: Optimizer };
  readonly signal: AbortSignal | undefined;
  readonly batch: number;
  readonly training: Feeder;
  readonly source: FitSource;
  readonly validation?: ValidationData;
}

/** Sums of loss and metrics over the samples of an epoch so far, and the learning rate of its first update. */
interface Totals {
  sums: number[];
  samples: number;
  learningRate: number;
}

function median(values: readonly number[]): number {
  if (values.length === 0) return 0;
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

/** A run of training; also what the callbacks see of it. */
export class FitRun implements FitContext {
  epoch = 0;
  step = 0;
  readonly epochs: number;
  readonly history: Record<string, number[]> = {};
  readonly stepsPerEpoch: number;
  stopReason: string | undefined;
  private rate: number;
  readonly callbacks: readonly Callback[];
  private readonly holders: StateHolders;
  private readonly seed: number;
  private readonly stepTimes: number[] = [];
  private stepTime = 0;
  private readonly checked = { epochs: 0, cost: 0, end: 0 };
  private firstCall = true;
  /** The epoch that is running. */
  private totals: Totals | undefined;
  /** The weights that training goes on from, while the session has those that the epoch is scored with. */
  private training: NamedArray[] | undefined;
  /** The weights that the last epoch was scored with, where they are not those that training goes on from. */
  private scored: NamedArray[] | undefined;
  /** The epoch of the least validation loss, kept for an interrupt. */
  private best:
    | { readonly epoch: number; readonly value: number; readonly weights: NamedArray[] }
    | undefined;

  constructor(private readonly parts: FitRunParts) {
    const { options, source } = parts;
    this.callbacks = options.callbacks ?? [];
    this.holders = { step: parts.step, trainer: parts.trainer, callbacks: this.callbacks };
    this.seed = options.seed ?? options.initial?.progress.seed ?? 0;
    this.epochs = options.epochs ?? 1;
    this.rate = options.optimizer.learningRate;
    this.stepsPerEpoch = Math.ceil(source.samples / parts.batch);
  }

  get model(): LayersModel {
    return this.parts.model;
  }

  get optimizer(): Optimizer {
    return this.parts.options.optimizer;
  }

  get learningRate(): number {
    return this.rate;
  }

  set learningRate(rate: number) {
    refuseBesideSchedule(rate, this);
    this.rate = rate;
  }

  stop(reason: string): void {
    this.stopReason = reason;
  }

  directionOf(monitor: string): Direction | undefined {
    return directionAmong(this.parts.step.options.metrics, monitor);
  }

  /** Trains up to `epochs` epochs in all. */
  async train(epochs: number): Promise<History> {
    const { options, trainer, signal } = this.parts;
    const begin = performance.now();
    checkRateSetters(this);
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
    const isInterrupt = failure !== undefined && signal?.aborted === true && failure === signal.reason;
    if (this.training) this.setWeights(this.training);
    if (this.scored) {
      this.training = this.weights();
      this.setWeights(this.scored);
    }
    const state = this.state();
    if (isInterrupt) this.interrupt();
    this.pull();
    await this.each((callback) => callback.onTrainEnd?.(this, failure));
    if (failure !== undefined && !isInterrupt) throw failure;
    return shownHistory({
      logs: this.history,
      epochs: this.epoch,
      seconds: (performance.now() - begin) / 1000,
      stepTime: median(this.stepTimes),
      mode: trainer.mode,
      stopReason: this.stopReason,
      state,
    });
  }

  /** Puts the best weights back, and says so. */
  private interrupt(): void {
    const { best } = this;
    if (best) this.setWeights(best.weights);
    const kept = best
      ? `the weights are those of ${describeEpoch(best.epoch, best.value, "val_loss")}, the best`
      : `the weights are those of ${this.scored ? `the average after epoch ${this.epoch}` : "the last update"}`;
    this.stopReason = `interrupted in epoch ${this.epoch + 1}; ${kept}`;
  }

  /** Looks for what callbacks changed, after 0, 1, 2, 4 … epochs and whenever it costs less than a fiftieth of the time. */
  private checkStep(): void {
    const { checked } = this;
    const begin = performance.now();
    const isDue = (checked.epochs & (checked.epochs - 1)) === 0;
    checked.epochs++;
    if (!isDue && 50 * checked.cost > begin - checked.end) return;
    this.parts.trainer.check?.();
    checked.end = performance.now();
    checked.cost = checked.end - begin;
  }

  private async each(f: (callback: Callback) => void | Promise<void>): Promise<void> {
    for (const callback of this.callbacks) await f(callback);
  }

  private async trainEpoch(): Promise<void> {
    const { options, training, trainer, source, validation, model, batch } = this.parts;
    const { seed, epoch } = this;
    await this.each((callback) => callback.onEpochBegin?.(this));
    if (this.callbacks.length > 0) this.checkStep();
    this.totals ??= { sums: [], samples: 0, learningRate: learningRateAt(this.step, this) };
    const { totals } = this;
    const order = sampleOrder(source.samples, { seed, epoch, shuffle: options.shuffle ?? true });
    const record: EpochRecord = {
      ...{ model, trainer, training, source, batch, seed, epoch, order },
      from: totals.samples,
      firstStep: this.step,
      before: trainer.read(),
      rates: [],
    };
    if (!areFinite(record.before)) {
      throw new RangeError(
        "Cannot train the model: its weights must be finite before the first step, got others",
      );
    }
    training.begin(order, trainer);
    const steps = () => this.callSteps();
    for (const call of callsOf(training, { batch, from: totals.samples, steps })) {
      await nextTurn();
      throwIfAborted(this.parts.signal);
      await this.update(call, record);
      const logs = this.logsOf(totals);
      for (const callback of this.callbacks) {
        await callback.onBatchEnd?.(this, logs);
        callback.onProgress?.(this, logs, Math.ceil((call.place + call.size * call.count) / batch));
      }
    }
    if (!areFinite(trainer.read())) {
      throw await findSpoilt(record, { good: this.step, end: this.step, loss: totals.sums[0] });
    }
    const own = this.weights();
    this.scored = await this.weightsToScore(order);
    if (this.scored) {
      this.training = own;
      this.setWeights(this.scored);
    }
    const logs = this.logsOf(totals);
    if (validation) Object.assign(logs, await this.validate());
    logs.learningRate = totals.learningRate;
    await this.finishEpoch(logs);
  }

  private async finishEpoch(logs: Logs): Promise<void> {
    for (const [name, value] of Object.entries(logs)) {
      this.history[name] ??= [];
      this.history[name].push(value);
    }
    this.totals = undefined;
    this.epoch++;
    if (logs.val_loss < (this.best?.value ?? Number.POSITIVE_INFINITY)) {
      this.best = { epoch: this.epoch - 1, value: logs.val_loss, weights: this.weights() };
    }
    await this.each((callback) => callback.onEpochEnd?.(this, logs));
    if (this.training) this.setWeights(this.training);
    this.training = undefined;
  }

  /** What a callback wants the epoch to be scored with, its statistics measured anew. */
  private async weightsToScore(order: Int32Array): Promise<NamedArray[] | undefined> {
    const { step, trainer, training, batch, source } = this.parts;
    let given: NamedArray[] | undefined;
    for (const callback of this.callbacks) given ??= callback.weightsToScore?.(this);
    if (!given) return undefined;
    training.begin(order, trainer);
    const end = source.samples - (source.samples % batch);
    const { seed, epoch, step: done } = this;
    return fitForScore(given, {
      step,
      trainer,
      calls: callsOf(training, { batch, from: 0, end, steps: () => 1 }),
      train: async ({ start }) => {
        await nextTurn();
        throwIfAborted(this.parts.signal);
        const learningRates = new Float32Array(1);
        trainer.train({ batch, start, step: done, seed: seedBits(seed), epoch, learningRates });
      },
    });
  }

  /** Updates of the next call: as many as fit the time that a call may take. */
  private callSteps(): number {
    if (this.callbacks.some((callback) => callback.onBatchEnd) || this.stepTime === 0) return 1;
    return Math.max(1, Math.min(1000, Math.floor(callTime / this.stepTime)));
  }

  private async update({ size, count, start }: UpdateCall, record: EpochRecord): Promise<void> {
    const totals = this.totals as Totals;
    const learningRates = Float32Array.from({ length: count }, (_, index) =>
      learningRateAt(this.step + index, this),
    );
    record.rates.push(...learningRates);
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
    if (!Number.isFinite(sums[0])) {
      throw await findSpoilt(record, { good: this.step, end: this.step + count, loss: sums[0] });
    }
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
    const { validation, step, trainer, signal } = this.parts;
    if (!validation) return {};
    const steps = () => Math.max(1, 2 * this.callSteps());
    return evaluateAll(validation, { step, trainer, signal, steps, epoch: this.epoch });
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
    const { tensors, callbacks } = gatherState(this.holders, { training: this.training });
    const { totals } = this;
    return {
      tensors,
      progress: {
        epoch: this.epoch,
        step: this.step,
        seed: this.seed,
        learningRate: this.rate,
        firstLearningRate: this.optimizer.learningRate,
        optimizer: this.optimizer.name,
        batch: this.parts.batch,
        scaleX: this.parts.options.scaleX ?? 1,
        trainable: this.parts.step.weights.trainableKeys(),
        history: structuredClone(this.history),
        callbacks,
        ...(totals && totals.samples > 0 && { partial: structuredClone(totals) }),
      },
    };
  }

  private restore(state: FitState): void {
    restoreState(state, this.holders);
    const { progress } = state;
    this.epoch = progress.epoch;
    this.step = progress.step;
    // Another learning rate than the optimizer began with is asked for; one that callbacks lowered is gone on with.
    if (progress.firstLearningRate === this.rate) this.rate = progress.learningRate;
    for (const [name, values] of Object.entries(progress.history)) this.history[name] = [...values];
    if (!progress.partial) return;
    const { batch } = this.parts;
    if (progress.batch !== batch) {
      throw new RangeError(
        `Cannot go on training within an epoch: the batch size must be ${progress.batch} as it began with, got ${batch}`,
      );
    }
    this.totals = structuredClone(progress.partial) as Totals;
  }
}
