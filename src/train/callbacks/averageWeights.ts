import type { NamedArray } from "../../core/array";
import type { Callback, FitContext } from "../types";

/** The weights with the trainable ones taken from one flat vector. */
function withTrainable(context: FitContext, flat: Float32Array): NamedArray[] {
  const { model } = context;
  const values = new Map<unknown, Float32Array>();
  let at = 0;
  for (const weight of model.trainableWeights) {
    const size = weight.shape.reduce<number>((product, extent) => product * (extent ?? 1), 1);
    values.set(weight, flat.subarray(at, at + size));
    at += size;
  }
  return context.weights().map(({ data, shape }, i) => ({
    data: values.get(model.weights[i]) ?? data,
    shape,
  }));
}

function slotOf(context: FitContext): string {
  const { averageSlot, name } = context.optimizer;
  if (averageSlot !== undefined) return `slots/${averageSlot}`;
  throw new RangeError(
    `Cannot average weights: the optimizer must be made by withEma or withSwa, got "${name}"`,
  );
}

function averageOf(context: FitContext): NamedArray[] {
  return withTrainable(context, context.state().tensors[slotOf(context)].data);
}

/**
 * Puts the average that `withEma` or `withSwa` keeps into the model at the end of training, also after an interrupt.
 *
 * @param options `validate`: whether the callbacks after this one also see the average's validation loss and metrics,
 *   as `val_average_loss` and so on (default false; costs a second validation)
 * @throws {RangeError} in training, if the optimizer keeps no average
 * @example
 * await fit(model, { x, y }, { ...options, optimizer: withEma(adam()), callbacks: [averageWeights()] });
 */
export function averageWeights(options: { validate?: boolean } = {}): Callback {
  const { validate = false } = options;
  return {
    name: "averageWeights",
    config: options,
    onTrainBegin(context) {
      slotOf(context);
    },
    async onEpochEnd(context, logs) {
      if (!validate) return;
      const own = context.weights();
      context.setWeights(averageOf(context));
      const scores = await context.validate();
      context.setWeights(own);
      for (const [name, value] of Object.entries(scores)) {
        logs[name.replace(/^val_/, "val_average_")] = value;
      }
    },
    onTrainEnd(context) {
      if (context.step > 0) context.setWeights(averageOf(context));
    },
  };
}

/** Settings of {@link swa}. */
export interface SwaCallbackOptions {
  /** Epochs before the first snapshot. Default 0. */
  startEpoch?: number;
  /** Epochs between two snapshots. Default 1. */
  every?: number;
}

/**
 * Averages the weights at the ends of epochs, moving averages of normalisation included, and puts the mean into the
 * model at the end of training.
 *
 * Source: P. Izmailov et al., "Averaging Weights Leads to Wider Optima and Better Generalization", 2018.
 *
 * @throws {RangeError} if a setting is not a whole number, or `every` is 0
 * @example
 * await fit(model, { x, y }, { ...options, epochs: 30, callbacks: [swa({ startEpoch: 20 })] });
 */
export function swa(options: SwaCallbackOptions = {}): Callback {
  const { startEpoch = 0, every = 1 } = options;
  if (!(Number.isInteger(startEpoch) && startEpoch >= 0 && Number.isInteger(every) && every > 0)) {
    throw new RangeError(
      `Cannot average weights: startEpoch and every must be whole numbers from 0 and 1, got ${startEpoch} and ${every}`,
    );
  }
  let count = 0;
  let mean: NamedArray[] = [];
  let isResumed = false;
  return {
    name: "swa",
    config: options,
    onTrainBegin() {
      if (!isResumed) {
        count = 0;
        mean = [];
      }
      isResumed = false;
    },
    onEpochEnd(context) {
      const passed = context.epoch - startEpoch;
      if (passed <= 0 || passed % every !== 0) return;
      count++;
      const now = context.weights();
      mean = now.map(({ data, shape }, i) => {
        const before = mean[i]?.data ?? new Float32Array(data.length);
        return { data: data.map((value, at) => before[at] + (value - before[at]) / count), shape };
      });
    },
    onTrainEnd(context) {
      if (count > 0) context.setWeights(mean);
    },
    state: () => ({
      json: { count },
      arrays: Object.fromEntries(mean.map((weight, i) => [String(i), weight])),
    }),
    restore({ json, arrays }) {
      count = (json as { count: number }).count;
      mean = Array.from({ length: Object.keys(arrays).length }, (_, i) => arrays[i]);
      isResumed = true;
    },
  };
}
