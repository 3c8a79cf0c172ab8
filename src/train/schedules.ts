/**
 * A learning rate as a function of how much training is done: updates where an optimizer takes it, updates or epochs
 * where the callback `learningRateSchedule` does. It keeps no state, so a continued run goes on where it was.
 */
export type Schedule = (done: number) => number;

function check(name: string, value: number, accepts: boolean, requirement: string): void {
  if (!accepts) throw new RangeError(`Cannot make a schedule: ${name} must be ${requirement}, got ${value}`);
}

function checkRate(name: string, value: number): void {
  check(name, value, value >= 0 && value < Number.POSITIVE_INFINITY, "a finite number from 0");
}

function checkSteps(name: string, value: number): void {
  check(name, value, Number.isInteger(value) && value > 0, "a whole number above 0");
}

/** From `start` to `end` along half a cosine as `share` goes from 0 to 1. */
function alongCosine(start: number, end: number, share: number): number {
  return end + ((start - end) / 2) * (1 + Math.cos(Math.PI * share));
}

/**
 * Falls along half a cosine from `learningRate` to `minimum`, then stays there.
 *
 * Source: Keras 3 `CosineDecay`; I. Loshchilov and F. Hutter, "SGDR", 2017.
 *
 * @param options `steps`: length of the fall; `minimum`: the last learning rate (default 0)
 * @throws {RangeError} if a rate is negative or `steps` no whole number above 0
 * @example
 * cosine(0.1, { steps: 100 })(50); // 0.05
 */
export function cosine(learningRate: number, options: { steps: number; minimum?: number }): Schedule {
  const { steps, minimum = 0 } = options;
  checkRate("learningRate", learningRate);
  checkRate("minimum", minimum);
  checkSteps("steps", steps);
  return (done) => alongCosine(learningRate, minimum, Math.min(done, steps) / steps);
}

/**
 * Falls along half a cosine again and again, each fall `growth` times as long as the one before.
 *
 * Source: I. Loshchilov and F. Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017; PyTorch
 * `CosineAnnealingWarmRestarts`.
 *
 * @param options `steps`: length of the first fall; `growth`: a whole number (default 1); `minimum`: where each fall
 *   ends (default 0)
 * @throws {RangeError} if a setting lies outside its range
 * @example
 * cosineRestarts(0.1, { steps: 10, growth: 2 })(10); // 0.1: the second fall, 20 long, begins
 */
export function cosineRestarts(
  learningRate: number,
  options: { steps: number; growth?: number; minimum?: number },
): Schedule {
  const { steps, growth = 1, minimum = 0 } = options;
  checkRate("learningRate", learningRate);
  checkRate("minimum", minimum);
  checkSteps("steps", steps);
  checkSteps("growth", growth);
  return (done) => {
    let length = steps;
    let left = done;
    if (growth === 1) left %= length;
    else {
      while (left >= length) {
        left -= length;
        length *= growth;
      }
    }
    return alongCosine(learningRate, minimum, left / length);
  };
}

/** Settings of {@link oneCycle}. */
export interface OneCycleOptions {
  /** Length of the whole cycle. */
  steps: number;
  /** Share of the cycle that rises. Default 0.3. */
  rise?: number;
  /** The cycle starts at `maximum / startDivisor`. Default 25. */
  startDivisor?: number;
  /** The cycle ends at `maximum / startDivisor / endDivisor`. Default 10,000. */
  endDivisor?: number;
}

/**
 * Rises along half a cosine to `maximum`, then falls far below where it began (fast.ai's `fit_one_cycle`).
 *
 * Source: L. Smith and N. Topin, "Super-Convergence", 2018; PyTorch `OneCycleLR`.
 *
 * @param maximum the highest learning rate
 * @throws {RangeError} if a setting lies outside its range
 * @example
 * const optimizer = adam({ learningRate: oneCycle(0.01, { steps: 20 * 196 }) });
 */
export function oneCycle(maximum: number, options: OneCycleOptions): Schedule {
  const { steps, rise = 0.3, startDivisor = 25, endDivisor = 10_000 } = options;
  checkRate("maximum", maximum);
  checkSteps("steps", steps);
  check("rise", rise, rise >= 0 && rise <= 1, "in [0, 1]");
  check("startDivisor", startDivisor, startDivisor > 0, "above 0");
  check("endDivisor", endDivisor, endDivisor > 0, "above 0");
  const first = maximum / startDivisor;
  const last = first / endDivisor;
  const top = rise * steps - 1;
  return (done) => {
    const at = Math.min(done, steps - 1);
    if (at <= top) return alongCosine(first, maximum, top === 0 ? 1 : at / top);
    return alongCosine(maximum, last, (at - top) / (steps - 1 - top));
  };
}

/**
 * Multiplies the learning rate by `factor` after every `every` steps.
 *
 * Source: PyTorch `StepLR`.
 *
 * @param options `every`: steps between two falls; `factor`: default 0.1
 * @throws {RangeError} if a setting lies outside its range
 * @example
 * stepDecay(0.1, { every: 30 })(30); // 0.01
 */
export function stepDecay(learningRate: number, options: { every: number; factor?: number }): Schedule {
  const { every, factor = 0.1 } = options;
  checkRate("learningRate", learningRate);
  checkSteps("every", every);
  check("factor", factor, factor > 0, "above 0");
  return (done) => learningRate * factor ** Math.floor(done / every);
}

/**
 * Holds `learningRates[0]` up to and with the first boundary, `learningRates[1]` up to and with the second, and so on.
 *
 * Source: Keras 3 `PiecewiseConstantDecay`.
 *
 * @param learningRates one more than there are boundaries
 * @param options `boundaries`: rising whole numbers
 * @throws {RangeError} if the numbers do not agree or the boundaries do not rise
 * @example
 * piecewise([0.1, 0.01], { boundaries: [100] })(101); // 0.01
 */
export function piecewise(
  learningRates: readonly number[],
  options: { boundaries: readonly number[] },
): Schedule {
  const { boundaries } = options;
  if (learningRates.length !== boundaries.length + 1) {
    throw new RangeError(
      `Cannot make a schedule: ${boundaries.length} boundaries need ${boundaries.length + 1} learning rates, got ${learningRates.length}`,
    );
  }
  for (const rate of learningRates) checkRate("learning rate", rate);
  for (let i = 1; i < boundaries.length; i++) {
    check("boundary", boundaries[i], boundaries[i] > boundaries[i - 1], `above ${boundaries[i - 1]}`);
  }
  return (done) => {
    const at = boundaries.findIndex((boundary) => done <= boundary);
    return learningRates[at < 0 ? boundaries.length : at];
  };
}

/**
 * Multiplies the learning rate by `factor` over every `steps` steps, smoothly.
 *
 * Source: Keras 3 `ExponentialDecay`.
 *
 * @param options `steps`: steps that one factor takes; `factor`: default 0.96
 * @throws {RangeError} if a setting lies outside its range
 * @example
 * exponential(0.1, { steps: 100, factor: 0.5 })(200); // 0.025
 */
export function exponential(learningRate: number, options: { steps: number; factor?: number }): Schedule {
  const { steps, factor = 0.96 } = options;
  checkRate("learningRate", learningRate);
  checkSteps("steps", steps);
  check("factor", factor, factor > 0, "above 0");
  return (done) => learningRate * factor ** (done / steps);
}

/**
 * Rises in a line to where another schedule begins, then follows that schedule from its start.
 *
 * @param next the schedule after the rise, or the learning rate to hold
 * @param options `steps`: length of the rise; `from`: where it begins (default 0)
 * @throws {RangeError} if a setting lies outside its range
 * @example
 * const schedule = warmUp(cosine(0.01, { steps: 900 }), { steps: 100 });
 */
export function warmUp(next: Schedule | number, options: { steps: number; from?: number }): Schedule {
  const { steps, from = 0 } = options;
  checkSteps("steps", steps);
  checkRate("from", from);
  const after = asSchedule(next);
  const top = after(0);
  return (done) => (done < steps ? from + (top - from) * (done / steps) : after(done - steps));
}

/**
 * Follows several schedules one after another, each from its own start; the last one has no end.
 *
 * @param parts schedules or fixed learning rates; every one but the last with its number of `steps`
 * @throws {RangeError} if there is no part, or one before the last has no length
 * @example
 * const schedule = sequence([{ schedule: 0.01, steps: 100 }, { schedule: cosine(0.01, { steps: 900 }) }]);
 */
export function sequence(parts: readonly { schedule: Schedule | number; steps?: number }[]): Schedule {
  if (parts.length === 0) throw new RangeError("Cannot make a schedule: a sequence needs a part, got none");
  parts.slice(0, -1).forEach(({ steps }, i) => checkSteps(`steps of part ${i}`, steps ?? Number.NaN));
  const schedules = parts.map(({ schedule }) => asSchedule(schedule));
  return (done) => {
    let left = done;
    let at = 0;
    while (at < parts.length - 1 && left >= parts[at].steps!) left -= parts[at++].steps!;
    return schedules[at](left);
  };
}

/** A number as the schedule that holds it. */
function asSchedule(value: Schedule | number): Schedule {
  if (typeof value === "function") return value;
  checkRate("learning rate", value);
  return () => value;
}
