import { scheduleConfig } from "../scheduleConfig";
import type { Schedule } from "../schedules";
import type { Callback } from "../types";

/** Settings of {@link timeBudget}. */
export interface TimeBudgetOptions {
  /** Seconds after which training ends, with the epoch that is running. Default: no end. */
  seconds?: number;
  /**
   * What `seconds` are of: a clock on the wall, or the processors' time of all this process's threads together, which
   * other work on the machine does not shorten. Default "wall".
   */
  clock?: "wall" | "processor";
  /**
   * The learning rate as a function of the share of training done, from 0 to 1: of the updates or of the seconds,
   * whichever is further. Default: left to others.
   */
  schedule?: Schedule;
}

/**
 * Ends training when its time is used up, and lets a learning rate fall by that time: for comparisons in equal time.
 * With `seconds` two runs differ, since machines do; a run that goes on from a saved state goes on with its time left.
 *
 * @throws {RangeError} if `seconds` is not above 0
 * @example
 * await fit(model, { x, y }, { ...options, epochs: 1000, callbacks: [timeBudget({ seconds: 0.1 })] });
 */
export function timeBudget(options: TimeBudgetOptions = {}): Callback {
  const { seconds = Number.POSITIVE_INFINITY, clock = "wall", schedule } = options;
  if (!(seconds > 0)) {
    throw new RangeError(`Cannot keep to a time: seconds must be above 0, got ${seconds}`);
  }
  let start = 0;
  let before = 0;
  let isResumed = false;
  const now = secondsOf(clock);
  const spent = (): number => before + now() - start;
  return {
    name: "timeBudget",
    config: { schedule: scheduleConfig(schedule) },
    onTrainBegin(context) {
      if (!isResumed) before = 0;
      isResumed = false;
      start = now();
      if (before >= seconds) context.stop(reason(seconds));
    },
    ...(schedule && {
      learningRateAt(step, context) {
        const share = step / (context.epochs * context.stepsPerEpoch);
        return schedule(Math.min(1, Math.max(share, spent() / seconds)));
      },
    }),
    onEpochEnd(context) {
      if (spent() >= seconds) context.stop(reason(seconds));
    },
    state: () => ({ json: { spent: spent() } }),
    restore({ json }) {
      before = (json as { spent: number }).spent;
      isResumed = true;
    },
  };
}

/** The seconds that a clock shows. */
export function secondsOf(clock: "wall" | "processor"): () => number {
  return clock === "wall" ? wallSeconds : processorSeconds;
}

function wallSeconds(): number {
  return performance.now() / 1000;
}

function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function reason(seconds: number): string {
  return `its ${seconds} s are used up`;
}
