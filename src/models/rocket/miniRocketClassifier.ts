import type { Dataset } from "../../core/array";
import type { Estimator, Fitted, FittedState } from "../../core/estimator";
import { startProgress } from "../../core/progress";
import { throwIfAborted } from "../../core/signal";
import { makeSource } from "../../core/source";
import { type LogisticOptions, logisticClassifier } from "../ridge/logistic";
import { type RidgeClassifier, type RidgeOptions, ridgeClassifier } from "../ridge/ridge";
import { labelsOf, oneEpoch, ridgeOfTensors, ridgeTensors } from "../ridge/ridgeEstimator";
import type { FeatureRows } from "../ridge/ridgeTask";
import { fitMiniRocket, type MiniRocket, type MiniRocketOptions, miniRocketOf } from "./miniRocket";
import type { Windows } from "./miniRocketKernel";

/** Options of {@link miniRocket}. */
export interface MiniRocketClassifierOptions extends Omit<MiniRocketOptions, "indices" | "seed"> {
  /** How many classes, where a fold's train part may lack the last ones; default the highest label plus 1. */
  classes?: number;
  /**
   * Channels by their places, for a transform each: `features` of every view, of nothing but its channels. Default: one
   * transform of all channels.
   */
  views?: readonly (readonly number[])[];
  /**
   * What learns from the features: a "ridge" (default), or a multinomial "logistic" regression, whose probabilities are
   * better and which takes longer.
   */
  classifier?: "ridge" | "logistic";
  /** Of the ridge; default ten penalties. */
  ridge?: Omit<RidgeOptions, "classes" | "signal">;
  /** Of the logistic regression; default a penalty of 1e-6. */
  logistic?: Omit<LogisticOptions, "classes" | "signal">;
}

/** Windows transformed between two looks at the signal. */
const piece = 32;

function windowsOf(x: Dataset): Windows {
  const { shape } = x;
  if (shape.length !== 3 || !("data" in x) || !(x.data instanceof Float32Array)) {
    throw new TypeError(
      `Cannot use MiniRocket: samples must be float32 windows [windows, steps, channels], got [${shape}]`,
    );
  }
  return { data: x.data, shape: [shape[0], shape[1], shape[2]] };
}

/** These channels of windows. */
function viewOf({ data, shape }: Windows, view: readonly number[]): Windows {
  const [windows, steps, channels] = shape;
  const odd = view.find((channel) => !(Number.isInteger(channel) && channel >= 0 && channel < channels));
  if (view.length === 0 || odd !== undefined) {
    throw new RangeError(
      `Cannot fit MiniRocket: a view must name one or more of ${channels} channels by their places, got [${view}]`,
    );
  }
  const out = new Float32Array(windows * steps * view.length);
  for (let row = 0, at = 0; row < windows * steps; row++) {
    for (const channel of view) out[at++] = data[row * channels + channel];
  }
  return { data: out, shape: [windows, steps, view.length] };
}

/** A transform of each view, as one. */
function fitViews(windows: Windows, options: MiniRocketOptions & Pick<MiniRocketClassifierOptions, "views">) {
  const { views, ...transform } = options;
  if (!views) return fitMiniRocket(windows, transform);
  const [, steps, channels] = windows.shape;
  const combinations = views.flatMap((view) =>
    fitMiniRocket(viewOf(windows, view), transform).combinations.map((one) => ({
      ...one,
      channels: Array.from(one.channels, (channel) => view[channel]),
    })),
  );
  return miniRocketOf({ steps, channels }, combinations);
}

/** Features of windows, some at a time. */
async function transformInPieces(
  rocket: MiniRocket,
  windows: Windows,
  options: { label?: string; signal?: AbortSignal },
): Promise<FeatureRows> {
  const { label, signal } = options;
  const [rows, steps, channels] = windows.shape;
  const { take } = makeSource(windows);
  const progress = label === undefined ? undefined : startProgress(label, { total: rows, unit: "windows" });
  let data = new Float32Array(0);
  let width = 0;
  try {
    for (let start = 0; start < rows; start += piece) {
      await new Promise((resolve) => setImmediate(resolve));
      throwIfAborted(signal);
      const count = Math.min(piece, rows - start);
      const some = take(Int32Array.from({ length: count }, (_, i) => start + i)) as Float32Array;
      const table = rocket.transform({ data: some, shape: [count, steps, channels] }, { signal });
      width = table.shape[1];
      if (start === 0) data = new Float32Array(rows * width);
      data.set(table.data, start * width);
      progress?.update(start + count);
    }
  } finally {
    progress?.end();
  }
  return { data, shape: [rows, width] };
}

/** The transform as arrays and text of a file. */
function rocketState(rocket: MiniRocket, shape: { steps: number; channels: number }): FittedState {
  const biases = Float32Array.from(rocket.combinations.flatMap((one) => Array.from(one.biases)));
  const kernels = rocket.combinations.map(({ biases: own, ...kernel }) => ({
    ...kernel,
    biases: own.length,
  }));
  return {
    tensors: { biases: { data: biases, shape: [biases.length] } },
    metadata: { kernels: JSON.stringify({ ...shape, kernels }) },
  };
}

function rocketOfState({ tensors, metadata }: FittedState): {
  rocket: MiniRocket;
  steps: number;
  channels: number;
} {
  const { steps, channels, kernels } = JSON.parse(metadata?.kernels ?? "{}");
  const biases = tensors.biases.data as Float32Array;
  let at = 0;
  const combinations = (kernels as { biases: number }[]).map(({ biases: count, ...kernel }) => {
    at += count;
    return { ...kernel, biases: biases.subarray(at - count, at) };
  }) as unknown as MiniRocket["combinations"];
  return { rocket: miniRocketOf({ steps, channels }, combinations), steps, channels };
}

function fittedRocket(
  rocket: MiniRocket,
  classifier: RidgeClassifier,
  shape: { steps: number; channels: number },
): Fitted {
  return {
    report: oneEpoch,
    async predict(x, { signal } = {}) {
      return classifier.predict(await transformInPieces(rocket, windowsOf(x), { signal }));
    },
    state() {
      const { tensors, metadata } = rocketState(rocket, shape);
      return { tensors: { ...tensors, ...ridgeTensors(classifier.numbers) }, metadata };
    },
    dispose() {},
  };
}

/**
 * MiniRocket features of windows and a ridge classifier with calibrated probabilities (or a logistic regression), as what `validate.crossValidate`
 * takes: the strongest cheap baseline, without gradient descent. Channels that are scaled alike suit it best.
 *
 * @param options see {@link MiniRocketClassifierOptions}
 * @throws {TypeError} if the classifier is unknown; in use, if samples are no float32 windows
 * @throws {RangeError} in use, if labels are no class numbers
 * Source: Dempster, Schmidt, Webb 2021 (arXiv:2012.08791).
 * @example
 * const estimator = miniRocket({ features: 2_016, classes: 61 });
 */
export function miniRocket(options: MiniRocketClassifierOptions = {}): Estimator {
  const { classes, classifier: kind = "ridge", ridge, logistic, ...transform } = options;
  if (kind !== "ridge" && kind !== "logistic") {
    throw new TypeError(`Cannot use MiniRocket: classifier must be ridge or logistic, got ${kind}`);
  }
  return {
    name: "miniRocket",
    config: () => ({ ...options }),
    async fit({ context, train, label, progress, signal }) {
      const windows = windowsOf(train.x);
      const labels = labelsOf(train, "fit MiniRocket");
      const [, steps, channels] = windows.shape;
      const rocket = fitViews(windows, { ...transform, seed: context.foldSeed });
      const rows = await transformInPieces(rocket, windows, { label: progress ? label : undefined, signal });
      const classifier =
        kind === "ridge"
          ? ridgeClassifier(rows, labels, { signal, ...ridge, classes })
          : logisticClassifier(rows, labels, { signal, ...logistic, classes });
      throwIfAborted(signal);
      return fittedRocket(rocket, classifier, { steps, channels });
    },
    restore(state) {
      const { rocket, steps, channels } = rocketOfState(state);
      return fittedRocket(rocket, ridgeOfTensors(state.tensors), { steps, channels });
    },
  };
}
