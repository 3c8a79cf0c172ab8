import { checkNumber } from "../../core/check";
import type { Logs } from "../../core/estimator";
import { type Progress, startProgress } from "../../core/progress";
import type { Callback, FitContext } from "../types";
import { secondsOf } from "./timeBudget";

/** Settings of {@link progress}. */
export interface ProgressOptions {
  /** What the line says it is; default "Train". */
  label?: string;
  /** Seconds after which a time budget ends the training: the time left is never more. Default: no end. */
  seconds?: number;
  /** What the seconds are of: a clock on the wall, or the processors' time of this process. Default "wall". */
  clock?: "wall" | "processor";
  /** Told which share of the training is done, from 0 to 1: of its steps or its seconds. Default: nobody. */
  onShare?: (share: number) => void;
}

function numbers(logs: Logs): string {
  return Object.entries(logs)
    .filter(([name]) => name !== "learningRate")
    .map(([name, value]) => `${name} ${value.toPrecision(4)}`)
    .join(", ");
}

/**
 * Shows how far training is: one line with epoch, losses and metrics, speed and time left. `fit` shows it by itself.
 *
 * @throws {RangeError} if the seconds are not above 0
 * @example
 * await fit(model, { x, y }, { ...options, callbacks: [progress({ label: "Second try" })] });
 */
export function progress(options: ProgressOptions = {}): Callback {
  const { label = "Train", seconds, clock = "wall", onShare } = options;
  if (seconds !== undefined)
    checkNumber(seconds, { action: "show progress", name: "seconds", low: 0, above: true });
  const now = secondsOf(clock);
  let line: Progress | undefined;
  let first = 0;
  let last = "";
  let begin = { wall: 0, budget: 0 };
  function note(epoch: number, context: FitContext, logs: Logs): string {
    return `epoch ${epoch}/${context.epochs}, ${numbers(logs)}`;
  }
  /** The share of the time budget that is used up. */
  const spentShare = (): number =>
    seconds === undefined ? 0 : Math.min(1, (now() - begin.budget) / seconds);
  /** Seconds on the wall until the budget is used up. */
  function budgetLeft(): number | undefined {
    const share = spentShare();
    if (seconds === undefined) return undefined;
    if (clock === "wall") return seconds * (1 - share);
    return share > 0 ? ((performance.now() / 1000 - begin.wall) * (1 - share)) / share : undefined;
  }
  function update(context: FitContext, steps: number, words: string): void {
    line?.update(steps, words);
    const all = (context.epochs - first) * context.stepsPerEpoch;
    onShare?.(Math.max(all > 0 ? steps / all : 1, spentShare()));
  }
  return {
    name: "progress",
    config: null,
    onTrainBegin(context) {
      first = context.epoch;
      last = "";
      begin = { wall: performance.now() / 1000, budget: now() };
      line = startProgress(label, {
        total: (context.epochs - first) * context.stepsPerEpoch,
        unit: "steps",
        remaining: (byRate) => {
          const left = budgetLeft();
          return byRate === undefined || left === undefined ? (byRate ?? left) : Math.min(byRate, left);
        },
      });
    },
    onProgress(context, logs, done) {
      const steps = (context.epoch - first) * context.stepsPerEpoch + done;
      update(context, steps, note(context.epoch + 1, context, logs));
    },
    onEpochEnd(context, logs) {
      last = note(context.epoch, context, logs);
      update(context, (context.epoch - first) * context.stepsPerEpoch, last);
    },
    onTrainEnd(context, error) {
      const why = context.stopReason ?? (error === undefined ? undefined : "stopped");
      line?.end([last, why].filter(Boolean).join(", "));
      line = undefined;
    },
  };
}
