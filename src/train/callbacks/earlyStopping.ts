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
  /** Whether training ended, so that one that goes on from its end does not go on. */
  stopped?: boolean;
}

/**
 * Ends training when a number has not become better for `patience` epochs.
 *
 * Source: Keras 3 `EarlyStopping`; unlike there a first value that is not a number is never the best.
 *
 * @throws {RangeError} in training, if the number is not in the logs, or nothing says whether it should be high or low
 * @example
 * await fit(model, { x, y }, { ...options, validation, callbacks: [earlyStopping({ patience: 5, restoreBestWeights: true })] });
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  const { patience = 0, baseline, restoreBestWeights = false, startFromEpoch = 0 } = options;
  const watch = makeMonitor("stop early", options);
  let memory: Memory = { best: undefined, bestEpoch: 0, wait: 0 };
  let bestWeights: NamedArray[] | undefined;
  let isResumed = false;
  const reason = () => {
    const best = describeEpoch(memory.bestEpoch, memory.best, watch.monitor);
    return `no better ${watch.monitor} for ${memory.wait} epochs since ${best}`;
  };
  return {
    name: "earlyStopping",
    monitor: watch.monitor,
    config: options,
    onTrainBegin(context) {
      watch.begin(context);
      // A callback may serve several trainings, one after another.
      if (!isResumed) {
        memory = { best: undefined, bestEpoch: 0, wait: 0 };
        bestWeights = undefined;
      }
      isResumed = false;
      // One that had ended goes on only where the patience is greater now.
      memory.stopped = memory.stopped && memory.wait >= patience;
      if (memory.stopped) context.stop(reason());
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
        memory.stopped = true;
        context.stop(reason());
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
