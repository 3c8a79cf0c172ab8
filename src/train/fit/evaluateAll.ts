import type { Logs } from "../../core/estimator";
import { throwIfAborted } from "../../core/signal";
import { logsOfSums, type TrainStep } from "../step/step";
import type { Trainer } from "../step/trainer";
import type { Feeder, FitSource } from "./feeding";
import { findNotFinite, nextTurn } from "./updates";

/** Validation data and how they come to the device. */
export interface ValidationData {
  readonly source: FitSource;
  /** Samples of a full batch. */
  readonly batch: number;
  readonly feeder: Feeder;
}

/**
 * Loss and metrics of the session's weights on all validation data, as `val_…`.
 *
 * @param run `steps`: batches of a native call; `epoch`: epochs done, for errors
 * @throws {RangeError} if a value of the data is not finite and the loss therefore is not
 */
export async function evaluateAll(
  { source, batch, feeder }: ValidationData,
  run: {
    readonly step: TrainStep;
    readonly trainer: Trainer;
    readonly signal: AbortSignal | undefined;
    readonly steps: () => number;
    readonly epoch: number;
  },
): Promise<Logs> {
  const { step, trainer, signal, steps, epoch } = run;
  const { samples } = source;
  const totals: number[] = [];
  const order = Int32Array.from({ length: samples }, (_, index) => index);
  feeder.begin(order);
  for (const shard of feeder.shards()) {
    const length = shard.end - shard.start;
    for (let place = 0; place < length; ) {
      await nextTurn();
      throwIfAborted(signal);
      // Evaluating a batch costs about a third of training on it.
      const end = Math.min(length, place + batch * steps());
      const sums = trainer.evaluate({ start: place, end });
      const cause = Number.isFinite(sums[0])
        ? undefined
        : findNotFinite(source, order.slice(shard.start + place, shard.start + end));
      if (cause) {
        throw new RangeError(
          `Cannot go on training: the validation loss must be finite, got ${sums[0]} in epoch ${epoch + 1}: ${cause}`,
        );
      }
      for (const [index, sum] of sums.entries()) totals[index] = (totals[index] ?? 0) + sum;
      place = end;
    }
  }
  const logs = logsOfSums(step, { sums: totals, samples });
  return Object.fromEntries(Object.entries(logs).map(([name, value]) => [`val_${name}`, value]));
}
