/** Loss and metrics out of the sums that steps return. */
import type { TrainStep } from "./step";
import type { Logs } from "./types";

/** The logs of sums over `samples` samples: the loss, then each metric's. */
export function logsOfSums(step: TrainStep, totals: { sums: ArrayLike<number>; samples: number }): Logs {
  const sums = Float64Array.from(totals.sums);
  const logs: Logs = { loss: sums[0] / totals.samples };
  let at = 1;
  for (const [index, metric] of step.options.metrics.entries()) {
    const size = step.sumSizes[index + 1];
    logs[metric.name] = metric.result(sums.slice(at, at + size));
    at += size;
  }
  return logs;
}
