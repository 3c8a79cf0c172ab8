import type { Logs } from "../../core/estimator";
import { type Progress, startProgress } from "../../core/progress";
import type { Callback, FitContext } from "../types";

function numbers(logs: Logs): string {
  return Object.entries(logs)
    .filter(([name]) => name !== "learningRate")
    .map(([name, value]) => `${name} ${value.toPrecision(4)}`)
    .join(", ");
}

/**
 * Shows how far training is: one line with epoch, losses and metrics, speed and time left.
 *
 * @param options `label`: what the line says it is (default "Train")
 * @example
 * await fit(model, { x, y }, { ...options, callbacks: [progress()] });
 */
export function progress(options: { label?: string } = {}): Callback {
  const { label = "Train" } = options;
  let line: Progress | undefined;
  let first = 0;
  let last = "";
  function note(epoch: number, context: FitContext, logs: Logs): string {
    return `epoch ${epoch}/${context.epochs}, ${numbers(logs)}`;
  }
  return {
    name: "progress",
    config: null,
    onTrainBegin(context) {
      first = context.epoch;
      last = "";
      line = startProgress(label, {
        total: (context.epochs - first) * context.stepsPerEpoch,
        unit: "steps",
      });
    },
    onProgress(context, logs, done) {
      line?.update(
        (context.epoch - first) * context.stepsPerEpoch + done,
        note(context.epoch + 1, context, logs),
      );
    },
    onEpochEnd(context, logs) {
      last = note(context.epoch, context, logs);
      line?.update((context.epoch - first) * context.stepsPerEpoch, last);
    },
    onTrainEnd(context, error) {
      const why = context.stopReason ?? (error === undefined ? undefined : "stopped");
      line?.end([last, why].filter(Boolean).join(", "));
      line = undefined;
    },
  };
}
