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
  throw new RangeError(`Cannot average weights: the optimizer must be made by withEma, got "${name}"`);
}

/**
 * Has each epoch scored and kept with the average that `withEma` keeps, and leaves it in the model at the
 * end; training itself goes on from its own weights. The statistics of batch normalisation are measured anew for the
 * average, on up to 32 batches of training data.
 *
 * Source: Keras 3 `SwapEMAWeights`; PyTorch `update_bn`.
 *
 * @throws {RangeError} in training, if the optimizer keeps no average
 * @example
 * await fit(model, { x, y }, { ...options, optimizer: withEma(adam()), callbacks: [averageWeights()] });
 */
export function averageWeights(): Callback {
  return {
    name: "averageWeights",
    config: {},
    onTrainBegin(context) {
      slotOf(context);
    },
    weightsToScore: (context) => withTrainable(context, context.state().tensors[slotOf(context)].data),
  };
}

/** Settings of {@link swa}. */
export interface SwaOptions {
  /** Epochs before the first snapshot. Default 0. */
  startEpoch?: number;
  /** Epochs between two snapshots. Default 1. */
  every?: number;
}

/**
 * Averages the weights at the ends of epochs; from the first snapshot on each epoch is scored and kept with the mean,
 * which is in the model at the end, while training itself goes on from its own weights. The statistics of batch
 * normalisation are measured anew for the mean, on up to 32 batches of training data.
 *
 * Source: P. Izmailov et al., "Averaging Weights Leads to Wider Optima and Better Generalization", 2018;
 * PyTorch `update_bn`.
 *
 * @throws {RangeError} if a setting is not a whole number, or `every` is 0
 * @example
 * await fit(model, { x, y }, { ...options, epochs: 30, callbacks: [swa({ startEpoch: 20 })] });
 */
export function swa(options: SwaOptions = {}): Callback {
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
    weightsToScore(context) {
      const passed = context.epoch + 1 - startEpoch;
      if (passed > 0 && passed % every === 0) {
        count++;
        mean = context.weights().map(({ data, shape }, i) => {
          const before = mean[i]?.data ?? new Float32Array(data.length);
          return { data: data.map((value, at) => before[at] + (value - before[at]) / count), shape };
        });
      }
      return count > 0 ? mean : undefined;
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
