import { type Dataset, type FitData, type NamedArray, truthOf } from "../core/array";
import { describeValue } from "../core/describe";
import type { Estimator, Fitted } from "../core/estimator";
import { joinShards } from "../core/frames";
import { makeSource } from "../core/source";
import { ask, type PythonObject, requirePackages } from "./python";
import { type PythonArray, sentKey, tag } from "./values";

/** Options of {@link estimator}. */
export interface PythonEstimatorOptions {
  /** How many classes, where a fold's train part may lack the last ones. Default the highest label plus 1. */
  classes?: number;
  /** What it is called. Default the last word of the class's name. */
  name?: string;
}

/** What Python told of a fitted estimator. */
interface Told {
  readonly kind: "classifier" | "regressor";
  /** The class numbers that it knows, in the order of its own columns. */
  readonly present?: readonly number[];
  readonly classes?: number;
}

/** A data set as an array that Python gets, a row per sample. */
function rowsOf(x: Dataset): { data: Float32Array; shape: number[] } {
  const { samples, size, whole, take } = makeSource(x);
  const all = () => take(Int32Array.from({ length: samples }, (_, i) => i));
  const data = whole ?? ("shards" in x ? joinShards(x) : all());
  return { data: data as Float32Array, shape: [samples, size] };
}

function targetOf(train: FitData, name: string): { data: Float32Array; shape: number[] } {
  const y = truthOf(train);
  if (y === undefined) throw new RangeError(`Cannot fit ${name}: y must be given, got none`);
  const { data, shape } = rowsOf(y);
  return { data, shape: y.shape.length === 1 ? [shape[0]] : shape };
}

/** Where an estimator has its settings, for those that it is a parameter of. */
const settingsKey = Symbol("podium.python.settings");

/** Parameters as JSON, estimators among them by their own. */
function settingsOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return describeValue(value);
  const own = (value as Record<symbol, unknown>)[settingsKey];
  if (own !== undefined) return own;
  if (Array.isArray(value)) return value.map(settingsOf);
  if (Object.getPrototypeOf(value) !== Object.prototype) return describeValue(value);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, settingsOf(one)]));
}

const packages = { sklearn: "scikit-learn" };

/** A fitted estimator: in Python, and as bytes of which it is made again where that process has ended. */
function fittedEstimator(bytes: Uint8Array, told: Told, model?: PythonObject): Fitted {
  let known = model;
  async function object(signal?: AbortSignal): Promise<PythonObject> {
    if (known?.isAlive) return known;
    await requirePackages("python.estimator", packages);
    known = (await ask("podium_runtime.estimators.load", { args: [bytes], signal })) as PythonObject;
    return known;
  }
  return {
    report: { epochs: 1, keptEpoch: 0, history: {}, stopReason: undefined },
    async predict(x, { signal } = {}): Promise<NamedArray> {
      const args = [await object(signal), rowsOf(x), told];
      const found = (await ask("podium_runtime.estimators.predict", { args, signal })) as PythonArray;
      return { data: found.data as Float32Array, shape: found.shape };
    },
    state: () => ({
      tensors: { model: { data: bytes, shape: [bytes.length] } },
      metadata: { told: JSON.stringify(told) },
    }),
    dispose() {
      known?.release();
      known = undefined;
    },
  };
}

/**
 * A classifier or regressor of scikit-learn, or of any library that follows it, as what `validate.crossValidate` takes.
 * Samples are rows of all their values. The fold's seed becomes `random_state`, of estimators within it too, unless one is
 * given. A classifier predicts `[samples, classes]` by class number, whichever a fold has seen; a regressor
 * `[samples, outputs]`. scikit-learn is installed at first use.
 *
 * @param name of the class, such as `"sklearn.ensemble.ExtraTreesClassifier"`
 * @param parameters by the names that its documentation has; an estimator within it is another of these
 * @param options `classes`: how many; `name`: what runs and the leaderboard call it
 * @throws {PythonError} in use, as the class does
 * Source: Pedregosa et al. 2011, Scikit-learn: Machine Learning in Python.
 * @example
 * const forest = python.estimator("sklearn.ensemble.ExtraTreesClassifier", { n_estimators: 200 });
 * const scaled = python.estimator("sklearn.pipeline.Pipeline", {
 *   steps: [
 *     ["scale", python.estimator("sklearn.preprocessing.StandardScaler")],
 *     ["svc", python.estimator("sklearn.svm.SVC", { probability: true })],
 *   ],
 * });
 */
export function estimator(
  name: string,
  parameters: Readonly<Record<string, unknown>> = {},
  options: PythonEstimatorOptions = {},
): Estimator {
  const { classes } = options;
  const config = { class: name, ...(settingsOf(parameters) as object), ...(classes && { classes }) };
  const made: Estimator = {
    name: options.name ?? (name.split(".").at(-1) as string),
    config: () => config,
    async fit({ context, train, signal }) {
      await requirePackages("python.estimator", packages);
      const { sampleWeight } = train;
      const args = [
        name,
        parameters,
        context.foldSeed,
        rowsOf(train.x),
        targetOf(train, name),
        sampleWeight && Float64Array.from(sampleWeight),
        classes,
      ];
      const [model, told] = (await ask("podium_runtime.estimators.fit", { args, signal })) as [
        PythonObject,
        Told,
      ];
      const bytes = (await ask("podium_runtime.estimators.dump", { args: [model], signal })) as Uint8Array;
      // Its own memory: what is shared with Python is scarce.
      return fittedEstimator(bytes.slice(), told, model);
    },
    restore({ tensors, metadata }) {
      return fittedEstimator(tensors.model.data as Uint8Array, JSON.parse(metadata?.told ?? "{}"));
    },
  };
  // As a parameter of another one.
  const send = (pass: (value: unknown, place: string) => unknown) => ({
    [tag]: "nested",
    name,
    keywords: pass(parameters, `parameters of ${name}`),
  });
  Object.defineProperty(made, sentKey, { value: send });
  Object.defineProperty(made, settingsKey, { value: config });
  return made;
}
