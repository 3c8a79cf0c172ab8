import { checkNumber } from "../../core/check";
import type { Logs } from "../../core/estimator";
import { type Direction, directionOf } from "../../metrics/direction";
import type { FitContext, Metric } from "../types";

/** Settings of callbacks that watch one number of the logs. */
export interface MonitorOptions {
  /** The number watched. Default "val_loss". */
  monitor?: string;
  /** Whether lower or higher is better. Default: as the metric says, or one of the library's own names does. */
  mode?: Direction;
  /** The least change that counts as better. Default 0. */
  minDelta?: number;
}

/** A watched number and what counts as better. */
export interface Monitor {
  readonly monitor: string;
  /**
   * Learns from the metrics of a training whether they should be low or high.
   *
   * @throws {RangeError} if neither they, nor the options, nor the name say it
   */
  begin(context: Pick<FitContext, "directionOf">): void;
  /** Whether `value` is better than `reference`; anything but NaN is better than nothing. */
  isBetter(value: number, reference: number | undefined): boolean;
  /** The number in the logs. */
  read(logs: Logs): number;
}

/**
 * Makes the watch of one number.
 *
 * @param action what for, as errors say it
 */
export function makeMonitor(action: string, options: MonitorOptions): Monitor {
  const { monitor = "val_loss", mode, minDelta = 0 } = options;
  if (mode !== undefined && mode !== "min" && mode !== "max") {
    throw new RangeError(`Cannot ${action}: mode must be "min" or "max", got "${mode}"`);
  }
  checkNumber(minDelta, { action, name: "minDelta" });
  let direction = mode ?? directionOf(monitor);
  const margin = Math.abs(minDelta);
  const told = (): Direction => {
    if (direction !== undefined) return direction;
    throw new RangeError(
      `Cannot ${action}: whether "${monitor}" should be high or low must be said with mode: "max" or "min", got neither`,
    );
  };
  return {
    monitor,
    begin(context) {
      direction = mode ?? context.directionOf(monitor);
      told();
    },
    isBetter: (value, reference) => {
      const sign = told() === "max" ? 1 : -1;
      return reference === undefined ? !Number.isNaN(value) : sign * (value - reference) > margin;
    },
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

/** Whether a number of the logs should be low or high: as the metric of its name says, else as its name does. */
export function directionAmong(
  metrics: readonly (Metric | string)[],
  monitor: string,
): Direction | undefined {
  const name = monitor.replace(/^val_/, "");
  for (const metric of metrics) {
    if (typeof metric !== "string" && metric.name === name) return metric.direction ?? directionOf(name);
  }
  return directionOf(name);
}

/** "epoch 3 (val_loss 0.1234)", counted from 1 as people do. */
export function describeEpoch(epoch: number, value: number | undefined, monitor: string): string {
  return `epoch ${epoch + 1}${value === undefined ? "" : ` (${monitor} ${value.toPrecision(5)})`}`;
}

/** Epochs done when this training started: above 0 where it goes on from a saved state. */
export function isContinued(context: FitContext): boolean {
  return context.epoch > 0;
}
