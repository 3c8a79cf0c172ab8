import type { Callback } from "../types";
import { type MonitorOptions, makeMonitor } from "./monitor";

/** Settings of {@link reduceLROnPlateau}. */
export interface ReduceLROnPlateauOptions extends MonitorOptions {
  /** What the learning rate is multiplied by, below 1. Default 0.1. */
  factor?: number;
  /** Epochs without a better value after which the rate falls. Default 10. */
  patience?: number;
  /** The least change that counts as better. Default 1e-4. */
  minDelta?: number;
  /** Epochs after a fall that do not count. Default 0. */
  cooldown?: number;
  /** The lowest learning rate. Default 0. */
  minLearningRate?: number;
}

interface Memory {
  best: number | undefined;
  wait: number;
  cooldown: number;
}

/**
 * Lowers the learning rate when a number has not become better for `patience` epochs.
 *
 * Source: Keras 3 `ReduceLROnPlateau`.
 *
 * @throws {RangeError} if `factor` is not in (0, 1); in training, if the number is not in the logs, nothing says whether it
 *   should be high or low, or a schedule sets the learning rate
 * @example
 * await fit(model, { x, y }, { ...options, validation, callbacks: [reduceLROnPlateau({ factor: 0.5, patience: 3 })] });
 */
export function reduceLROnPlateau(options: ReduceLROnPlateauOptions = {}): Callback {
  const { factor = 0.1, patience = 10, minDelta = 1e-4, cooldown = 0, minLearningRate = 0 } = options;
  if (!(factor > 0 && factor < 1)) {
    throw new RangeError(`Cannot reduce the learning rate: factor must lie in (0, 1), got ${factor}`);
  }
  const watch = makeMonitor("reduce the learning rate", { ...options, minDelta });
  const fresh = (): Memory => ({ best: undefined, wait: 0, cooldown: 0 });
  let memory = fresh();
  let isResumed = false;
  return {
    name: "reduceLROnPlateau",
    monitor: watch.monitor,
    config: options,
    setsLearningRate: true,
    onTrainBegin(context) {
      watch.begin(context);
      if (!isResumed) memory = fresh();
      isResumed = false;
    },
    onEpochEnd(context, logs) {
      const value = watch.read(logs);
      if (memory.cooldown > 0) {
        memory.cooldown--;
        memory.wait = 0;
      }
      if (watch.isBetter(value, memory.best)) {
        memory.best = value;
        memory.wait = 0;
      } else if (memory.cooldown === 0) {
        memory.wait++;
        if (memory.wait >= patience && context.learningRate > minLearningRate) {
          context.learningRate = Math.max(context.learningRate * factor, minLearningRate);
          memory.cooldown = cooldown;
          memory.wait = 0;
        }
      }
    },
    state: () => ({ json: { ...memory } }),
    restore({ json }) {
      memory = { ...(json as Memory) };
      isResumed = true;
    },
  };
}
