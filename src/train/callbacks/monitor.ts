import type { Logs } from "../../core/estimator";
import { type Direction, directionOf } from "../../metrics/direction";
import type { FitContext } from "../types";

/** Settings of callbacks that watch one number of the logs. */
export interface MonitorOptions {
  /** The number watched. Default "val_loss". */
  monitor?: string;
  /** Whether lower or higher is better. Default: known of the library's own losses and metrics; another must be told. */
  mode?: Direction;
  /** The least change that counts as better. Default 0. */
  minDelta?: number;
}

/** A watched number and what counts as better. */
export interface Monitor {
  readonly monitor: string;
  /** Whether `value` is better than `reference`; anything but NaN is better than nothing. */
  isBetter(value: number, reference: number | undefined): boolean;
  /** The number in the logs. */
  read(logs: Logs): number;
}

function modeOf(action: string, options: MonitorOptions): Direction {
  const { monitor = "val_loss" } = options;
  const { mode = directionOf(monitor) } = options;
  if (mode === "min" || mode === "max") return mode;
  throw new RangeError(
    `Cannot ${action}: whether "${monitor}" should be high or low must be said with mode: "max" or "min", got ${mode ?? "neither"}`,
  );
}

/**
 * Makes the watch of one number.
 *
 * @param action what for, as errors say it
 */
export function makeMonitor(action: string, options: MonitorOptions): Monitor {
  const { monitor = "val_loss", minDelta = 0 } = options;
  const sign = modeOf(action, options) === "max" ? 1 : -1;
  const margin = Math.abs(minDelta);
  return {
    monitor,
    isBetter: (value, reference) =>
      reference === undefined ? !Number.isNaN(value) : sign * (value - reference) > margin,
    read(logs) {
      const value = logs[monitor];
      if (value === undefined) {
        const validation = monitor.startsWith("val_") ? " (val_… needs validation data)" : "";
        throw new RangeError(
          `Cannot ${action}: the number to watch must be one of ${Object.keys(logs).join(", ")}${validation}, got "${monitor}"`,
        );
      }
      return value;
    },
  };
}

/** "epoch 3 (val_loss 0.1234)", counted from 1 as people do. */
export function describeEpoch(epoch: number, value: number | undefined, monitor: string): string {
  return `epoch ${epoch + 1}${value === undefined ? "" : ` (${monitor} ${value.toPrecision(5)})`}`;
}

/** Epochs done when this training started: above 0 where it goes on from a saved state. */
export function isContinued(context: FitContext): boolean {
  return context.epoch > 0;
}
