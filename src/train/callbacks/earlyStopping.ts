import type { NamedArray } from "../../core/array";
import type { Callback } from "../types";
import { describeEpoch, type MonitorOptions, makeMonitor } from "./monitor";

/** Settings of {@link earlyStopping}. */
export interface EarlyStoppingOptions extends MonitorOptions {
  /** Epochs without a better value after which training ends. Default 0. */
  patience?: number;
  /** A value that must be beaten for an epoch to count as better. Default: none. */
  baseline?: number;
  /** Whether the best epoch's weights are put back at the end, also after an interrupt. Default false. */
  restoreBestWeights?: boolean;
  /** Epochs at the start that are not watched. Default 0. */
  startFromEpoch?: number;
}

interface Memory {
  best: number | undefined;
  bestEpoch: number;
  wait: number;
  /** Why training ended, so that one that goes on from its end does not go on. */
  stopped?: string;
}

/**
 * Ends training when a number has not become better for `patience` epochs.
 *
 * Source: Keras 3 `EarlyStopping`; unlike there a first value that is not a number is never the best.
 *
 * @throws {RangeError} if it cannot tell whether the number should be high or low; in training, if it is not in the logs
 * @example
 * await fit(model, { x, y }, { ...options, validation, callbacks: [earlyStopping({ patience: 5, restoreBestWeights: true })] });
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  const { patience = 0, baseline, restoreBestWeights = false, startFromEpoch = 0 } = options;
  const watch = makeMonitor("stop early", options);
  let memory: Memory = { best: undefined, bestEpoch: 0, wait: 0 };
  let bestWeights: NamedArray[] | undefined;
  let isResumed = false;
  return {
    name: "earlyStopping",
    monitor: watch.monitor,
    config: options,
    onTrainBegin(context) {
      // A callback may serve several trainings, one after another.
      if (!isResumed) {
        memory = { best: undefined, bestEpoch: 0, wait: 0 };
        bestWeights = undefined;
      }
      isResumed = false;
      if (memory.stopped !== undefined) context.stop(memory.stopped);
    },
    onEpochEnd(context, logs) {
      const epoch = context.epoch - 1;
      const value = watch.read(logs);
      if (epoch < startFromEpoch) return;
      if (restoreBestWeights && !bestWeights) {
        bestWeights = context.weights();
        memory.bestEpoch = epoch;
      }
      memory.wait++;
      if (watch.isBetter(value, memory.best)) {
        memory.best = value;
        memory.bestEpoch = epoch;
        if (restoreBestWeights) bestWeights = context.weights();
        if (baseline === undefined || watch.isBetter(value, baseline)) memory.wait = 0;
      } else if (memory.wait >= patience && epoch > 0) {
        const best = describeEpoch(memory.bestEpoch, memory.best, watch.monitor);
        memory.stopped = `no better ${watch.monitor} for ${memory.wait} epochs since ${best}`;
        context.stop(memory.stopped);
      }
    },
    onTrainEnd(context) {
      if (restoreBestWeights && bestWeights) context.setWeights(bestWeights);
    },
    state: () => ({
      json: { ...memory },
      arrays: Object.fromEntries((bestWeights ?? []).map((weight, i) => [String(i), weight])),
    }),
    restore({ json, arrays }) {
      memory = { ...(json as Memory) };
      const kept = Object.keys(arrays).length;
      bestWeights = kept > 0 ? Array.from({ length: kept }, (_, i) => arrays[i]) : undefined;
      isResumed = true;
    },
  };
}
