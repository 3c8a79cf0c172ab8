import { scheduleConfig } from "../scheduleConfig";
import type { Schedule } from "../schedules";
import type { Callback } from "../types";

/**
 * Sets the learning rate of every update by a schedule.
 *
 * @param schedule learning rate as a function of the updates, or epochs, done
 * @param options `by`: what the schedule counts, "step" (default) or "epoch"
 * @example
 * await fit(model, { x, y }, { ...options, callbacks: [learningRateSchedule(stepDecay(0.1, { every: 30 }), { by: "epoch" })] });
 */
export function learningRateSchedule(schedule: Schedule, options: { by?: "step" | "epoch" } = {}): Callback {
  const { by = "step" } = options;
  return {
    name: "learningRateSchedule",
    config: { schedule: scheduleConfig(schedule) },
    learningRateAt: (step, context) => schedule(by === "step" ? step : context.epoch),
  };
}
