import { existsSync } from "node:fs";
import path from "node:path";
import type { LayersModel } from "@tensorflow/tfjs-node-gpu";
import type { Dataset, NamedArray } from "../core/array";
import { describeValue, shortHash } from "../core/describe";
import type {
  Estimator,
  EstimatorFold,
  FitReport,
  Fitted,
  FittedState,
  FoldContext,
} from "../core/estimator";
import { currentSignal, throwIfAborted } from "../core/signal";
import { earlyStopping, jsonLines, liveCurves, modelCheckpoint, progress, timeBudget } from "./callbacks";
import { directionAmong, makeMonitor } from "./callbacks/monitor";
import { loadCheckpoint, loadWeights, saveWeights, weightTensors } from "./fit/checkpoint";
import { fit } from "./fit/fit";
import { predict } from "./fit/predict";
import { seededModel } from "./fit/seededModel";
import { optimizer as optimizerOf } from "./optimizers";
import { scheduleConfig } from "./scheduleConfig";
import type { Schedule } from "./schedules";
import type { Callback, FitOptions, FitState, History } from "./types";

/** How a network is fitted: the options of `fit` less those that a cross-validation sets. */
export interface NetworkFitOptions
  extends Omit<FitOptions, "validation" | "initial" | "seed" | "signal" | "progress"> {
  /** Learning rate by the share of training done, from 0 to 1: of its epochs or its time. Default: the optimizer's. */
  readonly schedule?: Schedule;
}

/** Options of {@link network}. */
export interface NetworkOptions {
  /** A new, untrained model; initializers without seeds of their own draw from `seed` too. */
  model: (seed: number) => LayersModel;
  /** How to fit: options, or a function that gives a fold its own. */
  fit: NetworkFitOptions | ((context: FoldContext) => NetworkFitOptions);
  /** Which output is the prediction, where the model has several; the others are trained with it. Default 0, the first. */
  output?: number;
  /** Which epoch's weights are kept. Default "best", by `monitor`; "last" where there is no validation. */
  keep?: "best" | "last";
  /** The number of the logs that tells the best epoch. Default "val_loss". */
  monitor?: string;
  /** Whether that number should be low or high. Default: known of the library's own losses and metrics. */
  mode?: "min" | "max";
}

/** What may take the place of a network's own parts. */
export interface NetworkChanges {
  /** Most epochs. Learning rates that fall by a plan fall within these. */
  epochs?: number;
  batchSize?: number;
  /**
   * Options of `train.fit` that take the place of the network's own, or a function that gives a fold its own. An
   * optimizer brings its own learning rate, in place of the plan of it.
   */
  fit?: Partial<NetworkFitOptions> | ((context: FoldContext) => Partial<NetworkFitOptions>);
  /** Called in addition to the network's own, such as `train.liveCurves`. Default none; `fit.callbacks` would replace those. */
  callbacks?: NetworkFitOptions["callbacks"];
  keep?: "best" | "last";
  monitor?: string;
  mode?: "min" | "max";
}

/**
 * A network's options with some of them changed, such as a recipe's.
 *
 * @param own the network's own
 * @param changes what takes their place; fields that are `undefined` change nothing
 * @example
 * const shorter = changeNetwork({ model: () => model, fit: options }, { epochs: 2, callbacks: [liveCurves({ draw: plot.foldCurves })] });
 */
export function changeNetwork(own: NetworkOptions, changes: NetworkChanges): NetworkOptions {
  const {
    epochs,
    batchSize,
    callbacks = [],
    keep = own.keep,
    monitor = own.monitor,
    mode = own.mode,
  } = changes;
  const ownFit = (context: FoldContext) => (typeof own.fit === "function" ? own.fit(context) : own.fit);
  const changedFit = (context: FoldContext) =>
    (typeof changes.fit === "function" ? changes.fit(context) : changes.fit) ?? {};
  const merged = (context: FoldContext): NetworkFitOptions => {
    const plain = ownFit(context);
    const size = { epochs: epochs ?? plain.epochs, batchSize: batchSize ?? plain.batchSize };
    const changed = changedFit(context);
    const fit = { ...plain, ...(changed.optimizer && { schedule: undefined }), ...size, ...changed };
    return { ...fit, callbacks: [...(fit.callbacks ?? []), ...callbacks] };
  };
  return { ...own, fit: merged, keep, monitor, mode };
}

/** The epoch whose weights were put back. */
function keptEpochOf(
  history: History,
  options: Pick<NetworkOptions, "monitor" | "mode"> & { keepsBest: boolean; metrics?: FitOptions["metrics"] },
): number {
  const last = Math.max(0, history.epochs - 1);
  const { keepsBest, metrics = [], monitor = "val_loss" } = options;
  const { mode = directionAmong(metrics, monitor) } = options;
  const values = history.logs[monitor];
  if (!keepsBest || !values) return last;
  const watch = makeMonitor("keep the best epoch", { monitor, mode });
  let best: number | undefined;
  let kept = 0;
  values.forEach((value, epoch) => {
    if (!watch.isBetter(value, best)) return;
    best = value;
    kept = epoch;
  });
  return kept;
}

/** A model's layers and how they are joined, whatever numbers its layers' names have; told by a checksum. */
function topologyOf(model: LayersModel): string {
  const names = new Map<string, string>();
  const visit = (layers: LayersModel["layers"]): void => {
    for (const layer of layers) {
      names.set(layer.name, `layer ${names.size}`);
      if ("layers" in layer) visit((layer as unknown as LayersModel).layers);
    }
  };
  names.set(model.name, "model");
  visit(model.layers);
  const text = JSON.stringify(model.getConfig(), (_, value) => names.get(value) ?? value);
  return `${model.layers.length} layers, ${model.countParams()} weights, checksum ${shortHash(text)}`;
}

/** The callbacks of the caller's that can be called: without validation none that watches it. */
function usable(callbacks: readonly Callback[], hasValidation: boolean): readonly Callback[] {
  return callbacks.filter(({ monitor }) => hasValidation || !monitor?.startsWith("val_"));
}

function callbacksOf(
  fold: EstimatorFold,
  settings: NetworkFitOptions,
  options: NetworkOptions & { keepsBest: boolean; curves: Callback | undefined },
): Callback[] {
  const { keepsBest, monitor, mode, curves } = options;
  const { directory, seconds, clock } = fold;
  const { schedule } = settings;
  const callbacks: Callback[] = [];
  if (keepsBest) {
    const watch = earlyStopping({
      monitor,
      mode,
      patience: Number.POSITIVE_INFINITY,
      restoreBestWeights: true,
    });
    // Apart from an early stopping of the caller's: what callbacks remember is kept under their names.
    callbacks.push({ ...watch, name: "keepBest" });
  }
  if (seconds !== undefined || schedule) callbacks.push(timeBudget({ seconds, clock, schedule }));
  callbacks.push(...usable(settings.callbacks ?? [], fold.validation !== undefined));
  if (fold.progress) {
    const { label, onShare } = fold;
    callbacks.push(progress({ label, seconds, clock, onShare }));
  }
  if (curves) callbacks.push(curves);
  if (directory !== undefined) {
    callbacks.push(jsonLines(path.join(directory, "log.jsonl")));
    // The last of all: the others' memories of the epoch belong into the file.
    callbacks.push(modelCheckpoint(directory, { best: false }));
  }
  return callbacks;
}

function fittedNetwork(
  model: LayersModel,
  settings: NetworkFitOptions & { output?: number },
  report: FitReport,
): Fitted {
  const { batchSize = 32, scaleX, arrange, transform, output } = settings;
  return {
    report,
    batchSize,
    predict: (x: Dataset, { signal } = {}): Promise<NamedArray> =>
      predict(model, x, { batchSize, scaleX, arrange, transform, output, signal }),
    state: () => ({ tensors: weightTensors(model) }),
    dispose: () => model.dispose(),
  };
}

/**
 * A network with its fit, as what `validate.crossValidate` takes: each fold gets a new model, trained by `fit`, from its
 * last epoch where it was stopped, with the best epoch's weights kept.
 *
 * Callbacks that watch validation are left out where there is none, as for a model of all samples.
 *
 * @param options see {@link NetworkOptions}
 * @throws {RangeError} in use, as `fit` does
 * @example
 * const estimator = network({
 *   model: (seed) => models.motionConv1d({ inputShape: [600, 18], classes: 61, seed }),
 *   fit: { optimizer: adam(), loss: "sparseCategoricalCrossEntropy", epochs: 20 },
 * });
 */
export function network(options: NetworkOptions): Estimator {
  const { keep = "best", monitor = "val_loss" } = options;
  const settingsOf = (context: FoldContext): NetworkFitOptions =>
    typeof options.fit === "function" ? options.fit(context) : options.fit;
  let topology: string | undefined;
  let curves: Callback | undefined;
  /** Of the trainings so far. */
  const curveNames: string[] = [];
  return {
    name: "network",
    config(context) {
      if (topology === undefined) {
        const model = seededModel(options.model, 0);
        topology = topologyOf(model);
        model.dispose();
      }
      const {
        epochs = 1,
        batchSize = 32,
        mode: _,
        memoryBudget: __,
        curves: ___,
        ...others
      } = settingsOf(context);
      const callbacks = others.callbacks?.filter(({ config }) => config !== null);
      const { name, learningRate, config, schedule: byUpdate } = optimizerOf(others.optimizer);
      const optimizer = { name, learningRate, schedule: scheduleConfig(byUpdate), ...config };
      const schedule = scheduleConfig(others.schedule);
      const { output } = options;
      const settings = {
        ...others,
        schedule,
        optimizer,
        callbacks,
        epochs,
        batchSize,
        keep,
        monitor,
        output,
      };
      return { model: topology, ...(describeValue(settings) as object) };
    },
    async fit(fold) {
      const { context, directory } = fold;
      const settings = settingsOf(context);
      const { schedule: _, curves: draw, ...fitOptions } = settings;
      // One figure of all folds.
      if (draw) curves ??= liveCurves({ draw, names: curveNames });
      curveNames.push(
        context.fold === undefined ? "all samples" : `fold ${context.fold + 1}, seed ${context.seed}`,
      );
      const keepsBest = keep === "best" && fold.validation !== undefined;
      const model = seededModel(options.model, context.foldSeed);
      let initial: FitState | undefined;
      const last = directory && path.join(directory, "last.safetensors");
      if (last !== undefined && existsSync(last)) initial = loadCheckpoint(last, { model });
      try {
        const history = await fit(model, fold.train, {
          ...fitOptions,
          ...(fold.epochs !== undefined && { epochs: fold.epochs }),
          callbacks: callbacksOf(fold, settings, { ...options, keepsBest, curves: draw && curves }),
          progress: false,
          initial,
          seed: context.foldSeed,
          validation: fold.validation,
          signal: fold.signal,
        });
        throwIfAborted(fold.signal ?? currentSignal());
        return fittedNetwork(
          model,
          { ...settings, output: options.output },
          {
            epochs: history.epochs,
            keptEpoch: keptEpochOf(history, { ...options, keepsBest, metrics: settings.metrics }),
            history: history.logs,
            stopReason: history.stopReason,
          },
        );
      } catch (error) {
        // Also an interrupted fold leaves the best weights so far.
        if (directory !== undefined) saveWeights(path.join(directory, "model.safetensors"), model);
        model.dispose();
        throw error;
      }
    },
    restore(state: FittedState, context) {
      const model = seededModel(options.model, context.foldSeed);
      loadWeights(state as Pick<FitState, "tensors">, model);
      return fittedNetwork(
        model,
        { ...settingsOf(context), output: options.output },
        {
          epochs: 0,
          keptEpoch: 0,
          history: {},
          stopReason: undefined,
        },
      );
    },
  };
}
