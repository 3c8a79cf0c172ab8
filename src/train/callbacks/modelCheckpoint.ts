import path from "node:path";
import { saveCheckpoint } from "../fit/checkpoint";
import type { Callback } from "../types";
import { type MonitorOptions, makeMonitor } from "./monitor";

/** Settings of {@link modelCheckpoint}. */
export interface ModelCheckpointOptions extends MonitorOptions {
  /** Whether `best.safetensors` is kept, of the epoch whose watched number is best. Default true. */
  best?: boolean;
  /** Whether `last.safetensors` is kept, of the latest epoch. Default true. */
  last?: boolean;
  /** Epochs between two savings of the latest. Default 1; the end of training is saved in any case. */
  every?: number;
}

/**
 * Saves the complete state of training (weights, optimizer, counters, seed, what callbacks remember) after an epoch,
 * as `best.safetensors` and `last.safetensors`, each file whole or not at all; `loadCheckpoint` reads them.
 *
 * Put it after the other callbacks, so that what they remember of the epoch is in the file.
 *
 * Source: Keras 3 `ModelCheckpoint`, `BackupAndRestore`.
 *
 * @param directory where to write; made where it is lacking
 * @throws {RangeError} if `every` is no whole number above 0; in training, if the number is not in the logs, or nothing says
 *   whether it should be high or low
 * @example
 * await fit(model, { x, y }, { ...options, validation, callbacks: [earlyStopping(), modelCheckpoint("runs/a")] });
 */
export function modelCheckpoint(directory: string, options: ModelCheckpointOptions = {}): Callback {
  const { best = true, last = true, every = 1 } = options;
  if (!(Number.isInteger(every) && every > 0)) {
    throw new RangeError(`Cannot save checkpoints: every must be a whole number above 0, got ${every}`);
  }
  const watch = makeMonitor("save checkpoints", options);
  let bestValue: number | undefined;
  let isResumed = false;
  return {
    name: "modelCheckpoint",
    monitor: best ? watch.monitor : undefined,
    config: null,
    onTrainBegin(context) {
      if (best) watch.begin(context);
      if (!isResumed) bestValue = undefined;
      isResumed = false;
    },
    onEpochEnd(context, logs) {
      const isBest = best && watch.isBetter(watch.read(logs), bestValue);
      if (isBest) bestValue = watch.read(logs);
      const isLast =
        last &&
        (context.epoch % every === 0 || context.epoch >= context.epochs || context.stopReason !== undefined);
      if (!isBest && !isLast) return;
      const state = context.state();
      // The best first: a process that dies between the two saves it again after the resume.
      if (isBest) saveCheckpoint(path.join(directory, "best.safetensors"), state);
      if (isLast) saveCheckpoint(path.join(directory, "last.safetensors"), state);
    },
    ...(best && {
      state: () => ({ json: { best: bestValue } }),
      restore({ json }: { json: unknown }) {
        bestValue = (json as { best?: number }).best;
        isResumed = true;
      },
    }),
  };
}
